// Playing over all output pixels, in reading order.

const SPEEDS = [1, 4, 16];
const WHOLE_S = 40; // how long a scan takes at speed 1
const ICONS = {
  play: "M8 5v14l11-7z",
  pause: "M6 5h4v14H6zM14 5h4v14h-4z",
};

export class Scan {
  /** `step()` goes one pixel on and says whether there was one; `changed()` is told when it starts and ends. */
  constructor(root, { step, count, changed }) {
    Object.assign(this, { step, count, changed, running: false, speed: 0 });
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
    const path = `<path fill="currentColor" d="${ICONS[this.running ? "pause" : "play"]}"/>`;
    const box = 'viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"';
    this.button.innerHTML = `<svg ${box}>${path}</svg>`; // made here, from nothing that anybody typed
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
    const tick = (now) => {
      const rate = Math.max(4, this.count() / WHOLE_S) * SPEEDS[this.speed];
      due = Math.min(due + ((now - last) / 1000) * rate, 200);
      last = now;
      while (due >= 1) {
        due -= 1;
        if (!this.step(due < 1)) return this.stop();
      }
      this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  stop() {
    cancelAnimationFrame(this.frame);
    if (!this.running) return;
    this.running = false;
    this.label();
    this.changed();
  }
}
