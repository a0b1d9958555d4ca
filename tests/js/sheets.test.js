import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { A_SHEET, SheetStore } from "../../cnnviz/ui/components/kit/sheets.js";

const SOURCE = { address: "/sheets/one", columns: 16, height: 32, width: 32 };
const asked = [];
const closed = [];
const told = [];
let status = 200;

globalThis.fetch = async (address) => {
  asked.push(address);
  return { ok: status === 200, status, blob: async () => address };
};
globalThis.createImageBitmap = async (blob) => ({ blob, close: () => closed.push(blob) });

const store = () => {
  const made = new SheetStore(
    () => told.push("arrived"),
    () => told.push("lost"),
  );
  made.use(SOURCE);
  return made;
};
const settled = () => new Promise((resolve) => setTimeout(resolve));
const numbers = (from, count) => Array.from({ length: count }, (_, n) => from + n);

beforeEach(() => {
  for (const list of [asked, closed, told]) list.length = 0;
  status = 200;
});

test("pictures are asked for once, a sheet at a time, and drawn from their place on it", async () => {
  const one = store();
  one.want(numbers(0, A_SHEET + 2));
  one.want([3, A_SHEET]);
  assert.deepEqual(asked, [
    `/sheets/one?n=${numbers(0, A_SHEET).join(",")}`,
    `/sheets/one?n=${A_SHEET},${A_SHEET + 1}`,
  ]);
  await settled();
  assert.deepEqual(told, ["arrived", "arrived"]);
  const drawn = [];
  const context = { drawImage: (...how) => drawn.push(how.slice(1)) };
  assert.equal(one.draw(context, 17, 5, 6, 64, 64), true);
  assert.deepEqual(drawn, [[32, 32, 32, 32, 5, 6, 64, 64]]);
  assert.equal(one.draw(context, 5000), false);
});

test("where there is no address, nothing is asked for", () => {
  const one = new SheetStore(
    () => {},
    () => {},
  );
  one.want([1]);
  assert.deepEqual(asked, []);
});

test("a few requests at once; what was asked for last comes first, and old wishes are forgotten", async () => {
  const one = store();
  for (let n = 0; n < 40; n++) one.want([n]);
  assert.equal(asked.length, 4);
  assert.equal(one.waiting[0][0], 39);
  assert.equal(one.asked.has(4), false); // nobody looks there any more: it may be asked for again
  for (let round = 0; round < 20; round++) await settled();
  assert.equal(one.has(39), true);
  assert.equal(one.has(4), false);
});

test("the sheets that were not used for longest are given up", async () => {
  const one = store();
  for (let n = 0; n < 70; n++) {
    one.want([n]);
    await settled();
    if (n > 0) one.draw({ drawImage: () => {} }, 0);
  }
  assert.deepEqual(
    closed,
    [1, 2, 3, 4, 5, 6].map((n) => `/sheets/one?n=${n}`),
  );
  assert.deepEqual([one.has(0), one.has(1), one.has(69)], [true, false, true]);
});

test("an address that the server knows no more is told once; what failed is not asked for again at once", async () => {
  status = 404;
  const one = store();
  one.want([1]);
  one.want([2]);
  await settled();
  one.want([3]);
  assert.deepEqual(told, ["lost"]);
  assert.equal(asked.length, 2);
  status = 200;
  one.use({ ...SOURCE, address: "/sheets/two" });
  one.want([1]);
  await settled();
  assert.equal(one.has(1), true);
});

test("what arrives from an address that was left is thrown away", async () => {
  const one = store();
  one.want([1]);
  one.forget("");
  await settled();
  assert.deepEqual([one.has(1), told, closed], [false, [], ["/sheets/one?n=1"]]);
});
