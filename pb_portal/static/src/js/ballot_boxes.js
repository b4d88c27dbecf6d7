// Proposals marked by a checkbox: approval and knapsack ballots.
const box = (choice) => choice.querySelector("input");

export const read = (choice) => box(choice).checked;
export const write = (choice, value) => {
  box(choice).checked = value;
};
export const amount = (choice) => (box(choice).checked ? 1 : 0);

export function mount(choices, changed) {
  for (const choice of choices) box(choice).addEventListener("change", () => changed(choice));
}
