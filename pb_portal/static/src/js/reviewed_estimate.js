// Adds the reviewed lines up while they are typed, and marks the ones that differ. The server does it again.
const THOUSANDTHS = 1000;

function number(text) {
  const value = Number(text.replace(/[\s\u00a0\u202f₸]/g, "").replace(",", "."));
  return Number.isFinite(value) && value > 0 ? value : 0;
}

function grouped(amount, locale) {
  const text = String(amount).replace(/\B(?=(\d{3})+$)/g, locale === "en" ? "," : "\u202f");
  return `${text}\u00a0₸`;
}

export default function reviewedEstimate(sheet) {
  const { own, cap, locale, textMore, textLess, textSame, textOver } = sheet.dataset;
  const total = sheet.querySelector("[data-total]");
  const room = sheet.querySelector("[data-room]");
  const lines = [...sheet.querySelectorAll("[data-line]")];

  function show() {
    let sum = 0;
    for (const line of lines) {
      const quantity = Math.round(number(line.querySelector('[name^="line_quantity"]').value) * THOUSANDTHS);
      const price = Math.round(number(line.querySelector('[name^="line_price"]').value));
      sum += Math.floor((price * quantity + THOUSANDTHS / 2) / THOUSANDTHS);
      const differs = line.dataset.quantity
        ? Number(line.dataset.quantity) !== quantity || Number(line.dataset.price) !== price
        : quantity > 0;
      line.classList.toggle("review-line--differs", differs);
    }
    total.textContent = grouped(sum, locale);
    const difference = sum - Number(own);
    const parts = [difference ? `${grouped(Math.abs(difference), locale)} ${difference > 0 ? textMore : textLess}` : textSame];
    if (cap && sum > Number(cap)) parts.push(textOver);
    room.textContent = parts.join(", ");
  }

  sheet.addEventListener("input", show);
  show();
}
