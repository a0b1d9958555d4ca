// A drawing of lines and words; what a mark says is told at once where the pointer is.

import { tellFigure } from "../kit/figure.js";
import { mount } from "../kit/mount.js";

/** @typedef {import("../kit/figure.js").Figure & { svg: string, largest: number }} Data */

class View {
  told = "";

  constructor(/** @type {any} */ root) {
    this.root = root;
    this.stage = root.querySelector(".stage");
    this.tip = root.querySelector(".tip");
    this.stage.onpointermove = (/** @type {any} */ event) => this.tell(event);
    this.stage.onpointerleave = () => (this.tip.hidden = true);
  }

  /** @param {Data} data */
  update(data) {
    tellFigure(this.root, data);
    if (this.told === data.svg) return;
    this.told = data.svg;
    const parsed = new DOMParser().parseFromString(data.svg, "image/svg+xml").documentElement;
    const drawing = document.importNode(parsed, true);
    drawing.style.maxWidth = `${data.largest}px`;
    for (const title of drawing.querySelectorAll("title")) {
      if (title.parentElement) title.parentElement.dataset.tip = title.textContent ?? ""; // the browser's own tip is late
      title.remove();
    }
    this.stage.replaceChildren(drawing);
    this.tip.hidden = true;
  }

  tell(/** @type {any} */ event) {
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

export default mount(View);
