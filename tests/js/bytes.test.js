import assert from "node:assert/strict";
import test from "node:test";
import { bytes, halves, numbers } from "../../cnnviz/ui/components/kit/bytes.js";

const base64 = (array) => Buffer.from(array.buffer).toString("base64");

test("bytes and numbers come as they were sent", () => {
  assert.deepEqual([...bytes(base64(Uint8Array.of(0, 127, 128, 255)))], [0, 127, 128, 255]);
  assert.deepEqual([...numbers(base64(Float32Array.of(-1.5, 2)), Float32Array)], [-1.5, 2]);
  assert.deepEqual([...numbers("", Uint16Array)], []);
});

test("half-precision numbers", () => {
  const words = { 0: 0, 15360: 1, 49152: -2, 13653: 0.333251953125, 1: 2 ** -24, 31744: Infinity };
  for (const [word, value] of Object.entries(words))
    assert.equal(halves(base64(Uint16Array.of(Number(word))))[0], Math.fround(value));
  assert.ok(Number.isNaN(halves(base64(Uint16Array.of(0x7e00)))[0]));
});
