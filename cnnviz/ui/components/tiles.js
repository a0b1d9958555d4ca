// Pictures of equal size on a canvas: whole-number enlargement in device pixels, one of them chosen.

import { decodeBytes, digits, resized, sheetOf, tellFigure, valueOf } from "./pixels.js";
import { drawingRatio, saveButtons } from "./save_figure.js";
import { keptView } from "./views.js";

const FADE_MS = 400;
const MOST_FADED = 200_000; // bytes; more would not be smooth
const FULL_ROWS = 1.25; // how much larger pictures must be to leave the last row ragged
const GUTTER = 4; // CSS pixels
const LABEL = 18; // CSS pixels of a line of words
const NARROW = 480; // CSS pixels of a phone
const PAUSE_MS = 150; // after an arrow key, before the server is told
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** How the pictures lie: how many in a row, and zoom, gutter and label in device pixels. */
function arrange(data, available, ratio) {
  const { count, height, width, smallest, largest, room, columns, labels } = data;
  const tall = available < NARROW ? 1.5 * room : room; // a phone is scrolled anyway
  const gutter = Math.round(GUTTER * ratio);
  const label = labels.length ? Math.round(LABEL * ratio) : 0;
  const least = Math.max(1, Math.ceil((smallest * ratio) / Math.max(height, width)));
  const most = Math.max(least, Math.floor((largest * ratio) / Math.max(height, width)));
  let best = null;
  for (let across = 1; across <= Math.min(columns ?? count, count); across++) {
    const down = Math.ceil(count / across);
    const byWidth = Math.floor(((available * ratio - gutter) / across - gutter) / width);
    const byHeight = room ? Math.floor(((tall * ratio - gutter) / down - gutter - label) / height) : most;
    const zoom = Math.min(most, byWidth, Math.max(byHeight, least));
    if (zoom < least && across > 1) break; // narrower from here on
    const tooHigh = byHeight < least ? 1 / down : 1;
    const score = Math.max(zoom, 1) * (count % across ? 1 : FULL_ROWS) * tooHigh;
    if (!best || score >= best.score) best = { across, zoom: Math.max(zoom, 1), score };
  }
  const { across, zoom } = best;
  return { across, zoom, gutter, label, high: height * zoom, wide: width * zoom, ratio };
}

