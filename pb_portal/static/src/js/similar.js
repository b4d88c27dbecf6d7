// Proposals like the one being written: asked for again after each saving, so that no text goes into an address.
const PAUSE = 600;

export default function similar(box) {
  const list = box.querySelector("[data-similar]");
  let timer = 0;
  let latest = 0;

  async function ask() {
    const turn = (latest += 1);
    const answer = await fetch(box.dataset.url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected || turn !== latest) return;
    const html = (await answer.text()).trim();
    if (list.innerHTML.trim() === html) return;
    list.innerHTML = html;
    box.hidden = !html;
    for (const note of document.querySelectorAll("[data-similar-note]")) note.hidden = !html;
  }

  document.addEventListener("autosave:saved", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask().catch(() => {}), PAUSE);
  });
}
