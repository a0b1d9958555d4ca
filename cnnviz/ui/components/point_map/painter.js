// How the points are drawn: a disc where the network is right, a cross where it is wrong, or the pictures themselves.

import { brush, resized } from "../kit/canvas.js";

// ---- Ten thousand marks in a few milliseconds: blended into a picture by hand, which needs no graphics card.

const SMOOTH = 4; // places in a pixel, across and down, that are looked at to smooth a mark's edge

/** Red, green and blue as one number, as a little-endian picture has them. @param {number[]} rgb */
export function packed([red, green, blue]) {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** @param {number} x @param {number} y @param {number} radius */
function isOnDisc(x, y, radius) {
  return x * x + y * y <= radius * radius;
}

/** @param {number} x @param {number} y @param {number} radius @param {number} line */
function isOnCross(x, y, radius, line) {
  const [along, across] = [(x + y) * Math.SQRT1_2, (x - y) * Math.SQRT1_2];
  const [reach, half] = [radius * 1.3, line / 2];
  return (
    (Math.abs(across) <= half && Math.abs(along) <= reach) || (Math.abs(along) <= half && Math.abs(across) <= reach)
  );
}

/**
 * Which pixels a mark covers, and how much of each in 256ths, with its middle `right` and `down` of a pixel's corner.
 * @param {number} radius @param {boolean} isCross @param {number} rim @param {number} right @param {number} down
 * @param {number} stride @param {number} opacity
 */
function maskOf(radius, isCross, rim, right, down, stride, opacity) {
  const size = radius + rim;
  const line = Math.max(1.3, radius * 0.5) + 2 * rim;
  const reach = Math.ceil(size * 1.3 + 1);
  /** @type {number[]} */
  const offsets = [];
  /** @type {number[]} */
  const shares = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      let hits = 0;
      for (let n = 0; n < SMOOTH * SMOOTH; n++) {
        const [px, py] = [
          x + ((n % SMOOTH) + 0.5) / SMOOTH - right,
          y + (Math.floor(n / SMOOTH) + 0.5) / SMOOTH - down,
        ];
        hits += (isCross ? isOnCross(px, py, size, line) : isOnDisc(px, py, size)) ? 1 : 0;
      }
      if (!hits) continue;
      offsets.push(y * stride + x);
      shares.push(Math.round((256 * opacity * hits) / (SMOOTH * SMOOTH)));
    }
  }
  return { offsets: Int32Array.from(offsets), shares: Uint16Array.from(shares), reach };
}

/** @typedef {ReturnType<typeof maskOf>} Mask */

export class Dots {
  width = 0;
  height = 0;
  border = 0;
  stride = 0;
  /** @type {ImageData} */ image;
  pixels = new Uint32Array();
  /** @type {Map<string, Mask[]>} */ masks = new Map();

  /** @param {CanvasRenderingContext2D} context */
  constructor(context) {
    this.context = context;
  }

  /**
   * Prepares an empty picture of so many device pixels, with a border that marks may reach into.
   * @param {number} width @param {number} height @param {number} border @param {number} background
   */
  begin(width, height, border, background) {
    if (width !== this.width || height !== this.height || border !== this.border) {
      Object.assign(this, { width, height, border, stride: width + 2 * border });
      this.image = new ImageData(this.stride, height + 2 * border);
      this.pixels = new Uint32Array(this.image.data.buffer);
      this.masks.clear();
    }
    this.pixels.fill(background);
  }

  end() {
    this.context.putImageData(this.image, -this.border, -this.border);
  }

  /**
   * The four masks of a mark: its middle in each quarter of a pixel.
   * @param {number} radius @param {boolean} isCross @param {number} rim @param {number} opacity
   */
  mark(radius, isCross, rim, opacity) {
    const key = `${radius.toFixed(2)} ${isCross} ${rim} ${opacity}`;
    if (this.masks.size > 200) this.masks.clear();
    let masks = this.masks.get(key);
    if (!masks) {
      const middle = (/** @type {number} */ n) => n / 2 + 0.25;
      masks = [0, 1, 2, 3].map((n) =>
        maskOf(radius, isCross, rim, middle(n % 2), middle(n >> 1), this.stride, opacity),
      );
      this.masks.set(key, masks);
    }
    return masks;
  }

