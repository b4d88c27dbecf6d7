// Shows what a voter will read while the rules are being chosen; the server writes the sentences.
const WAIT = 300;

export default function rulesPreview(form) {
  const target = form.querySelector("[data-preview]");
  if (!target) return;
  let timer = 0;
  let newest = 0;

  async function show() {
    const asked = ++newest;
    const body = new FormData(form);
    body.set("preview", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("[data-preview]");
      if (found && asked === newest && answer.ok) target.replaceChildren(...found.childNodes);
    } catch {
      // Offline: the button does the same.
    }
  }

  form.addEventListener("change", () => {
    clearTimeout(timer);
    timer = setTimeout(show, WAIT);
  });
}
