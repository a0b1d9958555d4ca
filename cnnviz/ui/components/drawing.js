// A drawing of lines and words; what a mark says is told at once where the pointer is.

import { saveButtons } from "./save_figure.js";

const views = new WeakMap(); // parentElement -> View

class View {
  constructor(root) {
    this.figure = root.querySelector("figure");
    this.stage = root.querySelector(".stage");
    this.tip = root.querySelector(".tip");
    this.figcaption = root.querySelector("figcaption");
    this.stage.onpointermove = (event) => this.tell(event);
    this.stage.onpointerleave = () => (this.tip.hidden = true);
  }

  update(data) {
    this.figcaption.textContent = data.caption;
    saveButtons(this.figure, data.saved);
    if (this.told === data.svg) return;
    this.told = data.svg;
    const parsed = new DOMParser().parseFromString(data.svg, "image/svg+xml").documentElement;
    const drawing = document.importNode(parsed, true);
    drawing.style.maxWidth = `${data.largest}px`;
    for (const title of drawing.querySelectorAll("title")) {
      title.parentElement.dataset.tip = title.textContent; // the browser's own tip comes late
      title.remove();
    }
    this.stage.replaceChildren(drawing);
    this.tip.hidden = true;
  }

  tell(event) {
    const words = event.target.closest?.("[data-tip]")?.dataset.tip;
    this.tip.hidden = !words;
    if (!words) return;
    this.tip.textContent = words;
    const box = this.stage.getBoundingClientRect();
    const left = event.clientX - box.left;
    const half = this.tip.offsetWidth / 2;
    this.tip.style.left = `${Math.max(half, Math.min(box.width - half, left))}px`;
    this.tip.style.top = `${event.clientY - box.top - 14}px`;
  }
}

export default function ({ data, parentElement }) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, (view = new View(parentElement)));
  view.update(data);
  return () => views.delete(parentElement);
}
