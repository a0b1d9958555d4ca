// The panels of the time machine. Each knows how to take its place (fit) and how to show a moment (paint).

import { bytes, halves, numbers } from "../kit/bytes.js";
import { brush, resized, sheet, sheetOf, wholeZoom } from "../kit/canvas.js";
import { element } from "../kit/dom.js";
import { tellScale } from "../kit/figure.js";
import { digits } from "../kit/numbers.js";
import { saveButtons } from "../kit/save.js";
import { Track } from "./data.js";
import { Tiles } from "./tiles.js";

/**
 * @typedef {{ low: string, high: string, ramp: string[] } | null} Scale
 * @typedef {{ title: string, caption: string, scale: Scale }} Words
 * @typedef {{ sequential: Uint8Array, diverging: Uint8Array, heat: Uint8Array }} Tables of 256 colours
 * @typedef {{ fit: () => void, paint: (moment: number) => void, tiles?: Tiles }} Part
 * @typedef {{ values: string, frames: number, height: number, width: number }} Frames base64 of all values, frame by frame
 *
 * @typedef {Frames & { channels: number, filters: number, limit: number, words: Words }} Kernels half-precision values
 * @typedef {Frames & { filters: number[], limit: number, signed: boolean, words: Words }} Maps a byte a value
 * @typedef {{ values?: string, frames: number, classes: number, totals: number[], missing?: string, words: Words }} Confusion
 * @typedef {{ values: string, height: number, width: number, title: string, labelled: boolean }} Photo
 */

const OPACITY = 153; // of the heatmap, out of 255: one for all pixels, so that a colour means the same everywhere

export class Panel {
  /** @param {HTMLElement} stage @param {string} area */
  constructor(stage, area) {
    this.node = element("section", `panel ${area}`, stage);
    const head = element("header", "", this.node);
    this.title = element("h3", "cut", head);
    this.note = element("span", "note cut", head);
    this.body = element("div", "body", this.node);
    this.scale = element("div", "scale", this.node);
    this.caption = element("p", "caption", this.node);
  }

  /**
   * @param {string} title @param {string} caption @param {Scale} scale
   * @param {import("../kit/save.js").Saved | null} saved
   */
  tell(title, caption, scale, saved) {
    this.title.textContent = title;
    this.caption.textContent = caption;
    saveButtons(this.node, saved);
    this.scale.hidden = !scale;
    tellScale(this.scale, scale?.low, scale?.high, scale?.ramp);
  }

  /**
   * Holds the place of what is still to come, or says why it does not.
   * @param {string} title @param {string} text @param {boolean} busy
   */
  wait(title, text, busy) {
    this.tell(title, "", null, null);
    this.body.replaceChildren(element("div", busy ? "waiting busy" : "waiting", null, text));
  }
}

/**
 * Writes a colour out of a table.
 * @param {Uint8Array} table @param {number} index @param {Uint8ClampedArray} pixels @param {number} at
 */
function look(table, index, pixels, at) {
  const from = Math.min(255, Math.max(0, Math.round(index))) * 3;
  pixels[at] = table[from];
  pixels[at + 1] = table[from + 1];
  pixels[at + 2] = table[from + 2];
}

/**
 * Kernels in the colours of the mosaic: three channels as red, green and blue, else their mean.
 *
 * @param {Panel} panel
 * @param {Kernels} kernels
 * @param {Tables} tables
 */
export function kernelTiles(panel, kernels, tables) {
  const { filters, height, width, channels, limit } = kernels;
  const track = new Track(halves(kernels.values), kernels.frames); // a frame is (height, width, channels, filters)
  const weight = (/** @type {number} */ filter, /** @type {number} */ place, /** @type {number} */ channel) =>
    track.out[(place * channels + channel) * filters + filter] / limit;
  const mean = (/** @type {number} */ filter, /** @type {number} */ place) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += weight(filter, place, channel);
    return sum / channels;
  };
  panel.body.replaceChildren();
  const tiles = new Tiles(panel.body, { count: filters, width, height, line: true }, (filter, place) => {
    const length = Math.min(channels, 3);
    const values = Array.from({ length }, (_, channel) => digits(weight(filter, place, channel) * limit));
    const row = Math.floor(place / width);
    return `filter ${filter}, row ${row}, column ${place % width}: ${values.join(", ")}${channels > 3 ? ", …" : ""}`;
  });
  /** @type {import("./tiles.js").Colour} */
  const coloured = (filter, place, pixels, at) => {
    const level = (/** @type {number} */ channel) => Math.round(127.5 + 127.5 * weight(filter, place, channel));
    for (let channel = 0; channel < 3; channel++) pixels[at + channel] = level(channel);
  };
  /** @type {import("./tiles.js").Colour} */
  const signed = (filter, place, pixels, at) => look(tables.diverging, 127 + 127 * mean(filter, place), pixels, at);
  return {
    tiles,
    fit: () => tiles.fit(),
    paint: (/** @type {number} */ moment) => {
      track.at(moment);
      tiles.paint(channels === 3 ? coloured : signed);
    },
  };
}

