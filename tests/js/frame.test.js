import assert from "node:assert/strict";
import test from "node:test";
import {
  centreFrame,
  drawnFrame,
  movedFrame,
  scaledFrame,
  tidyFrame,
} from "../../cnnviz/ui/components/photo_crop/frame.js";

const PHOTO = { width: 400, height: 200, aspect: 1 }; // a square of it is half as wide as high, in shares

test("the centre is the largest part of the network's proportions", () => {
  assert.deepEqual(centreFrame(PHOTO), [0.25, 0, 0.75, 1]);
  assert.deepEqual(centreFrame({ ...PHOTO, aspect: 4 }), [0, 0.25, 1, 0.75]);
});

test("a frame stays in the photo when it is moved, drawn or scaled", () => {
  assert.deepEqual(movedFrame([0.25, 0, 0.75, 1], 1, 1), [0.5, 0, 1, 1]);
  assert.deepEqual(drawnFrame(PHOTO, [0.5, 0], [0.75, 0.1]), [0.5, 0, 0.75, 0.5]);
  assert.deepEqual(drawnFrame(PHOTO, [0.5, 1], [0, 0]), [0, 0, 0.5, 1]);
  for (const factor of [0.1, 0.9, 1.1, 10]) {
    const [left, top, right, bottom] = scaledFrame(PHOTO, [0.5, 0, 1, 1], factor);
    assert.ok(left >= 0 && top >= 0 && right <= 1 + 1e-9 && bottom <= 1 + 1e-9);
    assert.ok(Math.abs((bottom - top) / (right - left) - 2) < 1e-9);
  }
});

test("a link has four decimals", () => assert.deepEqual(tidyFrame([-0.1, 0.123456, 1, 2]), [0, 0.1235, 1, 1]));
