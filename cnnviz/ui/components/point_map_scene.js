// What a map shows: every point's classes, which of them are shown and chosen, and which lie near a place.

export function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

const numbersOf = (text) => new Uint16Array(bytesOf(text).buffer);

/** A probability for reading, never a certainty that is none. */
function percentOf(share) {
  const whole = Math.round(100 * share);
  if (whole === 100 && share < 1) return "> 99 %";
  return `${whole} %`;
}

/** A colour in the page's theme: as CSS, and as red, green and blue. */
function resolved(probe, css) {
  probe.style.color = css;
  const told = getComputedStyle(probe).color;
  return { css: told, rgb: (told.match(/[\d.]+/g) ?? [0, 0, 0]).slice(0, 3).map(Number) };
}

export class Scene {
  constructor(view) {
    Object.assign(this, { view, count: 0, chosen: new Uint8Array(), anyChosen: false, chosenCount: 0 });
  }

  load(data) {
    this.wanted = new Float32Array(bytesOf(data.places).buffer);
    this.labels = numbersOf(data.labels);
    this.predicted = numbersOf(data.predicted);
    this.confidence = numbersOf(data.confidence);
    if (this.count !== this.labels.length) this.choose(null);
    this.count = this.labels.length;
    this.wrong = Uint8Array.from(this.labels, (label, i) => Number(label !== this.predicted[i]));
  }

  /** Which colour each point has, and what the legend says about it. */
  color({ colour, classes, right, wrong }, root) {
    const of = (css) => resolved(root.querySelector(".probe"), css);
    const dark = of("light-dark(#000000, #ffffff)").rgb[0] > 0;
    const themed = (pair) => of(pair[dark ? 1 : 0]);
    this.ink = of("var(--st-text-color)");
    this.halo = of("var(--st-background-color)");
    this.bad = themed(wrong);
    const byMark = colour === "right";
    this.classes = classes;
    this.by = colour === "predicted" ? this.predicted : this.labels;
    this.group = byMark ? this.wrong : this.by;
    const ofClasses = classes.map((one) => themed(one.colors));
    const ofMarks = [themed(right), this.bad];
    this.colors = byMark ? ofMarks : ofClasses;
    const marks = ["right", "wrong"].map((name, n) => ({ token: name, name, cross: n === 1, color: byMark ? ofMarks[n].css : of("var(--cnnviz-muted)").css }));
    const named = classes.map(({ name }, n) => ({ token: String(n), name, cross: false, color: byMark ? null : ofClasses[n].css }));
    this.legend = [marks, named];
  }

  /** hidden: tokens of the legend that are not shown. */
  show(hidden) {
    const marks = [!hidden.has("right"), !hidden.has("wrong")];
    const classes = this.classes.map((_, i) => !hidden.has(String(i)));
    this.visible = 0;
    this.shown = Uint8Array.from(this.wrong, (wrong, i) => Number(marks[wrong] && classes[this.by[i]]));
    for (const one of this.shown) this.visible += one;
    this.countChosen();
  }

  choose(chosen) {
    this.chosen = chosen ?? new Uint8Array();
    this.countChosen();
  }

  /** Points that are hidden are not chosen, until they are shown again. */
  countChosen() {
    this.chosenCount = 0;
    for (let i = 0; i < this.chosen.length; i++) this.chosenCount += this.chosen[i] && this.shown?.[i] ? 1 : 0;
    this.anyChosen = this.chosenCount > 0;
  }

  /** How many there are by token of the legend. */
  counts(chosenOnly) {
    const found = new Map();
    const add = (token) => found.set(token, (found.get(token) ?? 0) + 1);
    for (let i = 0; i < this.count; i++) {
      if (chosenOnly && !(this.chosen[i] && this.shown[i])) continue;
      add(this.wrong[i] ? "wrong" : "right");
      add(String(this.by[i]));
    }
    return found;
  }

  /** From where to where the points that are shown reach, in x and in y, but for the outermost of a thousand. */
  reach() {
    return [0, 1].map((axis) => {
      const values = this.places.filter((_, i) => i % 2 === axis && this.shown[i >> 1]).sort();
      const out = Math.floor(values.length / 1000);
      return [values[out], values[values.length - 1 - out]];
    });
  }

  told(number) {
    const [label, guess] = [this.labels[number], this.predicted[number]];
    return {
      number,
      truth: this.classes[label].name,
      guess: this.classes[guess].name,
      percent: percentOf(this.confidence[number] / 65535),
      right: label === guess,
    };
  }

  /** The points nearest to a place on the screen, nearest first; distances in CSS pixels. */
  nearest(left, top, most) {
    const { view, places, shown } = this;
    if (!places || !shown) return [];
    const [x, y] = view.unit(left, top);
    const found = [];
    let limit = Infinity;
    for (let i = 0; i < this.count; i++) {
      if (!shown[i]) continue;
      const [right, up] = [places[2 * i] - x, places[2 * i + 1] - y];
      const square = right * right + up * up;
      if (square >= limit) continue;
      found.push({ number: i, square });
      if (found.length >= 4 * most + 64) {
        found.sort((a, b) => a.square - b.square).length = most;
        limit = found.at(-1).square;
      }
    }
    found.sort((a, b) => a.square - b.square);
    return found.slice(0, most).map(({ number, square }) => ({ number, distance: Math.sqrt(square) * view.scale }));
  }

  /** The next point from a place in a direction; undefined where there is none. */
  towards([left, top], [right, down], from) {
    const { view, places, shown } = this;
    let [best, least] = [undefined, Infinity];
    for (let i = 0; i < this.count; i++) {
      if (!shown[i] || i === from) continue;
      const [dx, dy] = [view.left(places[2 * i]) - left, view.top(places[2 * i + 1]) - top];
      const along = dx * right + dy * down;
      const cost = along + 3 * Math.abs(dx * down + dy * right);
      if ((along > 0.5 || from === undefined) && Math.abs(cost) < least) [best, least] = [i, Math.abs(cost)];
    }
    return best;
  }
}
