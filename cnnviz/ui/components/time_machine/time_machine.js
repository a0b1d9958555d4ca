// The time machine: every panel shows the same moment of a run, moved by one transport bar, without the server.

import { bytes } from "../kit/bytes.js";
import { element, say } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { percent } from "../kit/numbers.js";
import { roomBelow } from "../kit/streamlit.js";
import { Bars, LossChart } from "./charts.js";
import { Track } from "./data.js";
import { confusionTiles, kernelTiles, mapTiles, Panel, photoWithHeat } from "./panels.js";
import { Transport } from "./transport.js";

const SETTLE_MS = 350; // how long it rests before the link is changed
const NARROW = 760; // CSS pixels: below, one column

/**
 * @typedef {object} Base what needs no image
 * @property {string} version
 * @property {number[]} numbers of the snapshots
 * @property {number[]} positions in epochs
 * @property {string[]} words
 * @property {import("./transport.js").Mark[]} marks
 * @property {string[]} names of the classes
 * @property {import("./panels.js").Kernels | null} kernels
 * @property {import("./panels.js").Confusion} confusion
 * @property {{ curve: import("./charts.js").Curve, words: Words }} loss
 * @property {import("./panels.js").Photo | null} photo
 * @property {Probabilities | null} probabilities
 * @property {{ title: string }[]} layers that are still to come
 * @property {import("../kit/save.js").Saved} saved
 * @property {Record<"sequential" | "diverging" | "heat", string>} tables
 *
 * @typedef {object} Inner what the networks made of the image
 * @property {string} version
 * @property {import("./panels.js").Maps[]} layers
 * @property {Probabilities} probabilities
 * @property {import("./panels.js").Frames | null} heat
 * @property {Words} heatWords
 * @property {string[]} empty why nothing lights up, by frame
 *
 * @typedef {import("./panels.js").Words} Words
 * @typedef {{ rows: import("./charts.js").Row[], shares: number[][], partial: boolean }} Probabilities
 * @typedef {{ text: string, busy: boolean }} Waiting
 * @typedef {{ base: Base, inner: Inner | null, start: number, waiting: Waiting }} Data
 */

class Machine {
  /** @type {Base} */ base;
  /** @type {Inner | null} */ inner = null;
  /** @type {Waiting} */ waiting;
  /** @type {import("./panels.js").Part[]} */ parts = [];
  /** @type {import("./panels.js").Tables} */ tables;
  /** @type {number | undefined} the snapshot that Python was told of */ reported;
  /** @type {number | undefined} */ start;
  /** @type {import("./tiles.js").Tiles | undefined} */ aligned;
  dark = "";

  constructor(/** @type {any} */ root, /** @type {import("../kit/life.js").Life} */ life) {
    this.root = root.querySelector(".machine");
    this.stage = this.root.querySelector(".stage");
    this.tell = (/** @type {string} */ _, /** @type {unknown} */ __) => {};
    this.painted = 0;
    this.settling = life.later();
    this.transport = new Transport(this.root.querySelector(".transport"), life, {
      moved: (moment) => this.paint(moment),
      settled: (frame) => this.settle(frame),
      save: () => this.tell("save", this.base.numbers[this.frame]),
    });
    life.follow(this.root, () => this.fit());
    life.listen(window, "resize", () => this.fit());
  }

  update(/** @type {Data} */ data, /** @type {import("../kit/mount.js").Tell} */ tell) {
    this.tell = tell;
    const before = this.base?.numbers[this.frame];
    const fresh = this.base?.version !== data.base.version || this.inner?.version !== data.inner?.version;
    const dark = getComputedStyle(this.root).colorScheme;
    if (fresh || this.waiting !== data.waiting || this.dark !== dark) {
      Object.assign(this, { base: data.base, inner: data.inner, waiting: data.waiting, dark });
      this.build();
    }
    const asked = data.start !== this.start && data.start !== this.reported ? data.start : before;
    this.start = data.start;
    const frame = this.base.numbers.indexOf(asked ?? data.start);
    this.fit();
    if (!this.transport.playing) this.transport.show(frame < 0 ? this.base.numbers.length - 1 : frame);
  }

  build() {
    const { base, inner } = this;
    this.stage.replaceChildren();
    const { sequential, diverging, heat } = base.tables;
    this.tables = { sequential: bytes(sequential), diverging: bytes(diverging), heat: bytes(heat) };
    this.parts = [];
    const waiting = base.layers.map(({ title }) => ({ values: "", words: { title, caption: "", scale: null } }));
    const layers = inner?.layers ?? waiting;
    this.stage.className = `stage ${base.kernels ? "" : "plain"} ${layers.length === 1 ? "single" : ""}`;
    const { kernels, confusion } = base;
    if (kernels) this.tiles("kernels", kernels.words, (panel) => kernelTiles(panel, kernels, this.tables));
    if (base.photo) this.seen();
    this.loss();
    layers.forEach((layer, index) => {
      const area = index === 0 ? "first" : index === layers.length - 1 ? "last" : "middle";
      const maps = "frames" in layer ? (/** @type {Panel} */ panel) => mapTiles(panel, layer, this.tables) : null;
      this.tiles(area, layer.words, maps);
    });
    const { values = "" } = confusion;
    const matrix = (/** @type {Panel} */ panel) =>
      confusionTiles(panel, { ...confusion, values }, base.names, this.tables);
    this.tiles("confusion", confusion.words, values ? matrix : null, confusion.missing);
  }

