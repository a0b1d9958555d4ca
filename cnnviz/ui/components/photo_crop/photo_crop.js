// A photo with the frame of what the network gets. Dragging it, or a corner, is told while it happens.

import { arrowOf } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { centreFrame, drawnFrame, movedFrame, scaledFrame, tidyFrame } from "./frame.js";

const EVERY_MS = 120; // between two messages of one drag
const STEP = 0.02; // of a side, by an arrow key
const TINY = 160; // pixels of a side, below which pixels stay visible

/**
 * @typedef {"centre" | "whole" | "box"} Mode which part of the photo the network gets
 * @typedef {import("./frame.js").Photo & { photo: string, name: string, mode: Mode, stamp: string }
 *   & { box: import("./frame.js").Frame }} Data
 */

class View {
  /** @type {Data} */ data;
  /** @type {Mode} */ mode = "centre";
  /** @type {import("./frame.js").Frame} */ box = [0, 0, 1, 1];
  /** @type {string | undefined} */ stamp;

  constructor(/** @type {any} */ root, /** @type {import("../kit/life.js").Life} */ life) {
    this.messages = life.often(EVERY_MS);
    this.figure = root.querySelector("figure");
    this.stage = root.querySelector(".stage");
    this.image = root.querySelector("img");
    this.frame = root.querySelector(".frame");
    this.stage.onpointerdown = (/** @type {PointerEvent} */ event) => this.grab(event);
    this.frame.onkeydown = (/** @type {any} */ event) => this.press(event);
    this.modes = [...root.querySelectorAll("[data-mode]")];
    for (const button of this.modes) button.onclick = () => this.choose(button.dataset.mode);
  }

  /** @param {Data} data @param {unknown} _ @param {any} keep */
  update(data, _, keep) {
    this.keep = keep;
    this.data = data;
    if (this.image.src !== data.photo) this.image.src = data.photo;
    this.image.alt = data.name;
    this.figure.style.setProperty("--aspect", data.width / data.height);
    this.figure.classList.toggle("tiny", Math.max(data.width, data.height) <= TINY);
    this.frame.setAttribute(
      "aria-label",
      "The part that the network sees. Arrow keys move it, plus and minus change its size.",
    );
    if (this.stamp === data.stamp) return this.draw();
    this.stamp = data.stamp;
    this.mode = data.mode;
    this.box = data.mode === "box" ? data.box : centreFrame(data);
    this.draw();
  }

  draw() {
    const whole = this.mode === "whole";
    const [left, top, right, bottom] = whole
      ? [0, 0, 1, 1]
      : this.mode === "centre"
        ? centreFrame(this.data)
        : this.box;
    const place = { left, top, width: right - left, height: bottom - top };
    for (const [side, share] of Object.entries(place)) this.frame.style[side] = `${share * 100}%`;
    this.figure.classList.toggle("whole", whole);
    this.figure.classList.toggle("part", this.mode === "box");
    for (const button of this.modes) button.setAttribute("aria-pressed", String(button.dataset.mode === this.mode));
  }

  choose(/** @type {any} */ mode) {
    if (mode === "box" && this.mode !== "box") this.box = this.firstBox();
    this.mode = mode;
    this.draw();
    this.tell(true);
  }

  /** A part that is seen to be one: smaller than the centre that it starts from. */
  firstBox() {
    return this.mode === "whole" ? centreFrame(this.data) : scaledFrame(this.data, centreFrame(this.data), 0.8);
  }

  /**
   * Where the pointer is, in shares of the photo's sides. @returns {import("./frame.js").Point}
   * @param {any} event
   */
  at(event) {
    const box = this.stage.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  grab(/** @type {any} */ event) {
    const within = (/** @type {number} */ share) => Math.min(1, Math.max(0, share));
    if (event.button || (this.mode === "whole" && event.pointerType !== "mouse")) return;
    const start = this.at(event);
    const corner = event.target.dataset?.corner;
    const inside = event.target === this.frame && this.mode !== "whole";
    if (!corner && !inside && event.pointerType !== "mouse") return; // a finger scrolls the page there
    event.preventDefault();
    const before = this.mode === "box" ? this.box : centreFrame(this.data);
    const move = inside
      ? (/** @type {any} */ now) => movedFrame(before, now[0] - start[0], now[1] - start[1])
      : (/** @type {any} */ now) => drawnFrame(this.data, corner ? this.opposite(before, corner) : start, now);
    this.stage.setPointerCapture(event.pointerId);
    let moved = false;
    this.stage.onpointermove = (/** @type {any} */ now) => {
      moved = true;
      this.mode = "box";
      const [x, y] = this.at(now);
      this.box = move([within(x), within(y)]);
      this.draw();
      this.tell(false);
    };
    this.stage.onpointerup = this.stage.onpointercancel = () => {
      this.stage.onpointermove = this.stage.onpointerup = this.stage.onpointercancel = null;
      if (moved) this.tell(true);
    };
  }

  /** @param {import("./frame.js").Frame} box @param {string} corner @returns {import("./frame.js").Point} */
  opposite([left, top, right, bottom], corner) {
    return [corner.includes("w") ? right : left, corner.includes("n") ? bottom : top];
  }

  press(/** @type {any} */ event) {
    const way = arrowOf(event);
    const factor = /** @type {Record<string, number>} */ ({ "+": 1.1, "=": 1.1, "-": 1 / 1.1 })[event.key];
    if ((!way && !factor) || this.mode === "whole") return;
    event.preventDefault();
    const now = this.mode === "box" ? this.box : centreFrame(this.data);
    this.box = way ? movedFrame(now, way[0] * STEP, way[1] * STEP) : scaledFrame(this.data, now, factor);
    this.mode = "box";
    this.draw();
    this.tell(true);
  }

  /**
   * Tell the server, now and then while something is dragged, and at its end in any case.
   * @param {boolean} settled
   */
  tell(settled) {
    this.messages.do(
      () => this.keep("crop", { mode: this.mode, box: tidyFrame(this.box), stamp: this.stamp, settled }),
      settled,
    );
  }
}

export default mount(View);
