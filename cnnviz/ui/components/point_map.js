// A map of all test images as points: hover shows a picture, a line drawn round points chooses them, a click opens one.

import { bytesOf, Scene } from "./point_map_scene.js";
import { Legend } from "./point_map_legend.js";
import { Painter, radiusOf } from "./point_map_draw.js";
import { Hands } from "./point_map_pointer.js";
import { Focus } from "./point_map_focus.js";
import { Tools } from "./point_map_tools.js";
import { Places, Viewport } from "./point_map_view.js";
import { SheetStore } from "./point_map_pictures.js";
import { isInside, read, thinned, written } from "./point_map_lasso.js";

const LEAST_HIGH = 320; // CSS pixels
const [FINE, LATER_MS] = [2, 350]; // how exactly a line is kept, in CSS pixels; how long the legend is left alone
const maps = new WeakMap(); // parentElement -> PointMap

class PointMap {
  constructor(root) {
    this.root = root.querySelector(".map");
    const find = (where) => this.root.querySelector(where);
    this.stage = find(".stage");
    this.painter = new Painter(find(".points"));
    this.over = new Painter(find(".over"));
    this.view = new Viewport();
    this.scene = new Scene(this.view);
    this.places = new Places(() => this.paint());
    this.store = new SheetStore(() => this.pictured(), () => this.tell("lost", Date.now()));
    this.focus = new Focus(this.root, this, (number) => this.tell("opened", number));
    this.legend = new Legend(find(".legend"), () => this.toggled());
    this.look = "points";
    const does = this.gestures();
    this.hands = new Hands(find(".over"), does);
    this.tools = new Tools(find(".tools"), does);
    this.drag(matchMedia("(pointer: coarse)").matches ? "move" : "lasso"); // a finger scrolls the page
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.root);
  }

  gestures() {
    const { view, scene } = this;
    const moved = (change) => {
      change();
      if (this.focus.held) this.focus.show(this.focus.number, true);
      else this.focus.leave();
      this.paint();
    };
    return {
      hover: (left, top) => this.focus.hover(left, top),
      leave: () => this.focus.leave(),
      click: (left, top, finger) => this.focus.click(left, top, finger),
      line: (line) => this.paintOver((this.line = line)),
      lassoed: (line) => this.choose(line.map(([left, top]) => this.view.unit(left, top))),
      moved: (right, down) => moved(() => view.pan(right, down)),
      zoomed: (factor, left, top) => moved(() => view.zoomBy(factor, left, top)),
      fit: () => moved(() => (view.isFitted && scene.visible ? view.frame(...scene.reach()) : view.fit())),
      view: () => this.chooseView(),
      clear: () => this.clear(),
      drag: (way) => this.drag(way),
      look: (look) => this.setLook(look),
      step: (right, down) => this.focus.step(right, down),
      open: () => this.focus.open(),
      escape: () => (this.focus.held ? this.focus.leave(true) : this.clear()),
    };
  }

  drag(way) {
    this.hands.set(way);
    this.tools.press("drag", way);
  }

  setLook(look) {
    this.look = look;
    this.tools.press("look", look);
    this.paint();
  }

  update(data, tell) {
    this.tell = tell;
    const { scene } = this;
    const fresh = data.version !== this.data?.version;
    this.data = data;
    this.store.source(data.pictures.address, data.pictures.columns, data.pictures.height, data.pictures.width);
    if (fresh) scene.load(data);
    [this.view.wide, this.view.high] = data.extent;
    if (!this.togglingTimer) this.legend.hidden = new Set(data.hidden);
    if (this.sent === undefined || data.lasso === this.sent) {
      this.sent = undefined;
      scene.choose(data.chosen ? bytesOf(data.chosen) : null);
    }
    this.border = data.border ? read(data.border) : null;
    const caption = this.root.querySelector(".caption");
    if (caption.textContent !== data.caption) caption.textContent = data.caption;
    this.root.querySelector(".over").setAttribute("aria-label", `${data.alt} Arrow keys go from point to point, Enter opens one.`);
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
    clearTimeout(this.togglingTimer);
    this.togglingTimer = setTimeout(() => {
      this.togglingTimer = 0;
      this.tell("hidden", [...this.legend.hidden]);
    }, LATER_MS);
  }

  fit() {
    const { clientWidth: width } = this.stage;
    if (!width || !this.data) return;
    const main = this.root.getRootNode().host?.closest("[data-testid=stMain]");
    const above = this.root.getBoundingClientRect().top + (main?.scrollTop ?? 0);
    const others = this.root.offsetHeight - this.stage.offsetHeight;
    const high = Math.max(LEAST_HIGH, Math.min(width, window.innerHeight - above - others - 16));
    this.stage.style.height = `${high}px`;
    Object.assign(this.view, { width, height: high });
    this.painter.size(width, high);
    this.over.size(width, high);
    this.paint();
  }

  paint() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
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
    this.choose([[0, 0], [width, 0], [width, height], [0, height]].map(([left, top]) => this.view.unit(left, top)));
  }

  /** corners: of the line, in the map's units. */
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
    this.line = this.border = null;
    if (this.scene.anyChosen) this.send("", null);
    else this.paintOver();
  }

  send(text, chosen) {
    this.scene.choose(chosen);
    this.sent = text;
    this.refresh();
    this.tell("lasso", text);
  }

  remove() {
    clearTimeout(this.togglingTimer);
    cancelAnimationFrame(this.frame);
    this.places.stop();
    this.observer.disconnect();
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let map = maps.get(parentElement);
  if (!map) maps.set(parentElement, (map = new PointMap(parentElement)));
  map.update(data, setTriggerValue);
  return () => {
    map.remove();
    maps.delete(parentElement);
  };
}