class View {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(root.querySelector("figure"));
    this.canvas.onpointermove = (event) => this.tell(this.at(event), event);
    this.canvas.onpointerleave = () => this.tell(this.place(this.chosen));
    this.canvas.onclick = (event) => this.pick(this.at(event), 0);
    this.canvas.onkeydown = (event) => this.move(event);
  }

  update(data, send) {
    const same = this.data && ["pixels", "table", "count", "height"].every((name) => this.data[name] === data[name]);
    const fadeable = this.pixels && data.pixels.length === this.data.pixels.length && data.table === this.data.table;
    this.data = data;
    this.send = send;
    if (!this.waiting) this.chosen = data.chosen;
    this.words();
    saveButtons(this.root.querySelector("figure"), data.saved, () => this.paint());
    if (same) return this.paint();
    const before = this.pixels;
    this.pixels = decodeBytes(data.pixels);
    this.table = decodeBytes(data.table);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (fadeable && before.length <= MOST_FADED && !still) this.fade(before, this.pixels);
    else this.show(this.pixels);
  }

  fade(before, after) {
    cancelAnimationFrame(this.frame);
    const start = performance.now();
    const between = new Uint8ClampedArray(after.length);
    const step = (now) => {
      const share = Math.min(1, Math.max(0, (now - start) / FADE_MS));
      for (let i = 0; i < after.length; i++) between[i] = before[i] + (after[i] - before[i]) * share;
      this.show(share < 1 ? between : after);
      if (share < 1) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  show(pixels) {
    this.sheet = sheetOf(this.data, pixels, this.table);
    this.paint();
  }

  paint() {
    const available = this.root.querySelector("figure").clientWidth;
    if (!available || !this.sheet) return;
    const { count, height, width, labels, ids, dead } = this.data;
    const plan = (this.plan = arrange(this.data, available, drawingRatio()));
    const down = Math.ceil(count / plan.across);
    const tall = down * (plan.high + plan.gutter + plan.label) + plan.gutter;
    resized(this.canvas, plan.across * (plan.wide + plan.gutter) + plan.gutter, tall, plan.ratio);
    const context = this.canvas.getContext("2d");
    const style = getComputedStyle(this.canvas);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingEnabled = false;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `${13 * plan.ratio}px ${style.fontFamily}`;
    const line = Math.max(1, Math.round(plan.ratio));
    for (let n = 0; n < count; n++) {
      const [left, top] = this.corner(n);
      context.fillStyle = style.color;
      context.fillRect(left - line, top - line, plan.wide + 2 * line, plan.high + 2 * line);
      context.drawImage(this.sheet, 0, n * height, width, height, left, top, plan.wide, plan.high);
      if (dead.includes(ids[n])) this.strike(context, left, top, style);
      if (labels.length) {
        context.fillStyle = style.textDecorationColor;
        const [middle, below] = [left + plan.wide / 2, top + plan.high + plan.label / 2 + line];
        context.fillText(labels[n], middle, below, plan.wide + plan.gutter);
      }
    }
    const place = this.place(this.chosen);
    if (place >= 0) this.frameOf(context, place, style);
  }

  corner(n) {
    const { across, wide, high, gutter, label } = this.plan;
    return [gutter + (n % across) * (wide + gutter), gutter + Math.floor(n / across) * (high + gutter + label)];
  }

  frameOf(context, place, style) {
    const [left, top] = this.corner(place);
    const thick = Math.round(3 * this.plan.ratio);
    context.strokeStyle = style.outlineColor;
    context.lineWidth = thick;
    context.strokeRect(left - thick / 2, top - thick / 2, this.plan.wide + thick, this.plan.high + thick);
  }

  strike(context, left, top, style) {
    context.strokeStyle = style.caretColor;
    context.lineWidth = 2 * this.plan.ratio;
    context.beginPath();
    context.moveTo(left, top + this.plan.high);
    context.lineTo(left + this.plan.wide, top);
    context.stroke();
  }

  words() {
    const { ramp, caption, pickable, names } = this.data;
    tellFigure(this.root, this.data);
    this.root.querySelector(".ramp").hidden = !ramp.length;
    this.root.querySelector(".scale").hidden = !ramp.length && !names.length;
    this.canvas.setAttribute("aria-label", caption + (pickable ? " The arrow keys choose one." : ""));
    this.canvas.setAttribute("role", "img");
    this.canvas.tabIndex = pickable ? 0 : -1;
    this.canvas.classList.toggle("pickable", pickable);
    this.canvas.dataset.chosen = this.chosen ?? "";
    this.canvas.dataset.ids = this.data.ids.join(" ");
    this.tell(this.place(this.chosen));
  }

  place(id) {
    return this.data.ids.indexOf(id);
  }

  at(event) {
    if (!this.plan) return -1;
    const { across, wide, high, gutter, label, ratio } = this.plan;
    const column = Math.floor((event.offsetX * ratio - gutter / 2) / (wide + gutter));
    const place = Math.floor((event.offsetY * ratio - gutter / 2) / (high + gutter + label)) * across + column;
    return column >= 0 && column < across && place >= 0 && place < this.data.count ? place : -1;
  }

  /** Names what is under the pointer, or what is chosen, with the value of the pixel. */
  tell(place, event) {
    const name = place >= 0 ? this.data.names[place] ?? "" : "";
    const value = event && place >= 0 ? this.value(place, event) : "";
    this.root.querySelector(".readout").textContent = [name, value].filter(Boolean).join(": ");
  }

  value(place, event) {
    const { height, width, channels, photo } = this.data;
    const [left, top] = this.corner(place);
    const column = Math.floor((event.offsetX * this.plan.ratio - left) / this.plan.zoom);
    const row = Math.floor((event.offsetY * this.plan.ratio - top) / this.plan.zoom);
    if (photo || column < 0 || row < 0 || column >= width || row >= height) return "";
    const at = ((place * height + row) * width + column) * channels;
    const values = Array.from(this.pixels.slice(at, at + channels), (byte) => valueOf(this.data, place, byte));
    return values.map((value, c) => (channels === 3 ? "RGB"[c] + " " : "") + digits(value)).join("  ");
  }

  pick(place, pause) {
    if (!this.data.pickable || place < 0) return;
    this.chosen = this.data.ids[place];
    this.canvas.dataset.chosen = this.chosen;
    this.paint();
    this.tell(place);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.waiting = 0;
      this.send("picked", this.chosen);
    }, pause);
  }

  move(event) {
    const way = WAYS[event.key];
    if (!way || !this.data.pickable) return;
    event.preventDefault();
    const place = this.place(this.chosen);
    const next = place < 0 ? 0 : place + way[0] + way[1] * this.plan.across;
    if (next >= 0 && next < this.data.count) this.pick(next, PAUSE_MS);
  }

  remove() {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
  }
}

export default keptView(View);
