// Points: a number for each proposal, with a button less and a button more.
const field = (choice) => choice.querySelector("input");

export const amount = (choice) => Math.max(0, Math.trunc(Number(field(choice).value)) || 0);
export const read = (choice) => field(choice).value;
export const write = (choice, value) => {
  field(choice).value = value;
  show(choice);
};

function show(choice) {
  const value = amount(choice);
  choice.toggleAttribute("data-on", value > 0);
  const [less, more] = choice.querySelectorAll("[data-step]");
  less.setAttribute("aria-disabled", String(value <= 0));
  more.setAttribute("aria-disabled", String(value >= Number(field(choice).max)));
}

// Fewer than the least means none; the first press gives the least at once.
function stepped(choice, by) {
  const least = Number(field(choice).dataset.least) || 1;
  const next = amount(choice) + by;
  if (next < least) return by > 0 ? least : 0;
  return Math.min(next, Number(field(choice).max));
}

export function mount(choices, changed) {
  for (const choice of choices) {
    field(choice).addEventListener("change", () => {
      write(choice, String(Math.min(amount(choice), Number(field(choice).max))));
      changed(choice);
    });
    for (const button of choice.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => {
        const next = stepped(choice, Number(button.dataset.step));
        if (next === amount(choice)) return;
        write(choice, String(next));
        changed(choice);
      });
    }
    show(choice);
  }
}
