// The transport bar: play, pause, step, speed, the slider with its epochs, and the keys that do the same.

import { button, element, pathIn } from "../kit/dom.js";

const SPEEDS = [0.5, 1, 2, 4];
const SNAPSHOTS_A_SECOND = 1.5; // at speed 1: slow enough to look at one panel while it passes
const LABEL_ROOM = 30; // CSS pixels that a label under the slider needs
/** @type {Record<string, string>} */
const ICONS = {
  first: "M6 5v14M19 5l-9 7 9 7z",
  back: "M15 5l-8 7 8 7z",
  play: "M7 4l13 8-13 8z",
  pause: "M8 5v14M16 5v14",
  next: "M9 5l8 7-8 7z",
  last: "M18 5v14M5 5l9 7-9 7z",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
};

/** @typedef {{ epoch: boolean, label: string }} Mark */

export class Transport {
  frames = 1;
  moment = 0;
  speed = 1;
  playing = false;
  spoken = false;

  /**
   * @param {any} root
   * @param {import("../kit/life.js").Life} life
   * @param {object} on
   * @param {(moment: number) => void} on.moved draws a moment
   * @param {(frame: number) => void} on.settled says that it rests there
   * @param {() => void} on.save asks for the files
   */
  constructor(root, life, { moved, settled, save }) {
    this.root = root;
    this.moved = moved;
    this.settled = settled;
    this.motion = life.glide();
    const key = (/** @type {string} */ name, /** @type {string} */ words, /** @type {() => void} */ action) => {
      const made = button(`key ${name}`, root);
      made.title = words;
      made.setAttribute("aria-label", words);
      pathIn(made, ICONS[name], "");
      made.onclick = action;
      return made;
    };
    key("first", "First snapshot (Home)", () => this.rest(0));
    key("back", "One snapshot back (left arrow)", () => this.step(-1));
    this.toggle = key("play", "Play (space)", () => this.playOrPause());
    key("next", "One snapshot on (right arrow)", () => this.step(1));
    key("last", "Last snapshot (End)", () => this.rest(this.frames - 1));
    this.pace = button("pace", root, "1×");
    this.pace.onclick = () => this.paced((SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length);
    const track = element("div", "rail", root);
    this.slider = element("input", "slider", track);
    Object.assign(this.slider, { type: "range", min: 0, step: 0.01, value: 0 });
    this.slider.setAttribute("aria-label", "Snapshot");
    this.slider.oninput = () => this.drag(Number(this.slider.value));
    this.slider.onchange = () => this.rest(Math.round(this.moment));
    this.marks = element("div", "marks", track);
    this.words = element("div", "words", root);
    key("save", "Save the replay as GIF or this moment as PNG", save);
    life.listen(window, "keydown", (event) => this.key(event));
    this.speak();
  }

  /** @param {Mark[]} marks */
  fit(marks) {
    this.frames = marks.length;
    this.slider.max = String(Math.max(this.frames - 1, 0));
    const width = this.marks.clientWidth;
    this.marks.replaceChildren();
    let free = -Infinity;
    marks.forEach((mark, frame) => {
      const at = this.frames > 1 ? frame / (this.frames - 1) : 0;
      const tick = element("span", mark.epoch ? "tick epoch" : "tick", this.marks);
      tick.style.left = `${100 * at}%`;
      const last = frame === this.frames - 1;
      if (mark.label && at * width >= free && (last || (1 - at) * width >= LABEL_ROOM)) {
        element("span", "label", tick, mark.label);
        free = at * width + (mark.label.length > 3 ? 1.4 : 1) * LABEL_ROOM;
      }
    });
  }

  /** Goes to a moment without telling anybody. @param {number} moment */
  show(moment) {
    this.moment = Math.min(Math.max(moment, 0), this.frames - 1);
    this.slider.value = String(this.moment);
    this.slider.style.setProperty("--done", `${this.frames > 1 ? (100 * this.moment) / (this.frames - 1) : 0}%`);
    this.moved(this.moment);
  }

  drag(/** @type {number} */ moment) {
    this.pause();
    this.show(moment);
  }

  /** Stands still at a frame, and says so. @param {number} frame */
  rest(frame) {
    this.pause();
    this.show(Math.min(Math.max(frame, 0), this.frames - 1));
    this.settled(this.moment);
  }

  step(/** @type {number} */ by) {
    const from = by > 0 ? Math.floor(this.moment + 1e-6) : Math.ceil(this.moment - 1e-6);
    this.rest(from + by);
  }

  playOrPause() {
    if (this.playing) return this.rest(Math.round(this.moment));
    if (this.frames < 2) return;
    if (this.moment >= this.frames - 1) this.show(0);
    this.playing = true;
    this.speak();
    let before = performance.now();
    const whole = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let exact = this.moment;
    const tick = () => {
      const now = performance.now();
      exact = Math.min(exact + (Math.max(0, now - before) / 1000) * SNAPSHOTS_A_SECOND * this.speed, this.frames - 1);
      before = Math.max(now, before);
      this.show(whole ? Math.floor(exact) : exact);
      if (exact >= this.frames - 1) return this.rest(this.frames - 1);
      this.motion.next(tick);
    };
    this.motion.next(tick);
  }

  pause() {
    this.motion.stop();
    this.playing = false;
    this.speak();
  }

  /** Plays at another of the speeds; beyond the slowest and the fastest there is none. @param {number} index */
  paced(index) {
    this.speed = SPEEDS[Math.min(Math.max(index, 0), SPEEDS.length - 1)];
    this.speak();
  }

  speak() {
    this.pace.textContent = `${this.speed === 0.5 ? "½" : this.speed}×`;
    this.pace.title = `Speed: ${SNAPSHOTS_A_SECOND * this.speed} snapshots a second (+ and −)`;
    this.pace.setAttribute("aria-label", `${this.pace.title}; press for another`);
    const words = this.playing ? "Pause (space)" : "Play (space)";
    if (this.toggle.title === words && this.spoken) return;
    this.spoken = true;
    this.toggle.title = words;
    this.toggle.setAttribute("aria-label", words);
    this.toggle.replaceChildren();
    pathIn(this.toggle, this.playing ? ICONS.pause : ICONS.play, "");
    this.root.dataset.playing = String(this.playing);
  }

  key(/** @type {any} */ event) {
    const target = event.composedPath()[0];
    const own = this.root.parentElement.contains(target);
    const widgets = "input, textarea, select, button, a, summary, [contenteditable]";
    const taken = `${widgets}, [role=option], [role=radio], [role=dialog] *`;
    if (event.ctrlKey || event.metaKey || event.altKey || (!own && target.closest?.(taken))) return;
    if (own && event.key === " " && target.matches("button")) return; // the button itself is pressed
    const speed = SPEEDS.indexOf(this.speed);
    /** @type {Record<string, () => void>} */
    const actions = {
      "+": () => this.paced(speed + 1),
      "=": () => this.paced(speed + 1), // the same key without shift on many keyboards
      "-": () => this.paced(speed - 1),
      " ": () => this.playOrPause(),
      ArrowRight: () => this.step(1),
      ArrowLeft: () => this.step(-1),
      Home: () => this.rest(0),
      End: () => this.rest(this.frames - 1),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }
}
