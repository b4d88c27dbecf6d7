// One box that ticks every file of the page.
export default function tickAll(form) {
  const master = form.querySelector("[data-tick-all]");
  if (!master) return;
  const boxes = [...form.querySelectorAll('input[name="file"]')];
  master.closest("[hidden]")?.removeAttribute("hidden");

  function show() {
    const ticked = boxes.filter((box) => box.checked).length;
    master.checked = ticked === boxes.length;
    master.indeterminate = ticked > 0 && ticked < boxes.length;
  }

  master.addEventListener("change", () => {
    for (const box of boxes) box.checked = master.checked;
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "file") show();
  });
  show();
}
