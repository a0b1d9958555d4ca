// What a person takes away: a panel as PNG with its title, scale and caption, or a chart as SVG.

const MARGIN = 24; // pixels of the saved picture

function download(name, url) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

/** A chart with its colours written into it, so that it looks the same anywhere. */
function saveSvg(svg, name) {
  const copy = svg.cloneNode(true);
  const [from, to] = [svg.querySelectorAll("*"), copy.querySelectorAll("*")];
  from.forEach((element, index) => {
    const style = getComputedStyle(element);
    for (const property of ["fill", "stroke", "stroke-width", "opacity", "font-family", "font-weight", "display"]) {
      to[index].style.setProperty(property, style.getPropertyValue(property));
    }
    if (element.tagName === "text") to[index].style.fontSize = style.fontSize;
  });
  const behind = draw("rect", { width: "100%", height: "100%", fill: getComputedStyle(svg).backgroundColor });
  copy.prepend(behind);
  copy.setAttribute("xmlns", SVG);
  const text = new XMLSerializer().serializeToString(copy);
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  download(`${name}.svg`, url);
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Breaks a sentence into lines that fit. */
function lines(context, text, width) {
  const made = [""];
  for (const word of text.split(" ")) {
    const longer = `${made.at(-1)} ${word}`.trim();
    if (context.measureText(longer).width <= width) made[made.length - 1] = longer;
    else made.push(word);
  }
  return made;
}

/** A panel's canvas, three times as large, between its title and its scale and caption. */
function savePng(canvas, { title, moment, scale, caption }, colours, name) {
  const zoom = Math.max(1, Math.round(900 / canvas.width));
  const width = Math.max(canvas.width * zoom, 480);
  const sheet = document.createElement("canvas");
  const context = sheet.getContext("2d");
  const font = (size, weight = 400) => `${weight} ${size}px ${colours.font}`;
  context.font = font(18);
  const told = lines(context, caption, width);
  sheet.width = width + 2 * MARGIN;
  sheet.height = canvas.height * zoom + 2 * MARGIN + 76 + (scale ? 44 : 0) + told.length * 25;
  context.fillStyle = colours.background;
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.fillStyle = colours.text;
  context.font = font(24, 600);
  context.fillText(title, MARGIN, MARGIN + 22);
  context.font = font(18);
  context.fillText(moment, MARGIN, MARGIN + 50);
  let top = MARGIN + 66;
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, MARGIN, top, canvas.width * zoom, canvas.height * zoom);
  top += canvas.height * zoom + 18;
  if (scale) {
    const ramp = context.createLinearGradient(MARGIN + 70, 0, MARGIN + 290, 0);
    scale.ramp.forEach((color, index) => ramp.addColorStop(index / (scale.ramp.length - 1), color));
    context.fillStyle = ramp;
    context.fillRect(MARGIN + 70, top, 220, 14);
    context.fillStyle = colours.text;
    context.textAlign = "right";
    context.fillText(scale.low, MARGIN + 62, top + 13);
    context.textAlign = "left";
    context.fillText(scale.high, MARGIN + 298, top + 13);
    top += 44;
  }
  context.font = font(18);
  told.forEach((line, index) => context.fillText(line, MARGIN, top + 14 + index * 25));
  download(`${name}.png`, sheet.toDataURL("image/png"));
}
