// A network from left to right, a canvas a layer; names and words are inserted as text only.

import { decodeBytes, digits, resized, sheetOf, valueOf } from "./pixels.js";
import { drawingRatio, saveButtons } from "./save_figure.js";
import { element } from "./elements.js";
import { keptView } from "./views.js";

const GUTTER = 3; // CSS pixels
const IMAGE = 100; // CSS pixels of the side of the image itself, about
const LEAST = 36; // CSS pixels of a word beside a number
const LINE = 26; // CSS pixels of its height
const SCROLLED = "cnnviz-strip-scrolled";
const PAUSE_MS = 150;
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class Layer {
  constructor(parent, view) {
    this.view = view;
    this.root = element("div", "layer", parent);
    for (const part of ["name", "shape"]) this[part] = element("div", part, this.root);
    this.canvas = element("canvas", "", this.root);
    this.ends = element("div", "ends", this.root);
    this.low = element("span", "", this.ends);
    this.ramp = element("span", "ramp", this.ends);
    this.high = element("span", "", this.ends);
    this.note = element("div", "note", this.root);
    this.canvas.onclick = (event) => this.pick(this.at(event), 0);
    this.canvas.onkeydown = (event) => this.move(event);
    this.canvas.onpointermove = (event) => this.tell(this.at(event));
  }

  update(data) {
    const same = this.data && ["pixels", "table", "count"].every((name) => this.data[name] === data[name]);
    this.data = data;
    for (const part of ["name", "shape", "note", "low", "high"]) this[part].textContent = data[part];
    this.ends.hidden = !data.ramp.length;
    this.ramp.style.background = `linear-gradient(to right, ${data.ramp.join(", ")})`;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", `${data.name}, ${data.shape}`);
    this.canvas.dataset.layer = data.name;
    this.canvas.tabIndex = this.view.data.pickable ? 0 : -1;
    this.canvas.classList.toggle("pickable", this.view.data.pickable);
    if (!same) this.fill();
    this.paint();
  }

  /** The layer's values as colours, one picture under the other. */
  fill() {
    this.bytes = decodeBytes(this.data.pixels);
    const coming = !this.bytes.length;
    this.sheet = coming ? null : sheetOf(this.data, this.bytes, decodeBytes(this.data.table));
  }

  /** Maps go down the column, as many as there are rows; single numbers are small squares or lines with a word. */
  plan() {
    const ratio = drawingRatio();
    const { count, height, width, words } = this.data;
    const { rows, size } = this.view.data;
    const gutter = Math.round(GUTTER * ratio);
    const long = Math.max(height, width);
    const room = rows * (size + GUTTER);
    if (words.length) {
      const line = Math.min(LINE, Math.floor(room / count));
      const letters = this.pen(ratio);
      const longest = Math.max(...words.map((_, n) => letters.measureText(this.word(n)).width), LEAST * ratio);
      return { ratio, gutter, across: 1, wide: line * ratio, high: line * ratio - gutter, line: longest + 2 * gutter };
    }
    if (long > 1 && count <= 3) {
      const zoom = Math.max(1, Math.floor((IMAGE * ratio) / long)); // the image itself
      return { ratio, gutter, across: 1, wide: width * zoom, high: height * zoom, line: 0 };
    }
    const wanted = long > 1 ? size : Math.max(3, Math.min(size, Math.floor(Math.sqrt((160 * room) / count)) - GUTTER));
    const zoom = Math.max(1, Math.floor((wanted * ratio) / long));
    const down = Math.max(1, Math.floor((room * ratio) / (height * zoom + gutter)));
    const across = Math.ceil(count / (long > 1 ? Math.min(rows, down) : down));
    return { ratio, gutter, across, wide: width * zoom, high: height * zoom, line: 0 };
  }

  /** The canvas, ready to write words on. */
  pen(ratio) {
    const context = this.canvas.getContext("2d");
    context.font = `${13 * ratio}px ${getComputedStyle(this.canvas).fontFamily}`;
    context.textBaseline = "middle";
    return context;
  }

  /** What stands beside a number: its class, or the number itself. */
  word(n) {
    return this.data.words[n] || (this.sheet ? digits(valueOf(this.data, n, this.bytes[n])) : "");
  }

  paint() {
    const { count, height, width, words, name, ids } = this.data;
    const plan = (this.plan_ = this.plan());
    const { ratio, gutter, across, wide, high } = plan;
    const down = Math.ceil(count / across);
    const [w, h] = [across * (wide + gutter) + gutter + plan.line, down * (high + gutter) + gutter];
    resized(this.canvas, w, h, ratio);
    const context = this.pen(ratio);
    const style = getComputedStyle(this.canvas);
    context.clearRect(0, 0, w, h);
    context.imageSmoothingEnabled = false;
    for (let n = 0; n < count; n++) {
      const [left, top] = this.corner(n);
      context.fillStyle = style.color;
      if (gutter > 1) context.fillRect(left - 1, top - 1, wide + 2, high + 2);
      if (this.sheet) context.drawImage(this.sheet, 0, n * height, width, height, left, top, wide, high);
      if (words.length && this.sheet) {
        context.fillStyle = style.textDecorationColor;
        context.fillText(this.word(n), left + wide + 2 * gutter, top + high / 2, plan.line);
      }
    }
    const chosen = this.view.chosen;
    const place = chosen && chosen[0] === name ? ids.indexOf(chosen[1]) : -1;
    if (place < 0) return;
    const [left, top] = this.corner(place);
    const thick = Math.min(3, Math.max(1, gutter)) * ratio;
    context.strokeStyle = style.outlineColor;
    context.lineWidth = thick;
    context.strokeRect(left - thick / 2, top - thick / 2, wide + thick, high + thick);
  }

  corner(n) {
    const { across, wide, high, gutter } = this.plan_;
    return [gutter + (n % across) * (wide + gutter), gutter + Math.floor(n / across) * (high + gutter)];
  }

  at(event) {
    const { across, wide, high, gutter, ratio, line } = this.plan_;
    const column = line ? 0 : Math.floor((event.offsetX * ratio - gutter / 2) / (wide + gutter));
    const place = Math.floor((event.offsetY * ratio - gutter / 2) / (high + gutter)) * across + column;
    return column >= 0 && column < across && place >= 0 && place < this.data.count ? place : -1;
  }

  tell(place) {
    const { ids, name, words, height, width, photo } = this.data;
    if (place < 0 || photo || !this.sheet) return this.canvas.removeAttribute("title");
    const value = height * width === 1 ? `: ${digits(valueOf(this.data, place, this.bytes[place]))}` : "";
    const unit = height * width === 1 ? "unit" : "filter";
    this.canvas.title = words.length ? words[place] : `${name}, ${unit} ${ids[place]}${value}`;
  }

  pick(place, pause) {
    if (place >= 0) this.view.pick([this.data.name, this.data.ids[place]], pause);
  }

  move(event) {
    const way = WAYS[event.key];
    const chosen = this.view.chosen;
    if (!way || !this.view.data.pickable) return;
    event.preventDefault();
    const place = chosen && chosen[0] === this.data.name ? this.data.ids.indexOf(chosen[1]) : -1;
    const next = place < 0 ? 0 : place + way[0] + way[1] * this.plan_.across;
    if (next >= 0 && next < this.data.count) this.pick(next, PAUSE_MS);
  }
}

