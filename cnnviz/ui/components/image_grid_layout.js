// Where each image of a grid stands: rows of tiles, in groups with a head where there are any.

/**
 * Lays `count` tiles out; positions count from 0 through all groups.
 * `shape` has width (of the grid), tile and line (the room of a tile), head (the height of a group's head), edge (room round all) and ratio
 * (device pixels in a CSS pixel): tiles stand on whole device pixels, so that theirs stay sharp.
 */
export function layOut(count, groups, shape) {
  const across = Math.max(1, Math.floor(shape.width / shape.tile));
  const step = shape.width / across;
  const sections = [];
  let [start, top] = [0, shape.edge];
  for (const group of groups.length ? groups : [{ count }]) {
    const head = groups.length ? shape.head : 0;
    const lines = Math.ceil(group.count / across);
    sections.push({ start, count: group.count, top, tiles: top + head, bottom: top + head + lines * shape.line, group });
    start += group.count;
    top += head + lines * shape.line;
  }
  const snapped = (value) => Math.round(value * shape.ratio) / shape.ratio;

  /** The first section that ends below a height, or holds a position. */
  function find(test) {
    let [low, high] = [0, sections.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (test(sections[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  function place(position) {
    const section = sections[find((one) => one.start + one.count > position)];
    const within = position - section.start;
    return {
      x: snapped(shape.edge + (within % across) * step),
      y: snapped(section.tiles + Math.floor(within / across) * shape.line),
    };
  }

  /** The sections and the positions, in order, between two heights. */
  function between(from, to) {
    const found = { sections: [], positions: [] };
    for (let n = find((one) => one.bottom > from); n < sections.length && sections[n].top < to; n++) {
      const one = sections[n];
      found.sections.push(n);
      const first = Math.max(0, Math.floor((from - one.tiles) / shape.line)) * across;
      const last = Math.min(one.count, Math.ceil((to - one.tiles) / shape.line) * across);
      for (let within = first; within < last; within++) found.positions.push(one.start + within);
    }
    return found;
  }

  /** The position one line above or below, across the borders of groups; the same one where there is none. */
  function beside(position, lines) {
    const number = find((one) => one.start + one.count > position);
    const section = sections[number];
    const column = (position - section.start) % across;
    const within = position - section.start + lines * across;
    if (within >= 0 && within < section.count) return section.start + within;
    const lastLine = Math.floor((section.count - 1) / across);
    if (lines > 0 && Math.floor((position - section.start) / across) < lastLine) return section.start + section.count - 1;
    const next = sections[number + lines];
    if (!next) return position;
    const line = lines > 0 ? 0 : Math.floor((next.count - 1) / across);
    return next.start + Math.min(next.count - 1, line * across + column);
  }

  return { across, sections, height: top, place, between, beside };
}
