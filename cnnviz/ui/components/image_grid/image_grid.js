// Thousands of images to scroll through: only the tiles that are seen exist, and pictures come in sheets.

import { numbers } from "../kit/bytes.js";
import { brush } from "../kit/canvas.js";
import { element } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { count } from "../kit/numbers.js";
import { A_SHEET, SheetStore } from "../kit/sheets.js";
import { roomBelow } from "../kit/streamlit.js";
import { layOut, target } from "./layout.js";
import { Tile } from "./tile.js";
import { wordsOf } from "./words.js";

/** @type {Record<string, number>} */
const SIZES = { small: 64, large: 96 }; // CSS pixels of an image's longer side, about
const CHOICE = "cnnviz-image-size"; // in the browser's own memory
const HEAD = 36; // CSS pixels of a group's head
const EDGE = 4; // of room round all tiles, for marks and frames
const WORDS = 38; // of the words under a large image
const BELOW = 34; // of room under the grid, which is the page's own
const LEAST = 320; // of the grid's height
const AHEAD = 2; // sheets beyond those that are seen, in the direction of the scrolling
const PAUSE_MS = 150; // after an arrow key, before the server is told
const TRUST_MS = 4000; // how long a choice made here counts more than what the server says

/**
 * @typedef {object} Images
 * @property {string} indices base64 of uint32: numbers of the images in their source
 * @property {string} labels base64 of uint16, as is `predicted`
 * @property {string} predicted
 * @property {string} confidence base64 of float32, as is `values`
 * @property {string} values
 * @property {string} verdicts base64 of uint8: positions in `verdict_words`
 * @property {import("./layout.js").Group[]} groups
 * @property {import("../kit/sheets.js").Source} source
 * @property {string} order another one where there are other images, or in another order
 * @property {string} digest another one where anything is to be drawn anew
 * @property {string} lead
 * @property {string} caption
 * @property {string} nothing
 * @property {string} brief
 * @property {number | null} chosen
 * @typedef {Images & import("./words.js").Words} Data
 *
 * @typedef {import("./tile.js").Shape & import("./layout.js").Grid} Shape
 */

class View {
  /** @type {Data} */ data;
  /** @type {Shape} */ shape;
  /** @type {import("./layout.js").Layout | undefined} */ layout;
  /** @type {Map<number, Tile>} by position */ tiles = new Map();
  /** @type {Map<number, { node: HTMLElement, name: Text, count: HTMLElement }>} by number of a group */
  heads = new Map();
  /** @type {Tile[]} */ free = [];
  active = 0; // the position that the keyboard is at
  /** @type {number | null} the number of the image that is open */ chosen = null;
  told = -Infinity; // when something was chosen here
  seen = 0; // the first position in sight, when pictures were asked for last
  indices = new Uint32Array();
  labels = new Uint16Array();
  predicted = new Uint16Array();
  confidence = new Float32Array();
  values = new Float32Array();
  verdicts = new Uint8Array();

  constructor(/** @type {any} */ parent, /** @type {import("../kit/life.js").Life} */ life) {
    this.root = parent.querySelector(".view");
    this.lead = parent.querySelector(".lead");
    this.where = parent.querySelector(".where");
    this.scroller = parent.querySelector(".scroller");
    this.space = parent.querySelector(".space");
    this.caption = parent.querySelector(".caption");
    this.nothing = parent.querySelector(".nothing");
    this.telling = life.later();
    this.size = localStorage.getItem(CHOICE) === "small" ? "small" : "large";
    const lost = () => this.send("lost", Date.now());
    this.store = new SheetStore(() => this.later(), lost);
    this.frames = life.glide();
    this.listen(life);
  }

