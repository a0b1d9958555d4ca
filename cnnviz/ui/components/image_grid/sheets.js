// The pictures of a grid: one sheet for each window of images, fetched ahead of the scrolling.

import { brush } from "../kit/canvas.js";

const WINDOW = 96; // images on a sheet
const AHEAD = 2; // sheets beyond those that are seen, in the direction of the scrolling
const AT_ONCE = 4;
const KEPT = 48; // decoded, 0.4 MB each for images of 32x32
const AGAIN_MS = 2000;

/**
 * @typedef {object} Source where the pictures are
 * @property {string} address
 * @property {number} height of one on a sheet
 * @property {number} width
 * @property {number} columns of a sheet
 */

export class Sheets {
  /** @type {Source} */ source;
  /** @type {string[]} of the windows' sheets */ names = [];
  indices = new Uint32Array();
  /** @type {Map<string, ImageBitmap>} by address of a sheet, the one used last at the end */ kept = new Map();
  /** @type {Map<string, AbortController>} by address of a sheet */ coming = new Map();
  /** @type {Map<string, number>} when, by address of a sheet */ failed = new Map();
  given = ""; // the address that was given up
  seen = 0;

  /**
   * @param {() => void} arrived called when a sheet is there
   * @param {() => void} lost the server knows the address no more
   */
  constructor(arrived, lost) {
    this.arrived = arrived;
    this.lost = lost;
  }

  /** @param {Source} source @param {Uint32Array<ArrayBuffer>} indices */
  use(source, indices) {
    this.source = source;
    this.indices = indices;
    this.names = [];
  }

  address(window) {
    const numbers = this.indices.subarray(window * WINDOW, (window + 1) * WINDOW);
    this.names[window] ??= `${this.source.address}?n=${numbers.join(",")}`;
    return this.names[window];
  }

  /** Get what is seen, then what comes next; forget what is far away. @param {number} first @param {number} last */
  want(first, last) {
    if (!this.indices.length) return;
    const [from, to] = [Math.floor(first / WINDOW), Math.floor(last / WINDOW)];
    const down = first >= this.seen;
    this.seen = first;
    const end = Math.floor((this.indices.length - 1) / WINDOW);
    /** @type {number[]} */
    const wanted = [];
    for (let window = from; window <= to; window++) wanted.push(window);
    for (let more = 1; more <= AHEAD; more++) wanted.push(down ? to + more : from - more);
    const addresses = wanted.filter((window) => window >= 0 && window <= end).map((window) => this.address(window));
    for (const [address, request] of this.coming) if (!addresses.includes(address)) request.abort();
    for (const address of addresses) {
      if (this.coming.size >= AT_ONCE) break;
      const again = performance.now() - (this.failed.get(address) ?? -Infinity) > AGAIN_MS;
      if (!this.kept.has(address) && !this.coming.has(address) && again) this.fetch(address);
    }
  }

  /** @param {string} address */
  async fetch(address) {
    const request = new AbortController();
    this.coming.set(address, request);
    try {
      const answer = await fetch(address, { signal: request.signal });
      if (answer.status === 404) this.lose();
      if (!answer.ok) throw new Error(answer.statusText);
      this.keep(address, await createImageBitmap(await answer.blob()));
    } catch {
      if (!request.signal.aborted) this.failed.set(address, performance.now());
    }
    this.coming.delete(address);
    this.arrived();
  }

  /** Ask for another address, once: what was asked for with this one is gone for good. */
  lose() {
    if (this.given === this.source.address) return;
    this.given = this.source.address;
    this.lost();
  }

  keep(address, sheet) {
    this.failed.delete(address);
    this.kept.set(address, sheet);
    for (const [old, bitmap] of this.kept) {
      if (this.kept.size <= KEPT) break;
      this.kept.delete(old);
      bitmap.close();
    }
  }

  /**
   * Draw one image at its own size; says whether it was there.
   * @param {HTMLCanvasElement} canvas @param {number} position
   */
  draw(canvas, position) {
    const address = this.address(Math.floor(position / WINDOW));
    const sheet = this.kept.get(address);
    if (!sheet) return false;
    this.kept.delete(address);
    this.kept.set(address, sheet); // used last
    const { width, height, columns } = this.source;
    const place = position % WINDOW;
    const [left, top] = [(place % columns) * width, Math.floor(place / columns) * height];
    const context = brush(canvas);
    context.clearRect(0, 0, width, height);
    context.drawImage(sheet, left, top, width, height, 0, 0, width, height);
    return true;
  }

  close() {
    for (const request of this.coming.values()) request.abort();
    for (const sheet of this.kept.values()) sheet.close();
    this.kept.clear();
  }
}
