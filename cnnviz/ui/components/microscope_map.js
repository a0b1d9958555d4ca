// One map on a canvas: whole-number enlargement in device pixels, hatched padding, outlines, and the pixel pointed at.

export class MapView {
  /** `figure` holds a title, a canvas and a scale; `ink` gives the theme's colours. */
  constructor(figure, ink) {
    this.figure = figure;
    this.ink = ink;
    this.canvas = figure.querySelector("canvas");
    this.bitmap = document.createElement("canvas");
    this.outlines = [];
    this.marks = [];
    this.shown = Infinity; // pixels that are drawn in full; the rest is still to come
    this.canvas.onpointermove = (event) => event.pointerType !== "touch" && this.onpoint?.(this.at(event));
    this.canvas.onpointerleave = (event) => event.pointerType !== "touch" && this.onpoint?.(null);
    this.canvas.onclick = (event) => {
      const place = this.at(event);
      if (place) this.onpick?.(place);
    };
  }

  /** Take new pixels; `color(place)` gives the colour of one, row after row. */
  load({ height, width, padding, color }) {
    const none = { top: 0, left: 0, bottom: 0, right: 0 };
    Object.assign(this, { height, width, padding: padding ?? none });
    this.bitmap.width = width;
    this.bitmap.height = height;
    const context = this.bitmap.getContext("2d");
    const picture = context.createImageData(width, height);
    for (let place = 0; place < height * width; place++) {
      const [red, green, blue] = color(place);
      picture.data.set([red, green, blue, 255], place * 4);
    }
    context.putImageData(picture, 0, 0);
  }

  get columns() {
    return this.width + this.padding.left + this.padding.right;
  }

  get lines() {
    return this.height + this.padding.top + this.padding.bottom;
  }

  /** The largest enlargement, in device pixels, that fits; whole where it enlarges. */
  fitting(width, height, ratio, most) {
    const zoom = Math.min((width * ratio) / this.columns, (height * ratio) / this.lines, most);
    return zoom >= 1 ? Math.floor(zoom) : zoom;
  }

  scaleBar(scale, low, high) {
    this.figure.querySelector(".ramp").style.background = scale ? scale.gradient() : "";
    this.figure.querySelector(".scale").classList.toggle("none", !scale);
    this.figure.querySelector(".low").textContent = low;
    this.figure.querySelector(".high").textContent = high;
  }

  paint(zoom, ratio) {
    Object.assign(this, { zoom, ratio });
    const [wide, high] = [Math.round(this.columns * zoom), Math.round(this.lines * zoom)];
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      Object.assign(this.canvas, { width: wide, height: high });
      this.canvas.style.width = `${wide / ratio}px`;
      this.canvas.style.height = `${high / ratio}px`;
    }
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, wide, high);
    const { left, top } = this.padding;
    if (this.columns > this.width || this.lines > this.height) this.hatch(context, wide, high);
    context.imageSmoothingEnabled = zoom < 1;
    context.drawImage(this.bitmap, left * zoom, top * zoom, this.width * zoom, this.height * zoom);
    this.veil(context);
    for (const { row, column, height, width, strong } of this.outlines)
      this.frame(context, row, column, height, width, this.ink(strong ? "accent" : "muted"), strong ? 2.5 : 1.5);
    this.mark(context);
  }

  /** Single pixels, each framed inside, and a frame round them all. */
  mark(context) {
    if (!this.marks.length) return;
    const { zoom, ratio, padding } = this;
    const line = Math.max(1, Math.min(2.5 * ratio, zoom / 7));
    context.strokeStyle = this.ink("mark");
    context.lineWidth = line;
    const side = zoom - line;
    for (const [row, column] of this.marks)
      context.strokeRect((column + padding.left) * zoom + line / 2, (row + padding.top) * zoom + line / 2, side, side);
    if (!this.ringed) return;
    const [rows, columns] = [0, 1].map((axis) => this.marks.map((mark) => mark[axis]));
    const [top, left] = [Math.min(...rows), Math.min(...columns)];
    this.frame(context, top, left, Math.max(...rows) - top + 1, Math.max(...columns) - left + 1, this.ink("mark"), 2);
  }

  /** The padding round the image: nothing was ever there. */
  hatch(context, wide, high) {
    context.save();
    context.fillStyle = this.ink("surface");
    context.fillRect(0, 0, wide, high);
    context.strokeStyle = this.ink("line");
    context.lineWidth = this.ratio;
    context.beginPath();
    for (let x = -high; x < wide; x += 5 * this.ratio) {
      context.moveTo(x, high);
      context.lineTo(x + high, 0);
    }
    context.stroke();
    context.restore();
  }

  /** What is still to be computed while a scan runs is only hinted at. */
  veil(context) {
    if (this.shown >= this.height * this.width) return;
    const [row, column] = [Math.floor(this.shown / this.width), this.shown % this.width];
    context.save();
    context.globalAlpha = 0.86;
    context.fillStyle = this.ink("background");
    context.fillRect(column * this.zoom, row * this.zoom, (this.width - column) * this.zoom, this.zoom);
    context.fillRect(0, (row + 1) * this.zoom, this.width * this.zoom, (this.height - row - 1) * this.zoom);
    context.restore();
  }

  frame(context, row, column, height, width, color, thick) {
    const { zoom, ratio, padding } = this;
    const line = Math.max(1, Math.round(thick * ratio));
    const box = [(column + padding.left) * zoom, (row + padding.top) * zoom, width * zoom, height * zoom];
    for (const [style, grow] of [[this.ink("background"), line], [color, 0]]) {
      context.strokeStyle = style;
      context.lineWidth = line;
      const out = grow + line / 2;
      const left = Math.max(line / 2, box[0] - out);
      const top = Math.max(line / 2, box[1] - out);
      const right = Math.min(this.canvas.width - line / 2, box[0] + box[2] + out);
      const bottom = Math.min(this.canvas.height - line / 2, box[1] + box[3] + out);
      context.strokeRect(left, top, right - left, bottom - top);
    }
  }

  /** The pixel under the pointer as [row, column], or null in the padding. */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns) - this.padding.left;
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.lines) - this.padding.top;
    return row >= 0 && column >= 0 && row < this.height && column < this.width ? [row, column] : null;
  }

  /** Where a box of pixels lies in the window, in CSS pixels. */
  area(row, column, height, width) {
    const box = this.canvas.getBoundingClientRect();
    const size = box.width / this.columns;
    const top = box.top + (row + this.padding.top) * size;
    const left = box.left + (column + this.padding.left) * size;
    return { top, left, right: left + width * size, bottom: top + height * size };
  }
}
