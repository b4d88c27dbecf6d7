export default function photoPreview(field) {
  const input = field.querySelector('input[type="file"]');
  const list = field.querySelector(".field__previews");
  if (!input || !list) return;
  list.setAttribute("aria-label", field.dataset.textChosen);

  input.addEventListener("change", () => {
    for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    list.replaceChildren(
      ...[...input.files].map((file) => {
        const item = document.createElement("li");
        if (file.type.startsWith("image/")) {
          const image = document.createElement("img");
          image.src = URL.createObjectURL(file);
          image.alt = "";
          image.addEventListener("error", () => image.remove());
          item.append(image);
        }
        const name = document.createElement("span");
        name.textContent = file.name;
        item.append(name);
        return item;
      }),
    );
  });
}
