// Adds the estimate up while quantities are typed. The server adds it up again on every save.
const THOUSANDTHS = 1000;

function thousandths(text) {
  const value = Number(text.replace(/[\s\u00a0\u202f]/g, "").replace(",", "."));
  return Number.isFinite(value) && value > 0 ? Math.round(value * THOUSANDTHS) : 0;
}

function grouped(amount, locale) {
  const text = String(amount).replace(/\B(?=(\d{3})+$)/g, locale === "en" ? "," : "\u202f");
  return `${text}\u00a0₸`;
}

export default function estimate(form) {
  const { cap, locale, textOver, textLeft } = form.dataset;
  const total = form.querySelector("[data-total]");
  const room = form.querySelector("[data-room]");
  const bar = form.querySelector(".progress");
  const lines = [...form.querySelectorAll("[data-estimate-line]")];
  if (!total || !lines.length) return;

  function show() {
    let sum = 0;
    for (const line of lines) {
      const amount = Math.floor(
        (Number(line.dataset.price) * thousandths(line.querySelector("[data-quantity]").value) + THOUSANDTHS / 2) /
          THOUSANDTHS,
      );
      line.querySelector("[data-line-sum]").textContent = grouped(amount, locale);
      sum += amount;
    }
    total.textContent = grouped(sum, locale);
    if (!cap || !room) return;
    const left = Number(cap) - sum;
    room.textContent = `${left < 0 ? textOver : textLeft}: ${grouped(Math.abs(left), locale)}`;
    room.className = left < 0 ? "field__error" : "note";
    bar?.classList.toggle("progress--stop", left < 0);
    bar?.classList.toggle("progress--action", left >= 0);
    bar?.querySelector(".progress__fill")?.setAttribute("width", String(Math.min((sum * 100) / Number(cap), 100)));
  }

  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-quantity]")) show();
  });
}
