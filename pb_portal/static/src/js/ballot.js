// Counts what is chosen as it is chosen. The server decides; without this the form works the same.
// data-limit: at most so many; data-budget: at most so much money; data-url: where the choice is kept.
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

export default function ballot(form) {
  const boxes = [...form.querySelectorAll(".ballot-card__input")];
  const bar = form.querySelector("[data-ballot-bar]");
  if (!bar || !boxes.length) return;
  const count = bar.querySelector("[data-ballot-count]");
  const dots = [...bar.querySelectorAll("[data-ballot-dots] i")];
  const limit = Number(form.dataset.limit || 0);

  function show(text, over = false) {
    const chosen = boxes.filter((box) => box.checked).length;
    count.textContent = fill(text, { chosen, limit });
    bar.classList.toggle("ballot-bar--over", over);
    dots.forEach((dot, index) => dot.toggleAttribute("data-on", index < chosen));
  }

  function keep() {
    if (!form.dataset.url) return;
    const token = form.querySelector('input[name="csrf_token"]')?.value ?? "";
    const data = new URLSearchParams();
    for (const box of boxes) if (box.checked) data.append(box.name, box.value);
    fetch(form.dataset.url, { method: "POST", headers: { "X-CSRFToken": token }, body: data, keepalive: true }).catch(
      () => {},
    );
  }

  form.addEventListener("change", (event) => {
    if (!boxes.includes(event.target)) return;
    const chosen = boxes.filter((box) => box.checked).length;
    if (limit && chosen > limit) {
      event.target.checked = false;
      return show(bar.dataset.textOver, true);
    }
    show(limit && chosen === limit ? bar.dataset.textFull : bar.dataset.textSome);
    keep();
  });
  show(bar.dataset.textSome);
}
