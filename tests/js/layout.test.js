import assert from "node:assert/strict";
import test from "node:test";
import { layOut, target } from "../../cnnviz/ui/components/image_grid/layout.js";
import { wordsOf } from "../../cnnviz/ui/components/image_grid/words.js";
import { arrange } from "../../cnnviz/ui/components/tiles/layout.js";

const SHAPE = { width: 100, tile: 30, line: 40, head: 20, edge: 4, ratio: 1 };
const group = (count) => ({ label: "cat", note: "", count });

test("a grid has rows of as many tiles as fit", () => {
  const grid = layOut(7, [], SHAPE);
  assert.equal(grid.across, 3);
  assert.deepEqual([0, 2, 3, 6].map(grid.place), [
    { x: 4, y: 4 },
    { x: 71, y: 4 },
    { x: 4, y: 44 },
    { x: 4, y: 84 },
  ]);
  assert.equal(grid.height, 4 + 3 * 40);
});

test("only what lies between two heights is found, with its group's head", () => {
  const grid = layOut(9, [group(4), group(5)], SHAPE);
  assert.deepEqual(grid.between(0, 50), { sections: [0], positions: [0, 1, 2] });
  assert.deepEqual(grid.between(grid.sections[1].top, grid.height).positions, [4, 5, 6, 7, 8]);
});

test("keys move by tiles, rows, screens, and across groups", () => {
  const grid = layOut(9, [group(4), group(5)], SHAPE); // 0 1 2 / 3 // 4 5 6 / 7 8
  const to = (key, at, screen = 2) => target(key, at, grid, 9, screen);
  assert.deepEqual([to("ArrowRight", 0), to("ArrowLeft", 0), to("ArrowRight", 8)], [1, 0, 8]);
  assert.deepEqual([to("ArrowDown", 0), to("ArrowDown", 1), to("ArrowDown", 3), to("ArrowUp", 5)], [3, 3, 4, 3]);
  assert.deepEqual([to("PageDown", 0), to("Home", 5), to("End", 5), to("a", 5)], [4, 0, 8, undefined]);
});

test("pictures are as large as the room allows, with full rows where that costs little", () => {
  const wish = { count: 32, height: 3, width: 3, smallest: 48, largest: 120, room: null, columns: null, labels: [] };
  const wide = arrange(wish, 1200, 1);
  assert.equal(wish.count % wide.across, 0);
  assert.equal(wide.wide, 3 * wide.zoom);
  assert.ok(wide.across * (wide.wide + wide.gutter) + wide.gutter <= 1200);
  const phone = arrange(wish, 300, 2);
  assert.ok(phone.across < wide.across && phone.wide / phone.ratio >= 48);
  assert.ok(arrange({ ...wish, columns: 4 }, 1200, 1).across <= 4);
});

test("a tile says its classes, and its value in its own way", () => {
  const words = {
    names: ["cat", "dog"],
    truth: "is",
    format: "percent",
    moments: ["after epoch 1"],
    verdict_words: ["", "fine"],
  };
  const one = { image: 7, label: 0, predicted: 1, confidence: 0.5, value: 0.001, verdict: 1 };
  const { told, ...said } = wordsOf(words, one);
  assert.deepEqual(said, { right: false, name: "dog", value: "< 1 %", truth: "is cat", verdict: "fine" });
  assert.equal(told, "test image 7: is cat, predicted dog with confidence 0.5000");
  const moment = (value) => wordsOf({ ...words, format: "moment" }, { ...one, value }).value;
  assert.deepEqual([0, -1, -2].map(moment), ["after epoch 1", "never", "forgotten"]);
});
