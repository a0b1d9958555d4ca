// Pictures by the hundred, as cnnviz/ui/sheets.py serves them: asked for where somebody looks, and kept for a while.

export const A_SHEET = 96; // pictures fetched at once
const AT_ONCE = 4;
const WAITING = 8; // sheets that may wait for their turn; others are asked for again when somebody looks again
const KEPT = 64; // sheets, decoded: 0.4 MB each for images of 32x32
const AGAIN_MS = 2000;

/**
 * @typedef {object} Source where the pictures are
 * @property {string} address empty where there are none
 * @property {number} height of one on a sheet
 * @property {number} width
 * @property {number} columns of a sheet
 *
 * @typedef {{ bitmap: ImageBitmap, numbers: number[] }} Sheet
 */

export class SheetStore {
  address = "";
  columns = 1;
  height = 1;
  width = 1;
  /** @type {Set<Sheet>} the one used last at the end */ sheets = new Set();
  /** @type {Map<number, [sheet: Sheet, place: number]>} */ found = new Map();
  /** @type {Set<number>} */ asked = new Set();
  /** @type {number[][]} */ waiting = [];
  busy = 0;
  failed = -Infinity;
  given = ""; // the address that was given up

  /**
   * @param {() => void} arrived called when pictures are there
   * @param {() => void} lost the server knows the address no more
   */
  constructor(arrived, lost) {
    this.arrived = arrived;
    this.lost = lost;
  }

  /** Begins anew where the pictures come from elsewhere. @param {Source} source */
  use({ address, columns, height, width }) {
    Object.assign(this, { columns, height, width });
    if (address !== this.address) this.forget(address);
  }

  /** @param {string} address where the next pictures come from */
  forget(address) {
    for (const { bitmap } of this.sheets) bitmap.close();
    Object.assign(this, { address, sheets: new Set(), found: new Map(), asked: new Set(), waiting: [] });
    Object.assign(this, { busy: 0, failed: -Infinity });
  }

  /** @param {number} number */
  has(number) {
    return this.found.has(number);
  }

  /**
   * Asks for those that are neither here nor on their way; what was asked for last comes first.
   * @param {number[]} numbers
   */
  want(numbers) {
    if (!this.address || performance.now() - this.failed < AGAIN_MS) return;
    const missing = numbers.filter((number) => !this.asked.has(number));
    for (const number of missing) this.asked.add(number);
    /** @type {number[][]} */
    const sheets = [];
    for (let i = 0; i < missing.length; i += A_SHEET) sheets.push(missing.slice(i, i + A_SHEET));
    this.waiting.unshift(...sheets);
    this.next();
    for (const late of this.waiting.splice(WAITING)) this.unask(late);
  }

  /** @param {number[]} numbers */
  unask(numbers) {
    for (const number of numbers) this.asked.delete(number);
  }

  next() {
    while (this.busy < AT_ONCE && this.waiting.length) this.fetch(this.waiting.shift() ?? [], this.address);
  }

  /** @param {number[]} numbers @param {string} address */
  async fetch(numbers, address) {
    this.busy += 1;
    try {
      const answer = await fetch(`${address}?n=${numbers.join(",")}`);
      if (answer.status === 404 && this.given !== address) {
        this.given = address; // what was asked for with it is gone for good: another one is asked for once
        this.lost();
      }
      if (!answer.ok) throw new Error(`the server said ${answer.status}`);
      const bitmap = await createImageBitmap(await answer.blob());
      if (address !== this.address) return bitmap.close();
      this.keep({ bitmap, numbers });
      this.arrived();
    } catch {
      // Asked for again when somebody looks again, after a moment: the network, or the server, may be back by then.
      if (address === this.address) this.unask(numbers);
      this.failed = performance.now();
    } finally {
      if (address === this.address) {
        this.busy -= 1;
        this.next();
      }
    }
  }

  /** @param {Sheet} sheet */
  keep(sheet) {
    this.sheets.add(sheet);
    sheet.numbers.forEach((number, place) => this.found.set(number, [sheet, place]));
    for (const old of this.sheets) {
      if (this.sheets.size <= KEPT) break;
      this.sheets.delete(old);
      for (const number of old.numbers) this.found.delete(number);
      this.unask(old.numbers);
      old.bitmap.close();
    }
  }

  /**
   * Draws a picture, sharp; says whether it is here.
   * @param {CanvasRenderingContext2D} context @param {number} number
   */
  draw(context, number, left = 0, top = 0, width = this.width, height = this.height) {
    const found = this.found.get(number);
    if (!found) return false;
    const [sheet, place] = found;
    this.sheets.delete(sheet);
    this.sheets.add(sheet); // used last
    const [x, y] = [(place % this.columns) * this.width, Math.floor(place / this.columns) * this.height];
    context.imageSmoothingEnabled = false;
    context.drawImage(sheet.bitmap, x, y, this.width, this.height, left, top, width, height);
    return true;
  }
}
