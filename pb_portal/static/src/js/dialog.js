// A link with data-dialog="id" opens that dialog in place of following its address.
export function openers(root) {
  root.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener && !event.ctrlKey && !event.metaKey) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (!dialog?.showModal) return;
      event.preventDefault();
      dialog.showModal();
      return;
    }
    if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
  });
}
