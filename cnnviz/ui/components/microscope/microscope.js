// A microscope on one convolution or pooling: what is computed here is computed in the browser, from data sent once.

import { button, drawn } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { drawingRatio, saveButtons } from "../kit/save.js";
import { apart, correlate, leading, liveliest, reached, reading, stepped, unpack } from "./arithmetic.js";
import { drawInput, drawOutput, MapView, scalesOf } from "./map.js";
import { Bars, functionName, Products, poolLine, reachWords, sumLine } from "./products.js";
import { addedUp, pooledUp, ROWS } from "./sums.js";
import { Typed } from "./typed.js";

/**
 * @typedef {import("./arithmetic.js").Data} Data
 * @typedef {import("./map.js").Place} Place
 * @typedef {{ top: number, left: number, right: number, bottom: number }} Box
 */

// ---- The light that falls from the patch on the input to the numbers, and from the numbers to the output pixel.

/**
 * Join two boxes of the window by a filled band; nothing where they do not lie side by side.
 * @param {Box} from @param {Box} to
 * @param {any} origin
 */
function band(from, to, origin) {
  if (to.left - from.right < 6) return "";
  const at = (/** @type {number} */ x, /** @type {number} */ y) =>
    `${(x - origin.left).toFixed(1)} ${(y - origin.top).toFixed(1)}`;
  const near = `M${at(from.right, from.top)} L${at(to.left, to.top)}`;
  return `${near} L${at(to.left, to.bottom)} L${at(from.right, from.bottom)} Z`;
}

/**
 * Draw both, as bands behind the maps and as lines before them; without boxes there are none.
 * @param {any} root @param {Box | null} patch @param {Box} between @param {Box | null} pixel
 */
function drawBeams(root, patch, between, pixel) {
  const origin = root.querySelector(".beams").getBoundingClientRect();
  const shapes = {
    ".to-between": patch ? band(patch, between, origin) : "",
    ".to-output": pixel ? band(between, pixel, origin) : "",
  };
  for (const [name, shape] of Object.entries(shapes))
    for (const path of root.querySelectorAll(`.beams ${name}`)) path.setAttribute("d", shape);
}

// ---- Playing over all output pixels, in reading order.

const SPEEDS = [1, 4, 16];
const WHOLE_S = 40; // how long a scan takes at speed 1
const ICONS = { play: "M8 5v14l11-7z", pause: "M6 5h4v14H6zM14 5h4v14h-4z" };

class Scan {
  running = false;
  speed = 0;

  /**
   * @param {any} root
   * @param {import("../kit/life.js").Glide} motion
   * @param {object} on
   * @param {(last: boolean) => boolean} on.step goes one pixel on and says whether there was one
   * @param {() => number} on.count of pixels
   * @param {() => void} on.changed is told when it starts and ends
   */
  constructor(root, motion, { step, count, changed }) {
    this.motion = motion;
    this.step = step;
    this.count = count;
    this.changed = changed;
    this.button = root.querySelector(".scan");
    this.pace = root.querySelector(".speed");
    this.button.onclick = () => this.toggle();
    this.pace.onclick = () => {
      this.speed = (this.speed + 1) % SPEEDS.length;
      this.label();
    };
    this.label();
  }

