// Enter in the number goes on to the marks, as it does on a till; in the marks it sends the ballot.
export default function keying(form) {
  const serial = form.querySelector("input[name=serial]");
  const marks = form.querySelector("input[name=marks]");

  serial.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || marks.value) return;
    event.preventDefault();
    marks.focus();
  });
}
