// A microscope on one convolution or pooling: what is computed here is computed in the browser, from data sent once.

import { apart, correlate, leading, liveliest, reached, reading, unpack } from "./microscope_arithmetic.js";
import { Bars } from "./microscope_bars.js";
import { drawBeams } from "./microscope_beams.js";
import { stageButtons, stepped } from "./microscope_controls.js";
import { poolLine, reachWords, sumLine } from "./microscope_line.js";
import { MapView } from "./microscope_map.js";
import { drawInput, drawOutput, scalesOf } from "./microscope_pictures.js";
import { Products } from "./microscope_products.js";
import { Scan } from "./microscope_scan.js";
import { Typed } from "./microscope_typed.js";
import { ROWS, addedUp, pooledUp } from "./microscope_written.js";
import { drawingRatio, saveButtons } from "./save_figure.js";

const GAP = 36; // CSS pixels between the three parts, where they stand side by side

export class Microscope {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    const ink = (name) => getComputedStyle(root.querySelector(`.probes .${name}`)).color;
    this.input = new MapView(this.find(".input"), ink);
    this.output = new MapView(this.find(".output"), ink);
    this.products = new Products(this.find(".between"), {
      cell: (k, cell) => this.pointCell(cell),
      channel: (k) => this.choose(this.asked === k ? null : k),
    });
    this.bars = new Bars(this.find(".all"), ink, (k) => this.choose(this.asked === k ? null : k));
    this.typed = new Typed(this.find(".typed"), (kernel) => this.retype(kernel));
    this.scan = new Scan(root, {
      step: (last) => this.advance(last),
      count: () => this.bench.high * this.bench.wide,
      changed: () => this.show(),
    });
    Object.assign(this, { pinned: null, hovered: null, marked: [], asked: null, cell: null, stage: "before" });
    this.output.onpoint = (place) => this.point(place);
    this.output.onpick = (place) => this.pin(place);
    this.input.onpoint = (place) => this.mark(place);
    this.input.onpick = (place) => this.mark(place, true);
    root.onkeydown = (event) => this.press(event);
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(root);
  }

  update(data, onpin) {
    this.onpin = onpin;
    saveButtons(this.root, data.saved, () => this.layout());
    const same = this.data?.version === data.version;
    if (same) return this.layout(); // the theme may have changed
    this.scan.stop();
    const layer = this.data?.title;
    this.data = data;
    this.bench = unpack(data);
    if (layer !== data.title) Object.assign(this, { asked: null, stage: "before" });
    if (data.kind === "playground") this.bench.kernel = this.typed.kernel ?? Float32Array.from(data.presets[0].kernel);
    this.products.build(this.bench);
    this.find(".caption").textContent = data.caption;
    this.find(".typed").hidden = data.kind !== "playground";
    this.find(".all").hidden = !data.kernel || this.bench.channels.length <= ROWS + 1;
    this.hovered = null;
    if (data.kind !== "playground") return this.measure();
    this.typed.build(data.presets, this.products.rows[0].kernel);
    return this.retype(this.bench.kernel);
  }

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
    stageButtons(this.find(".choice"), this.bench, this.stage, (stage) => {
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
    drawInput(this.find(".input"), this.input, this.bench, this.scales, this.channel);
    if (this.input.zoom) this.layout();
  }

  drawOutput() {
    drawOutput(this.find(".output"), this.output, this.bench, this.scales, this.stage);
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

  get place() {
    return this.hovered ?? this.pinned;
  }

  /** Draw what one output pixel is made of. */
  show() {
    if (!this.scales) return;
    const { bench, scales } = this;
    const [row, column] = this.place;
    const terms = (this.terms = apart(bench, row, column));
    const written = bench.kernel ? addedUp(bench, terms, this.asked) : pooledUp(bench, terms);
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
    const extent = [down.at(-1) - down[0] + 1, across.at(-1) - across[0] + 1];
    input.outlines = [{ row: down[0], column: across[0], height: extent[0], width: extent[1], strong: true }];
    const single = this.cell ?? (bench.kind === "max" ? this.terms.winner : null);
    input.ringed = Boolean(this.source);
    output.ringed = true;
    input.marks = single === null ? [] : [[down[Math.floor(single / bench.columns)], across[single % bench.columns]]];
    if (this.source) input.marks.push(this.source);
    output.outlines = [{ row, column, height: 1, width: 1, strong: true }];
    if (this.hovered) output.outlines.unshift({ row: this.pinned[0], column: this.pinned[1], height: 1, width: 1 });
    output.marks = this.marked;
    output.shown = this.scan.running ? row * bench.wide + column + 1 : Infinity;
    input.paint(input.zoom, input.ratio);
    output.paint(output.zoom, output.ratio);
    const narrow = this.root.classList.contains("narrow");
    const rows = this.find(".rows").getBoundingClientRect();
    const patch = narrow ? null : input.area(down[0], across[0], ...extent);
    drawBeams(this.root, patch, rows, narrow ? null : output.area(row, column, 1, 1));
  }

  point(place) {
    if (this.scan.running) return;
    this.hovered = place;
    this.show();
  }

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
    if (this.asked !== null || picture || !kernel || channels.length === 1) return false;
    const lead = leading(apart(this.bench, ...this.pinned));
    if (this.lead === lead) return false;
    this.lead = lead;
    this.drawInput();
    return true;
  }

  choose(k) {
    this.asked = k;
    this.drawInput();
    this.show();
  }

  pointCell(cell) {
    this.cell = cell;
    if (this.terms) this.outline();
  }

  /** Every output pixel that an input pixel reaches. */
  mark(place, told = false) {
    this.source = place;
    this.marked = place ? reached(this.bench, ...place) : [];
    const text = place ? reachWords(this.bench, place, this.marked.length) : "";
    this.find(".cell-line").textContent = text;
    if (told) this.say(text);
    this.outline();
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onMap = event.target === this.output.canvas;
    const place = onMap && stepped(event.key, this.pinned, this.bench);
    if (event.key === " " && event.target.localName !== "button") this.scan.toggle();
    else if (onMap && event.key === "Enter") this.pin(this.place);
    else if (onMap && event.key === "Escape") this.scan.stop();
    else if (place) this.pin(place);
    else return;
    event.preventDefault();
  }

  /** The scan's next pixel; from the last one it begins again, and ends at the end. */
  advance(draw) {
    const { high, wide } = this.bench;
    const next = this.pinned[0] * wide + this.pinned[1] + 1;
    if (next >= high * wide && this.began) return (this.began = false);
    const place = next >= high * wide ? 0 : next;
    this.began = true;
    Object.assign(this, { pinned: [Math.floor(place / wide), place % wide], hovered: null });
    if (draw) this.show();
    return true;
  }

  say(text) {
    this.find(".spoken").textContent = text;
  }

  remove() {
    this.scan.stop();
    this.observer.disconnect();
  }
}
