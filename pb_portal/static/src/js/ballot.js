// Says what is left as the ballot is marked, and keeps the marks on the server (data-url of the
// form). The server decides; without this the form works the same.
import { mountBar } from "./ballot_bar.js";
import * as boxes from "./ballot_boxes.js";
import * as points from "./ballot_points.js";
import * as ranking from "./ballot_ranking.js";

const KINDS = { approval: boxes, knapsack: boxes, points, ranking };
const MARK = /^(choice|other|points-\d+|place-\d+)$/;

export default function ballot(form) {
  const element = form.querySelector("[data-ballot-bar]");
  const choices = [...form.querySelectorAll("[data-choice]")];
  const kind = KINDS[element?.dataset.kind];
  if (!kind || !choices.length) return;
  const bar = mountBar(element, choices, kind.amount);
  let former = choices.map(kind.read);

  function keep() {
    if (!form.dataset.url) return;
    const token = form.querySelector('input[name="csrf_token"]')?.value ?? "";
    const marks = [...new FormData(form)].filter(([name]) => MARK.test(name));
    const body = new URLSearchParams(marks);
    fetch(form.dataset.url, { method: "POST", headers: { "X-CSRFToken": token }, body, keepalive: true }).catch(
      () => {},
    );
  }

  // A change that goes over a limit is taken back, and the bar says why.
  function changed(choice) {
    const over = bar.over();
    if (over) choices.forEach((choice, index) => kind.write(choice, former[index]));
    else former = choices.map(kind.read);
    bar.show(over, Number(choice.dataset.area));
    if (!over) keep();
  }

  kind.mount(choices, changed);
  bar.show();
}
