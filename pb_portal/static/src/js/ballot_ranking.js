// Places: a list of places for each proposal, with a button up and a button down.
const field = (choice) => choice.querySelector("select");
const place = (choice) => Number(field(choice).value) || 0;

export const amount = (choice) => (place(choice) ? 1 : 0);
export const read = (choice) => field(choice).value;
export const write = (choice, value) => {
  field(choice).value = value;
  show(choice);
};

function show(choice) {
  choice.toggleAttribute("data-on", place(choice) > 0);
}

export function mount(choices, changed) {
  const last = Math.max(...[...field(choices[0]).options].map((option) => Number(option.value) || 0));
  let former = choices.map(place);

  // Whoever holds the place takes the one that becomes free.
  function move(choice, wanted) {
    const own = former[choices.indexOf(choice)];
    const holder = choices.find((one, index) => one !== choice && wanted && former[index] === wanted);
    write(choice, wanted ? String(wanted) : "");
    if (holder) write(holder, own ? String(own) : "");
    former = choices.map(place);
    changed(choice);
    former = choices.map(place);
  }

  function step(choice, by) {
    const own = place(choice);
    if (own) return own + by > last ? 0 : Math.max(own + by, 1);
    const free = [...Array(last).keys()].map((index) => index + 1).find((one) => !former.includes(one));
    return by < 0 ? (free ?? last) : 0;
  }

  for (const choice of choices) {
    field(choice).addEventListener("change", () => move(choice, place(choice)));
    for (const button of choice.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => move(choice, step(choice, Number(button.dataset.step))));
    }
    show(choice);
  }
}