  /**
   * Blends a mark in; its middle is given in device pixels.
   * @param {Mask[]} masks @param {number} color @param {number} left @param {number} top
   */
  put(masks, color, left, top) {
    const [column, row] = [Math.floor(left), Math.floor(top)];
    const { border, stride, pixels } = this;
    const { offsets, shares, reach } = masks[(left - column >= 0.5 ? 1 : 0) + (top - row >= 0.5 ? 2 : 0)];
    if (column < reach - border || row < reach - border) return;
    if (column >= this.width + border - reach || row >= this.height + border - reach) return;
    const middle = (row + border) * stride + column + border;
    const [ends, green] = [color & 0xff00ff, color & 0xff00];
    for (let k = 0; k < offsets.length; k++) {
      const at = middle + offsets[k];
      const share = shares[k];
      const below = pixels[at];
      const rest = 256 - share;
      const mixed = (Math.imul(ends, share) + Math.imul(below & 0xff00ff, rest)) >>> 8;
      const between = (Math.imul(green, share) + Math.imul(below & 0xff00, rest)) >>> 8;
      pixels[at] = 0xff000000 | (mixed & 0xff00ff) | (between & 0xff00);
    }
  }
}

// ---- The points and all round them.

const [OPACITY, FADED] = [0.85, 0.12];
const SPARSE = 1500; // points in view, about: fewer get a rim that parts them
const PICTURE = 32; // CSS pixels of a picture's longer side, about
const FRAME = 2;
const GUTTER = 4;

/**
 * How large a disc is: few points are large, many small, and all grow as one comes nearer.
 * @param {number} count @param {number} zoom
 */
export function radiusOf(count, zoom) {
  const plain = Math.min(7, Math.max(2.4, 7 - Math.log10(Math.max(1, count)) * 1.15));
  return Math.min(9, plain * Math.max(1, zoom) ** 0.3);
}

/**
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("../kit/sheets.js").SheetStore} SheetStore
 */

