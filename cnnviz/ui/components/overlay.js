// A map over an image, each value a square; how much shines through is chosen here.

const views = new WeakMap(); // parentElement -> View

function decode(text) {
  return Uint8ClampedArray.from(atob(text), (letter) => letter.charCodeAt(0));
}

function digits(value) {
  if (Math.abs(value) < 1e-9) return "0";
  return (value < 0 ? "−" : "") + Number(Math.abs(value).toPrecision(2)).toString();
}

/** A picture as a canvas, a pixel a value. */
function sheet({ pixels, table, height, width, channels }) {
  const [bytes, colours] = [decode(pixels), decode(table)];
  const image = new ImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    const source = channels === 3 ? bytes : colours;
    const from = channels === 3 ? i * 3 : bytes[i] * 3;
    for (let c = 0; c < 3; c++) image.data[i * 4 + c] = source[from + c];
    image.data[i * 4 + 3] = 255;
  }
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

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
    this.image = sheet(data.image);
    this.map = sheet(data.map);
    this.bytes = decode(data.map.pixels);
    for (const part of ["low", "high", "title"]) this.root.querySelector(`.${part}`).textContent = data[part];
    this.root.querySelector(".ramp").style.background = `linear-gradient(to right, ${data.ramp.join(", ")})`;
    this.root.querySelector("figcaption").textContent = data.caption;
    this.canvas.setAttribute("aria-label", `${data.title}. ${data.caption}`);
    this.paint();
  }

  paint() {
    const available = this.root.querySelector("figure").clientWidth - 2;
    if (available <= 0 || !this.data) return;
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = this.image;
    const most = (Math.min(available, this.data.size) * ratio) / Math.max(width, height);
    const zoom = (this.zoom = most >= 1 ? Math.floor(most) : most);
    const [wide, high] = [Math.round(width * zoom), Math.round(height * zoom)];
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      Object.assign(this.canvas, { width: wide, height: high });
      Object.assign(this.canvas.style, { width: `${wide / ratio}px`, height: `${high / ratio}px` });
    }
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
    const { width, height, lows, highs } = this.data.map;
    const column = Math.floor((((event.offsetX * this.ratio) / this.zoom - left) / broad) * width);
    const row = Math.floor((((event.offsetY * this.ratio) / this.zoom - top) / tall) * height);
    const inside = row >= 0 && column >= 0 && row < height && column < width;
    const value = inside && lows[0] + ((highs[0] - lows[0]) * this.bytes[row * width + column]) / 255;
    this.root.querySelector(".readout").textContent = inside ? `row ${row}, column ${column}: ${digits(value)}` : "";
  }
}

export default function ({ data, parentElement }) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, (view = new View(parentElement)));
  view.update(data);
  return () => {
    view.observer.disconnect();
    views.delete(parentElement);
  };
}
