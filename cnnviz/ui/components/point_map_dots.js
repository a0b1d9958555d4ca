// Ten thousand marks in a few milliseconds: blended into a picture by hand, which needs no graphics card.

const SMOOTH = 4; // places in a pixel, across and down, that are looked at to smooth a mark's edge

/** Red, green and blue as one number, as a little-endian picture has them. */
export function packed([red, green, blue]) {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function isOnDisc(x, y, radius) {
  return x * x + y * y <= radius * radius;
}

function isOnCross(x, y, radius, line) {
  const [along, across] = [(x + y) * Math.SQRT1_2, (x - y) * Math.SQRT1_2];
  const [reach, half] = [radius * 1.3, line / 2];
  return (Math.abs(across) <= half && Math.abs(along) <= reach) || (Math.abs(along) <= half && Math.abs(across) <= reach);
}

/** Which pixels a mark covers, and how much of each in 256ths, with its middle `right` and `down` of a pixel's corner. */
function maskOf(radius, isCross, rim, right, down, stride, opacity) {
  const size = radius + rim;
  const line = Math.max(1.3, radius * 0.5) + 2 * rim;
  const reach = Math.ceil(size * 1.3 + 1);
  const [offsets, shares] = [[], []];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      let hits = 0;
      for (let n = 0; n < SMOOTH * SMOOTH; n++) {
        const [px, py] = [x + ((n % SMOOTH) + 0.5) / SMOOTH - right, y + (Math.floor(n / SMOOTH) + 0.5) / SMOOTH - down];
        hits += (isCross ? isOnCross(px, py, size, line) : isOnDisc(px, py, size)) ? 1 : 0;
      }
      if (!hits) continue;
      offsets.push(y * stride + x);
      shares.push(Math.round((256 * opacity * hits) / (SMOOTH * SMOOTH)));
    }
  }
  return { offsets: Int32Array.from(offsets), shares: Uint16Array.from(shares), reach };
}

export class Dots {
  constructor(context) {
    this.context = context;
    this.masks = new Map();
    this.width = this.height = 0;
  }

  /** Prepares an empty picture of so many device pixels, with a border that marks may reach into. */
  begin(width, height, border, background) {
    if (width !== this.width || height !== this.height || border !== this.border) {
      Object.assign(this, { width, height, border, stride: width + 2 * border });
      this.image = new ImageData(this.stride, height + 2 * border);
      this.pixels = new Uint32Array(this.image.data.buffer);
      this.masks.clear();
    }
    this.pixels.fill(background);
  }

  end() {
    this.context.putImageData(this.image, -this.border, -this.border);
  }

  /** The four masks of a mark: its middle in each quarter of a pixel. */
  mark(radius, isCross, rim, opacity) {
    const key = `${radius.toFixed(2)} ${isCross} ${rim} ${opacity}`;
    if (this.masks.size > 200) this.masks.clear();
    if (!this.masks.has(key)) {
      const quarters = [0, 1, 2, 3].map((n) => [(n % 2) / 2 + 0.25, (n >> 1) / 2 + 0.25]);
      this.masks.set(key, quarters.map(([right, down]) => maskOf(radius, isCross, rim, right, down, this.stride, opacity)));
    }
    return this.masks.get(key);
  }

  /** Blends a mark in; its middle is given in device pixels. */
  put(masks, color, left, top) {
    const [column, row] = [Math.floor(left), Math.floor(top)];
    const { border, stride, pixels } = this;
    const { offsets, shares, reach } = masks[(left - column >= 0.5 ? 1 : 0) + (top - row >= 0.5 ? 2 : 0)];
    if (column < reach - border || row < reach - border) return;
    if (column >= this.width + border - reach || row >= this.height + border - reach) return;
    const middle = (row + border) * stride + column + border;
    const [ends, green] = [color & 0xff00ff, color & 0xff00];
    for (let k = 0; k < offsets.length; k++) {
      const at = middle + offsets[k];
      const share = shares[k];
      const below = pixels[at];
      const rest = 256 - share;
      const mixed = (Math.imul(ends, share) + Math.imul(below & 0xff00ff, rest)) >>> 8;
      const between = (Math.imul(green, share) + Math.imul(below & 0xff00, rest)) >>> 8;
      pixels[at] = 0xff000000 | (mixed & 0xff00ff) | (between & 0xff00);
    }
  }
}
