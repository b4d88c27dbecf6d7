// A part of the page that asks for itself again until it no longer waits.
import { mountAll } from "./mount.js";

const EVERY = 1500;

export default function watch(part) {
  setTimeout(async () => {
    let fresh = null;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      fresh = page.getElementById(part.id);
      if (answer.ok && fresh === null) return location.reload();
    } catch {
      // No answer just now: ask again.
    }
    if (fresh === null) return watch(part);
    const wrap = document.createElement("div");
    wrap.append(fresh);
    mountAll(wrap);
    part.replaceWith(fresh);
  }, EVERY);
}
