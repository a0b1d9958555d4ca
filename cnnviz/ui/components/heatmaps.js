// Pictures side by side, each with a heatmap on a canvas of its own over it; opacity and hover never leave the browser.

import { element } from "./elements.js";
import { saveButtons } from "./save_figure.js";

const LARGEST = 416; // CSS pixels: larger pictures show nothing more
const OPACITY = "cnnviz-heatmap-opacity";
const views = new WeakMap(); // parentElement -> View

function decode(text) {
  return Uint8ClampedArray.from(atob(text), (letter) => letter.charCodeAt(0));
}

function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function build(parent) {
  const figure = element("figure", "panel", parent);
  const head = element("div", "head", figure);
  const title = element("div", "title", head);
  const note = element("div", "note", head);
  const stack = element("div", "stack", figure);
  const picture = element("img", "picture", stack);
  picture.alt = "";
  picture.draggable = false;
  const heat = element("canvas", "heat", stack);
  const mark = element("div", "mark", stack);
  const value = element("output", "value", stack);
  const scale = element("div", "scale", figure);
  for (const part of ["low", "ramp", "high"]) element("span", part, scale);
  const why = element("p", "why", figure);
  const text = element("figcaption", "text", figure);
  return { figure, title, note, stack, picture, heat, mark, value, scale, why, text, drawn: null, values: null };
}

/** Two significant digits, as the scales have them. */
function digits(value) {
  return value ? String(Number(value.toPrecision(2))).replace("-", "−") : "0";
}

