// On a ballot that was found: fetches the proof, waiting until it is sealed, and checks it here.
// On a file: checks it without sending it anywhere.
import { check, load } from "./proof_check.js";

const AGAIN = 5000;
const TRIES = 12;

async function show(place, proof, receipt) {
  const list = place.querySelector("[data-proof-steps]");
  const steps = new Map(await check(proof, receipt, place.dataset.key));
  for (const item of list.children) {
    const holds = steps.get(item.dataset.step);
    item.hidden = holds === undefined;
    item.dataset.state = holds ? "holds" : holds === null ? "skipped" : "differs";
    item.textContent = item.dataset[item.dataset.state] ?? "";
  }
  list.hidden = false;
}

export async function receiptProof(place) {
  const form = place.querySelector("[data-proof-form]");
  if (!form) return;
  const title = place.querySelector("[data-proof-title]");
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.ok) {
      const proof = load(await answer.text());
      if (!proof) return;
      title.textContent = title.dataset.text;
      title.hidden = false;
      await show(place, proof, form.elements.receipt.value);
      return;
    }
    if (answer.status !== 409) return;
    await new Promise((done) => setTimeout(done, AGAIN));
  }
}

export function proofFile(place) {
  const input = place.querySelector("input");
  const broken = place.querySelector("[data-proof-broken]");

  async function read(file) {
    if (!file) return;
    const proof = file.size < 100000 ? load(await file.text()) : null;
    broken.textContent = proof ? "" : broken.dataset.text;
    broken.hidden = Boolean(proof);
    if (proof) await show(place, proof, "");
    else place.querySelector("[data-proof-steps]").hidden = true;
  }

  input.addEventListener("change", () => read(input.files[0]));
  place.addEventListener("dragover", (event) => event.preventDefault());
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    read(event.dataTransfer.files[0]);
  });
}
