// How the points are drawn: a disc where the network is right, a cross where it is wrong, or the pictures themselves.

import { Dots, packed } from "./point_map_dots.js";

const [OPACITY, FADED] = [0.85, 0.12];
const SPARSE = 1500; // points in view, about: fewer get a rim that parts them
const PICTURE = 32; // CSS pixels of a picture's longer side, about
const FRAME = 2;
const GUTTER = 4;

/** How large a disc is: few points are large, many small, and all grow a little as one comes nearer. */
export function radiusOf(count, zoom) {
  const plain = Math.min(7, Math.max(2.4, 7 - Math.log10(Math.max(1, count)) * 1.15));
  return Math.min(9, plain * Math.max(1, zoom) ** 0.3);
}

export class Painter {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.dots = new Dots(this.context);
  }

  /** Sizes the canvas to its room in CSS pixels, sharp on every screen. */
  size(width, height) {
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this, { ratio, width, height });
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== wide || this.canvas.height !== high) Object.assign(this.canvas, { width: wide, height: high });
  }

  clear() {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.globalAlpha = 1;
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** scene: view, places, shown, chosen, wrong, group, colors, halo; see Scene. Those not chosen fade. */
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

  /** The middle of a point in device pixels. */
  at({ view, places }, i) {
    return [view.left(places[2 * i]) * this.ratio, view.top(places[2 * i + 1]) * this.ratio];
  }

  /** Draws as many pictures as fit side by side; returns their numbers. */
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

  /** The cross on a picture's corner. */
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

  /** In device pixels: enlarged by a whole number, small ones to about PICTURE. */
  pictureSize({ width, height }) {
    const zoom = Math.max(1, Math.floor((PICTURE * this.ratio) / Math.max(width, height, 1)));
    return [width * zoom, height * zoom];
  }

  corner(scene, i, width, height) {
    const [left, top] = this.at(scene, i);
    return [Math.round(left - width / 2), Math.round(top - height / 2)];
  }

  /** A point for each cell of a grid, chosen ones first; it holds still while one moves, and nearly so while one zooms. */
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

  /** The line drawn round points; dashed while it is drawn. */
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

  /** A ring round one point: two lines, since one might be a part of the picture. */
  ring(left, top, radius, { ink, halo }) {
    const { context, ratio } = this;
    for (const [color, width] of [[halo.css, 5], [ink.css, 2]]) {
      context.beginPath();
      context.arc(left * ratio, top * ratio, radius * ratio, 0, 2 * Math.PI);
      context.strokeStyle = color;
      context.lineWidth = width * ratio;
      context.stroke();
    }
  }
}