class View {
  constructor(root) {
    this.root = root;
    this.layers = [];
    this.network = root.querySelector(".network");
    this.network.onscroll = () => this.scrolled();
    this.observer = new ResizeObserver(() => this.scrolled());
    this.observer.observe(this.network);
    this.follow = ({ detail }) => (this.network.scrollLeft = detail);
    window.addEventListener(SCROLLED, this.follow);
  }

  /** Fades what goes on to the right; the other networks of the page scroll along. */
  scrolled() {
    const { scrollLeft, clientWidth, scrollWidth } = this.network;
    this.network.classList.toggle("on", scrollLeft + clientWidth < scrollWidth - 4);
    if (this.left === scrollLeft) return;
    this.left = scrollLeft;
    window.dispatchEvent(new CustomEvent(SCROLLED, { detail: scrollLeft }));
  }

  remove() {
    this.observer.disconnect();
    window.removeEventListener(SCROLLED, this.follow);
  }

  update(data, send) {
    this.data = data;
    this.send = send;
    if (!this.waiting) this.chosen = data.chosen;
    this.network.setAttribute("aria-label", data.caption);
    while (this.layers.length > data.columns.length) this.layers.pop().root.remove();
    while (this.layers.length < data.columns.length) this.layers.push(new Layer(this.network, this));
    data.columns.forEach((column, n) => this.layers[n].update(column));
    this.root.querySelector("figcaption").textContent = data.caption;
    this.scrolled();
    saveButtons(this.root.querySelector("figure"), data.saved, () => this.layers.forEach((layer) => layer.paint()));
  }

  pick(chosen, pause) {
    if (!this.data.pickable) return;
    this.chosen = chosen;
    for (const layer of this.layers) layer.paint();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.waiting = 0;
      this.send("picked", chosen);
    }, pause);
  }
}

export default keptView(View);
