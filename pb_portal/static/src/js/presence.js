// Tells colleagues that this file is open, and shows who else has it open.
const EVERY = 60_000;

export default function presence(place) {
  function show(others) {
    if (others.join("") === place.textContent.trim()) return;
    place.replaceChildren(
      ...others.map((text) => {
        const line = document.createElement("p");
        line.className = "review-present__line";
        line.textContent = text;
        return line;
      }),
    );
  }

  async function say() {
    if (document.visibilityState === "hidden") return;
    try {
      const answer = await fetch(place.dataset.url, {
        method: "POST",
        headers: { "X-CSRFToken": place.dataset.token, Accept: "application/json" },
        credentials: "same-origin",
      });
      if (answer.ok && !answer.redirected) show((await answer.json()).others);
    } catch {
      // Nobody is harmed when this is not known.
    }
  }

  say();
  setInterval(say, EVERY);
}
