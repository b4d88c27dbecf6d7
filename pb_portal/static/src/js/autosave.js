// Sends a form's fields to data-url as they are typed; the form itself still submits as ever.
const PAUSE = 900;
const RETRY = 6000;

export default function autosave(form) {
  const note = form.querySelector("[data-autosave-note]") ?? document.querySelector("[data-autosave-note]");
  const token = form.querySelector('input[name="csrf_token"]')?.value ?? "";
  let changed = new Set();
  let timer = 0;
  let sending = false;
  let stopped = false;

  function say(state) {
    if (!note) return;
    note.textContent = note.dataset[{ saving: "textSaving", saved: "textSaved", failed: "textFailed" }[state]];
    note.classList.toggle("autosave-note--saved", state === "saved");
    note.classList.toggle("autosave-note--failed", state === "failed");
  }

  // What is refused is sent again only when it has been changed.
  function refuse(sentence) {
    say("failed");
    if (note && sentence) note.textContent = sentence;
  }

  function later(delay) {
    clearTimeout(timer);
    timer = setTimeout(send, delay);
  }

  function body(names) {
    const all = new FormData(form);
    const data = new URLSearchParams();
    for (const name of names) {
      const values = all.getAll(name).filter((value) => typeof value === "string");
      for (const value of values.length ? values : [""]) data.append(name, value);
    }
    return data;
  }

  async function send() {
    if (!changed.size || stopped) return;
    if (sending) return later(PAUSE);
    const names = changed;
    changed = new Set();
    sending = true;
    say("saving");
    try {
      const answer = await fetch(form.dataset.url, {
        method: "POST",
        headers: { "X-CSRFToken": token, Accept: "application/json" },
        body: body(names),
        credentials: "same-origin",
        keepalive: true,
      });
      // A redirect leads to the login page: the session has ended, so nothing was kept.
      if (answer.redirected || answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
      if (answer.ok) {
        say("saved");
        document.dispatchEvent(new CustomEvent("autosave:saved"));
      }
      else refuse((await answer.json().catch(() => ({}))).error);
    } catch {
      for (const name of names) changed.add(name);
      say("failed");
      later(RETRY);
    } finally {
      sending = false;
    }
  }

  function mark(event) {
    const { name, type } = event.target;
    if (!name || name === "csrf_token" || type === "file" || type === "password") return;
    changed.add(name);
    later(PAUSE);
  }

  form.addEventListener("input", mark);
  form.addEventListener("change", mark);
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send();
  });
}
