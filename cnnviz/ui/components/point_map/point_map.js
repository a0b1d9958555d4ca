// A map of all test images as points: hover shows a picture, a line drawn round points chooses them, a click opens one.

import { bytes } from "../kit/bytes.js";
import { button, element } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { count } from "../kit/numbers.js";
import { SheetStore } from "../kit/sheets.js";
import { roomBelow } from "../kit/streamlit.js";
import { Focus } from "./focus.js";
import { Painter, radiusOf } from "./painter.js";
import { Hands } from "./pointer.js";
import { Scene } from "./scene.js";
import { isInside, Places, read, thinned, Viewport, written } from "./view.js";

// ---- The row of buttons over a map: what dragging does, how points are drawn, zoom, and what is chosen.

const NEARER = 1.6;

/**
 * @typedef {object} MapData
 * @property {string} version another one where there are other points
 * @property {[number, number]} extent
 * @property {string[]} hidden tokens of the legend
 * @property {string} lasso the line, as text
 * @property {string | null} chosen base64 of uint8, one a point
 * @property {string} border the line that is shown
 * @property {string} caption
 * @property {string} alt
 * @property {import("../kit/sheets.js").Source} pictures
 * @typedef {MapData & import("./scene.js").Points} Data
 *
 * @typedef {{ drag: (way: string) => void, look: (look: string) => void, clear: () => void }} Buttons
 */

class Tools {
  /** @param {any} root @param {Buttons & import("./pointer.js").Gestures} does */
  constructor(root, does) {
    this.root = root;
    root.onclick = (/** @type {any} */ { target }) => {
      const { drag, look, zoom } = target.dataset;
      if (drag) does.drag(drag);
      if (look) does.look(look);
      if (zoom === "fit") does.fit();
      else if (zoom) does.zoomed(zoom === "in" ? NEARER : 1 / NEARER);
      if (target.matches(".view")) does.view();
      if (target.matches(".clear")) does.clear();
    };
  }

  /** Marks which button of a group is pressed. @param {"drag" | "look"} name @param {string} value */
  press(name, value) {
    for (const button of this.root.querySelectorAll(`[data-${name}]`)) {
      button.setAttribute("aria-pressed", String(button.dataset[name] === value));
    }
  }

  /** @param {Scene} scene */
  tell({ anyChosen, chosenCount, visible }) {
    const number = count(anyChosen ? chosenCount : visible);
    this.root.querySelector(".told").textContent = `${number} ${anyChosen ? "chosen" : "shown"}`;
    this.root.querySelector(".clear").hidden = !anyChosen;
  }
}

// ---- Which marks and classes are shown: a button for each, with how many there are, or how many of the chosen ones.

class Legend {
  told = "";
  /** @type {Scene["legend"]} */ groups = [];

  constructor(/** @type {any} */ root, /** @type {() => void} */ changed) {
    this.root = root;
    this.changed = changed;
    /** @type {Set<string>} */
    this.hidden = new Set();
    root.onclick = (/** @type {any} */ event) => this.toggle(event.target.closest("button"), event.shiftKey);
    root.ondblclick = (/** @type {any} */ event) => this.alone(event.target.closest("button"));
  }

  /** @param {Scene["legend"]} groups the marks, then the classes */
  build(groups) {
    const told = JSON.stringify(groups);
    if (told === this.told) return;
    this.told = told;
    this.root.replaceChildren();
    this.groups = groups;
    for (const items of groups) {
      const row = element("div", "items", this.root);
      for (const item of items) {
        const made = button("item", row);
        made.dataset.token = item.token;
        const swatch = element("span", item.cross ? "swatch cross" : item.color ? "swatch" : "swatch plain", made);
        swatch.style.color = item.color ?? "";
        element("span", "name cut", made, item.name);
        element("span", "count", made);
      }
    }
  }

  /**
   * Say how many there are by token; in their place those of `chosen`, where some are.
   *
   * @param {Map<string, number>} counts
   * @param {Map<string, number> | null} chosen
   */
  count(counts, chosen) {
    for (const button of this.root.querySelectorAll("button.item")) {
      const { token } = button.dataset;
      const [all, some] = [counts.get(token) ?? 0, chosen?.get(token) ?? 0];
      const shown = button.querySelector(".count");
      shown.textContent = count(chosen ? some : all);
      shown.style.minWidth = `${count(all).length}ch`; // nothing moves when some are chosen
      const name = button.querySelector(".name").textContent;
      const told = chosen ? `${count(some)} of ${count(all)} chosen` : count(all);
      button.title = `${name}, ${told}: click hides or shows, double click shows it alone`;
      button.setAttribute("aria-pressed", String(!this.hidden.has(token)));
      button.classList.toggle("none", Boolean(chosen) && !some);
    }
  }