  /**
   * What a panel is called when it is saved: it is read at the click, when the moment is known.
   * @param {string} title
   */
  saved(title) {
    const machine = this;
    return {
      get file() {
        const words = [title, "snapshot", machine.base.numbers[machine.frame]].join(" ").toLowerCase();
        return `${machine.base.saved.file}-${words.replace(/[^a-z0-9_]+/g, "-")}`;
      },
      get source() {
        return `${machine.base.saved.source} · ${machine.base.words[machine.frame].replace("\n", " · ")}`;
      },
    };
  }

  get frame() {
    return Math.round(this.transport.moment);
  }

  /**
   * @param {string} area
   * @param {Words} words
   * @param {((panel: Panel) => import("./panels.js").Part) | null} making null for what is still to come
   * @param {string} [missing] why it will not
   */
  tiles(area, words, making, missing) {
    const panel = new Panel(this.stage, area);
    if (!making) return panel.wait(words.title, missing ?? this.waiting.text, !missing && this.waiting.busy);
    panel.tell(words.title, words.caption, words.scale, this.saved(words.title));
    const drawn = making(panel);
    if (area === "kernels") this.aligned = drawn.tiles;
    else if (area === "first" && drawn.tiles) drawn.tiles.like = this.aligned; // a kernel and its map stand in the same column
    for (const canvas of panel.body.querySelectorAll("canvas")) canvas.setAttribute("aria-label", words.caption);
    this.parts.push(drawn);
  }

  /** The image, its heatmap, and the probabilities. */
  seen() {
    const { base, inner } = this;
    if (!base.photo) return;
    const { labelled } = base.photo;
    const panel = new Panel(this.stage, "image");
    const told = inner?.probabilities ?? base.probabilities;
    const [caption, scale] = inner ? [inner.heatWords.caption, inner.heatWords.scale] : [this.waiting.text, null];
    panel.tell(base.photo.title, caption, scale, inner ? this.saved("heatmap and probabilities") : null);
    const pictures = element("div", "pictures", panel.body);
    const photos = [photoWithHeat(pictures, base.photo, null, this.tables)];
    if (inner?.heat) photos.push(photoWithHeat(pictures, base.photo, inner.heat, this.tables));
    const box = element("div", "bars", panel.body);
    const bars = new Bars(box);
    const verdict = panel.note;
    const track = told && new Track(Float32Array.from(told.shares.flat()), base.numbers.length);
    if (!told) element("div", `waiting ${this.waiting.busy ? "busy" : ""}`, box, "probabilities");
    this.parts.push({
      fit: () => {
        const side = Math.min(panel.body.clientHeight / 2 - 3, panel.body.clientWidth * 0.42);
        for (const photo of photos) photo.fit(side);
        if (told) bars.fit(told.rows, "Probability of each class");
      },
      paint: (moment) => {
        for (const photo of photos) photo.paint(moment);
        if (!told || !track) return;
        const shares = track.at(moment);
        bars.paint(Array.from(shares), told.partial);
        const most = Math.max(...shares);
        const best = told.rows[shares.indexOf(most)];
        const known = told.rows.some((row) => row.truth) || labelled;
        const [mark, state] = !known ? ["", ""] : best.truth ? [" ✓", "right"] : [" ✗", "wrong"];
        verdict.textContent = `predicted ${best.name} ${percent(most)}${mark}`;
        verdict.className = `note cut ${state}`;
        const empty = inner?.heat && inner.empty[Math.round(moment)];
        const caption = empty ? `Nothing lights up: ${empty}.` : inner?.heatWords.caption;
        if (caption) say(panel.caption, caption);
      },
    });
  }

  loss() {
    const { curve, words } = this.base.loss;
    const panel = new Panel(this.stage, "loss");
    panel.tell(words.title, words.caption, null, this.saved(words.title));
    const chart = new LossChart(panel.body);
    const { positions } = this.base;
    this.parts.push({
      fit: () => chart.fit(curve, words.caption),
      paint: (moment) => {
        const frame = Math.floor(moment);
        const next = Math.min(frame + 1, positions.length - 1);
        chart.paint(positions[frame] + (positions[next] - positions[frame]) * (moment - frame));
      },
    });
  }

  fit() {
    if (!this.base || !this.root.clientWidth) return;
    const narrow = this.root.clientWidth < NARROW;
    this.root.classList.toggle("narrow", narrow);
    const bar = this.transport.root.offsetHeight;
    this.stage.style.height = narrow ? "" : `${Math.max(430, roomBelow(this.root) - bar - 4)}px`;
    this.transport.fit(this.base.marks);
    for (const part of this.parts) part.fit();
    this.paint(this.transport.moment);
  }

  paint(/** @type {number} */ moment) {
    if (!this.base) return;
    for (const part of this.parts) part.paint(moment);
    const frame = Math.round(moment);
    const narrow = this.root.classList.contains("narrow");
    const words = narrow ? this.base.words[frame].replace("\n", " · ") : this.base.words[frame];
    say(this.transport.words, words);
    this.transport.slider.setAttribute("aria-valuetext", words);
    this.root.dataset.frame = frame;
    this.root.dataset.painted = ++this.painted;
  }

  settle(/** @type {number} */ frame) {
    this.settling.after(SETTLE_MS, () => {
      const number = this.base.numbers[frame];
      if (number === this.reported || this.transport.playing) return;
      this.reported = number;
      this.tell("at", number);
    });
  }
}

export default mount(Machine);
