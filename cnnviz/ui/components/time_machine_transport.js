// The transport bar: play, pause, step, speed, the slider with its epochs, and the keys that do the same.

const SPEEDS = [0.5, 1, 2, 4];
const SNAPSHOTS_A_SECOND = 1.5; // at speed 1: slow enough to look at one panel while it passes
const LABEL_ROOM = 30; // CSS pixels that a label under the slider needs
const ICONS = {
  first: "M6 5v14M19 5l-9 7 9 7z",
  back: "M15 5l-8 7 8 7z",
  play: "M7 4l13 8-13 8z",
  pause: "M8 5v14M16 5v14",
  next: "M9 5l8 7-8 7z",
  last: "M18 5v14M5 5l9 7-9 7z",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
};

class Transport {
  /** moved(moment) draws a moment; settled(frame) says that it rests there; save() asks for the files. */
  constructor(root, { moved, settled, save }) {
    Object.assign(this, { root, moved, settled, frames: 1, moment: 0, speed: 1, playing: false, request: 0 });
    const button = (name, words, action) => {
      const made = make("button", `key ${name}`, root);
      made.type = "button";
      made.title = words;
      made.setAttribute("aria-label", words);
      made.append(icon(ICONS[name]));
      made.onclick = action;
      return made;
    };
    button("first", "First snapshot (Home)", () => this.rest(0));
    button("back", "One snapshot back (left arrow)", () => this.step(-1));
    this.toggle = button("play", "Play (space)", () => this.playOrPause());
    button("next", "One snapshot on (right arrow)", () => this.step(1));
    button("last", "Last snapshot (End)", () => this.rest(this.frames - 1));
    this.pace = make("button", "pace", root, "1×");
    this.pace.type = "button";
    this.pace.onclick = () => this.paced((SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length);
    const track = make("div", "track", root);
    this.slider = make("input", "slider", track);
    Object.assign(this.slider, { type: "range", min: 0, step: 0.01, value: 0 });
    this.slider.setAttribute("aria-label", "Snapshot");
    this.slider.oninput = () => this.drag(Number(this.slider.value));
    this.slider.onchange = () => this.rest(Math.round(this.moment));
    this.marks = make("div", "marks", track);
    this.words = make("div", "words", root);
    button("save", "Save the replay as GIF or this moment as PNG", save);
    this.keys = (event) => this.key(event);
    window.addEventListener("keydown", this.keys);
    this.speak();
  }

  fit(marks) {
    this.frames = marks.length;
    this.slider.max = Math.max(this.frames - 1, 0);
    const width = this.marks.clientWidth;
    this.marks.replaceChildren();
    let free = -Infinity;
    marks.forEach((mark, frame) => {
      const at = this.frames > 1 ? frame / (this.frames - 1) : 0;
      const tick = make("span", mark.epoch ? "tick epoch" : "tick", this.marks);
      tick.style.left = `${100 * at}%`;
      const last = frame === this.frames - 1;
      if (mark.label && at * width >= free && (last || (1 - at) * width >= LABEL_ROOM)) {
        make("span", "label", tick, mark.label);
        free = at * width + (mark.label.length > 3 ? 1.4 : 1) * LABEL_ROOM;
      }
    });
  }

  /** Goes to a moment without telling anybody. */
  show(moment) {
    this.moment = Math.min(Math.max(moment, 0), this.frames - 1);
    this.slider.value = this.moment;
    this.slider.style.setProperty("--done", `${this.frames > 1 ? (100 * this.moment) / (this.frames - 1) : 0}%`);
    this.moved(this.moment);
  }

  drag(moment) {
    this.pause();
    this.show(moment);
  }

  /** Stands still at a frame, and says so. */
  rest(frame) {
    this.pause();
    this.show(Math.min(Math.max(frame, 0), this.frames - 1));
    this.settled(this.moment);
  }

  step(by) {
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
    const tick = (now) => {
      exact = Math.min(exact + (Math.max(0, now - before) / 1000) * SNAPSHOTS_A_SECOND * this.speed, this.frames - 1);
      before = Math.max(now, before);
      this.show(whole ? Math.floor(exact) : exact);
      if (exact >= this.frames - 1) return this.rest(this.frames - 1);
      this.request = requestAnimationFrame(tick);
    };
    this.request = requestAnimationFrame(tick);
  }

  pause() {
    cancelAnimationFrame(this.request);
    this.playing = false;
    this.speak();
  }

  /** Plays at another of the speeds; beyond the slowest and the fastest there is none. */
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
    this.toggle.replaceChildren(icon(this.playing ? ICONS.pause : ICONS.play));
    this.root.dataset.playing = String(this.playing);
  }

  key(event) {
    const target = event.composedPath()[0];
    const own = this.root.parentElement.contains(target);
    const taken = "input, textarea, select, button, a, summary, [contenteditable], [role=option], [role=radio], [role=dialog] *";
    if (event.ctrlKey || event.metaKey || event.altKey || (!own && target.closest?.(taken))) return;
    if (own && event.key === " " && target.matches("button")) return; // the button itself is pressed
    const speed = SPEEDS.indexOf(this.speed);
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

  remove() {
    cancelAnimationFrame(this.request);
    window.removeEventListener("keydown", this.keys);
  }
}
