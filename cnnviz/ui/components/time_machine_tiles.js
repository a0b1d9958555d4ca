// Tiles on a canvas: one colour a value, enlarged by a whole number of device pixels wherever there is room.

const GAP = 3; // CSS pixels between tiles

/** How many columns, and how much a value is enlarged, so that tiles are as large as the box allows. */
function arrange(count, width, height, box, ratio, line) {
  const gap = Math.max(1, Math.round(GAP * ratio)) + (line ? 2 * Math.max(1, Math.round(ratio)) : 0);
  let best = null;
  for (let across = 1; across <= count; across++) {
    const down = Math.ceil(count / across);
    const wide = (box.width * ratio - gap * across) / across / width;
    const high = (box.height * ratio - gap * down) / down / height;
    const room = Math.min(wide, high);
    const zoom = room >= 1 ? Math.floor(room) : Math.max(room, 0.05);
    const empty = across * down - count;
    if (!best || zoom > best.zoom || (zoom === best.zoom && empty < best.empty)) best = { across, down, zoom, empty };
  }
  return { ...best, gap };
}

/** A grid of tiles that is painted again and again with other values. */
class Tiles {
  /** shape: count, width and height of the tiles; describe(tile, place) names what is under the pointer. */
  constructor(parent, shape, describe) {
    this.shape = shape;
    this.parent = parent;
    this.canvas = make("canvas", "", parent);
    this.canvas.setAttribute("role", "img");
    this.canvas.onpointermove = (event) => {
      const found = this.under(event);
      this.canvas.title = found ? describe(found.tile, found.place) : "";
    };
    this.sheet = document.createElement("canvas"); // all tiles at one pixel a value, in a row
    this.sheet.width = shape.width * shape.count;
    this.sheet.height = shape.height;
    this.pixels = new ImageData(this.sheet.width, this.sheet.height);
  }

  /** Takes the place there is; called when the box changes. */
  fit() {
    const { count, width, height } = this.shape;
    const ratio = window.devicePixelRatio || 1;
    const box = { width: this.parent.clientWidth, height: this.parent.clientHeight };
    if (box.width < 8 || box.height < 8) return;
    const plan = arrange(count, width, height, box, ratio, this.shape.line);
    this.plan = { ...plan, ratio, wide: Math.round(width * plan.zoom), high: Math.round(height * plan.zoom) };
    this.align(box.height * ratio);
    this.canvas.width = plan.across * (this.plan.wide + this.plan.gap);
    this.canvas.height = plan.down * (this.plan.high + this.plan.gap);
    this.canvas.style.width = `${this.canvas.width / ratio}px`;
    this.canvas.style.height = `${this.canvas.height / ratio}px`;
  }

  /** Takes the distances of the tiles it is like, where as many stand in a row and there is room. */
  align(room) {
    const [own, other] = [this.plan, this.like?.plan];
    if (!other || other.across !== own.across || own.zoom < 1) return;
    const gap = other.wide + other.gap - own.wide;
    if (gap > own.gap && own.down * (own.high + gap) <= room) own.gap = gap;
  }

  corner(tile) {
    const { across, wide, high, gap } = this.plan;
    const half = Math.floor(gap / 2);
    return [(tile % across) * (wide + gap) + half, Math.floor(tile / across) * (high + gap) + half];
  }

  /** colour(tile, place, pixels, at) writes red, green and blue at pixels[at...]. */
  paint(colour) {
    if (!this.plan) return;
    const { count, width, height } = this.shape;
    for (let tile = 0; tile < count; tile++) {
      for (let place = 0; place < width * height; place++) {
        const at = (Math.floor(place / width) * this.sheet.width + tile * width + (place % width)) * 4;
        colour(tile, place, this.pixels.data, at);
        this.pixels.data[at + 3] = 255;
      }
    }
    this.sheet.getContext("2d").putImageData(this.pixels, 0, 0);
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingEnabled = this.plan.zoom < 1;
    const { wide, high, ratio } = this.plan;
    const line = this.shape.line ? Math.max(1, Math.round(ratio)) : 0;
    if (line) context.fillStyle = getComputedStyle(this.canvas).color;
    for (let tile = 0; tile < count; tile++) {
      const [left, top] = this.corner(tile);
      if (line) context.fillRect(left - line, top - line, wide + 2 * line, high + 2 * line);
      context.drawImage(this.sheet, tile * width, 0, width, height, left, top, wide, high);
    }
  }

  under(event) {
    if (!this.plan) return null;
    const { across, wide, high, gap, zoom, ratio } = this.plan;
    const [x, y] = [event.offsetX * ratio, event.offsetY * ratio];
    const tile = Math.floor(y / (high + gap)) * across + Math.floor(x / (wide + gap));
    if (tile < 0 || tile >= this.shape.count || x / (wide + gap) >= across) return null;
    const [left, top] = this.corner(tile);
    const column = Math.min(this.shape.width - 1, Math.max(0, Math.floor((x - left) / zoom)));
    const row = Math.min(this.shape.height - 1, Math.max(0, Math.floor((y - top) / zoom)));
    return { tile, place: row * this.shape.width + column };
  }
}
