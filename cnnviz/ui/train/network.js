// The network as blocks in a row. Blocks are kept and resized, so that an edit is seen as a movement.

import { element, matchCount } from "../components/kit/dom.js";
import { mount } from "../components/kit/mount.js";

const SLIVERS = new Set(["batch_normalization", "dropout", "activation"]);
const MOST_SHEETS = 8;
const NARROW = 52; // CSS pixels a block: below it the parameters are left out
const TIGHT = 40; // and below it all words
const INPUT_STEP = 7; // CSS pixels between the channels of the image
const FLAT = 38; // CSS pixels for a row of numbers and its words
const SLENDER = 1.6; // the highest a map is drawn for its width

/**
 * @typedef {object} Block what a layer makes of one image
 * @property {string} kind "input", a layer's kind, "output", or "missing" where the network cannot work on
 * @property {number} side its height as a share of the drawing's
 * @property {number} sheets behind each other
 * @property {string} size
 * @property {string} channels empty after the image is gone
 * @property {string} parameters
 * @property {string} title
 * @property {boolean} frozen
 *
 * @typedef {{ blocks: Block[], height: number, alt: string, caption: string }} Data
 */

function build(/** @type {any} */ row) {
  const node = element("div", "block", row);
  const sheet = element("div", "sheet", node);
  const label = element("div", "label", node);
  return { node, sheet, words: [0, 1, 2].map(() => element("div", "", label)) };
}

/**
 * Sheets behind the first: one shadow each, always as many, so that the browser can move between two lists.
 * @param {number} sheets how many @param {number} step pixels between two @param {string[]} colours
 */
function shadows(sheets, step, colours) {
  return Array.from({ length: MOST_SHEETS }, (_, index) => {
    const at = Math.min(index + 1, sheets - 1) * step;
    const fill = colours[Math.min(index + 1, sheets - 1)] ?? "var(--fill)";
    return `${at}px ${-at}px 0 -1px ${fill}, ${at}px ${-at}px 0 0 var(--edge)`;
  }).join(", ");
}

/** Red, green and blue for the channels of a colour image. @param {Block} block */
function channelColours({ kind, sheets }) {
  if (kind !== "input" || sheets !== 3) return [];
  return ["#c24038", "#3b9a5f", "#3a6fd0"].map((one) => `color-mix(in srgb, ${one} 45%, var(--cnnviz-background))`);
}

/**
 * @param {ReturnType<typeof build>} block @param {Block} data @param {number} room @param {number} squeeze
 * @param {number} narrow pixels between two sheets
 */
function show(block, data, room, squeeze, narrow) {
  const step = data.kind === "input" ? INPUT_STEP : narrow;
  const sliver = SLIVERS.has(data.kind);
  const flat = data.channels === "" && data.kind !== "missing";
  const side = Math.max(6, Math.round(data.side * room));
  block.node.className = `block ${data.kind}${sliver ? " sliver" : ""}${data.frozen ? " frozen" : ""}`;
  block.node.title = data.title;
  block.sheet.style.height = `${side}px`;
  block.sheet.style.width = `${sliver ? 3 : flat ? 10 : Math.round(side * squeeze)}px`;
  const colours = channelColours(data);
  const behind = flat || sliver ? 0 : (data.sheets - 1) * step;
  block.sheet.style.margin = `${behind}px ${behind}px 0 0`; // room for the sheets behind
  block.sheet.style.background = colours[0] ?? "";
  block.sheet.style.boxShadow = flat || sliver ? "none" : shadows(data.sheets, step, colours);
  [data.size, data.channels, data.parameters].forEach((text, index) => (block.words[index].textContent = text));
}

class View {
  /** @type {ReturnType<typeof build>[]} */ blocks = [];
  /** @type {Data} */ data;

  constructor(/** @type {any} */ root, /** @type {import("../components/kit/life.js").Life} */ life) {
    this.root = root;
    this.figure = root.querySelector("figure");
    this.row = root.querySelector(".blocks");
    life.follow(this.figure, () => this.arrange());
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    this.figure.setAttribute("aria-label", data.alt);
    this.root.querySelector("figcaption").textContent = data.caption;
    this.arrange();
  }

  arrange() {
    const width = this.row.clientWidth - 8;
    if (width <= 0 || !this.data) return;
    const { blocks, height } = this.data;
    matchCount(this.blocks, blocks.length, () => build(this.row));
    const wide = blocks.filter((block) => !SLIVERS.has(block.kind));
    const each = (width - 5 * (blocks.length - wide.length)) / wide.length;
    const step = each < NARROW ? 2 : 3;
    // Squares where they fit; otherwise narrowed, but no further than maps seen from the side.
    const maps = wide.filter((one) => one.channels !== "");
    const behind = maps.reduce((sum, one) => sum + (one.sheets - 1) * (one.kind === "input" ? INPUT_STEP : step), 0);
    const sides = maps.reduce((sum, one) => sum + one.side, 0);
    const across = Math.max(20, (width - behind - maps.length * 10 - (wide.length - maps.length) * FLAT) / sides);
    const room = Math.min(height - (MOST_SHEETS - 1) * step, SLENDER * across);
    this.row.classList.toggle("narrow", each < NARROW);
    this.row.classList.toggle("tight", each < TIGHT);
    blocks.forEach((block, index) => show(this.blocks[index], block, room, Math.min(1, across / room), step));
  }
}

export default mount(View);
