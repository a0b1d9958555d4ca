// What is told of one point: its picture, large, and its classes.

const CARD_PICTURE = 128; // CSS pixels
const AWAY = 16; // from the point

export class Card {
  constructor(root, opened) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.button = root.querySelector("button");
    this.button.onclick = () => opened(this.number);
  }

  /** point: number, truth, guess, percent, right, left, top (CSS pixels); held: whether a finger or a key holds it. */
  show(point, store, room, held) {
    this.number = point.number;
    this.root.hidden = false;
    this.root.classList.toggle("held", held);
    this.root.dataset.image = point.number;
    this.root.querySelector(".truth").textContent = point.truth;
    const guess = this.root.querySelector(".guess");
    const said = point.right ? `predicted so, ${point.percent}` : `predicted ${point.guess}, ${point.percent}`;
    guess.textContent = `${point.right ? "✓" : "✗"} ${said}`;
    guess.classList.toggle("wrong", !point.right);
    this.root.querySelector(".number").textContent = `test image ${point.number}`;
    this.picture(point.number, store);
    this.place(point, room);
  }

  picture(number, store) {
    this.canvas.hidden = !store.address;
    if (!store.address) return;
    const ratio = window.devicePixelRatio || 1;
    const zoom = Math.max(1, Math.floor((CARD_PICTURE * ratio) / Math.max(store.width, store.height)));
    const [width, height] = [store.width * zoom, store.height * zoom];
    Object.assign(this.canvas, { width, height });
    this.canvas.style.width = `${width / ratio}px`;
    this.canvas.style.height = `${height / ratio}px`;
    const drawn = store.draw(this.canvas.getContext("2d"), number, 0, 0, width, height);
    this.canvas.dataset.drawn = drawn ? number : "";
  }

  place({ left, top }, { width, height }) {
    const [wide, high] = [this.root.offsetWidth, this.root.offsetHeight];
    const x = left + AWAY + wide > width ? left - AWAY - wide : left + AWAY;
    const y = Math.min(height - high, Math.max(0, top - high / 2));
    this.root.style.transform = `translate(${Math.round(Math.max(0, Math.min(width - wide, x)))}px, ${Math.round(y)}px)`;
  }

  hide() {
    this.root.hidden = true;
    this.number = undefined;
  }
}
