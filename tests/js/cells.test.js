import assert from "node:assert/strict";
import test from "node:test";
import { cellAt, cornerOf, nextCell } from "../../cnnviz/ui/components/kit/cells.js";

const GRID = { across: 3, wide: 20, high: 10, gutter: 4, margin: 4, ratio: 2, below: 6 };
const at = (left, top) => cellAt(GRID, { offsetX: left / GRID.ratio, offsetY: top / GRID.ratio }, 7);
const key = (name) => ({ key: name, preventDefault() {} });

test("what is pointed at is what stands there", () => {
  for (let n = 0; n < 7; n++) {
    const [left, top] = cornerOf(GRID, n);
    assert.deepEqual([at(left, top), at(left + GRID.wide - 1, top + GRID.high - 1)], [n, n]);
  }
  assert.deepEqual(cornerOf(GRID, 4), [4 + 24, 4 + 20]);
});

test("beside the cells, and where the last row ends, there is none", () => {
  assert.deepEqual([at(1, 8), at(4 + 3 * 24, 8), at(30, 4 + 2 * 20 + 1), at(8, 70)], [-1, -1, -1, -1]);
});

test("arrow keys go to the cells around, and to the first one from none", () => {
  const to = (name, from) => nextCell(GRID, key(name), from, 7);
  assert.deepEqual([to("ArrowRight", 0), to("ArrowDown", 0), to("ArrowUp", 4), to("ArrowLeft", 4)], [1, 3, 1, 3]);
  assert.deepEqual([to("ArrowRight", -1), to("ArrowUp", 1), to("ArrowDown", 5), to("Enter", 3)], [0, -1, -1, -1]);
});
