import assert from "node:assert/strict";
import test from "node:test";
import { dialWords, shareAt } from "../../cnnviz/ui/components/dial_board/curve.js";
import { arrowOf } from "../../cnnviz/ui/components/kit/dom.js";
import { Track } from "../../cnnviz/ui/components/time_machine/data.js";

test("between two places a curve is a straight line, and goes on level beyond them", () => {
  const curve = (value) => shareAt([0, 1, 2], [0, 0.5, 1], value);
  assert.deepEqual([-1, 0, 0.5, 1.5, 3].map(curve), [0, 0, 0.25, 0.75, 1]);
});

test("a dial's value is told in its unit, with a real minus sign", () => {
  assert.equal(dialWords({ name: "brightness", unit: "" }, 0.25), "+0.25");
  assert.equal(dialWords({ name: "rotation", unit: "°" }, -30), "−30°");
  assert.equal(dialWords({ name: "contrast", unit: "" }, 1.2), "1.20");
});

test("between two snapshots values are blended", () => {
  const track = new Track(Float32Array.of(0, 10, 1, 20), 2);
  assert.deepEqual([...track.at(0)], [0, 10]);
  assert.deepEqual([...track.at(0.5)], [0.5, 15]);
  assert.deepEqual([...track.at(1)], [1, 20]);
});

test("arrow keys lead right and down", () => {
  const ways = ["ArrowLeft", "ArrowDown", "Enter"].map((key) => arrowOf({ key }));
  assert.deepEqual(ways, [[-1, 0], [0, 1], undefined]);
});
