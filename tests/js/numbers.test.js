import assert from "node:assert/strict";
import test from "node:test";
import { closePercent, digits, exact, percent, short, signed } from "../../cnnviz/ui/components/kit/numbers.js";

test("numbers have two significant digits and a real minus sign", () => {
  const told = {
    0: "0",
    0.123: "0.12",
    [-0.0996]: "−0.10",
    0.0951: "0.095",
    0.996: "1.0",
    9.96: "10",
    1234.4: "1234",
    [-3.06]: "−3.1",
    0.00123: "0.0012",
    1.23e-7: "1e−7",
    [-200000]: "−2e+5",
  };
  for (const [value, text] of Object.entries(told)) assert.equal(short(Number(value)), text);
  assert.deepEqual([NaN, Infinity, -Infinity].map(short), ["NaN", "∞", "−∞"]);
});

test("a number that stands alone has no zeros at its end", () => {
  assert.deepEqual([1, 0.5, 0.25, 10, 100, 0, -0.3].map(digits), ["1", "0.5", "0.25", "10", "100", "0", "−0.3"]);
});

test("what is positive may have a sign, and all digits may be seen", () => {
  assert.deepEqual([signed(0.5), signed(-0.5), signed(0)], ["+0.50", "−0.50", "0"]);
  assert.equal(exact(Math.fround(-0.1)), "−0.100000001");
});

test("0 and 100 % are written for nothing else", () => {
  assert.deepEqual(
    [0, 0.004, 0.006, 0.5, 0.994, 0.996, 1].map((share) => percent(share)),
    ["0 %", "< 1 %", "1 %", "50 %", "99 %", "> 99 %", "100 %"],
  );
  assert.deepEqual(
    [0.0004, 0.123, 0.9996].map((share) => percent(share, 1)),
    ["< 0.1 %", "12.3 %", "> 99.9 %"],
  );
  assert.equal(percent(NaN), "NaN");
});

test("where a whole number says little, a decimal is written", () => {
  assert.deepEqual([0, 0.05, 0.12, 0.997, 0.9999, 1].map(closePercent), [
    "0 %",
    "5.0 %",
    "12 %",
    "99.7 %",
    "> 99.9 %",
    "100 %",
  ]);
});
