// The points' pictures: asked for by the hundred where somebody looks, and kept.

const A_SHEET = 96; // pictures fetched at once: what lies round the pointer
const AT_ONCE = 3;
const AGAIN_MS = 2000;

export class SheetStore {
  constructor(arrived, lost) {
    this.arrived = arrived; // called when pictures are there
    this.lost = lost; // called when the server knows the address no more
    this.forget("");
  }

  /** Begins anew where the pictures come from elsewhere; the size is that of one, in its own pixels. */
  source(address, columns, height, width) {
    Object.assign(this, { columns, height, width });
    if (address !== this.address) this.forget(address);
  }

  forget(address) {
    this.address = address;
    this.found = new Map(); // number -> [sheet, place on it]
    this.asked = new Set();
    this.waiting = [];
    this.busy = 0;
    this.failed = -Infinity;
  }

  has(number) {
    return this.found.has(number);
  }

  /** Asks for those of `numbers` that are neither here nor on their way; what was asked for last comes first. */
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
    while (this.busy < AT_ONCE && this.waiting.length) this.fetch(this.waiting.shift(), this.address);
  }

  async fetch(numbers, address) {
    this.busy += 1;
    try {
      const answer = await fetch(`${address}?n=${numbers.join(",")}`);
      if (answer.status === 404) this.lost();
      if (!answer.ok) throw new Error(`the server said ${answer.status}`);
      const sheet = await createImageBitmap(await answer.blob());
      if (address !== this.address) return;
      numbers.forEach((number, place) => this.found.set(number, [sheet, place]));
      this.arrived();
    } catch {
      // Asked for again when somebody looks again, after a moment: the network, or the server, may be back by then.
      if (address === this.address) numbers.forEach((number) => this.asked.delete(number));
      this.failed = performance.now();
    } finally {
      if (address === this.address) {
        this.busy -= 1;
        this.next();
      }
    }
  }

  /** Draws a picture, sharp; says whether it is here. */
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
