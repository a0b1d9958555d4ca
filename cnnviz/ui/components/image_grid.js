// Thousands of images to scroll through: only the tiles that are seen exist, and pictures come in sheets.

import { element } from "./elements.js";
import { pressed } from "./image_grid_keys.js";
import { layOut } from "./image_grid_layout.js";
import { Sheets } from "./image_grid_sheets.js";
import { makeTile, sizeTile, tellTile } from "./image_grid_tile.js";
import { wordsOf } from "./image_grid_words.js";
import { keptView } from "./views.js";

const SIZES = { small: 64, large: 96 }; // CSS pixels of an image's longer side, about
const CHOICE = "cnnviz-image-size"; // in the browser's own memory
const HEAD = 36; // CSS pixels of a group's head
const EDGE = 4; // of room round all tiles, for marks and frames
const WORDS = 38; // of the words under a large image
const BELOW = 34; // of room under the grid, which is the page's own
const LEAST = 320; // of the grid's height
const TRUST_MS = 4000; // how long a choice made here counts more than what the server says

function decode(text, Type) {
  return new Type(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}

class View {
  constructor(parent) {
    this.root = parent.querySelector(".view");
    for (const part of ["lead", "where", "scroller", "space", "caption", "nothing"]) {
      this[part] = this.root.querySelector(`.${part}`);
    }
    this.tiles = new Map(); // position -> tile
    this.heads = new Map(); // number of a group -> its head
    this.free = [];
    this.active = 0; // the position that the keyboard is at
    this.chosen = null; // the number of the image that is open
    this.size = localStorage.getItem(CHOICE) in SIZES ? localStorage.getItem(CHOICE) : "large";
    this.sheets = new Sheets(() => this.later(), () => this.send("lost", Date.now()));
    this.listen();
  }

  listen() {
    this.scroller.onscroll = () => this.later();
    this.scroller.onclick = (event) => {
      const tile = event.target.closest(".tile");
      if (tile) this.choose((this.active = tile.position), 0);
    };
    this.scroller.onkeydown = (event) => pressed(this, event);
    this.escape = (event) => {
      const busy = event.composedPath().some((node) => node.matches?.("input, textarea, [role=dialog], [role=listbox]:not(.scroller)"));
      if (event.key === "Escape" && !event.defaultPrevented && !busy && this.chosen !== null) this.close();
    };
    document.addEventListener("keydown", this.escape);
    for (const button of this.root.querySelectorAll(".sizes button")) {
      button.onclick = () => this.resize(button.dataset.size);
    }
    this.observer = new ResizeObserver(() => this.arrange());
    this.observer.observe(this.root);
    this.fitted = () => this.arrange();
    window.addEventListener("resize", this.fitted);
  }

  update(data, send) {
    this.send = send;
    const fresh = this.data?.order !== data.order; // other images, or in another order
    const changed = this.data?.digest !== data.digest;
    this.data = data;
    this.lead.textContent = data.lead;
    this.nothing.textContent = data.nothing;
    this.scroller.setAttribute("aria-label", data.lead);
    if (changed) this.read(data);
    if (fresh) this.active = 0;
    const trusted = performance.now() - (this.told ?? -Infinity) < TRUST_MS && data.chosen !== this.chosen;
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

  read(data) {
    this.indices = decode(data.indices, Uint32Array);
    this.labels = decode(data.labels, Uint16Array);
    this.predicted = decode(data.predicted, Uint16Array);
    this.confidence = decode(data.confidence, Float32Array);
    this.values = decode(data.values, Float32Array);
    this.verdicts = decode(data.verdicts, Uint8Array);
    this.sheets.use(data.source, this.indices);
    for (const tile of this.tiles.values()) tile.drawn = tile.said = -1;
    const empty = !this.indices.length;
    for (const part of [this.scroller, this.caption, this.where, this.root.querySelector(".sizes")]) part.hidden = empty;
    this.nothing.hidden = !empty;
  }

  /** How large everything is: whole device pixels for each pixel of an image. */
  measure() {
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = this.data.source;
    const long = Math.max(width, height);
    const zoom = Math.max(1, Math.round((SIZES[this.size] * ratio) / long)) / ratio;
    const snapped = (value) => Math.round(value * ratio) / ratio;
    const [side, above] = this.size === "small" ? [6, 6] : [9, 7];
    const image = { width: width * zoom, height: height * zoom };
    const wide = image.width + 2 * side;
    const high = image.height + above + (this.size === "small" ? 6 : WORDS);
    const inset = { top: snapped(above) - 3, left: snapped(side) - 3 }; // the tile's padding is 3
    const shape = { ratio, pixels: { width, height }, image, wide, high, inset };
    return { ...shape, width: this.scroller.clientWidth - 2 * EDGE, tile: wide + 2, line: Math.ceil(high + 6), head: HEAD, edge: EDGE };
  }

  /** Fills the window, keeps what is looked at where it is, and draws. */
  arrange(top = false) {
    if (!this.data) return;
    this.dress();
    if (!this.indices.length) return this.done();
    const main = this.root.getRootNode().host?.closest("[data-testid=stMain]");
    const above = this.root.getBoundingClientRect().top + (main?.scrollTop ?? 0);
    const others = this.root.offsetHeight - this.scroller.offsetHeight;
    this.scroller.style.height = `${Math.max(LEAST, Math.floor(window.innerHeight - above - others - BELOW))}px`;
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
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      if (this.layout && this.indices.length) this.draw();
    });
  }

  draw() {
    const { scrollTop, clientHeight } = this.scroller;
    const seen = this.layout.between(scrollTop, scrollTop + clientHeight);
    const near = this.layout.between(scrollTop - clientHeight / 2, scrollTop + clientHeight * 1.5);
    this.recycle(this.tiles, near.positions, (tile) => this.free.push(tile));
    this.recycle(this.heads, near.sections, (head) => head.remove());
    if (this.data.groups.length) near.sections.forEach((number) => this.group(number));
    let missing = 0;
    for (const position of near.positions) {
      const drawn = this.show(position);
      if (!drawn && position >= seen.positions[0] && position <= seen.positions.at(-1)) missing += 1;
    }
    for (const tile of this.free) tile.hidden = true;
    if (seen.positions.length) this.sheets.want(seen.positions[0], seen.positions.at(-1));
    this.where.textContent = this.place(seen.positions);
    this.scroller.setAttribute("aria-activedescendant", this.tiles.get(this.active)?.id ?? "");
    if (!missing) this.done();
  }

  /** Tells tests and measurements that everything in sight is drawn. */
  done() {
    if (this.root.dataset.drawn === this.data.digest) return;
    this.root.dataset.drawn = this.data.digest;
    performance.mark("cnnviz-image-grid-drawn");
  }

  recycle(known, wanted, dispose) {
    const needed = new Set(wanted);
    for (const [key, node] of known) {
      if (!needed.has(key) && known.delete(key)) dispose(node);
    }
  }

  show(position) {
    let tile = this.tiles.get(position);
    if (!tile) {
      tile = this.free.pop() ?? makeTile(this.space);
      Object.assign(tile, { position, drawn: -1, said: -1, hidden: false });
      this.tiles.set(position, tile);
    }
    sizeTile(tile, this.shape);
    const { x, y } = this.layout.place(position);
    tile.style.transform = `translate(${x}px, ${y}px)`;
    if (tile.said !== position) {
      tellTile(tile, this.words(position));
      tile.id = `image-${position}`;
      tile.setAttribute("aria-posinset", position + 1);
      tile.setAttribute("aria-setsize", this.indices.length);
      tile.dataset.image = this.indices[position];
      tile.said = position;
    }
    const chosen = this.indices[position] === this.chosen;
    tile.classList.toggle("chosen", chosen);
    tile.classList.toggle("active", position === this.active);
    tile.setAttribute("aria-selected", String(chosen));
    if (tile.drawn !== position && this.sheets.draw(tile.canvas, position)) tile.drawn = position;
    else if (tile.drawn !== position) tile.canvas.getContext("2d").clearRect(0, 0, tile.canvas.width, tile.canvas.height);
    return tile.drawn === position;
  }

  words(position) {
    return wordsOf(this.data, {
      image: this.indices[position],
      label: this.labels[position],
      predicted: this.predicted[position],
      confidence: this.confidence[position],
      value: this.values[position],
      verdict: this.verdicts[position],
    });
  }

  group(number) {
    let head = this.heads.get(number);
    if (!head) {
      head = element("div", "group", this.space);
      head.name = document.createTextNode("");
      head.append(head.name);
      head.count = element("span", "", head);
      this.heads.set(number, head);
    }
    const { top, group } = this.layout.sections[number];
    Object.assign(head.style, { top: `${top}px`, height: `${HEAD - 8}px`, lineHeight: `${HEAD}px` });
    head.name.textContent = group.label;
    head.count.textContent = group.note;
  }

  place(positions) {
    if (!positions.length) return "";
    const [first, last] = [positions[0] + 1, positions.at(-1) + 1];
    return `${first.toLocaleString("en")}–${last.toLocaleString("en")} of ${this.indices.length.toLocaleString("en")}`;
  }

  resize(size) {
    this.size = size;
    localStorage.setItem(CHOICE, size);
    this.arrange();
  }

  reveal(position) {
    const { y } = this.layout?.place(position) ?? { y: 0 };
    const { scrollTop, clientHeight } = this.scroller;
    if (y < scrollTop) this.scroller.scrollTop = y - 8;
    else if (y + this.shape?.line > scrollTop + clientHeight) this.scroller.scrollTop = y + this.shape.line - clientHeight;
  }

  choose(position, pause) {
    this.chosen = this.indices[position];
    this.told = performance.now();
    this.draw();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.send("chosen", this.chosen), pause);
  }

  close() {
    clearTimeout(this.waiting);
    this.chosen = null;
    this.told = performance.now();
    this.draw();
    this.send("chosen", -1);
  }

  remove() {
    clearTimeout(this.waiting);
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    this.sheets.close();
    document.removeEventListener("keydown", this.escape);
    window.removeEventListener("resize", this.fitted);
  }
}

export default keptView(View);