  toggle(/** @type {any} */ button, /** @type {boolean} */ alone) {
    if (!button) return;
    if (alone) return this.alone(button);
    const { token } = button.dataset;
    if (!this.hidden.delete(token)) this.hidden.add(token);
    this.changed();
  }

  /** Shows one of its list alone; all of the list where it is alone already. @param {any} button */
  alone(button) {
    if (!button) return;
    const items = this.groups.find((list) => list.some((item) => item.token === button.dataset.token)) ?? [];
    const others = items.map((item) => item.token).filter((token) => token !== button.dataset.token);
    const isAlone = others.every((token) => this.hidden.has(token));
    this.hidden.delete(button.dataset.token);
    for (const token of others) {
      if (isAlone) this.hidden.delete(token);
      else this.hidden.add(token);
    }
    this.changed();
  }
}

const LEAST_HIGH = 320; // CSS pixels
const [FINE, LATER_MS] = [2, 350]; // how exactly a line is kept, in CSS pixels; how long the legend is left alone

class PointMap {
  /** @type {Data} */ data;
  look = "points";
  /** @type {import("./pointer.js").Place[] | null} while it is drawn */ line = null;
  /** @type {import("./view.js").Point[] | null} */ border = null;
  /** @type {string | undefined} the line that was sent and is not yet answered */ sent;

  constructor(/** @type {any} */ root, /** @type {import("../kit/life.js").Life} */ life) {
    this.frames = life.glide();
    this.toggling = life.later();
    this.root = root.querySelector(".map");
    const find = (/** @type {string} */ where) => this.root.querySelector(where);
    this.stage = find(".stage");
    this.painter = new Painter(find(".points"));
    this.over = new Painter(find(".over"));
    this.view = new Viewport();
    this.scene = new Scene(this.view);
    this.places = new Places(life.glide(), () => this.paint());
    const lost = () => this.tell("lost", Date.now());
    this.store = new SheetStore(() => this.pictured(), lost);
    this.focus = new Focus(this.root, this, (number) => this.tell("opened", number));
    this.legend = new Legend(find(".legend"), () => this.toggled());
    const does = this.gestures();
    this.hands = new Hands(find(".over"), does);
    this.tools = new Tools(find(".tools"), does);
    this.drag(matchMedia("(pointer: coarse)").matches ? "move" : "lasso"); // a finger scrolls the page
    life.follow(this.root, () => this.fit());
  }

  /** @returns {Buttons & import("./pointer.js").Gestures} */
  gestures() {
    const { view, scene } = this;
    const moved = (/** @type {() => void} */ change) => {
      change();
      if (this.focus.held && this.focus.number !== undefined) this.focus.show(this.focus.number, true);
      else this.focus.leave();
      this.paint();
    };
    return {
      hover: (left, top) => this.focus.hover(left, top),
      leave: () => this.focus.leave(),
      click: (left, top, finger) => this.focus.click(left, top, finger),
      line: (line) => {
        this.line = line;
        this.paintOver();
      },
      lassoed: (line) => this.choose(line.map(([left, top]) => this.view.unit(left, top))),
      moved: (right, down) => moved(() => view.pan(right, down)),
      zoomed: (factor, left, top) => moved(() => view.zoomBy(factor, left, top)),
      fit: () =>
        moved(() => {
          const [across, down] = scene.reach();
          if (view.isFitted && scene.visible) view.frame(across, down);
          else view.fit();
        }),
      view: () => this.chooseView(),
      clear: () => this.clear(),
      drag: (way) => this.drag(way),
      look: (look) => this.setLook(look),
      step: (right, down) => this.focus.step(right, down),
      open: () => this.focus.open(),
      escape: () => (this.focus.held ? this.focus.leave(true) : this.clear()),
    };
  }

  /** @param {string} way */
  drag(way) {
    this.hands.set(way);
    this.tools.press("drag", way);
  }

  /** @param {string} look */
  setLook(look) {
    this.look = look;
    this.tools.press("look", look);
    this.paint();
  }

