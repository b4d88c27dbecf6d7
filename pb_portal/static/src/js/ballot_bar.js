// The bar of the ballot: what is chosen, and what is left of the choices, the money or the points.
const SHOWN = 2;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

const english = () => document.documentElement.lang === "en";

function grouped(amount) {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, english() ? "," : "\u202f");
}

// As pb_portal/web/i18n.py shortens money; the words come with the bar, after the figure 1.
function shortMoney(amount, { minor, money, million, billion }) {
  const whole = Math.floor(amount / 10 ** Number(minor));
  for (const [size, text] of [
    [1e9, billion],
    [1e6, million],
  ]) {
    if (whole < size) continue;
    const tenths = Math.floor((whole * 10 + size / 2) / size);
    const rest = tenths % 10 ? (english() ? "." : ",") + (tenths % 10) : "";
    return text.replace("1", grouped(Math.floor(tenths / 10)) + rest);
  }
  return money.replace("1", grouped(whole));
}

export function mountBar(bar, choices, amount) {
  const { unit, textNone, textSome, textShort, textMore, textFull, textOver, textMost } = bar.dataset;
  const pots = JSON.parse(bar.dataset.pots);
  const most = Number(bar.dataset.most || 0);
  const line = bar.querySelector("[data-ballot-count]");
  const dots = [...bar.querySelectorAll("[data-ballot-dots] i")];
  const weigh = {
    points: amount,
    money: (choice) => (amount(choice) ? Number(choice.dataset.cost) : 0),
  }[unit];
  const weight = weigh ?? ((choice) => (amount(choice) ? 1 : 0));
  const figure = (value) => (unit === "money" ? shortMoney(value, bar.dataset) : String(value));

  const chosen = () => choices.filter((choice) => amount(choice) > 0).length;
  const used = (pot) =>
    choices
      .filter((choice) => pot.area === null || Number(choice.dataset.area) === pot.area)
      .reduce((sum, choice) => sum + weight(choice), 0);

  function say(text, pot, taken) {
    const name = pot.name ? `${pot.name}: ` : "";
    const left = Math.max(pot.limit - taken, 0);
    return name + fill(text, { chosen: taken, limit: figure(pot.limit), left: figure(left), over: figure(taken - pot.limit) });
  }

  // The sentence about a limit that is passed, or nothing.
  function over() {
    if (most && unit === "points" && chosen() > most) return fill(textMost, { limit: most });
    for (const pot of pots) if (used(pot) > pot.limit) return say(textOver, pot, used(pot));
    return "";
  }

  // Of several districts the one just marked in comes first, then the one with the least left.
  function told(area) {
    const taken = pots.map((pot) => [pot, used(pot)]).filter(([, sum]) => sum || pots.length === 1);
    const rank = ([pot, sum]) => (pot.area === area ? -1 : pot.limit - sum);
    taken.sort((one, other) => rank(one) - rank(other));
    const lines = taken
      .slice(0, SHOWN)
      .map(([pot, sum]) => say(pot.name ? textShort : sum === pot.limit ? textFull : textSome, pot, sum));
    if (taken.length > SHOWN) lines.push(fill(textMore, { num: taken.length - SHOWN }));
    return lines.join(" · ") || textNone;
  }

  function show(problem = "", area = null) {
    const text = problem || told(area);
    if (line.textContent !== text) line.textContent = text;
    bar.classList.toggle("ballot-bar--over", problem !== "");
    const count = chosen();
    dots.forEach((dot, index) => dot.toggleAttribute("data-on", index < count));
  }

  return { over, show };
}
