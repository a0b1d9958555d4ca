// What a replay is made of: numbers for every snapshot, sent once, blended between two snapshots in the browser.

/** Values of every frame, one frame after the other. */
export class Track {
  /** @param {ArrayLike<number>} values @param {number} frames */
  constructor(values, frames) {
    this.values = values;
    this.frames = frames;
    this.size = values.length / frames;
    this.out = new Float32Array(this.size);
  }

  /** The values at a moment in frames; between two of them their mean, weighted by nearness. @param {number} moment */
  at(moment) {
    const frame = Math.floor(moment);
    const share = moment - frame;
    const [here, there] = [frame * this.size, Math.min(frame + 1, this.frames - 1) * this.size];
    for (let i = 0; i < this.size; i++) {
      const value = this.values[here + i];
      this.out[i] = share ? value + (this.values[there + i] - value) * share : value;
    }
    return this.out;
  }
}
