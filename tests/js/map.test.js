import assert from "node:assert/strict";
import test from "node:test";
import { isInside, read, thinned, Viewport, written } from "../../cnnviz/ui/components/point_map/view.js";

const SQUARE = [
  [0.25, 0.25],
  [0.75, 0.25],
  [0.75, 0.75],
  [0.25, 0.75],
];

test("a map's places go to the screen and back", () => {
  const view = Object.assign(new Viewport(), { width: 400, height: 300 });
  view.zoomBy(3, 100, 50);
  view.pan(20, -10);
  const [x, y] = view.unit(123, 45);
  assert.ok(Math.abs(view.left(x) - 123) < 1e-9 && Math.abs(view.top(y) - 45) < 1e-9);
});

test("zooming keeps what is under the pointer, and has its bounds", () => {
  const view = Object.assign(new Viewport(), { width: 400, height: 300 });
  const before = view.unit(100, 50);
  view.zoomBy(2, 100, 50);
  const after = view.unit(100, 50);
  assert.ok(Math.hypot(before[0] - after[0], before[1] - after[1]) < 1e-9);
  view.zoomBy(1e6);
  assert.equal(view.zoom, 120);
  view.fit();
  assert.ok(view.isFitted);
});

test("a point out of sight is brought in with as little as it takes", () => {
  const view = Object.assign(new Viewport(), { width: 400, height: 300 });
  view.zoomBy(10);
  view.reveal(0.9, 0.5);
  assert.ok(Math.abs(view.left(0.9) - (400 - 24)) < 1e-6);
  assert.ok(Math.abs(view.y - 0.5) < 1e-9);
});

test("a line is kept in a link, and says what lies in it", () => {
  const kept = read(written(SQUARE));
  assert.equal(written(SQUARE).length, 4 * 2 * 3);
  for (const [n, [x, y]] of SQUARE.entries()) assert.ok(Math.hypot(kept[n][0] - x, kept[n][1] - y) < 1e-4);
  assert.ok(isInside(kept, 0.5, 0.5));
  assert.ok(!isInside(kept, 0.2, 0.5) && !isInside(kept, 0.5, 0.8));
  assert.deepEqual(read("zzz"), []);
});

test("a line loses what nobody sees", () => {
  const line = Array.from({ length: 50 }, (_, n) => [n / 50, n === 25 ? 0.5 : 0.001 * (n % 2)]);
  const short = thinned(line, 0.01);
  assert.ok(short.length < 8);
  assert.ok(short.some(([, y]) => y === 0.5));
});
