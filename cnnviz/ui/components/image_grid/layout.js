// Where each image of a grid stands, and where the keys lead: rows of tiles, in groups with a head where there are any.

/**
 * @typedef {{ label: string, note: string, count: number }} Group
 *
 * @typedef {object} Grid in CSS pixels
 * @property {number} width of the grid
 * @property {number} tile room of a tile, across
 * @property {number} line and down
 * @property {number} head height of a group's head
 * @property {number} edge room round all
 * @property {number} ratio device pixels in a CSS pixel: tiles stand on whole ones, so that theirs stay sharp
 *
 * @typedef {object} Section
 * @property {number} start position of its first image
 * @property {number} count
 * @property {number} top
 * @property {number} tiles where the first row begins
 * @property {number} bottom
 * @property {Group} group
 *
 * @typedef {ReturnType<typeof layOut>} Layout
 */

/**
 * Lay tiles out; positions count from 0 through all groups.
 *
 * @param {number} count
 * @param {Group[]} groups
 * @param {Grid} shape
 */
export function layOut(count, groups, shape) {
  const across = Math.max(1, Math.floor(shape.width / shape.tile));
  const step = shape.width / across;
  /** @type {Section[]} */
  const sections = [];
  let [start, top] = [0, shape.edge];
  for (const group of groups.length ? groups : [{ count, label: "", note: "" }]) {
    const head = groups.length ? shape.head : 0;
    const [tiles, high] = [top + head, Math.ceil(group.count / across) * shape.line];
    sections.push({ start, count: group.count, top, tiles, bottom: tiles + high, group });
    start += group.count;
    top = tiles + high;
  }
  const snapped = (/** @type {number} */ value) => Math.round(value * shape.ratio) / shape.ratio;

  /**
   * The first section that passes, such as one that ends below a height.
   * @param {(section: Section) => boolean} test
   */
  function find(test) {
    let [low, high] = [0, sections.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (test(sections[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** @param {number} position */
  function place(position) {
    const section = sections[find((one) => one.start + one.count > position)];
    const within = position - section.start;
    return {
      x: snapped(shape.edge + (within % across) * step),
      y: snapped(section.tiles + Math.floor(within / across) * shape.line),
    };
  }

  /** The sections and the positions, in order, between two heights. @param {number} from @param {number} to */
  function between(from, to) {
    /** @type {{ sections: number[], positions: number[] }} */
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

  /**
   * The position one line above or below, across the borders of groups; the same one where there is none.
   *
   * @param {number} position
   * @param {-1 | 1} lines
   */
  function beside(position, lines) {
    const number = find((one) => one.start + one.count > position);
    const section = sections[number];
    const column = (position - section.start) % across;
    const within = position - section.start + lines * across;
    if (within >= 0 && within < section.count) return section.start + within;
    const lastLine = Math.floor((section.count - 1) / across);
    if (lines > 0 && Math.floor((position - section.start) / across) < lastLine)
      return section.start + section.count - 1;
    const next = sections[number + lines];
    if (!next) return position;
    const line = lines > 0 ? 0 : Math.floor((next.count - 1) / across);
    return next.start + Math.min(next.count - 1, line * across + column);
  }

  return { across, sections, height: top, place, between, beside };
}

/**
 * Where a key leads from a position; undefined for keys that lead nowhere.
 *
 * @param {string} key
 * @param {number} at
 * @param {Layout} layout
 * @param {number} count of images
 * @param {number} screen rows that are seen at once
 */
export function target(key, at, layout, count, screen) {
  const jump = (/** @type {-1 | 1} */ way) => {
    let to = at;
    for (let line = 0; line < screen; line++) to = layout.beside(to, way);
    return to;
  };
  /** @type {Record<string, () => number>} */
  const ways = {
    ArrowLeft: () => at - 1,
    ArrowRight: () => at + 1,
    ArrowUp: () => layout.beside(at, -1),
    ArrowDown: () => layout.beside(at, 1),
    PageUp: () => jump(-1),
    PageDown: () => jump(1),
    Home: () => 0,
    End: () => count - 1,
  };
  const to = ways[key]?.();
  return to === undefined ? undefined : Math.min(count - 1, Math.max(0, to));
}
