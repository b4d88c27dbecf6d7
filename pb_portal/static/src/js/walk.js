// Steps through the count without leaving the page: links and the arrow keys fetch the next step.
export default function walk(first) {
  let part = first;

  async function go(link, push = true) {
    if (!link) return;
    let fresh = null;
    try {
      const answer = await fetch(link);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      fresh = answer.ok ? page.getElementById(part.id) : null;
    } catch {
      // The link itself still works.
    }
    if (!fresh) return location.assign(link);
    const step = part.contains(document.activeElement) ? document.activeElement.dataset.step : null;
    part.replaceChildren(...fresh.childNodes);
    if (step) (part.querySelector(`[data-step=${step}]`) ?? part.querySelector("[data-step]"))?.focus();
    if (push) history.pushState({ walk: true }, "", link);
  }

  part.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-step]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(link.href);
  });
  part.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: "back", ArrowRight: "next" }[event.key];
    if (!way || event.altKey) return;
    event.preventDefault();
    go(part.querySelector(`[data-step=${way}]`)?.href);
  });
  window.addEventListener("popstate", () => go(location.href, false));
}