  label() {
    this.button.replaceChildren();
    const icon = { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true" };
    const d = ICONS[this.running ? "pause" : "play"];
    drawn("path", { fill: "currentColor", d }, drawn("svg", icon, this.button));
    this.button.append(this.running ? "Pause" : "Scan");
    this.pace.textContent = `${SPEEDS[this.speed]}×`;
    this.pace.setAttribute("aria-label", `Speed ${SPEEDS[this.speed]} times`);
  }

  toggle() {
    if (this.running) this.stop();
    else this.start();
  }

  start() {
    this.running = true;
    this.label();
    this.changed();
    let last = performance.now();
    let due = 1;
    const tick = () => {
      const now = performance.now();
      const rate = Math.max(4, this.count() / WHOLE_S) * SPEEDS[this.speed];
      due = Math.min(due + ((now - last) / 1000) * rate, 200);
      last = now;
      while (due >= 1) {
        due -= 1;
        if (!this.step(due < 1)) return this.stop();
      }
      this.motion.next(tick);
    };
    this.motion.next(tick);
  }

  stop() {
    this.motion.stop();
    if (!this.running) return;
    this.running = false;
    this.label();
    this.changed();
  }
}

// ---- Which of the two output maps is shown.

/**
 * Buttons for before and after the activation, where there is one.
 * @param {HTMLElement} root @param {import("./arithmetic.js").Bench} bench @param {string} stage
 * @param {(name: any) => void} onchoose
 */
function stageButtons(root, bench, stage, onchoose) {
  root.replaceChildren();
  if (bench.kind !== "convolution" || bench.function === "linear") return;
  for (const name of ["before", "after"]) {
    const made = button("", root, name === "before" ? "pre-activation" : `after ${functionName(bench.function)}`);
    made.setAttribute("aria-pressed", String(stage === name));
    made.onclick = () => onchoose(name);
  }
}

const TELL_MS = 600; // after a pin, before Python is told
const GAP = 36; // CSS pixels between the three parts, where they stand side by side

class Microscope {
  /** @type {Data} */ data;
  /** @type {import("./arithmetic.js").Bench} */ bench;
  /** @type {import("./map.js").Scales | undefined} */ scales;
  /** @type {import("./arithmetic.js").Terms | undefined} of the output pixel that is shown */ terms;
  /** @type {Place | null} the output pixel */ pinned = null;
  /** @type {Place | null} */ hovered = null;
  /** @type {Place[]} output pixels that an input pixel reaches */ marked = [];
  /** @type {Place | null} that input pixel */ source = null;
  /** @type {number | null} the channel that somebody chose */ asked = null;
  /** @type {number | null} the channel that adds most */ lead = null;
  /** @type {number | null} the cell of the products under the pointer */ cell = null;
  stage = "before";
  words = "";
  began = false;

  constructor(/** @type {any} */ parent, /** @type {import("../kit/life.js").Life} */ life) {
    const root = parent.querySelector(".bench");
    this.root = root;
    this.pinning = life.later();
    this.find = (/** @type {any} */ selector) => root.querySelector(selector);
    const ink = (/** @type {any} */ name) => getComputedStyle(root.querySelector(`.probes .${name}`)).color;
    this.input = new MapView(this.find(".input"), ink);
    this.output = new MapView(this.find(".output"), ink);
    this.products = new Products(this.find(".between"), {
      cell: (/** @type {number} */ cell) => this.pointCell(cell),
      channel: (/** @type {number} */ k) => this.choose(this.asked === k ? null : k),
    });
    this.bars = new Bars(this.find(".all"), ink, (/** @type {number} */ k) => this.choose(this.asked === k ? null : k));
    this.typed = new Typed(this.find(".typed"), (kernel) => this.retype(kernel));
    this.scan = new Scan(root, life.glide(), {
      step: (last) => this.advance(last),
      count: () => this.bench.high * this.bench.wide,
      changed: () => this.show(),
    });
    this.output.onpoint = (place) => this.point(place);
    this.output.onpick = (place) => this.pin(place);
    this.input.onpoint = (place) => this.mark(place);
    this.input.onpick = (place) => this.mark(place, true);
    root.onkeydown = (/** @type {any} */ event) => this.press(event);
    life.follow(root, () => this.layout());
  }

