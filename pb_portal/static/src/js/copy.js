export async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function sayDone(button) {
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  label.textContent = button.dataset.textDone;
  button.setAttribute("aria-live", "polite");
  setTimeout(() => {
    label.textContent = before;
  }, 2500);
}

export default function copy(button) {
  button.addEventListener("click", async () => {
    const source = document.querySelector(button.dataset.copy);
    await copyText((source?.textContent ?? button.dataset.copy).trim());
    sayDone(button);
  });
}