  listen(/** @type {import("../kit/life.js").Life} */ life) {
    this.scroller.onscroll = () => this.later();
    this.scroller.onclick = (/** @type {any} */ event) => {
      const tile = event.target.closest(".tile");
      if (!tile) return;
      this.active = Number(tile.dataset.position);
      this.choose(this.active, 0);
    };
    this.scroller.onkeydown = (/** @type {any} */ event) => this.press(event);
    const taken = "input, textarea, [role=dialog], [role=listbox]:not(.scroller)";
    life.listen(document, "keydown", (/** @type {KeyboardEvent} */ event) => {
      const busy = event.composedPath().some((/** @type {any} */ node) => node.matches?.(taken));
      if (event.key === "Escape" && !event.defaultPrevented && !busy && this.chosen !== null) this.close();
    });
    for (const button of this.root.querySelectorAll(".sizes button")) {
      button.onclick = () => this.resize(button.dataset.size);
    }
    life.follow(this.root, () => this.arrange());
    life.listen(window, "resize", () => this.arrange());
  }

  /** What a key does to the view. @param {any} event */
  press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !this.layout) return;
    const opens = event.key === "Enter" || event.key === " ";
    const screen = Math.max(1, Math.floor(this.scroller.clientHeight / this.shape.line) - 1);
    const to = opens ? this.active : target(event.key, this.active, this.layout, this.indices.length, screen);
    if (to === undefined) return;
    event.preventDefault();
    if (opens) return this.choose(to, 0);
    this.active = to;
    this.reveal(to);
    if (this.chosen === null) this.draw();
    else this.choose(to, PAUSE_MS); // what is open follows
  }

  update(/** @type {Data} */ data, /** @type {any} */ send) {
    this.send = send;
    const fresh = this.data?.order !== data.order; // other images, or in another order
    const changed = this.data?.digest !== data.digest;
    this.data = data;
    this.lead.textContent = data.lead;
    this.nothing.textContent = data.nothing;
    this.scroller.setAttribute("aria-label", data.lead);
    if (changed) this.read(data);
    if (fresh) this.active = 0;
    const trusted = performance.now() - this.told < TRUST_MS && data.chosen !== this.chosen;
    const moved = !trusted && data.chosen !== this.chosen;
    if (!trusted) {
      this.chosen = data.chosen;
      this.told = -Infinity;
    }
    const place = this.chosen === null ? -1 : this.indices.indexOf(this.chosen);
    if ((fresh || moved) && place >= 0) this.active = place;
    this.arrange(fresh && place < 0);
    if ((fresh || moved) && place >= 0) this.reveal(place);
  }

  /** @param {Data} data */
  read(data) {
    this.indices = numbers(data.indices, Uint32Array);
    this.labels = numbers(data.labels, Uint16Array);
    this.predicted = numbers(data.predicted, Uint16Array);
    this.confidence = numbers(data.confidence, Float32Array);
    this.values = numbers(data.values, Float32Array);
    this.verdicts = numbers(data.verdicts, Uint8Array);
    this.store.use(data.source);
    for (const tile of this.tiles.values()) tile.take(tile.position);
    const empty = !this.indices.length;
    const parts = [this.scroller, this.caption, this.where, this.root.querySelector(".sizes")];
    for (const part of parts) part.hidden = empty;
    this.nothing.hidden = !empty;
  }

  /** How large everything is: whole device pixels for each pixel of an image. */
  measure() {
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = this.data.source;
    const long = Math.max(width, height);
    const zoom = Math.max(1, Math.round((SIZES[this.size] * ratio) / long)) / ratio;
    const snapped = (/** @type {number} */ value) => Math.round(value * ratio) / ratio;
    const [side, above] = this.size === "small" ? [6, 6] : [9, 7];
    const image = { width: width * zoom, height: height * zoom };
    const wide = image.width + 2 * side;
    const high = image.height + above + (this.size === "small" ? 6 : WORDS);
    const inset = { top: snapped(above) - 3, left: snapped(side) - 3 }; // the tile's padding is 3
    const tile = { ratio, pixels: { width, height }, image, wide, high, inset };
    const across = this.scroller.clientWidth - 2 * EDGE;
    return { ...tile, width: across, tile: wide + 2, line: Math.ceil(high + 6), head: HEAD, edge: EDGE };
  }

  /** Fills the window, keeps what is looked at where it is, and draws. */
  arrange(top = false) {
    if (!this.data) return;
    this.dress();
    if (!this.indices.length) return this.done();
    const others = this.root.offsetHeight - this.scroller.offsetHeight;
    this.scroller.style.height = `${Math.max(LEAST, Math.floor(roomBelow(this.root) - others - BELOW))}px`;
    if (!this.scroller.clientWidth) return;
    const shape = this.measure();
    const kept = top ? null : this.anchor();
    if (JSON.stringify(shape) !== JSON.stringify(this.shape)) this.shape = shape;
    this.layout = layOut(this.indices.length, this.data.groups, this.shape);
    this.space.style.height = `${this.layout.height}px`;
    if (top) this.scroller.scrollTop = 0;
    else if (kept) this.scroller.scrollTop = this.layout.place(kept.position).y - kept.offset;
    this.draw();
  }

  /** What depends on the size of the images besides their places. */
  dress() {
    const small = this.size === "small";
    this.root.classList.toggle("small", small);
    this.caption.textContent = (small && this.data.brief) || this.data.caption;
    for (const button of this.root.querySelectorAll(".sizes button")) {
      button.setAttribute("aria-pressed", String(button.dataset.size === this.size));
    }
  }

  /** The image that is to stay where it is: the open one if it is seen, else the first one that is seen. */
  anchor() {
    if (!this.layout || this.scroller.scrollTop === 0) return null;
    const { scrollTop, clientHeight } = this.scroller;
    const seen = this.layout.between(scrollTop, scrollTop + clientHeight).positions;
    const open = this.chosen === null ? -1 : this.indices.indexOf(this.chosen);
    const position = seen.includes(open) ? open : seen[0];
    if (position === undefined || position >= this.indices.length) return null;
    return { position, offset: this.layout.place(position).y - scrollTop };
  }

  later() {
    this.frames.next(() => {
      if (this.layout && this.indices.length) this.draw();
    });
  }

  draw() {
    if (!this.layout) return;
    const { scrollTop, clientHeight } = this.scroller;
    const seen = this.layout.between(scrollTop, scrollTop + clientHeight);
    const near = this.layout.between(scrollTop - clientHeight / 2, scrollTop + clientHeight * 1.5);
    this.recycle(this.tiles, near.positions, (/** @type {any} */ tile) => this.free.push(tile));
    this.recycle(this.heads, near.sections, (/** @type {any} */ { node }) => node.remove());
    if (this.data.groups.length) near.sections.forEach((number) => this.group(number));
    let missing = 0;
    for (const position of near.positions) {
      const drawn = this.show(position);
      if (!drawn && position >= seen.positions[0] && position <= (seen.positions.at(-1) ?? -1)) missing += 1;
    }
    for (const { node } of this.free) node.hidden = true;
    const last = seen.positions.at(-1);
    if (last !== undefined) this.want(seen.positions[0], last);
    this.where.textContent = this.place(seen.positions);
    this.scroller.setAttribute("aria-activedescendant", this.tiles.get(this.active)?.node.id ?? "");
    if (!missing) this.done();
  }

  /** Asks for the sheets that are seen, and for what comes next. @param {number} first @param {number} last */
  want(first, last) {
    const [from, to] = [Math.floor(first / A_SHEET), Math.floor(last / A_SHEET) + 1];
    const [start, end] = first >= this.seen ? [to, to + AHEAD] : [Math.max(0, from - AHEAD), from];
    this.seen = first;
    const numbers = (/** @type {number} */ one, /** @type {number} */ other) =>
      this.indices.subarray(one * A_SHEET, other * A_SHEET);
    this.store.want([...numbers(from, to), ...numbers(start, end)]);
  }

  /** Tells tests and measurements that everything in sight is drawn. */
  done() {
    if (this.root.dataset.drawn === this.data.digest) return;
    this.root.dataset.drawn = this.data.digest;
    performance.mark("cnnviz-image-grid-drawn");
  }

  /** @param {any} known @param {any} wanted @param {(kept: any) => void} dispose */
  recycle(known, wanted, dispose) {
    const needed = new Set(wanted);
    for (const [key, node] of known) {
      if (!needed.has(key) && known.delete(key)) dispose(node);
    }
  }

  /** Put an image where it belongs; says whether its picture is there. @param {number} position */
  show(position) {
    let tile = this.tiles.get(position);
    if (!tile) {
      tile = this.free.pop() ?? new Tile(this.space);
      tile.take(position);
      this.tiles.set(position, tile);
    }
    const { node, canvas } = tile;
    tile.size(this.shape);
    const { x, y } = this.layout?.place(position) ?? { x: 0, y: 0 };
    node.style.transform = `translate(${x}px, ${y}px)`;
    if (tile.said !== position) {
      tile.tell(this.words(position));
      node.id = `image-${position}`;
      node.setAttribute("aria-posinset", String(position + 1));
      node.setAttribute("aria-setsize", String(this.indices.length));
      node.dataset.image = String(this.indices[position]);
      tile.said = position;
    }
    const chosen = this.indices[position] === this.chosen;
    node.classList.toggle("chosen", chosen);
    node.classList.toggle("active", position === this.active);
    node.setAttribute("aria-selected", String(chosen));
    if (tile.drawn === position) return true;
    const context = brush(canvas);
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (this.store.draw(context, this.indices[position])) tile.drawn = position;
    return tile.drawn === position;
  }

  words(/** @type {number} */ position) {
    return wordsOf(this.data, {
      image: this.indices[position],
      label: this.labels[position],
      predicted: this.predicted[position],
      confidence: this.confidence[position],
      value: this.values[position],
      verdict: this.verdicts[position],
    });
  }

  group(/** @type {number} */ number) {
    if (!this.layout) return;
    let head = this.heads.get(number);
    if (!head) {
      const node = element("div", "group", this.space);
      const name = document.createTextNode("");
      node.append(name);
      head = { node, name, count: element("span", "", node) };
      this.heads.set(number, head);
    }
    const { top, group } = this.layout.sections[number];
    Object.assign(head.node.style, { top: `${top}px`, height: `${HEAD - 8}px`, lineHeight: `${HEAD}px` });
    head.name.textContent = group.label;
    head.count.textContent = group.note;
  }

  place(/** @type {any} */ positions) {
    if (!positions.length) return "";
    const [first, last] = [positions[0] + 1, positions.at(-1) + 1];
    return `${count(first)}–${count(last)} of ${count(this.indices.length)}`;
  }

  resize(/** @type {any} */ size) {
    this.size = size;
    localStorage.setItem(CHOICE, size);
    this.arrange();
  }

  reveal(/** @type {number} */ position) {
    const { y } = this.layout?.place(position) ?? { y: 0 };
    const { scrollTop, clientHeight } = this.scroller;
    if (y < scrollTop) this.scroller.scrollTop = y - 8;
    const bottom = y + (this.shape?.line ?? 0);
    if (bottom > scrollTop + clientHeight) this.scroller.scrollTop = bottom - clientHeight;
  }

  choose(/** @type {number} */ position, /** @type {number} */ pause) {
    this.chosen = this.indices[position];
    this.told = performance.now();
    this.draw();
    this.telling.after(pause, () => this.send("chosen", this.chosen));
  }

  close() {
    this.telling.stop();
    this.chosen = null;
    this.told = performance.now();
    this.draw();
    this.send("chosen", -1);
  }

  remove() {
    this.store.forget("");
  }
}

export default mount(View);
