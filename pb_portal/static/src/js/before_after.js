export default function beforeAfter(figure) {
  const frame = figure.querySelector(".before-after__frame");
  const line = document.createElement("span");
  line.className = "before-after__line";
  const range = document.createElement("input");
  Object.assign(range, { type: "range", min: 2, max: 98, value: 50, className: "before-after__range" });
  range.setAttribute("aria-label", figure.dataset.textSlider);
  range.addEventListener("input", () => frame.style.setProperty("--cut", `${range.value}%`));
  frame.append(line, range);
  figure.classList.add("before-after--on");
}
