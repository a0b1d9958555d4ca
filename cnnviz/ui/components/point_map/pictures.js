// The points' pictures: asked for by the hundred where somebody looks, and kept.

const A_SHEET = 96; // pictures fetched at once: what lies round the pointer
const AT_ONCE = 3;
const AGAIN_MS = 2000;

export class SheetStore {
  address = "";
  columns = 1;
  height = 1;
  width = 1;
  /** @type {Map<number, [sheet: ImageBitmap, place: number]>} */ found = new Map();
  /** @type {Set<number>} */ asked = new Set();
  /** @type {number[][]} */ waiting = [];
  busy = 0;
  failed = -Infinity;

  /**
   * @param {() => void} arrived called when pictures are there
   * @param {() => void} lost the server knows the address no more
   */
  constructor(arrived, lost) {
    this.arrived = arrived;
    this.lost = lost;
  }

  /**
   * Begins anew where the pictures come from elsewhere; the size is that of one, in its own pixels.
   * @param {string} address
   */
  source(address, columns, height, width) {
    Object.assign(this, { columns, height, width });
    if (address !== this.address) this.forget(address);
  }

  /** @param {string} address */
  forget(address) {
    this.address = address;
    this.found = new Map();
    this.asked = new Set();
    this.waiting = [];
    this.busy = 0;
    this.failed = -Infinity;
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
    const sheets = [];
    for (let i = 0; i < missing.length; i += A_SHEET) sheets.push(missing.slice(i, i + A_SHEET));
    this.waiting.unshift(...sheets);
    this.next();
  }

  next() {
    while (this.busy < AT_ONCE && this.waiting.length) this.fetch(this.waiting.shift() ?? [], this.address);
  }

  /** @param {number[]} numbers @param {string} address */
  async fetch(numbers, address) {
    this.busy += 1;
    try {
      const answer = await fetch(`${address}?n=${numbers.join(",")}`);
      if (answer.status === 404) this.lost();
      if (!answer.ok) throw new Error(`the server said ${answer.status}`);
      const sheet = await createImageBitmap(await answer.blob());
      if (address !== this.address) return;
      for (const [place, number] of numbers.entries()) this.found.set(number, [sheet, place]);
      this.arrived();
    } catch {
      // Asked for again when somebody looks again, after a moment: the network, or the server, may be back by then.
      for (const number of address === this.address ? numbers : []) this.asked.delete(number);
      this.failed = performance.now();
    } finally {
      if (address === this.address) {
        this.busy -= 1;
        this.next();
      }
    }
  }

  /**
   * Draws a picture, sharp; says whether it is here.
   * @param {CanvasRenderingContext2D} context @param {number} number
   */
  draw(context, number, left, top, width, height) {
    const found = this.found.get(number);
    if (!found) return false;
    const [sheet, place] = found;
    const [x, y] = [(place % this.columns) * this.width, Math.floor(place / this.columns) * this.height];
    context.imageSmoothingEnabled = false;
    context.drawImage(sheet, x, y, this.width, this.height, left, top, width, height);
    return true;
  }
}