  /** @param {Data} data @param {unknown} _ @param {import("../kit/mount.js").Tell} keep */
  update(data, _, keep) {
    this.onpin = (/** @type {Place} */ place) => this.pinning.after(TELL_MS, () => keep("pinned", place));
    saveButtons(this.root, data.saved, () => this.layout());
    const same = this.data?.version === data.version;
    if (same) return this.layout(); // the theme may have changed
    this.scan.stop();
    const layer = this.data?.title;
    this.data = data;
    this.bench = unpack(data);
    if (layer !== data.title) Object.assign(this, { asked: null, stage: "before" });
    const kernel = data.kind === "playground" && (this.typed.kernel ?? Float32Array.from(data.presets[0].kernel));
    if (kernel) this.bench.kernel = kernel;
    this.products.build(this.bench);
    this.find(".caption").textContent = data.caption;
    this.find(".typed").hidden = data.kind !== "playground";
    this.find(".all").hidden = !data.kernel || this.bench.channels.length <= ROWS + 1;
    this.hovered = null;
    if (!kernel) return this.measure();
    const fields = /** @type {HTMLInputElement[]} */ (this.products.rows[0].cells.kernel);
    this.typed.build(data.presets, fields);
    return this.retype(kernel);
  }

  /** @param {Float32Array<ArrayBuffer>} kernel */
  retype(kernel) {
    this.typed.kernel = kernel;
    this.bench.kernel = kernel;
    this.bench.before = correlate(this.bench);
    this.measure();
  }

  /** Settle every scale, once for all pixels, and draw. */
  measure() {
    this.scales = scalesOf(this.bench);
    const [row, column] = this.pinned ?? this.data.pinned ?? liveliest(this.bench);
    this.pinned = [Math.min(row, this.bench.high - 1), Math.min(column, this.bench.wide - 1)];
    this.choices();
    this.lead = null;
    if (!this.lookAtStrongest()) this.drawInput();
    this.drawOutput();
    this.layout();
  }

  /** Before or after the activation: what the output map shows. */
  choices() {
    stageButtons(this.find(".choice"), this.bench, this.stage, (/** @type {any} */ stage) => {
      this.stage = stage;
      this.choices();
      this.drawOutput();
      this.layout();
    });
  }

  /** The channel that the input map shows; null for an image in its colours. */
  get channel() {
    const { picture, channels } = this.bench;
    return picture && channels.length === 3 && this.asked === null ? null : (this.asked ?? this.lead ?? 0);
  }

  drawInput() {
    if (!this.scales) return;
    drawInput(this.input, this.bench, this.scales, this.channel);
    if (this.input.zoom) this.layout();
  }

  drawOutput() {
    if (this.scales) drawOutput(this.output, this.bench, this.scales, this.stage);
  }

  /** As large as the room allows: input and output on one scale, so that their pixels lie opposite each other. */
  layout() {
    if (!this.scales || !this.root.clientWidth) return;
    const ratio = drawingRatio();
    const width = this.root.clientWidth;
    const wide = width >= 740;
    this.root.classList.toggle("narrow", !wide);
    this.find(".between").style.minWidth = "";
    const between = this.find(".between .rows").scrollWidth;
    const room = wide ? (width - Math.max(between, 200) - 2 * GAP) / 2 : (width - 12) / 2;
    const height = wide ? 330 : 400;
    const zoom = this.input.fitting(room, height, ratio, 44 * ratio);
    const stride = Math.max(...this.bench.strides);
    this.input.paint(zoom, ratio);
    this.output.paint(this.output.fitting(room, height, ratio, Math.max(zoom * stride, zoom)), ratio);
    this.show();
  }

  /** The output pixel that is shown. */
  get place() {
    return this.hovered ?? this.pinned ?? [0, 0];
  }

  /** Draw what one output pixel is made of. */
  show() {
    if (!this.scales) return;
    const { bench, scales } = this;
    const [row, column] = this.place;
    const terms = apart(bench, row, column);
    this.terms = terms;
    const nothing = { list: [], after: "", rows: new Map() }; // a pooling adds nothing up
    const written = bench.kernel ? addedUp(bench, terms, this.asked) : { ...nothing, ...pooledUp(bench, terms) };
    this.products.fill(terms, written, scales, this.asked, this.channel);
    if (!this.find(".all").hidden) this.bars.fill(terms, this.products.shown, scales.sum);
    const line = this.find(".line");
    this.words = (bench.kernel ? sumLine : poolLine)(line, bench, terms, scales, written);
    this.find(".place").textContent = `row ${row}, column ${column}`;
    this.outline();
  }