/** Colours a heatmap, a pixel a value. */
function paint(canvas, values, table, width, height) {
  canvas.width = width;
  canvas.height = height;
  const pixels = new ImageData(width, height);
  for (let i = 0; i < values.length; i++) {
    const at = values[i] * 3;
    pixels.data.set([table[at], table[at + 1], table[at + 2], 255], i * 4);
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

class View {
  constructor(root) {
    this.root = root;
    this.grid = root.querySelector(".panels");
    this.slider = root.querySelector("input");
    this.panels = [];
    this.sliding = () => this.slide(Number(this.slider.value));
    this.slider.addEventListener("input", this.sliding);
    this.listener = (event) => this.fade(event.detail);
    window.addEventListener(OPACITY, this.listener);
    this.observer = new ResizeObserver(() => this.arrange());
    this.observer.observe(this.grid);
    this.grid.onpointermove = (event) => this.point(event);
    this.grid.onpointerleave = () => this.leave();
  }

  update(data, choose) {
    this.data = data;
    if (!this.table) this.table = decode(data.table);
    while (this.panels.length > data.panels.length) this.panels.pop().figure.remove();
    while (this.panels.length < data.panels.length) this.panels.push(build(this.grid));
    data.panels.forEach((told, index) => this.show(this.panels[index], told));
    this.grid.classList.toggle("unnoted", data.panels.every((told) => !told.note));
    this.bars(choose);
    this.root.querySelector(".opacity").hidden = !data.slider;
    set(this.root.querySelector(".caption"), data.caption);
    saveButtons(this.root.querySelector(".whole"), data.saved);
    const kept = window.cnnvizHeatmapOpacity ?? data.opacity;
    this.slider.value = Math.round(kept * 100);
    this.fade(kept);
    this.arrange();
    this.leave();
  }

  show(panel, told) {
    set(panel.title, told.title);
    set(panel.note, told.note);
    set(panel.text, told.text);
    set(panel.why, told.empty);
    panel.why.hidden = !told.empty;
    panel.figure.classList.toggle("pending", told.pending);
    panel.figure.setAttribute("aria-busy", String(told.pending));
    const source = told.picture || this.data.picture;
    if (panel.source !== source) panel.picture.src = panel.source = source;
    panel.picture.style.imageRendering = told.smooth ? "auto" : "";
    const lit = Boolean(told.values);
    panel.heat.hidden = !lit;
    panel.stack.setAttribute("role", "img");
    panel.stack.setAttribute("aria-label", [told.title, told.note, told.pending ? "is computed" : told.empty].filter(Boolean).join(", "));
    if (lit && panel.drawn !== told.values) {
      panel.values = decode(told.values);
      paint(panel.heat, panel.values, this.table, this.data.width, this.data.height);
    }
    if (!lit) panel.values = null;
    panel.drawn = told.values;
    panel.full = told.full;
    panel.scale.hidden = !lit && !told.pending;
    panel.scale.style.visibility = lit ? "" : "hidden"; // its place is kept for what is to come
    const [low, ramp, high] = panel.scale.children;
    set(low, "0");
    set(high, told.high);
    ramp.style.background = `linear-gradient(to right, ${this.data.ramp.join(", ")})`;
    saveButtons(panel.figure, told.saved);
  }

  /** Whole-number enlargement, the same for all; a picture larger than its column is made smaller. */
  arrange() {
    const { width, height } = this.data ?? {};
    const first = this.panels[0];
    if (!width || !first || !first.figure.clientWidth) return;
    const room = Math.min(...this.panels.map((panel) => panel.figure.clientWidth), LARGEST);
    const zoom = room < width ? room / width : Math.floor(room / width);
    this.zoom = zoom;
    this.grid.style.setProperty("--width", `${width * zoom}px`);
    this.grid.style.setProperty("--height", `${height * zoom}px`);
    this.grid.classList.toggle("smaller", zoom < 1);
  }

  slide(percent) {
    window.cnnvizHeatmapOpacity = percent / 100;
    window.dispatchEvent(new CustomEvent(OPACITY, { detail: percent / 100 }));
  }

  fade(opacity) {
    this.grid.style.setProperty("--opacity", opacity);
    set(this.root.querySelector(".percent"), `${Math.round(opacity * 100)} %`);
  }

  /** Frames the pixel under the pointer in every picture, and tells each heatmap's value there. */
  point(event) {
    const stack = event.target.closest?.(".stack");
    if (!stack || !this.zoom) return this.leave();
    const box = stack.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / this.zoom);
    const row = Math.floor((event.clientY - box.top) / this.zoom);
    const { width, height } = this.data;
    if (column < 0 || row < 0 || column >= width || row >= height) return this.leave();
    const side = Math.max(this.zoom, 3);
    for (const { mark, value, values, full } of this.panels) {
      mark.hidden = false;
      Object.assign(mark.style, { left: `${column * this.zoom}px`, top: `${row * this.zoom}px`, width: `${side}px`, height: `${side}px` });
      value.hidden = false;
      set(value, values ? digits((values[row * width + column] / 255) * full) : `row ${row}, column ${column}`);
    }
  }

  leave() {
    for (const { mark, value } of this.panels) mark.hidden = value.hidden = true;
  }

  /** The probabilities under the first picture: each bar is a button that asks for its class. */
  bars(choose) {
    const told = JSON.stringify(this.data.bars);
    const home = this.panels[0].figure;
    let list = home.querySelector(".bars");
    if (!list) list = element("div", "bars", home);
    home.classList.toggle("told", this.data.most > 0);
    list.hidden = !this.data.most;
    list.style.setProperty("--most", this.data.bars.length || this.data.most); // nothing moves when they come
    if (list.told !== told) {
      list.told = told;
      const focused = this.root.activeElement?.dataset?.index ?? document.activeElement?.shadowRoot?.activeElement?.dataset?.index;
      list.replaceChildren(...this.data.bars.map((bar) => this.bar(bar)));
      if (focused) list.querySelector(`[data-index="${focused}"]`)?.focus();
    }
    list.onclick = (event) => {
      const button = event.target.closest("button");
      if (button) choose(Number(button.dataset.index));
    };
  }

  bar({ index, name, share, percent, truth, explained }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "bar";
    button.dataset.index = index;
    button.setAttribute("aria-pressed", String(explained));
    button.title = `${name}: probability ${share.toPrecision(6)}${truth ? ", the true class" : ""}; click to explain it`;
    const label = element("span", "name", button);
    label.textContent = name;
    if (truth) element("span", "truth", button).textContent = "true";
    element("span", "fill", element("span", "track", button)).style.transform = `scaleX(${share})`;
    element("span", "share", button).textContent = percent;
    return button;
  }

  remove() {
    this.observer.disconnect();
    this.slider.removeEventListener("input", this.sliding);
    window.removeEventListener(OPACITY, this.listener);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = new View(parentElement);
    views.set(parentElement, view);
  }
  view.update(data, (index) => setTriggerValue("chosen", index));
  return () => {
    view.remove();
    views.delete(parentElement);
  };
}
