// What the keyboard does on the output map, and which of its two maps is shown.

import { functionName } from "./microscope_line.js";
import { element } from "./elements.js";

/** Where a key leads from a pixel, within the map; null for keys that lead nowhere. */
export function stepped(key, [row, column], { high, wide }) {
  const ways = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [row, 0],
    End: [row, wide - 1],
    PageUp: [0, column],
    PageDown: [high - 1, column],
  };
  const place = ways[key];
  return place ? [Math.max(0, Math.min(high - 1, place[0])), Math.max(0, Math.min(wide - 1, place[1]))] : null;
}

/** Buttons for before and after the activation, where there is one. */
export function stageButtons(root, bench, stage, onchoose) {
  root.replaceChildren();
  if (bench.kind !== "convolution" || bench.function === "linear") return;
  for (const [name, text] of [["before", "pre-activation"], ["after", `after ${functionName(bench.function)}`]]) {
    const button = element("button", "", root, text);
    button.type = "button";
    button.setAttribute("aria-pressed", String(stage === name));
    button.onclick = () => onchoose(name);
  }
}
