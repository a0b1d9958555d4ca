// The light that falls from the patch on the input to the numbers, and from the numbers to the output pixel.

/** Join two boxes of the window by a filled band; nothing where they do not lie side by side. */
function band(from, to, origin) {
  if (to.left - from.right < 6) return "";
  const corners = [[from.right, from.top], [to.left, to.top], [to.left, to.bottom], [from.right, from.bottom]];
  return `M${corners.map(([x, y]) => `${(x - origin.left).toFixed(1)} ${(y - origin.top).toFixed(1)}`).join(" L")} Z`;
}

/** Draw both, as bands behind the maps and as lines before them; without boxes there are none. */
export function drawBeams(root, patch, between, pixel) {
  const origin = root.querySelector(".beams").getBoundingClientRect();
  const shapes = {
    ".to-between": patch ? band(patch, between, origin) : "",
    ".to-output": pixel ? band(between, pixel, origin) : "",
  };
  for (const [name, shape] of Object.entries(shapes))
    for (const path of root.querySelectorAll(`.beams ${name}`)) path.setAttribute("d", shape);
}
