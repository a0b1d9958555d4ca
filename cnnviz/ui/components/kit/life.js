// What lasts as long as a component is on the page: observers, listeners, timers and movements end with it.

/** Something that is done after a while, unless it is put off or stopped. */
export class Later {
  waiting = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {number} ms @param {() => void} action */
  after(ms, action) {
    this.stop();
    this.waiting = true;
    this.#timer = setTimeout(() => {
      this.waiting = false;
      action();
    }, ms);
  }

  stop() {
    clearTimeout(this.#timer);
    this.waiting = false;
  }
}

/**
 * Something that is done often, but not more often than every so many milliseconds; the last time is never left out.
 */
export class Often {
  #later;
  #last = -Infinity;

  /** @param {Later} later @param {number} everyMs */
  constructor(later, everyMs) {
    this.#later = later;
    this.everyMs = everyMs;
  }

  /** @param {() => void} action @param {boolean} now whether it is done at once in any case */
  do(action, now) {
    const wait = now ? 0 : this.everyMs - (performance.now() - this.#last);
    const act = () => {
      this.#last = performance.now();
      action();
    };
    this.#later.stop();
    if (wait <= 0) act();
    else this.#later.after(wait, act);
  }
}

/** A movement: frame by frame, at once for people who want none. */
export class Glide {
  #frame = 0;

  /** @param {number} ms how long it takes @param {(share: number) => void} step draws a share of it; 1 is the end */
  run(ms, step) {
    this.stop();
    if (!ms || matchMedia("(prefers-reduced-motion: reduce)").matches) return step(1);
    const start = performance.now();
    const frame = (/** @type {number} */ now) => {
      const share = Math.min(1, Math.max(0, (now - start) / ms));
      if (share < 1) this.#frame = requestAnimationFrame(frame);
      step(share);
    };
    this.#frame = requestAnimationFrame(frame);
  }

  /** Do something with the next frame, once, however often it is asked for. @param {() => void} action */
  next(action) {
    this.stop();
    this.#frame = requestAnimationFrame(action);
  }

  stop() {
    cancelAnimationFrame(this.#frame);
  }
}

export class Life {
  #ended = new AbortController();

  /** Call `then` whenever a node changes its size. @param {Element} node @param {() => void} then */
  follow(node, then) {
    const observer = new ResizeObserver(then);
    observer.observe(node);
    this.atEnd(() => observer.disconnect());
  }

  /**
   * @param {EventTarget} target @param {string} type @param {(event: any) => void} handler @param {boolean} [capture]
   */
  listen(target, type, handler, capture = false) {
    target.addEventListener(type, handler, { signal: this.#ended.signal, capture });
  }

  /** Something that is done later, but not after the end. */
  later() {
    const later = new Later();
    this.atEnd(() => later.stop());
    return later;
  }

  /** @param {number} everyMs */
  often(everyMs) {
    return new Often(this.later(), everyMs);
  }

  glide() {
    const glide = new Glide();
    this.atEnd(() => glide.stop());
    return glide;
  }

  /** @param {() => void} action */
  atEnd(action) {
    this.#ended.signal.addEventListener("abort", action);
  }

  get ended() {
    return this.#ended.signal.aborted;
  }

  end() {
    this.#ended.abort();
  }
}
