export default function print(button) {
  button.addEventListener("click", () => window.print());
}
