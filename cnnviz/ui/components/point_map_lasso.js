// A line drawn round points: thinned, written into a link, and which points lie inside.

const LOW = -0.5; // the line's places are kept from here, in the map's units,
const SPAN = 2; // over so much,
const STEPS = 36 ** 3 - 1; // in so many steps: three letters each

/** Leaves out corners that lie within `near` of the line without them (Ramer, Douglas and Peucker). */
export function thinned(corners, near) {
  if (corners.length < 3) return corners;
  const [first, last] = [corners[0], corners.at(-1)];
  let [farthest, distance] = [0, 0];
  for (let i = 1; i < corners.length - 1; i++) {
    const away = distanceToLine(corners[i], first, last);
    if (away > distance) [farthest, distance] = [i, away];
  }
  if (distance <= near) return [first, last];
  return [...thinned(corners.slice(0, farthest + 1), near).slice(0, -1), ...thinned(corners.slice(farthest), near)];
}

function distanceToLine([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = Math.hypot(dx, dy);
  if (!length) return Math.hypot(x - ax, y - ay);
  return Math.abs(dx * (ay - y) - (ax - x) * dy) / length;
}

/** Corners in the map's units as text, three letters a number. */
export function written(corners) {
  const letters = (value) => {
    const step = Math.round(Math.min(1, Math.max(0, (value - LOW) / SPAN)) * STEPS);
    return step.toString(36).padStart(3, "0");
  };
  return corners.flat().map(letters).join("");
}

export function read(text) {
  const numbers = (text.match(/.{3}/g) ?? []).map((letters) => LOW + (parseInt(letters, 36) / STEPS) * SPAN);
  return numbers.flatMap((x, i) => (i % 2 ? [] : [[x, numbers[i + 1]]])).filter(([, y]) => y !== undefined);
}

/** Whether a place lies inside: a line from it to the right crosses the border an odd number of times. */
export function isInside(corners, x, y) {
  let inside = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [[ax, ay], [bx, by]] = [corners[i], corners[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
