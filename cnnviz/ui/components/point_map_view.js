// Where the points of a map stand on the canvas: moved, zoomed, and on their way from one place to another.

const ROOM = 0.95; // of the canvas that the map takes
const [LEAST_ZOOM, MOST_ZOOM] = [0.5, 120];
const MOVE_MS = 900;

/** From the map's units, of which it takes `wide` times `high` round (0.5, 0.5), y upwards, to CSS pixels and back. */
export class Viewport {
  constructor() {
    Object.assign(this, { width: 0, height: 0, wide: 1, high: 1 });
    this.fit();
  }

  fit() {
    Object.assign(this, { x: 0.5, y: 0.5, zoom: 1 });
  }

  get isFitted() {
    return this.x === 0.5 && this.y === 0.5 && this.zoom === 1;
  }

  /** Shows a rectangle as large as it fits. */
  frame([x0, x1], [y0, y1]) {
    this.fit();
    const room = Math.min((ROOM * this.width) / Math.max(x1 - x0, 1e-9), (ROOM * this.height) / Math.max(y1 - y0, 1e-9));
    this.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, room / this.scale));
    [this.x, this.y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  }

  get scale() {
    return Math.min(this.width / this.wide, this.height / this.high) * ROOM * this.zoom;
  }

  left(x) {
    return (x - this.x) * this.scale + this.width / 2;
  }

  top(y) {
    return (this.y - y) * this.scale + this.height / 2;
  }

  unit(left, top) {
    return [this.x + (left - this.width / 2) / this.scale, this.y - (top - this.height / 2) / this.scale];
  }

  pan(right, down) {
    this.x -= right / this.scale;
    this.y += down / this.scale;
  }

  /** Zooms so that what is under a place stays there; the middle where none is given. */
  zoomBy(factor, left = this.width / 2, top = this.height / 2) {
    const [x, y] = this.unit(left, top);
    this.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, this.zoom * factor));
    const [nowX, nowY] = this.unit(left, top);
    this.x += x - nowX;
    this.y += y - nowY;
  }

  /** Moves as little as brings a point into the picture. */
  reveal(x, y) {
    const [left, top] = [this.left(x), this.top(y)];
    const edge = 24;
    this.pan(
      Math.max(0, edge - left) - Math.max(0, left - this.width + edge),
      Math.max(0, edge - top) - Math.max(0, top - this.height + edge),
    );
  }
}

/** The points' places, x and y of each in turn, which glide when new ones come. */
export class Places {
  constructor(moved) {
    this.moved = moved;
    this.now = new Float32Array();
  }

  get count() {
    return this.now.length / 2;
  }

  set(wanted) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    cancelAnimationFrame(this.frame);
    this.wanted = wanted;
    if (still || this.now.length !== wanted.length) {
      this.now = wanted;
      return this.moved();
    }
    const from = this.now.slice();
    const start = performance.now();
    const between = new Float32Array(wanted.length);
    const step = (time) => {
      const share = Math.min(1, Math.max(0, (time - start) / MOVE_MS));
      const eased = share * share * (3 - 2 * share);
      for (let i = 0; i < from.length; i++) between[i] = from[i] + (wanted[i] - from[i]) * eased;
      this.now = share < 1 ? between : wanted;
      if (share < 1) this.frame = requestAnimationFrame(step);
      this.moved();
    };
    this.frame = requestAnimationFrame(step);
  }

  stop() {
    cancelAnimationFrame(this.frame);
  }
}
