// The time machine: every panel shows the same moment of a run, moved by one transport bar, without the server.

const SETTLE_MS = 350; // how long it rests before the link is changed
const NARROW = 760; // CSS pixels: below, one column
const machines = new WeakMap(); // parentElement -> Machine

class Machine {
  constructor(root) {
    this.root = root.querySelector(".machine");
    this.stage = this.root.querySelector(".stage");
    this.tell = () => {};
    this.painted = 0;
    this.transport = new Transport(this.root.querySelector(".transport"), {
      moved: (moment) => this.paint(moment),
      settled: (frame) => this.settle(frame),
      save: () => this.tell("save", this.base.numbers[this.frame]),
    });
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.root);
    this.resized = () => this.fit();
    window.addEventListener("resize", this.resized);
  }

  update(data, tell) {
    this.tell = tell;
    const before = this.base && this.base.numbers[this.frame];
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
    this.tables = Object.fromEntries(Object.entries(base.tables).map(([name, text]) => [name, bytesOf(text)]));
    this.parts = [];
    const layers = inner?.layers ?? base.layers.map((words) => ({ words: { caption: "", scale: null, ...words } }));
    this.stage.className = `stage ${base.kernels ? "" : "plain"} ${layers.length === 1 ? "single" : ""}`;
    if (base.kernels) this.tiles("kernels", base.kernels.words, () => (panel) => kernelTiles(panel, base.kernels, this.tables));
    if (base.photo) this.seen();
    this.loss();
    layers.forEach((layer, index) => {
      const area = index === 0 ? "first" : index === layers.length - 1 ? "last" : "middle";
      this.tiles(area, layer.words, () => (layer.values ? (panel) => mapTiles(panel, layer, this.tables) : null));
    });
    const confusion = base.confusion;
    const matrix = (panel) => confusionTiles(panel, confusion, base.names, this.tables);
    this.tiles("confusion", confusion.words, () => (confusion.values ? matrix : null), confusion.missing);
  }

  /** What a panel is called when it is saved: it is read at the click, when the moment is known. */
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

  tiles(area, words, maker, missing) {
    const panel = new Panel(this.stage, area);
    const making = maker();
    if (!making) return panel.wait(words.title, missing ?? this.waiting.text, !missing && this.waiting.busy);
    panel.tell(words.title, words.caption, words.scale, this.saved(words.title));
    const drawn = making(panel);
    if (area === "kernels") this.aligned = drawn.tiles;
    else if (area === "first") drawn.tiles.like = this.aligned; // a kernel and its map stand in the same column
    panel.body.querySelectorAll("canvas").forEach((canvas) => canvas.setAttribute("aria-label", words.caption));
    this.parts.push(drawn);
  }

  /** The image, its heatmap, and the probabilities. */
  seen() {
    const { base, inner } = this;
    const panel = new Panel(this.stage, "image");
    const told = inner?.probabilities ?? base.probabilities;
    const [caption, scale] = inner ? [inner.heatWords.caption, inner.heatWords.scale] : [this.waiting.text, null];
    panel.tell(base.photo.title, caption, scale, inner ? this.saved("heatmap and probabilities") : null);
    const pictures = make("div", "pictures", panel.body);
    const photos = [photoWithHeat(pictures, base.photo, null, this.tables)];
    if (inner?.heat) photos.push(photoWithHeat(pictures, base.photo, inner.heat, this.tables));
    const box = make("div", "bars", panel.body);
    const bars = new Bars(box);
    const verdict = panel.note;
    const track = told && new Track(Float32Array.from(told.shares.flat()), base.numbers.length);
    if (!told) make("div", `waiting ${this.waiting.busy ? "busy" : ""}`, box, "probabilities");
    this.parts.push({
      fit: () => {
        const side = Math.min(panel.body.clientHeight / 2 - 3, panel.body.clientWidth * 0.42);
        photos.forEach((photo) => photo.fit(side));
        if (told) bars.fit(told.rows, "Probability of each class");
      },
      paint: (moment) => {
        photos.forEach((photo) => photo.paint(moment));
        if (!told) return;
        const shares = track.at(moment);
        bars.paint(Array.from(shares), told.partial);
        const best = told.rows[shares.indexOf(Math.max(...shares))];
        const known = told.rows.some((row) => row.truth) || base.photo.labelled;
        verdict.textContent = `predicted ${best.name} ${percent(Math.max(...shares))}${known ? (best.truth ? " ✓" : " ✗") : ""}`;
        verdict.className = `note ${known ? (best.truth ? "right" : "wrong") : ""}`;
        const empty = inner?.heat && inner.empty[Math.round(moment)];
        const caption = empty ? `Nothing lights up: ${empty}.` : inner?.heatWords.caption;
        if (caption && panel.caption.textContent !== caption) panel.caption.textContent = caption;
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
    const scroller = this.root.getRootNode().host?.closest('[data-testid="stMain"]');
    const top = this.root.getBoundingClientRect().top + (scroller?.scrollTop ?? 0);
    const bar = this.transport.root.offsetHeight;
    this.stage.style.height = narrow ? "" : `${Math.max(430, window.innerHeight - top - bar - 4)}px`;
    this.transport.fit(this.base.marks);
    this.parts.forEach((part) => part.fit());
    this.paint(this.transport.moment);
  }

  paint(moment) {
    if (!this.base) return;
    this.parts.forEach((part) => part.paint(moment));
    const frame = Math.round(moment);
    const narrow = this.root.classList.contains("narrow");
    const words = narrow ? this.base.words[frame].replace("\n", " · ") : this.base.words[frame];
    if (this.transport.words.textContent !== words) this.transport.words.textContent = words;
    this.transport.slider.setAttribute("aria-valuetext", words);
    this.root.dataset.frame = frame;
    this.root.dataset.painted = ++this.painted;
  }

  settle(frame) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const number = this.base.numbers[frame];
      if (number === this.reported || this.transport.playing) return;
      this.reported = number;
      this.tell("at", number);
    }, SETTLE_MS);
  }

  remove() {
    clearTimeout(this.timer);
    this.transport.remove();
    this.observer.disconnect();
    window.removeEventListener("resize", this.resized);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let machine = machines.get(parentElement);
  if (!machine) {
    machine = new Machine(parentElement);
    machines.set(parentElement, machine);
  }
  machine.update(data, setTriggerValue);
  return () => {
    machine.remove();
    machines.delete(parentElement);
  };
}
