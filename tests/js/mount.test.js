import assert from "node:assert/strict";
import test from "node:test";
import { Later, Life } from "../../cnnviz/ui/components/kit/life.js";
import { mount } from "../../cnnviz/ui/components/kit/mount.js";

function recorder(told) {
  return class {
    constructor(root, life) {
      told.push(`made in ${root.name}`);
      life.atEnd(() => told.push("ended"));
    }

    update(data, trigger, keep) {
      told.push(data);
      trigger("picked", 1);
      keep("turned", 2);
    }

    remove() {
      told.push("removed");
    }
  };
}

test("a view is made once for each place, told of every change, and gone with the place", () => {
  const told = [];
  const component = mount(recorder(told));
  const place = (parentElement, data) => ({
    data: [data], // as Python sends it
    parentElement,
    setTriggerValue: (name) => told.push(`trigger ${name}`),
    setStateValue: (name) => told.push(`keep ${name}`),
  });
  const root = { name: "here" };
  component(place(root, "first"));
  const leave = component(place(root, "second"));
  const tells = ["trigger picked", "keep turned"];
  assert.deepEqual(told.splice(0), ["made in here", "first", ...tells, "second", ...tells]);
  leave();
  assert.deepEqual(told.splice(0), ["ended", "removed"]);
  component(place(root, "again"));
  assert.deepEqual(told, ["made in here", "again", ...tells]);
});

test("what waits is put off, stopped, and never done after the end", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const done = [];
  const later = new Later();
  later.after(100, () => done.push("first"));
  context.mock.timers.tick(60);
  later.after(100, () => done.push("second"));
  assert.ok(later.waiting);
  context.mock.timers.tick(99);
  assert.deepEqual(done, []);
  context.mock.timers.tick(1);
  assert.deepEqual([done, later.waiting], [["second"], false]);
  const life = new Life();
  life.later().after(10, () => done.push("too late"));
  life.end();
  context.mock.timers.tick(20);
  assert.deepEqual([done, life.ended], [["second"], true]);
});

test("what is done often is not done too often, and the last time counts", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const done = [];
  const often = new Life().often(1e9);
  for (const n of [1, 2, 3]) often.do(() => done.push(n), false);
  assert.deepEqual(done, [1]);
  context.mock.timers.tick(1e9);
  assert.deepEqual(done, [1, 3]);
  often.do(() => done.push(4), true);
  assert.deepEqual(done, [1, 3, 4]);
});
