// The panels of the time machine. Each knows how to take its place (fit) and how to show a moment (paint).

const OPACITY = 153; // of the heatmap, out of 255: one for all pixels, so that a colour means the same everywhere

class Panel {
  constructor(stage, area) {
    this.node = make("section", `panel ${area}`, stage);
    const head = make("header", "", this.node);
    this.title = make("h3", "", head);
    this.note = make("span", "note", head);
    this.body = make("div", "body", this.node);
    this.scale = make("div", "scale", this.node);
    this.caption = make("p", "caption", this.node);
  }

  /** saved: the file's name and what the panel is of, for the buttons that save it; null for what is not there yet. */
  tell(title, caption, scale, saved) {
    this.title.textContent = title;
    this.caption.textContent = caption;
    saveButtons(this.node, saved);
    this.scale.replaceChildren();
    this.scale.hidden = !scale;
    if (!scale) return;
    make("span", "", this.scale, scale.low);
    make("span", "ramp", this.scale).style.background = `linear-gradient(to right, ${scale.ramp.join(", ")})`;
    make("span", "", this.scale, scale.high);
  }

  /** Holds the place of what is still to come, or says why it does not. */
  wait(title, text, busy) {
    this.tell(title, "", null, null);
    this.body.replaceChildren(make("div", busy ? "waiting busy" : "waiting", null, text));
  }
}

/** Writes a colour out of a table of 256. */
function look(table, index, pixels, at) {
  const from = Math.min(255, Math.max(0, Math.round(index))) * 3;
  pixels[at] = table[from];
  pixels[at + 1] = table[from + 1];
  pixels[at + 2] = table[from + 2];
}

/** Kernels in the colours of the mosaic: three channels as red, green and blue, else their mean. */
function kernelTiles(panel, kernels, tables) {
  const { filters, height, width, channels, limit } = kernels;
  const track = new Track(halvesOf(kernels.values), kernels.frames); // a frame is (height, width, channels, filters)
  const weight = (filter, place, channel) => track.out[(place * channels + channel) * filters + filter] / limit;
  const mean = (filter, place) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += weight(filter, place, channel);
    return sum / channels;
  };
  panel.body.replaceChildren();
  const tiles = new Tiles(panel.body, { count: filters, width, height, line: true }, (filter, place) => {
    const values = Array.from({ length: Math.min(channels, 3) }, (_, channel) => digits(weight(filter, place, channel) * limit));
    const row = Math.floor(place / width);
    return `filter ${filter}, row ${row}, column ${place % width}: ${values.join(", ")}${channels > 3 ? ", …" : ""}`;
  });
  const coloured = (filter, place, pixels, at) => {
    for (let channel = 0; channel < 3; channel++) pixels[at + channel] = Math.round(127.5 + 127.5 * weight(filter, place, channel));
  };
  const signed = (filter, place, pixels, at) => look(tables.diverging, 127 + 127 * mean(filter, place), pixels, at);
  return {
    tiles,
    fit: () => tiles.fit(),
    paint: (moment) => {
      track.at(moment);
      tiles.paint(channels === 3 ? coloured : signed);
    },
  };
}

/** Feature maps: one byte a value, on one scale for all frames. */
function mapTiles(panel, layer, tables) {
  const { width, height, filters, limit, signed } = layer;
  const track = new Track(bytesOf(layer.values), layer.frames); // a frame is (filters, height, width)
  const table = signed ? tables.diverging : tables.sequential;
  const value = (tile, place) => track.out[tile * width * height + place];
  panel.body.replaceChildren();
  const tiles = new Tiles(panel.body, { count: filters.length, width, height }, (tile, place) => {
    const real = signed ? ((value(tile, place) - 127) / 127) * limit : (value(tile, place) / 255) * limit;
    return `filter ${filters[tile]}, row ${Math.floor(place / width)}, column ${place % width}: ${digits(real)}`;
  });
  return {
    tiles,
    fit: () => tiles.fit(),
    paint: (moment) => {
      track.at(moment);
      tiles.paint((tile, place, pixels, at) => look(table, value(tile, place), pixels, at));
    },
  };
}

/** The confusion matrix: each row's shares, all frames from 0 to 100 %. */
function confusionTiles(panel, confusion, names, tables) {
  const { classes, totals } = confusion;
  const track = new Track(new Float32Array(new Uint32Array(bytesOf(confusion.values).buffer)), confusion.frames);
  panel.body.replaceChildren();
  const rows = classes <= 20 ? make("div", "rows", panel.body) : null;
  names.forEach((name) => rows && (make("span", "", rows, name).title = name));
  const side = make("div", "matrix", panel.body);
  const tiles = new Tiles(side, { count: 1, width: classes, height: classes }, (_, place) => {
    const [row, column] = [Math.floor(place / classes), place % classes];
    const count = Math.round(track.out[place]);
    return `${names[row]}, taken for ${names[column]}: ${count} of ${totals[row]}`;
  });
  return {
    fit: () => {
      tiles.fit();
      if (!rows || !tiles.plan) return;
      const pitch = tiles.plan.high / tiles.plan.ratio / classes;
      rows.style.lineHeight = `${pitch}px`;
      rows.style.fontSize = `${Math.max(9, Math.min(13, pitch - 3))}px`;
    },
    paint: (moment) => {
      track.at(moment);
      tiles.paint((_, place, pixels, at) =>
        look(tables.sequential, (255 * track.out[place]) / Math.max(1, totals[Math.floor(place / classes)]), pixels, at),
      );
    },
  };
}

/** The photograph, and over it the heat that raises the class. */
function photoWithHeat(parent, photo, heat, tables) {
  const { width, height } = photo;
  const colours = bytesOf(photo.values);
  const still = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) still.data[4 * i + channel] = colours[3 * i + channel];
    still.data[4 * i + 3] = 255;
  }
  const canvas = make("canvas", heat ? "heat" : "photo", parent);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", heat ? "the image under its heatmap" : "the image");
  const sheets = [photo, heat ?? photo].map((one) => Object.assign(document.createElement("canvas"), { width: one.width, height: one.height }));
  sheets[0].getContext("2d").putImageData(still, 0, 0);
  const track = heat && new Track(bytesOf(heat.values), heat.frames);
  const over = heat && new ImageData(heat.width, heat.height);
  return {
    fit: (side) => {
      const ratio = window.devicePixelRatio || 1;
      const room = (side * ratio) / Math.max(width, height);
      const zoom = room >= 1 ? Math.floor(room) : room;
      Object.assign(canvas, { width: Math.round(width * zoom), height: Math.round(height * zoom) });
      Object.assign(canvas.style, { width: `${canvas.width / ratio}px`, height: `${canvas.height / ratio}px` });
    },
    paint: (moment) => {
      const context = canvas.getContext("2d");
      context.imageSmoothingEnabled = false;
      context.drawImage(sheets[0], 0, 0, canvas.width, canvas.height);
      if (!heat) return;
      track.at(moment).forEach((value, place) => {
        look(tables.heat, value, over.data, 4 * place);
        over.data[4 * place + 3] = OPACITY;
      });
      sheets[1].getContext("2d").putImageData(over, 0, 0);
      context.imageSmoothingEnabled = true;
      context.drawImage(sheets[1], 0, 0, canvas.width, canvas.height);
    },
  };
}
