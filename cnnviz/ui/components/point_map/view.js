// Where the points of a map stand on the canvas: moved, zoomed, gliding to other places; and the lines round them.

/** @typedef {[x: number, y: number]} Point in the map's units */

const ROOM = 0.95; // of the canvas that the map takes
const [LEAST_ZOOM, MOST_ZOOM] = [0.5, 120];
const MOVE_MS = 900;

/** From the map's units, of which it takes `wide` times `high` round (0.5, 0.5), y upwards, to CSS pixels and back. */
export class Viewport {
  width = 0;
  height = 0;
  wide = 1;
  high = 1;
  x = 0.5;
  y = 0.5;
  zoom = 1;

  fit() {
    Object.assign(this, { x: 0.5, y: 0.5, zoom: 1 });
  }

  get isFitted() {
    return this.x === 0.5 && this.y === 0.5 && this.zoom === 1;
  }

  /** Shows a rectangle as large as it fits. @param {number[]} across @param {number[]} down */
  frame([x0, x1], [y0, y1]) {
    this.fit();
    const room = Math.min(
      (ROOM * this.width) / Math.max(x1 - x0, 1e-9),
      (ROOM * this.height) / Math.max(y1 - y0, 1e-9),
    );
    this.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, room / this.scale));
    [this.x, this.y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  }

  get scale() {
    return Math.min(this.width / this.wide, this.height / this.high) * ROOM * this.zoom;
  }

  /** @param {number} x */
  left(x) {
    return (x - this.x) * this.scale + this.width / 2;
  }

  /** @param {number} y */
  top(y) {
    return (this.y - y) * this.scale + this.height / 2;
  }

  /** @param {number} left @param {number} top @returns {Point} */
  unit(left, top) {
    return [this.x + (left - this.width / 2) / this.scale, this.y - (top - this.height / 2) / this.scale];
  }

  /** @param {number} right @param {number} down */
  pan(right, down) {
    this.x -= right / this.scale;
    this.y += down / this.scale;
  }

  /** Zooms so that what is under a place stays there; the middle where none is given. @param {number} factor */
  zoomBy(factor, left = this.width / 2, top = this.height / 2) {
    const [x, y] = this.unit(left, top);
    this.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, this.zoom * factor));
    const [nowX, nowY] = this.unit(left, top);
    this.x += x - nowX;
    this.y += y - nowY;
  }

  /** Moves as little as brings a point into the picture. @param {number} x @param {number} y */
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
  now = new Float32Array();
  wanted = this.now;

  /** @param {import("../kit/life.js").Glide} glide @param {() => void} moved */
  constructor(glide, moved) {
    this.glide = glide;
    this.moved = moved;
  }

  /** @param {Float32Array<ArrayBuffer>} wanted */
  set(wanted) {
    this.wanted = wanted;
    const from = this.now.slice();
    const between = new Float32Array(wanted.length);
    this.glide.run(from.length === wanted.length ? MOVE_MS : 0, (share) => {
      const eased = share * share * (3 - 2 * share);
      if (share < 1) for (let i = 0; i < from.length; i++) between[i] = from[i] + (wanted[i] - from[i]) * eased;
      this.now = share < 1 ? between : wanted;
      this.moved();
    });
  }
}

// ---- A line drawn round points: thinned, written into a link, and which points lie inside.

const LOW = -0.5; // the line's places are kept from here, in the map's units,
const SPAN = 2; // over so much,
const STEPS = 36 ** 3 - 1; // in so many steps: three letters each

/**
 * Leaves out corners that lie within `near` of the line without them (Ramer, Douglas and Peucker).
 *
 * @param {Point[]} corners
 * @param {number} near
 * @returns {Point[]}
 */
export function thinned(corners, near) {
  if (corners.length < 3) return corners;
  const [first, last] = [corners[0], corners[corners.length - 1]];
  let [farthest, distance] = [0, 0];
  for (let i = 1; i < corners.length - 1; i++) {
    const away = distanceToLine(corners[i], first, last);
    if (away > distance) [farthest, distance] = [i, away];
  }
  if (distance <= near) return [first, last];
  return [...thinned(corners.slice(0, farthest + 1), near).slice(0, -1), ...thinned(corners.slice(farthest), near)];
}

/** @param {Point} point @param {Point} from @param {Point} to */
function distanceToLine([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = Math.hypot(dx, dy);
  if (!length) return Math.hypot(x - ax, y - ay);
  return Math.abs(dx * (ay - y) - (ax - x) * dy) / length;
}

/** Corners in the map's units as text, three letters a number. @param {Point[]} corners */
export function written(corners) {
  const letters = (/** @type {number} */ value) => {
    const step = Math.round(Math.min(1, Math.max(0, (value - LOW) / SPAN)) * STEPS);
    return step.toString(36).padStart(3, "0");
  };
  return corners.flat().map(letters).join("");
}

/** Such a text as corners. @param {string} text @returns {Point[]} */
export function read(text) {
  const numbers = (text.match(/.{3}/g) ?? []).map((letters) => LOW + (parseInt(letters, 36) / STEPS) * SPAN);
  const pair = (/** @type {unknown} */ _, /** @type {number} */ n) =>
    /** @type {Point} */ ([numbers[2 * n], numbers[2 * n + 1]]);
  return Array.from({ length: Math.floor(numbers.length / 2) }, pair);
}

/**
 * Whether a place lies inside: a line from it to the right crosses the border an odd number of times.
 * @param {Point[]} corners @param {number} x @param {number} y
 */
export function isInside(corners, x, y) {
  let inside = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [[ax, ay], [bx, by]] = [corners[i], corners[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
