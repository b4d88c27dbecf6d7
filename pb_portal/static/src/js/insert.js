// A press puts a ready sentence into the field named by data-into.
export default function insert(list) {
  const field = document.getElementById(list.dataset.into);
  if (!field) return;
  list.addEventListener("click", (event) => {
    const text = event.target.closest("[data-insert]")?.dataset.insert;
    if (!text) return;
    const before = field.value.trimEnd();
    field.value = before ? `${before}\n${text}` : text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  });
}
