import { copyText, sayDone } from "./copy.js";

export default function share(button) {
  button.addEventListener("click", async () => {
    const url = new URL(button.dataset.url, window.location.href).href;
    if (navigator.share) {
      try {
        await navigator.share({ url, title: button.dataset.title });
        return;
      } catch (error) {
        if (error.name === "AbortError") return;
      }
    }
    await copyText(url);
    sayDone(button);
  });
}