  outline() {
    const { bench, input, output } = this;
    const [row, column] = this.place;
    const { down, across } = reading(bench, row, column);
    const extent = [down, across].map((along) => along[along.length - 1] - along[0] + 1);
    input.outlines = [{ row: down[0], column: across[0], height: extent[0], width: extent[1], strong: true }];
    const single = this.cell ?? (bench.kind === "max" && this.terms ? this.terms.winner : null);
    input.ringed = Boolean(this.source);
    output.ringed = true;
    input.marks = single === null ? [] : [[down[Math.floor(single / bench.columns)], across[single % bench.columns]]];
    if (this.source) input.marks.push(this.source);
    output.outlines = [{ row, column, height: 1, width: 1, strong: true }];
    if (this.hovered && this.pinned)
      output.outlines.unshift({ row: this.pinned[0], column: this.pinned[1], height: 1, width: 1 });
    output.marks = this.marked;
    output.shown = this.scan.running ? row * bench.wide + column + 1 : Infinity;
    input.paint(input.zoom, input.ratio);
    output.paint(output.zoom, output.ratio);
    const narrow = this.root.classList.contains("narrow");
    const rows = this.find(".rows").getBoundingClientRect();
    const patch = narrow ? null : input.area(down[0], across[0], extent[0], extent[1]);
    drawBeams(this.root, patch, rows, narrow ? null : output.area(row, column, 1, 1));
  }

  /** @param {Place | null} place */
  point(place) {
    if (this.scan.running) return;
    this.hovered = place;
    this.show();
  }

  /** @param {Place} place */
  pin(place) {
    this.scan.stop();
    Object.assign(this, { pinned: place, hovered: null });
    this.lookAtStrongest();
    this.show();
    this.say(`Row ${place[0]}, column ${place[1]}: ${this.words}.`);
    this.onpin?.(place);
  }

  /** Under many channels the input shows the one that adds most; it changes with the pin only, not with each hover. */
  lookAtStrongest() {
    const { picture, kernel, channels } = this.bench;
    if (this.asked !== null || picture || !kernel || channels.length === 1 || !this.pinned) return false;
    const lead = leading(apart(this.bench, this.pinned[0], this.pinned[1]));
    if (this.lead === lead) return false;
    this.lead = lead;
    this.drawInput();
    return true;
  }

  /** @param {number | null} k */
  choose(k) {
    this.asked = k;
    this.drawInput();
    this.show();
  }

  pointCell(/** @type {any} */ cell) {
    this.cell = cell;
    if (this.terms) this.outline();
  }

  /** Every output pixel that an input pixel reaches. @param {Place | null} place @param {boolean} [told] */
  mark(place, told = false) {
    this.source = place;
    this.marked = place ? reached(this.bench, place[0], place[1]) : [];
    const text = place ? reachWords(this.bench, place, this.marked.length) : "";
    this.find(".cell-line").textContent = text;
    if (told) this.say(text);
    this.outline();
  }

  press(/** @type {any} */ event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onMap = event.target === this.output.canvas;
    const place = onMap && this.pinned && stepped(event.key, this.pinned, this.bench);
    if (event.key === " " && event.target.localName !== "button") this.scan.toggle();
    else if (onMap && event.key === "Enter") this.pin(this.place);
    else if (onMap && event.key === "Escape") this.scan.stop();
    else if (place) this.pin(place);
    else return;
    event.preventDefault();
  }

  /** The scan's next pixel; from the last one it begins again, and ends at the end. @param {any} draw */
  advance(draw) {
    const { high, wide } = this.bench;
    const [row, column] = this.pinned ?? [0, -1];
    const next = row * wide + column + 1;
    const ended = next >= high * wide;
    const over = ended && this.began;
    this.began = !over;
    if (over) return false;
    const place = ended ? 0 : next;
    Object.assign(this, { pinned: [Math.floor(place / wide), place % wide], hovered: null });
    if (draw) this.show();
    return true;
  }

  say(/** @type {any} */ text) {
    this.find(".spoken").textContent = text;
  }
}

export default mount(Microscope);
