"""A frame of a replay as one picture, and all of them as a GIF: what a person puts into slides."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.errors import SpecError
from cnnviz.figures import replay_words
from cnnviz.figures.canvas import Align, Canvas, fitted
from cnnviz.figures.guesses import percent
from cnnviz.figures.heatmap import overlay
from cnnviz.figures.learning_curve import curve
from cnnviz.figures.mosaic import kernel_tiles
from cnnviz.figures.replay_words import Words
from cnnviz.figures.theme import Mode, class_colors, diverging_table
from cnnviz.figures.tiles import color_table

if TYPE_CHECKING:  # the records alone; what makes them knows Keras
    from cnnviz.replay import ImageReplay, MapsReplay, Replay

__all__ = ["ReplayView", "replay_gif", "replay_picture"]

Picture = NDArray[np.uint8]
Box = tuple[int, int, int, int]

WIDTH, HEIGHT = 960, 560
_COLUMNS = (16, 336, 656)  # where the three columns begin
_COLUMN, _ROWS, _PANEL = 288, (52, 286), 216  # their width, where the two rows begin, how high a panel is
_LAST_MS = 2500  # the last frame stands: it is what people came for
_MOST_KERNELS = 64
_PHOTO = 96  # pixels
_NAMES, _READABLE = 72, 11  # pixels of a column of class names, and of a row in which one can be read


@dataclass(frozen=True, eq=False)
class ReplayView:
    """What is drawn of a replay.

    Attributes:
        replay: the run's frames.
        class_names: by label.
        seen: the image's frames; None leaves its panels out.
        image: uint8 (height, width, 1 or 3), the image itself; None for none.
        label: the image's class, where known.
        mode: light or dark.
        title: what stands above all; "" for the run's id.
    """

    replay: "Replay"
    class_names: Sequence[str]
    seen: "ImageReplay | None" = None
    image: Picture | None = None
    label: int | None = None
    mode: Mode = "light"
    title: str = ""


def replay_picture(view: ReplayView, frame: int) -> Picture:
    """Draw everything that one frame shows, on the scales of the whole replay.

    Args:
        view: what is drawn.
        frame: which one, from 0.

    Returns:
        uint8 (560, 960, 3).

    Raises:
        SpecError: there is no such frame.
    """
    replay, seen = view.replay, view.seen
    if not 0 <= frame < len(replay.numbers):
        raise SpecError(f"frame {frame} of a replay was asked for, which has the frames 0 to {len(replay.numbers) - 1}")
    canvas = Canvas(WIDTH, HEIGHT, view.mode)
    when, accuracy = replay_words.moment_in_words(replay, frame)
    canvas.text((16, 12), view.title or replay.run_id, 18, bold=True)
    canvas.text((WIDTH - 16, 14), " · ".join(filter(None, (when, accuracy))), 16, align="right")
    if replay.kernels is not None:
        tiles, _, _ = kernel_tiles(replay.kernels[frame, ..., :_MOST_KERNELS], replay.kernel_limit)
        _tiles(canvas, _box(0, 0), replay_words.kernel_words(replay), tiles)
    layers = seen.layers if seen else ()
    for place, layer in zip(((0, 1), (1, 1)), (*layers[:1], *layers[1:][-1:]), strict=False):
        _tiles(canvas, _box(*place), replay_words.map_words(layer, place == (0, 1)), _map_tiles(layer, frame))
    if view.image is not None:
        _image(canvas, _box(1, 0), view, view.image, frame)
    _loss(canvas, _box(2, 0), replay, frame)
    _confusion(canvas, _box(2, 1), view, frame)
    _timeline(canvas, replay, frame)
    return canvas.picture


def replay_gif(
    view: ReplayView, *, seconds: float = 0.7, on_progress: Callable[[int, int], object] | None = None
) -> bytes:
    """Draw all frames as an animated GIF that begins again.

    Args:
        view: what is drawn.
        seconds: how long a frame stands, at least 0.05; the last stands longer.
        on_progress: called with the frames done and their number.

    Returns:
        The bytes of a GIF file; 256 colours for all frames, so that nothing flickers.

    Raises:
        SpecError: a frame would stand for less than 0.05 seconds.
    """
    if not seconds >= 0.05:
        raise SpecError(f"a frame was to stand for {seconds} seconds; give at least 0.05")
    count = len(view.replay.numbers)
    pictures = []
    for frame in range(count):
        pictures.append(Image.fromarray(replay_picture(view, frame)))
        if on_progress:
            on_progress(frame + 1, count)
    palette = _palette([pictures[0], pictures[count // 2], pictures[-1]])
    frames = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    buffer = io.BytesIO()
    times = [round(1000 * seconds)] * (count - 1) + [max(_LAST_MS, round(1000 * seconds))]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0, optimize=False)
    return buffer.getvalue()


def _palette(pictures: Sequence[Image.Image]) -> Image.Image:
    """Find 256 colours for some pictures together."""
    sheet = Image.new("RGB", (WIDTH, HEIGHT * len(pictures)))
    for index, picture in enumerate(pictures):
        sheet.paste(picture, (0, HEIGHT * index))
    return sheet.quantize(256, method=Image.Quantize.MEDIANCUT)


def _box(column: int, row: int) -> Box:
    """Left, top, width and height of a panel."""
    return _COLUMNS[column], _ROWS[row], _COLUMN, _PANEL


def _tiles(canvas: Canvas, box: Box, words: Words, tiles: Picture) -> None:
    """Draw equal tiles as large as they fit, by a whole number."""
    left, top, width, height = box
    canvas.text((left, top), words.title, 14, bold=True)
    count, high, wide = tiles.shape[:3]
    across, zoom = fitted(count, wide, high, width, height - 44)
    large = tiles.repeat(zoom, axis=1).repeat(zoom, axis=2)
    for index, tile in enumerate(large):
        row, column = divmod(index, across)
        canvas.paste(tile, (left + column * (wide * zoom + 3), top + 22 + row * (high * zoom + 3)))
    canvas.scale((left, top + height - 16), words.low, words.high, words.ramp)


def _map_tiles(layer: "MapsReplay", frame: int) -> Picture:
    unit = np.clip(layer.maps[frame] / layer.limit, -1, 1).transpose(2, 0, 1)  # (filters, height, width)
    if layer.signed:
        return np.asarray(diverging_table()[np.rint(127 + 127 * unit).astype(np.intp)])
    return np.asarray(color_table("sequential")[np.rint(255 * unit).astype(np.intp)])


def _image(canvas: Canvas, box: Box, view: ReplayView, image: Picture, frame: int) -> None:
    """Draw the image, the same under its heatmap, and the probabilities."""
    seen, class_names, label = view.seen, view.class_names, view.label
    left, top, width, height = box
    canvas.text((left, top), "" if label is None else class_names[label], 14, bold=True)
    photo = _sized(np.broadcast_to(image, (*image.shape[:2], 3)))
    canvas.paste(photo, (left, top + 22))
    if seen is None:
        return
    if seen.heat is not None:
        words = replay_words.heat_words(seen, class_names)
        mixed = overlay(image, np.clip(seen.heat[frame] / seen.heat_limit, 0, 1))
        canvas.paste(_sized(mixed), (left, top + 28 + len(photo)))
        canvas.text(
            (left + 106, top + height - 34), f"below: Grad-CAM for {class_names[seen.class_index]}", 11, quiet=True
        )
        canvas.scale((left + 106, top + height - 16), words.low, words.high, words.ramp, length=60)
    classes = replay_words.shown_classes(seen.probabilities.tolist(), label)
    shares = seen.probabilities[frame]
    best = max(classes, key=lambda index: shares[index])
    colors = class_colors(class_names, canvas.mode)
    pitch = min(17, (height - 66) // len(classes))
    for row, index in enumerate(classes):
        y = top + 24 + row * pitch
        name = ("> " if index == label else "") + _short(class_names[index])
        canvas.text((left + 176, y), name, 11, bold=index == best, align="right")
        canvas.bar((left + 182, y + 2, 70, pitch - 5), float(shares[index]), colors[index])
        canvas.text((left + width, y), percent(float(shares[index])), 11, bold=index == best, align="right")


def _short(name: str) -> str:
    """Cut a class name to what a column has room for."""
    return name if len(name) < 12 else f"{name[:11]}…"


def _sized(picture: Picture) -> Picture:
    """Enlarge or thin a picture out by a whole number, so that its longer side is near 96 pixels."""
    longer = max(picture.shape[:2])
    zoom, step = max(1, _PHOTO // longer), -(-longer // _PHOTO)
    return picture[::step, ::step].repeat(zoom, axis=0).repeat(zoom, axis=1)


def _loss(canvas: Canvas, box: Box, replay: "Replay", frame: int) -> None:
    """Draw the loss with a line at the frame's moment."""
    left, top, width, height = box
    record = curve(replay.history, "loss", replay.epochs, replay.classes)
    canvas.text((left, top), "Loss", 14, bold=True)
    canvas.text((left + 60, top + 2), "training", 12, color="train")
    if len(record.validation):
        canvas.text((left + 120, top + 2), "validation", 12, color="validation")
    inner = (left + 34, top + 26, width - 40, height - 50)

    def place(at: float, value: float) -> tuple[float, float]:
        share = min(value / record.bound, 1.0)
        return inner[0] + inner[2] * at / record.epochs, inner[1] + inner[3] * (1 - share)

    for value in (0.0, record.bound / 2, record.bound):
        y = round(place(0, value)[1])
        canvas.line([(inner[0], y), (inner[0] + inner[2], y)], "grid", 1)
        canvas.text((left + 28, y - 7), f"{value:g}", 11, quiet=True, align="right")
    canvas.line([place(at, value) for at, value in zip(record.position, record.smoothed, strict=True)], "train", 2)
    held = [place(at, value) for at, value in enumerate(record.validation, start=1) if np.isfinite(value)]
    canvas.line(held, "validation", 2)
    canvas.text((inner[0] + inner[2] // 2, top + height - 16), f"epoch 0 to {record.epochs:.0f}", 11, quiet=True)
    x = round(place(replay.snapshots[frame].position, 0)[0])
    canvas.line([(x, inner[1]), (x, inner[1] + inner[3])], "text", 2)


def _confusion(canvas: Canvas, box: Box, view: ReplayView, frame: int) -> None:
    """Draw each true class's shares."""
    replay, (left, top, width, height) = view.replay, box
    words = replay_words.confusion_words(replay)
    canvas.text((left, top), words.title, 14, bold=True)
    if replay.confusion is None:
        canvas.text((left, top + 30), "The test images are not at hand.", 12, quiet=True)
        return
    counts = replay.confusion[frame]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    zoom = max(1, (height - 44) // replay.classes)
    cells = color_table("sequential")[np.rint(255 * shares).astype(np.intp)]
    named = _NAMES if zoom >= _READABLE else 0
    large = cells.repeat(zoom, axis=0).repeat(zoom, axis=1)[: height - 44, : height - 44]
    canvas.paste(large, (left + named, top + 22))
    for row, name in enumerate(view.class_names if named else ()):
        at = (left + named - 6, top + 22 + row * zoom + (zoom - 13) // 2)
        canvas.text(at, _short(name), 11, quiet=True, align="right")
    canvas.text((left + width, top + 2), "rows: true, columns: predicted", 11, quiet=True, align="right")
    canvas.scale((left, top + height - 16), words.low, words.high, words.ramp)


def _timeline(canvas: Canvas, replay: "Replay", frame: int) -> None:
    """Draw where the frame lies among all."""
    left, width, top = 16, WIDTH - 32, HEIGHT - 34
    count = max(len(replay.numbers) - 1, 1)
    canvas.bar((left, top, width, 6), frame / count, canvas.palette.accent)
    for index, snapshot in enumerate(replay.snapshots):
        if snapshot.step == 0 or replay_words.is_epoch(snapshot.position):
            x = left + width * index // count
            name = "start" if snapshot.step == 0 else f"{snapshot.position:.0f}"
            align: Align = "left" if index == 0 else "right" if index == count else "centre"
            if len(replay.numbers) <= 40 or index % 5 == 0 or index == count:
                canvas.text((x, top + 9), name, 11, quiet=True, align=align)
