// A combobox over the words of a search: what continues them, and proposals to go to at once.
const WAIT = 180;
const SHORTEST = 2;
let made = 0;

export default function suggest(box) {
  const input = box.querySelector("input");
  const list = document.createElement("ul");
  const said = document.createElement("p");
  const id = `suggest-${(made += 1)}`;
  let options = [];
  let at = -1;
  let waiting = 0;
  let latest = 0;

  list.id = id;
  list.className = "suggest";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.dataset.label);
  said.className = "hidden-visually";
  said.setAttribute("role", "status");
  box.append(list, said);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id,
  })) {
    input.setAttribute(name, value);
  }

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    close();
    if (option.url) {
      window.location.assign(option.url);
      return;
    }
    input.value = option.q;
    input.form.requestSubmit();
  }

  function mark(next) {
    at = next;
    [...list.children].forEach((row, i) => row.setAttribute("aria-selected", String(i === at)));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", `${id}-${at}`);
      list.children[at].scrollIntoView({ block: "nearest" });
    }
  }

  function row(option, i) {
    const item = document.createElement("li");
    item.id = `${id}-${i}`;
    item.className = "suggest__option";
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const text = document.createElement("span");
    text.textContent = option.text;
    if (option.lang) text.lang = option.lang;
    const kind = document.createElement("span");
    kind.className = "suggest__kind";
    kind.textContent = option.kind;
    item.append(text, kind);
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => choose(option));
    return item;
  }

  async function ask() {
    const typed = input.value.trim();
    const turn = (latest += 1);
    if (typed.length < SHORTEST) {
      close();
      return;
    }
    const url = new URL(box.dataset.suggest, window.location.href);
    url.searchParams.set("q", typed);
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok || turn !== latest || document.activeElement !== input) return;
    options = (await answer.json()).options;
    list.replaceChildren(...options.map(row));
    said.textContent = options.length ? box.dataset.textSome : box.dataset.textNone;
    close();
    if (!options.length) return;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }

  input.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => ask().catch(close), WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const count = options.length + 1;
      mark(((at + 1 + step + count) % count) - 1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      choose(options[at]);
    }
  });
  input.addEventListener("blur", close);
}