/**
 * Feature maps: one byte a value, on one scale for all frames.
 * @param {Panel} panel @param {Maps} layer @param {Tables} tables
 */
export function mapTiles(panel, layer, tables) {
  const { width, height, filters, limit, signed } = layer;
  const track = new Track(bytes(layer.values), layer.frames); // a frame is (filters, height, width)
  const table = signed ? tables.diverging : tables.sequential;
  const value = (/** @type {number} */ tile, /** @type {number} */ place) => track.out[tile * width * height + place];
  panel.body.replaceChildren();
  const tiles = new Tiles(panel.body, { count: filters.length, width, height }, (tile, place) => {
    const real = signed ? ((value(tile, place) - 127) / 127) * limit : (value(tile, place) / 255) * limit;
    return `filter ${filters[tile]}, row ${Math.floor(place / width)}, column ${place % width}: ${digits(real)}`;
  });
  return {
    tiles,
    fit: () => tiles.fit(),
    paint: (/** @type {number} */ moment) => {
      track.at(moment);
      tiles.paint((tile, place, pixels, at) => look(table, value(tile, place), pixels, at));
    },
  };
}

/**
 * The confusion matrix: each row's shares, all frames from 0 to 100 %.
 *
 * @param {Panel} panel
 * @param {Confusion & { values: string }} confusion
 * @param {string[]} names
 * @param {Tables} tables
 */
export function confusionTiles(panel, confusion, names, tables) {
  const { classes, totals } = confusion;
  const track = new Track(numbers(confusion.values, Uint32Array), confusion.frames);
  panel.body.replaceChildren();
  const rows = classes <= 20 ? element("div", "rows", panel.body) : null;
  for (const name of rows ? names : []) element("span", "cut", rows, name).title = name;
  const side = element("div", "matrix", panel.body);
  const tiles = new Tiles(side, { count: 1, width: classes, height: classes }, (_, place) => {
    const [row, column] = [Math.floor(place / classes), place % classes];
    const count = Math.round(track.out[place]);
    return `${names[row]}, taken for ${names[column]}: ${count} of ${totals[row]}`;
  });
  return {
    fit: () => {
      tiles.fit();
      if (!rows || !tiles.plan) return;
      const pitch = tiles.plan.high / tiles.plan.ratio / classes;
      rows.style.lineHeight = `${pitch}px`;
      rows.style.fontSize = `${Math.max(9, Math.min(13, pitch - 3))}px`;
    },
    paint: (/** @type {number} */ moment) => {
      track.at(moment);
      tiles.paint((_, place, pixels, at) => {
        const total = Math.max(1, totals[Math.floor(place / classes)]);
        look(tables.sequential, (255 * track.out[place]) / total, pixels, at);
      });
    },
  };
}

/**
 * The photograph, and over it the heat that raises the class.
 *
 * @param {HTMLElement} parent
 * @param {Photo} photo
 * @param {Frames | null} heat
 * @param {Tables} tables
 */
export function photoWithHeat(parent, photo, heat, tables) {
  const { width, height } = photo;
  const still = sheetOf({ width, height, channels: 3 }, bytes(photo.values), []);
  const canvas = element("canvas", heat ? "heat" : "photo", parent);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", heat ? "the image under its heatmap" : "the image");
  const glow = sheet(heat?.width ?? 1, heat?.height ?? 1);
  const track = heat && new Track(bytes(heat.values), heat.frames);
  const over = new ImageData(glow.width, glow.height);
  return {
    fit: (/** @type {number} */ side) => {
      const ratio = window.devicePixelRatio || 1;
      const zoom = wholeZoom((side * ratio) / Math.max(width, height));
      resized(canvas, Math.round(width * zoom), Math.round(height * zoom), ratio);
    },
    paint: (/** @type {number} */ moment) => {
      const context = brush(canvas);
      context.imageSmoothingEnabled = false;
      context.drawImage(still, 0, 0, canvas.width, canvas.height);
      if (!track) return;
      track.at(moment).forEach((value, place) => {
        look(tables.heat, value, over.data, 4 * place);
        over.data[4 * place + 3] = OPACITY;
      });
      brush(glow).putImageData(over, 0, 0);
      context.imageSmoothingEnabled = true;
      context.drawImage(glow, 0, 0, canvas.width, canvas.height);
    },
  };
}