export class Painter {
  ratio = 1;
  width = 0;
  height = 0;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = brush(canvas);
    this.dots = new Dots(this.context);
  }

  /** Sizes the canvas to its room in CSS pixels, sharp on every screen. @param {number} width @param {number} height */
  size(width, height) {
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this, { ratio, width, height });
    resized(this.canvas, Math.round(width * ratio), Math.round(height * ratio), ratio);
  }

  clear() {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.globalAlpha = 1;
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** Those not chosen fade. @param {Scene} scene @param {boolean} faded whether all do */
  points(scene, faded) {
    const { dots, ratio } = this;
    const { shown, chosen, wrong, group, anyChosen, visible, view } = scene;
    const radius = radiusOf(visible, view.zoom) * ratio;
    const rim = visible / view.zoom ** 2 < SPARSE ? ratio * 0.8 : 0;
    const colors = scene.colors.map((one) => packed(one.rgb));
    const halo = packed(scene.halo.rgb);
    dots.begin(this.canvas.width, this.canvas.height, Math.ceil(16 * ratio), halo);
    for (const front of anyChosen ? [false, true] : [true]) {
      const opacity = front && !faded ? OPACITY : FADED;
      const marks = [false, true].map((isCross) => dots.mark(radius, isCross, 0, opacity));
      const rims = [false, true].map((isCross) => dots.mark(radius, isCross, rim, opacity));
      for (let i = 0; i < shown.length; i++) {
        if (!shown[i] || (anyChosen && Boolean(chosen[i]) !== front)) continue;
        const [left, top] = this.at(scene, i);
        if (rim) dots.put(rims[wrong[i]], halo, left, top);
        dots.put(marks[wrong[i]], colors[group[i]], left, top);
      }
    }
    dots.end();
  }

  /** The middle of a point in device pixels. @param {Scene} scene @param {number} i */
  at({ view, places }, i) {
    return [view.left(places[2 * i]) * this.ratio, view.top(places[2 * i + 1]) * this.ratio];
  }

  /**
   * Draws as many pictures as fit side by side; returns their numbers.
   * @param {Scene} scene @param {SheetStore} store
   */
  pictures(scene, store) {
    const { context, ratio } = this;
    const [width, height] = this.pictureSize(store);
    const drawn = this.spread(scene, Math.max(width, height) / ratio + 2 * FRAME + GUTTER);
    const line = Math.round(FRAME * ratio);
    for (const i of drawn) {
      const [left, top] = this.corner(scene, i, width, height);
      context.globalAlpha = scene.anyChosen && !scene.chosen[i] ? 0.3 : 1;
      context.fillStyle = scene.colors[scene.group[i]].css;
      context.fillRect(left - line, top - line, width + 2 * line, height + 2 * line);
      context.fillStyle = scene.halo.css;
      context.fillRect(left, top, width, height);
      store.draw(context, i, left, top, width, height);
      if (scene.wrong[i]) this.crossed(left + width, top, scene);
    }
    context.globalAlpha = 1;
    return drawn;
  }

  /** The cross on a picture's corner. @param {number} left @param {number} top @param {Scene} scene */
  crossed(left, top, { bad, halo }) {
    const { context, ratio } = this;
    const [size, inset] = [3 * ratio, 5 * ratio];
    context.fillStyle = halo.css;
    context.fillRect(left - 2 * inset, top, 2 * inset, 2 * inset);
    context.strokeStyle = bad.css;
    context.lineWidth = 1.6 * ratio;
    context.beginPath();
    for (const way of [1, -1]) {
      context.moveTo(left - inset - size, top + inset - way * size);
      context.lineTo(left - inset + size, top + inset + way * size);
    }
    context.stroke();
  }

  /** In device pixels: enlarged by a whole number, small ones to about PICTURE. @param {SheetStore} store */
  pictureSize({ width, height }) {
    const zoom = Math.max(1, Math.floor((PICTURE * this.ratio) / Math.max(width, height, 1)));
    return [width * zoom, height * zoom];
  }

  /** @param {import("./scene.js").Scene} scene @param {number} i @param {number} width @param {number} height */
  corner(scene, i, width, height) {
    const [left, top] = this.at(scene, i);
    return [Math.round(left - width / 2), Math.round(top - height / 2)];
  }

  /**
   * A point for each cell of a grid, chosen ones first; it holds still while one moves, and nearly so while one zooms.
   *
   * @param {Scene} scene
   * @param {number} cell
   */
  spread({ view, places, shown, chosen, anyChosen }, cell) {
    const size = cell / 2 ** (Math.floor(Math.log2(view.scale) * 4) / 4);
    const [x0, y1] = view.unit(-cell, -cell);
    const [x1, y0] = view.unit(this.width + cell, this.height + cell);
    const taken = new Map();
    for (let i = 0; i < shown.length; i++) {
      const [x, y] = [places[2 * i], places[2 * i + 1]];
      if (!shown[i] || x < x0 || x > x1 || y < y0 || y > y1) continue;
      const at = Math.floor(x / size) * 100003 + Math.floor(y / size);
      const before = taken.get(at);
      if (before === undefined || (anyChosen && chosen[i] && !chosen[before])) taken.set(at, i);
    }
    return [...taken.values()];
  }

  /**
   * The line drawn round points; dashed while it is drawn.
   * @param {number[][]} corners @param {string} color @param {boolean} open
   */
  border(corners, color, open) {
    const { context, ratio } = this;
    context.beginPath();
    for (const [left, top] of corners) context.lineTo(left * ratio, top * ratio);
    context.closePath();
    context.globalAlpha = 0.08;
    context.fillStyle = color;
    context.fill("evenodd");
    context.globalAlpha = 1;
    context.strokeStyle = color;
    context.lineWidth = 1.5 * ratio;
    context.setLineDash(open ? [5 * ratio, 4 * ratio] : []);
    context.stroke();
    context.setLineDash([]);
  }

  /**
   * A ring round one point: two lines, since one might be a part of the picture.
   * @param {number} left @param {number} top @param {number} radius
   * @param {Record<"ink" | "halo", import("./scene.js").Colour>} colours
   */
  ring(left, top, radius, { ink, halo }) {
    const { context, ratio } = this;
    for (const { color, width } of [
      { color: halo.css, width: 5 },
      { color: ink.css, width: 2 },
    ]) {
      context.beginPath();
      context.arc(left * ratio, top * ratio, radius * ratio, 0, 2 * Math.PI);
      context.strokeStyle = color;
      context.lineWidth = width * ratio;
      context.stroke();
    }
  }
}
