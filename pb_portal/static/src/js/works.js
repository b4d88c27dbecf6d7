// Narrows the catalogue of works while one types; the button beside the box does the same without scripts.
const folded = (text) => text.toLowerCase().replace(/ё/g, "е");

export default function works(box) {
  const find = box.querySelector("[data-find]");
  const none = box.querySelector("[data-none]");
  const groups = [...box.querySelectorAll("[data-group]")];
  const usual = new Map(groups.map((group) => [group, group.open]));
  if (!find) return;

  find.addEventListener("input", () => {
    const words = folded(find.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const group of groups) {
      let inside = 0;
      for (const work of group.querySelectorAll("[data-words]")) {
        const hit = words.every((word) => work.dataset.words.includes(word));
        work.hidden = !hit;
        inside += hit;
      }
      group.hidden = !inside;
      group.open = words.length ? inside > 0 : usual.get(group);
      shown += inside;
    }
    none.hidden = shown > 0;
  });
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
