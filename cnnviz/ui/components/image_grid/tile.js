// One image of the grid, with a mark that says whether the prediction is right, and a few words.

import { element, MARKS, pathIn, say } from "../kit/dom.js";

/**
 * @typedef {{ width: number, height: number }} Size
 *
 * @typedef {object} Shape how large a tile and all in it is
 * @property {number} ratio device pixels in a CSS pixel
 * @property {Size} pixels of an image, in its own
 * @property {Size} image in CSS pixels, as is all below
 * @property {number} wide
 * @property {number} high
 * @property {{ top: number, left: number }} inset of the image
 */

/** A tile, built once and used for many images. */
export class Tile {
  position = -1;
  drawn = -1; // the position whose picture it has
  said = -1; // the position whose words it has
  /** @type {Shape | undefined} */ shape;

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.node = element("div", "tile", parent);
    this.node.setAttribute("role", "option");
    this.canvas = element("canvas", "", this.node);
    this.path = pathIn(this.node);
    this.verdict = element("div", "verdict", this.node);
    const said = element("div", "said cut", this.node);
    this.name = element("b", "cut", said);
    this.value = element("i", "", said);
    this.truth = element("div", "truth cut", this.node);
  }

  /** Use it for another image. @param {number} position */
  take(position) {
    Object.assign(this, { position, drawn: -1, said: -1 });
    this.node.hidden = false;
    this.node.dataset.position = String(position);
  }

  /** @param {Shape} shape */
  size(shape) {
    if (this.shape === shape) return;
    this.shape = shape;
    Object.assign(this.node.style, { width: `${shape.wide}px`, height: `${shape.high}px` });
    Object.assign(this.canvas, shape.pixels);
    Object.assign(this.canvas.style, {
      width: `${shape.image.width}px`,
      height: `${shape.image.height}px`,
      marginTop: `${shape.inset.top}px`,
      marginLeft: `${shape.inset.left}px`,
    });
    this.drawn = -1;
  }

  /** Say what is to be said of an image. @param {ReturnType<typeof import("./words.js").wordsOf>} one */
  tell(one) {
    const state = one.right ? "right" : "wrong";
    this.node.classList.toggle("wrong", !one.right);
    this.path.setAttribute("d", MARKS[state]);
    say(this.name, one.name);
    say(this.value, one.value);
    say(this.truth, one.truth);
    say(this.verdict, one.verdict);
    this.verdict.hidden = !one.verdict;
    this.node.title = one.told;
    this.node.setAttribute("aria-label", `${one.told}, ${state}${one.verdict ? `, marked ${one.verdict}` : ""}`);
  }
}
