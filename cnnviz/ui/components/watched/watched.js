// Eight watched images: the tiles are built once, afterwards only words, marks and bars change.

import { element, MARKS, matchCount, pathIn, say } from "../kit/dom.js";
import { mount } from "../kit/mount.js";

const ROOMY = 120; // CSS pixels: a tile in which every class name of CIFAR-10 fits
const NARROW = 88; // and the narrowest that is still read
const GAP = 12;
const EDGE = 20; // a tile's frame and padding, both sides

/**
 * @typedef {{ truth: string, guess: string | null, share: number, percent: string, right: boolean }} Told
 * @typedef {{ sheet: string, height: number, width: number, size: number, tiles: Told[] }} Data
 */

function build(/** @type {HTMLElement} */ list) {
  const node = element("li", "tile", list);
  const path = pathIn(node);
  const [truth, image, guess, meter] = ["truth cut", "image", "guess cut", "meter"].map((part) =>
    element("div", part, node),
  );
  const bar = element("div", "fill", element("div", "track", meter));
  return { node, path, truth, image, guess, bar, percent: element("div", "percent", meter) };
}

/**
 * Tiles in a row: all, half or a quarter of them where they have room, otherwise as many as can be read.
 * @param {number} count @param {number} width
 */
function columns(count, width) {
  const fits = (/** @type {number} */ across, /** @type {number} */ least) => across * (least + GAP) - GAP <= width;
  const even = [1, 2, 4].map((part) => count / part).find((across) => Number.isInteger(across) && fits(across, ROOMY));
  return Math.max(1, even ?? Math.min(count, Math.floor((width + GAP) / (NARROW + GAP))));
}

/** @param {ReturnType<typeof build>} parts @param {Told} told */
function show({ node, path, truth, guess, bar, percent }, told) {
  const state = told.guess === null ? "open" : told.right ? "right" : "wrong";
  node.className = `tile ${state}`;
  path.setAttribute("d", MARKS[state]);
  bar.style.transform = `scaleX(${told.share})`;
  say(truth, told.truth);
  say(guess, told.guess ?? "no prediction yet");
  say(percent, told.guess === null ? "" : told.percent);
  const open = `${told.truth}: no prediction yet`;
  const words = `${told.truth}: predicted ${told.guess}, confidence ${told.percent}, ${state}`;
  node.setAttribute("aria-label", told.guess === null ? open : words);
  node.title = told.guess === null ? open : `${words} (confidence ${told.share.toPrecision(6)})`;
}

class View {
  /** @type {ReturnType<typeof build>[]} */ tiles = [];
  sheet = "";
  /** @type {Data} */ data;

  constructor(/** @type {any} */ root, /** @type {import("../kit/life.js").Life} */ life) {
    this.list = root.querySelector(".tiles");
    life.follow(this.list, () => this.arrange());
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    const before = this.tiles.length;
    matchCount(this.tiles, data.tiles.length, () => build(this.list));
    this.paint(before);
    data.tiles.forEach((told, index) => show(this.tiles[index], told));
    this.arrange(); // last, since measuring applies the styles: a new bar would then move to its first width
  }

  /** Give every tile the sheet, once: setting the same one again would decode it again. @param {any} before */
  paint(before) {
    const { sheet } = this.data;
    for (const { image } of this.sheet === sheet ? this.tiles.slice(before) : this.tiles)
      image.style.backgroundImage = `url("${sheet}")`;
    this.sheet = sheet;
  }

  /** Lay the tiles out for the width there is; small images are enlarged by a whole number. */
  arrange() {
    if (!this.data) return;
    const { width, height, size, tiles } = this.data;
    const room = this.list.clientWidth - parseFloat(getComputedStyle(this.list).paddingRight);
    if (room <= 0) return;
    const across = columns(tiles.length, room);
    this.list.style.gridTemplateColumns = `repeat(${across}, minmax(0, 1fr))`;
    const inner = (room - GAP * (across - 1)) / across - EDGE;
    const fitting = Math.min(size / Math.max(width, height), inner / width);
    const factor = fitting < 1 ? fitting : Math.floor(fitting); // a photograph larger than its tile is made smaller
    this.tiles.forEach(({ image }, index) =>
      Object.assign(image.style, {
        imageRendering: factor < 1 ? "auto" : "",
        width: `${width * factor}px`,
        height: `${height * factor}px`,
        backgroundSize: `${width * factor * tiles.length}px ${height * factor}px`,
        backgroundPosition: `${-index * width * factor}px 0`,
      }),
    );
  }
}

export default mount(View);
