// News from the site: kept on the phone first, then sent, as often as it takes. The key of an
// update lets the portal know one that it has already.
import { camera, smaller } from "./site_camera.js";
import { all, forget, keep } from "./site_store.js";

export default function siteUpdate(form) {
  const state = form.querySelector(".site-form__state");
  const shots = form.querySelector(".site-shots");
  const waiting = document.querySelector(".site-waiting");
  const list = waiting.querySelector("ul");
  const input = form.elements.picture;
  let photos = [];
  let sending = false;

  function say(text, tone = "info") {
    state.textContent = text;
    state.className = `notice notice--${tone} site-form__state`;
    state.hidden = !text;
  }

  function showShots() {
    shots.replaceChildren(
      ...photos.map((photo) => {
        const item = document.createElement("li");
        const image = document.createElement("img");
        image.src = URL.createObjectURL(photo);
        image.alt = form.dataset.textPhoto;
        item.append(image);
        return item;
      }),
    );
  }

  async function showWaiting() {
    const kept = await all();
    waiting.hidden = !kept.length;
    list.replaceChildren(
      ...kept.map((update) => {
        const item = document.createElement("li");
        const text = document.createElement("p");
        text.textContent = `№ ${update.number} · ${update.body} · ${update.progress} % · ${update.photos.length} ${form.dataset.textPhotos}`;
        item.append(text);
        if (update.refused) {
          const why = document.createElement("p");
          why.className = "field__error";
          why.textContent = `${form.dataset.textRefused} ${update.refused}`;
          const button = document.createElement("button");
          Object.assign(button, { type: "button", className: "button button--secondary button--small" });
          button.textContent = form.dataset.textDelete;
          button.addEventListener("click", async () => {
            await forget(update.key);
            await showWaiting();
          });
          item.append(why, button);
        }
        return item;
      }),
    );
  }

  async function token() {
    const answer = await fetch(form.dataset.token, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (answer.redirected || answer.status === 401 || answer.status === 403) throw new Error("login");
    return (await answer.json()).token;
  }

  async function send(update) {
    const body = new FormData();
    body.set("csrf_token", await token());
    for (const name of ["body", "progress", "stage"]) body.set(name, update[name]);
    body.set("sent_key", update.key);
    update.photos.forEach((photo, place) => body.append("picture", photo, `photo-${place + 1}.jpg`));
    const answer = await fetch(update.url, { method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" } });
    if (answer.redirected) throw new Error("login");
    if (answer.ok) {
      await forget(update.key);
      return (await answer.json()).text;
    }
    if (answer.status >= 500 || answer.status === 429 || answer.status === 400) throw new Error(String(answer.status));
    const said = await answer.json().catch(() => ({}));
    update.refused = (said.errors ?? [String(answer.status)]).join(" ");
    await keep(update);
    return "";
  }

  async function sendAll() {
    if (sending) return;
    sending = true;
    try {
      for (const update of await all()) {
        if (update.refused) continue;
        say(form.dataset.textSending);
        const text = await send(update);
        say(text, "done");
      }
    } catch (error) {
      say(error.message === "login" ? form.dataset.textLogin : form.dataset.textKept, "warn");
    } finally {
      sending = false;
      await showWaiting();
    }
  }

  async function submit() {
    const { body, progress, stage } = form.elements;
    if (!body.value.trim()) {
      say(form.dataset.textEmpty, "stop");
      body.focus();
      return;
    }
    await keep({
      key: crypto.randomUUID(),
      number: form.dataset.number,
      url: form.getAttribute("action"),
      body: body.value,
      progress: progress.value,
      stage: stage.value,
      photos,
    });
    photos = [];
    body.value = "";
    input.value = "";
    showShots();
    await showWaiting();
    await sendAll();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit().catch(() => {
      // No room to keep anything on this phone: send it as any other page does.
      form.submit();
    });
  });

  input.addEventListener("change", async () => {
    for (const file of input.files) photos.push(await smaller(file).catch(() => file));
    input.value = "";
    showShots();
  });
  camera(form.querySelector("[data-camera]"), document.getElementById("site-camera"), (photo) => {
    photos.push(photo);
    showShots();
  });

  window.addEventListener("online", sendAll);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && navigator.onLine && sendAll());
  all().then((kept) => {
    showWaiting();
    if (kept.some((update) => !update.refused) && navigator.onLine) sendAll();
  });
  return openOffline(form.dataset.worker);
}

// From the second visit on the page opens without a network.
async function openOffline(worker) {
  if (!navigator.serviceWorker) return;
  const { active, installing, waiting } = await navigator.serviceWorker.register(worker, { scope: "/desk/site/" });
  const parts = performance.getEntriesByType("resource").map((entry) => entry.name);
  const own = parts.filter((address) => address.startsWith(window.location.origin));
  (active ?? waiting ?? installing)?.postMessage({ keep: [window.location.href, ...own] });
}
