// A map over an image, each value a square; how much shines through is chosen here.

import { decodeBytes, digits, resized, sheetOf, tellFigure, valueOf } from "./pixels.js";
import { drawingRatio, saveButtons } from "./save_figure.js";
import { keptView } from "./views.js";


class View {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.range = root.querySelector("input");
    this.range.oninput = () => this.paint();
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(root.querySelector("figure"));
    this.canvas.onpointermove = (event) => this.tell(event);
    this.canvas.onpointerleave = () => (this.root.querySelector(".readout").textContent = "");
  }

  update(data) {
    this.data = data;
    this.image = sheetOf(data.image, decodeBytes(data.image.pixels), decodeBytes(data.image.table));
    this.bytes = decodeBytes(data.map.pixels);
    this.map = sheetOf(data.map, this.bytes, decodeBytes(data.map.table));
    this.root.querySelector(".title").textContent = data.title;
    tellFigure(this.root, data);
    saveButtons(this.root.querySelector("figure"), data.saved, () => this.paint());
    this.canvas.setAttribute("aria-label", `${data.title}. ${data.caption}`);
    this.paint();
  }

  paint() {
    const available = this.root.querySelector("figure").clientWidth - 2;
    if (available <= 0 || !this.data) return;
    const ratio = drawingRatio();
    const { width, height } = this.image;
    const most = (Math.min(available, this.data.size) * ratio) / Math.max(width, height);
    const zoom = (this.zoom = most >= 1 ? Math.floor(most) : most);
    const [wide, high] = [Math.round(width * zoom), Math.round(height * zoom)];
    resized(this.canvas, wide, high, ratio);
    const context = this.canvas.getContext("2d");
    const [top, left, tall, broad] = this.data.place;
    context.imageSmoothingEnabled = false;
    context.globalAlpha = 1;
    context.drawImage(this.image, 0, 0, wide, high);
    context.globalAlpha = this.range.value / 100;
    context.drawImage(this.map, left * zoom, top * zoom, broad * zoom, tall * zoom);
    this.ratio = ratio;
  }

  tell(event) {
    const [top, left, tall, broad] = this.data.place;
    const { width, height } = this.data.map;
    const column = Math.floor((((event.offsetX * this.ratio) / this.zoom - left) / broad) * width);
    const row = Math.floor((((event.offsetY * this.ratio) / this.zoom - top) / tall) * height);
    const inside = row >= 0 && column >= 0 && row < height && column < width;
    const value = inside && valueOf(this.data.map, 0, this.bytes[row * width + column]);
    this.root.querySelector(".readout").textContent = inside ? `row ${row}, column ${column}: ${digits(value)}` : "";
  }

  remove() {
    this.observer.disconnect();
  }
}

export default keptView(View);
