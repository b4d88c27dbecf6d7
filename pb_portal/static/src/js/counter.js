export default function counter(field) {
  const input = field.querySelector(".input");
  const said = field.querySelector(".field__counter");
  if (!input || !said) return;
  const max = Number(field.dataset.max);

  function show() {
    const left = max - [...input.value].length;
    said.textContent = `${left < 0 ? field.dataset.textOver : field.dataset.textLeft} ${Math.abs(left)}`;
    said.classList.toggle("field__counter--over", left < 0);
  }

  input.addEventListener("input", show);
  show();
}