  update(/** @type {Data} */ data, /** @type {any} */ tell) {
    this.tell = tell;
    const { scene } = this;
    const fresh = data.version !== this.data?.version;
    this.data = data;
    this.store.use(data.pictures);
    if (fresh) scene.load(data);
    [this.view.wide, this.view.high] = data.extent;
    if (!this.toggling.waiting) this.legend.hidden = new Set(data.hidden);
    if (this.sent === undefined || data.lasso === this.sent) {
      this.sent = undefined;
      scene.choose(data.chosen ? bytes(data.chosen) : null);
    }
    this.border = data.border ? read(data.border) : null;
    const caption = this.root.querySelector(".caption");
    if (caption.textContent !== data.caption) caption.textContent = data.caption;
    const keys = "Arrow keys go from point to point, Enter opens one.";
    this.root.querySelector(".over").setAttribute("aria-label", `${data.alt} ${keys}`);
    this.root.querySelector(".look").hidden = !this.store.address;
    if (this.look === "pictures" && !this.store.address) this.setLook("points");
    this.setLook(this.look);
    this.refresh();
    this.fit();
    if (fresh) {
      this.focus.leave(true);
      this.places.set(scene.wanted);
    }
  }

  /** After classes were hidden or others chosen: what is shown, and the counts. */
  refresh() {
    const { scene, legend } = this;
    scene.color(this.data, this.root);
    legend.build(scene.legend);
    scene.show(legend.hidden);
    legend.count(scene.counts(false), scene.anyChosen ? scene.counts(true) : null);
    this.tools.tell(scene);
    this.root.dataset.chosen = scene.chosenCount;
    const empty = this.root.querySelector(".empty");
    empty.hidden = scene.visible > 0;
    empty.textContent = "Nothing is shown: click a class below to bring it back.";
    this.paint();
  }

  toggled() {
    this.refresh();
    this.toggling.after(LATER_MS, () => this.tell("hidden", [...this.legend.hidden]));
  }

  fit() {
    const { clientWidth: width } = this.stage;
    if (!width || !this.data) return;
    const others = this.root.offsetHeight - this.stage.offsetHeight;
    const high = Math.max(LEAST_HIGH, Math.min(width, roomBelow(this.root) - others - 16));
    this.stage.style.height = `${high}px`;
    Object.assign(this.view, { width, height: high });
    this.painter.size(width, high);
    this.over.size(width, high);
    this.paint();
  }

  paint() {
    this.frames.next(() => {
      const start = performance.now();
      const { painter, scene } = this;
      scene.places = this.places.now;
      if (!this.view.width || scene.places.length !== 2 * scene.count) return;
      painter.points(scene, this.look === "pictures");
      if (this.look === "pictures") this.store.want(painter.pictures(scene, this.store));
      this.paintOver();
      this.root.dataset.painted = Number(this.root.dataset.painted ?? 0) + 1;
      this.root.dataset.took = (performance.now() - start).toFixed(1);
    });
  }

  paintOver() {
    const { over, view, scene } = this;
    over.clear();
    const border = this.line ?? this.border?.map(([x, y]) => [view.left(x), view.top(y)]);
    if (border) over.border(border, scene.ink.css, Boolean(this.line));
    if (this.focus.number === undefined) return;
    const [left, top] = this.focus.place(this.focus.number);
    over.ring(left, top, radiusOf(scene.visible, view.zoom) + 4, scene);
  }

  pictured() {
    if (this.look === "pictures") this.paint();
    this.focus.pictured();
  }

  chooseView() {
    const { width, height } = this.view;
    const corner = (/** @type {number} */ n) => this.view.unit(n % 3 ? width : 0, n > 1 ? height : 0);
    this.choose([0, 1, 2, 3].map(corner));
  }

  /** Choose what lies within a line. @param {import("./view.js").Point[]} corners */
  choose(corners) {
    this.line = null;
    const text = written(thinned(corners, FINE / this.view.scale));
    const border = read(text); // as the server reads it
    const chosen = new Uint8Array(this.scene.count);
    const places = this.places.wanted;
    let some = false;
    for (let i = 0; i < chosen.length; i++) {
      chosen[i] = this.scene.shown[i] && isInside(border, places[2 * i], places[2 * i + 1]) ? 1 : 0;
      some ||= chosen[i] === 1;
    }
    if (!some || border.length < 3) return this.clear();
    this.border = border;
    this.send(text, chosen);
  }

  clear() {
    this.line = null;
    this.border = null;
    if (this.scene.anyChosen) this.send("", null);
    else this.paintOver();
  }

  /** @param {string} text @param {Uint8Array<ArrayBuffer> | null} chosen */
  send(text, chosen) {
    this.scene.choose(chosen);
    this.sent = text;
    this.refresh();
    this.tell("lasso", text);
  }
}

export default mount(PointMap);
