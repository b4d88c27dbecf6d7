export default function errorSummary(element) {
  element.focus({ preventScroll: false });
}
