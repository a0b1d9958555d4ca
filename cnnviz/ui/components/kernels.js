// Kernels on a canvas: whole-number enlargement in device pixels, a fade from the weights before to the new ones.

const FADE_MS = 600;
const GUTTER = 4; // CSS pixels, of which the lines round kernels take two
const LARGEST = 96; // CSS pixels: larger kernels show nothing more
const views = new WeakMap(); // parentElement -> View

function decode(text) {
  return Uint8ClampedArray.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** How the kernels lie: columns, and weight, gutter and line in device pixels, for a width in CSS pixels. */
function arrange({ filters, height, width, columns, smallest }, available, ratio) {
  const long = Math.max(height, width);
  const fitting = Math.max(1, Math.floor((available + GUTTER) / (smallest + GUTTER)));
  const across = Math.min(columns, fitting, filters);
  const line = Math.max(1, Math.round(ratio));
  const gutter = Math.round(GUTTER * ratio);
  const room = Math.floor((available * ratio - gutter * (across - 1) - 2 * line) / across);
  const zoom = Math.max(1, Math.floor(Math.min(room / width, (LARGEST * ratio) / long)));
  return { across, down: Math.ceil(filters / across), zoom, gutter, line };
}

class View {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.shown = null; // the colours on the canvas now
    this.frame = 0;
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(root.querySelector("figure"));
    this.canvas.onpointermove = (event) => this.name(event);
  }

  update(data) {
    const target = decode(data.tiles);
    const before = this.shown?.length === target.length ? Float32Array.from(this.shown) : null;
    const same = this.data?.tiles === data.tiles;
    this.data = data;
    this.words(data);
    if (same) return this.paint();
    cancelAnimationFrame(this.frame);
    if (!before || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.shown = target;
      return this.paint();
    }
    this.fade(before, target);
  }

  fade(before, target) {
    const start = performance.now();
    const step = (now) => {
      const share = Math.min(1, Math.max(0, (now - start) / FADE_MS));
      const eased = share * (2 - share);
      for (let i = 0; i < target.length; i++) this.shown[i] = before[i] + (target[i] - before[i]) * eased;
      this.paint();
      if (share < 1) this.frame = requestAnimationFrame(step);
    };
    this.shown = Uint8ClampedArray.from(before);
    this.frame = requestAnimationFrame(step);
  }

  paint() {
    const available = this.root.querySelector("figure").clientWidth;
    if (!available || !this.shown) return;
    const { filters, height, width } = this.data;
    const ratio = window.devicePixelRatio || 1;
    const plan = arrange(this.data, available, ratio);
    this.plan = { ...plan, ratio };
    const { across, down, zoom, gutter, line } = plan;
    const [wide, high] = [width * zoom, height * zoom];
    this.size(across * (wide + gutter) - gutter + 2 * line, down * (high + gutter) - gutter + 2 * line, ratio);
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const frame = getComputedStyle(this.canvas).color;
    for (let filter = 0; filter < filters; filter++) {
      const left = line + (filter % across) * (wide + gutter);
      const top = line + Math.floor(filter / across) * (high + gutter);
      context.fillStyle = frame;
      context.fillRect(left - line, top - line, wide + 2 * line, high + 2 * line);
      for (let place = 0; place < height * width; place++) {
        const at = (filter * height * width + place) * 3;
        context.fillStyle = `rgb(${this.shown[at]} ${this.shown[at + 1]} ${this.shown[at + 2]})`;
        context.fillRect(left + (place % width) * zoom, top + Math.floor(place / width) * zoom, zoom, zoom);
      }
    }
  }

  size(width, height, ratio) {
    if (this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.canvas.style.width = `${width / ratio}px`;
    this.canvas.style.height = `${height / ratio}px`;
  }

  words({ low, high, ramp, caption }) {
    this.root.querySelector(".low").textContent = low;
    this.root.querySelector(".high").textContent = high;
    this.root.querySelector(".ramp").style.background = `linear-gradient(to right, ${ramp.join(", ")})`;
    this.root.querySelector("figcaption").textContent = caption;
    this.canvas.setAttribute("aria-label", caption);
  }

  /** Tells the number of the kernel under the pointer, by the browser's own tooltip. */
  name(event) {
    const { across, zoom, gutter, ratio } = this.plan;
    const { filters, height, width } = this.data;
    const column = Math.floor((event.offsetX * ratio) / (width * zoom + gutter));
    const filter = Math.floor((event.offsetY * ratio) / (height * zoom + gutter)) * across + column;
    this.canvas.title = filter < filters ? `filter ${filter}` : "";
  }

  remove() {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
  }
}

export default function ({ data, parentElement }) {
  let view = views.get(parentElement);
  if (!view) {
    view = new View(parentElement);
    views.set(parentElement, view);
  }
  view.update(data);
  return () => {
    view.remove();
    views.delete(parentElement);
  };
}
