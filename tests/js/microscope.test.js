import assert from "node:assert/strict";
import test from "node:test";
import {
  apart,
  correlate,
  leading,
  liveliest,
  places,
  reached,
  reading,
  stepped,
  unpack,
} from "../../cnnviz/ui/components/microscope/arithmetic.js";
import {
  fixed,
  inCell,
  strongest,
  tiny,
  writtenFactors,
  writtenLargest,
  writtenMean,
  writtenSum,
} from "../../cnnviz/ui/components/microscope/sums.js";
import { parse } from "../../cnnviz/ui/components/microscope/typed.js";

const floats = (values) => Buffer.from(Float32Array.from(values).buffer).toString("base64");
const bench = (more = {}) =>
  unpack({
    kind: "convolution",
    size: [3, 3],
    outputSize: [3, 3],
    window: [3, 3],
    strides: [1, 1],
    offset: [1, 1],
    dilation: [1, 1],
    channels: ["grey"],
    inputs: floats([1, 2, 3, 4, 5, 6, 7, 8, 9]),
    kernel: floats([0, 0, 0, 0, 2, 0, 0, 0, 1]),
    bias: 0.5,
    ...more,
  });

test("an output pixel is the sum of its products and the bias, with zeros round the image", () => {
  const one = bench();
  assert.deepEqual(reading(one, 0, 0), { down: [-1, 0, 1], across: [-1, 0, 1] });
  assert.deepEqual(places(one, 0, 0), [-1, -1, -1, -1, 0, 1, -1, 3, 4]);
  assert.equal(apart(one, 0, 0).before, 2 * 1 + 5 + 0.5);
  assert.equal(apart(one, 2, 2).before, 2 * 9 + 0.5);
  assert.deepEqual([...correlate(one)].slice(0, 3), [7.5, 10.5, 6.5]);
});

test("a pooling says which cell won", () => {
  const pool = bench({ kind: "max", kernel: undefined, outputSize: [1, 1], window: [2, 2], offset: [0, 0] });
  const { after, winner, inside } = apart(pool, 0, 0);
  assert.deepEqual([after, winner, inside], [5, 3, [0, 1, 2, 3]]);
  assert.equal(apart({ ...pool, kind: "average" }, 0, 0).after, 3);
});

test("an input pixel reaches the output pixels that read it", () => {
  assert.equal(reached(bench(), 1, 1).length, 9);
  assert.deepEqual(reached(bench({ strides: [2, 2], outputSize: [2, 2] }), 0, 0), [[0, 0]]);
});

test("where something happens, and what adds most", () => {
  assert.deepEqual(liveliest({ ...bench(), before: Float32Array.of(0, 0, 0, 0, 0, 9, 0, 0, 0) }), [1, 2]);
  assert.equal(
    leading({
      parts: [
        { k: 0, sum: 1 },
        { k: 1, sum: -3 },
      ],
    }),
    1,
  );
  const parts = [1, -9, 2, 3, 4, 0.1].map((sum, k) => ({ k, sum }));
  assert.deepEqual(
    strongest(parts, null).map(({ k }) => k),
    [1, 4, 3],
  );
  assert.deepEqual(
    strongest(parts, 5).map(({ k }) => k),
    [1, 4, 5],
  );
});

test("keys step within the map", () => {
  const size = { high: 3, wide: 4 };
  const ends = ["ArrowUp", "ArrowRight", "Home", "End", "PageDown", "x"].map((key) => stepped(key, [0, 2], size));
  assert.deepEqual(ends, [[0, 2], [0, 3], [0, 0], [0, 3], [2, 2], null]);
});

test("what is written adds up", () => {
  const sum = writtenSum([1 / 3, 1 / 3, 1 / 3], 1);
  const added = sum.terms.reduce((total, text) => total + Number(text), 0);
  assert.ok(Math.abs(added - Number(sum.total)) < 1e-12);
  assert.deepEqual(writtenLargest([0.1, 0.1004], 0.1004).terms, ["0.1000", "0.1004"]);
  assert.equal(writtenMean([1, 2], 1.5).total, "1.50");
  const [one, other, product] = writtenFactors(0.333, 3, 0.999, 2);
  assert.equal((Number(one) * Number(other)).toFixed(2), product);
  assert.deepEqual([fixed(-5, 2), fixed(120, 0)], ["−0.05", "120"]);
});

test("cells have short numbers", () => {
  assert.deepEqual([inCell(0.0004), inCell(-0.05), inCell(12.3)], ["≈0", "−0.050", "12"]);
  assert.deepEqual([tiny(0.001), tiny(-0.25), tiny(1.23)], ["≈0", "−.25", "1.2"]);
});

test("numbers are read as people type them", () => {
  assert.deepEqual(["1/9", "−1", "0,5", " 2 ", "1e-1"].map(parse), [1 / 9, -1, 0.5, 2, 0.1]);
  assert.ok(["", "a", "1/2/3", "1/0", "99999"].map(parse).every(Number.isNaN));
});
