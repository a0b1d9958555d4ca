"""A replay as the time machine in a browser takes it: every frame once, as small as the screen needs it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures import replay_words
from cnnviz.figures.heatmap import heat_table
from cnnviz.figures.learning_curve import curve
from cnnviz.figures.packing import packed, versioned
from cnnviz.figures.pictures import shrunk
from cnnviz.figures.replay_words import Words
from cnnviz.figures.saving import Saving, saving_data
from cnnviz.figures.theme import class_colors, diverging_table
from cnnviz.figures.tiles import color_table

if TYPE_CHECKING:  # the records alone; what makes them knows Keras
    from cnnviz.replay import ImageReplay, MapsReplay, Replay


__all__ = ["Payload", "image_payload", "replay_payload"]

Payload = dict[str, Any]

_MOST_KERNELS = 64
_MOST_CLASSES = 100  # a matrix of more has no cell that could be seen
_PHOTO_SIDE = 160


def replay_payload(
    replay: "Replay",
    class_names: Sequence[str],
    *,
    image: NDArray[np.uint8] | None = None,
    image_title: str = "",
    test_index: int | None = None,
    label: int | None = None,
    layers: Sequence[str] = (),
    missing: str = "",
    saved: Saving | None = None,
) -> Payload:
    """Prepare what needs no Keras for the browser.

    Args:
        replay: the run's frames.
        class_names: by label.
        image: (height, width, 1 or 3) uint8, the pinned image; None without one.
        image_title: what it is called.
        test_index: which test image it is; with it the predicted class is known at once.
        label: its true class, where known.
        layers: names of the layers whose feature maps are still to come.
        missing: why there is no confusion matrix, where there is none.
        saved: how the names of saved panels begin, and what they are of; None for the run's id.
    """
    return versioned(
        {
            "numbers": replay.numbers,
            "positions": [round(snapshot.position, 5) for snapshot in replay.snapshots],
            "words": [
                "\n".join(filter(None, replay_words.moment_in_words(replay, n))) for n in range(len(replay.numbers))
            ],
            "marks": [_mark(snapshot.step, snapshot.position) for snapshot in replay.snapshots],
            "names": list(class_names),
            "kernels": _kernels(replay),
            "confusion": _confusion(replay, missing),
            "loss": _loss(replay),
            "photo": None if image is None else _photo(image, image_title, label is not None),
            "probabilities": _predicted(replay, class_names, test_index, label),
            "layers": [{"title": f"Maps of {layer}"} for layer in layers],
            "saved": saving_data(saved or Saving(replay.run_id, replay.run_id)),
            "tables": {
                "sequential": packed(color_table("sequential")),
                "diverging": packed(diverging_table()),
                "heat": packed(heat_table()),
            },
        }
    )


def image_payload(seen: "ImageReplay", class_names: Sequence[str], label: int | None) -> Payload:
    """Prepare what the networks made of the image for the browser.

    Args:
        seen: the image's frames.
        class_names: by label.
        label: the image's true class, where known.
    """
    heat = None
    if seen.heat is not None:
        values = np.rint(255 * seen.heat / seen.heat_limit).astype(np.uint8)
        values = shrunk(values[..., None], _PHOTO_SIDE)[..., 0]
        frames, height, width = values.shape
        heat = {"values": packed(values), "frames": frames, "height": height, "width": width}
    return versioned(
        {
            "layers": [_maps(layer, first=index == 0) for index, layer in enumerate(seen.layers)],
            "probabilities": _bars(seen.probabilities, class_names, label, partial=False),
            "heat": heat,
            "heatWords": _words(replay_words.heat_words(seen, class_names)),
            "empty": seen.empty,
        }
    )


def _kernels(replay: "Replay") -> Payload | None:
    if replay.kernels is None:
        return None
    shown = replay.kernels[..., :_MOST_KERNELS].astype("<f2")
    frames, height, width, channels, filters = shown.shape
    words = _words(replay_words.kernel_words(replay))
    if filters < replay.kernels.shape[-1]:
        words["caption"] = f"The first {filters} of {replay.kernels.shape[-1]} kernels. {words['caption']}"
    return {
        "values": packed(shown),
        "frames": frames,
        "height": height,
        "width": width,
        "channels": channels,
        "filters": filters,
        "limit": replay.kernel_limit,
        "words": words,
    }


def _maps(layer: "MapsReplay", first: bool) -> Payload:
    unit = np.clip(layer.maps / layer.limit, -1, 1).transpose(0, 3, 1, 2)  # (frames, filters, height, width)
    values = np.rint(127 + 127 * unit if layer.signed else 255 * unit).astype(np.uint8)
    frames, _, height, width = values.shape
    return {
        "values": packed(values),
        "frames": frames,
        "height": height,
        "width": width,
        "filters": layer.filters,
        "limit": layer.limit,
        "signed": layer.signed,
        "words": _words(replay_words.map_words(layer, first)),
    }


def _confusion(replay: "Replay", missing: str) -> Payload:
    words = _words(replay_words.confusion_words(replay))
    if replay.confusion is None or replay.labels is None:
        return {"missing": missing or "The test images were not predicted yet.", "words": words}
    if replay.classes > _MOST_CLASSES:
        return {"missing": f"A matrix of {replay.classes} classes is too fine to be seen here.", "words": words}
    return {
        "values": packed(replay.confusion, "<u4"),
        "frames": len(replay.confusion),
        "classes": replay.classes,
        "totals": np.bincount(replay.labels, minlength=replay.classes).tolist(),
        "words": words,
    }


def _loss(replay: "Replay") -> Payload:
    record = curve(replay.history, "loss", replay.epochs, replay.classes)
    drawn = {
        "epochs": record.epochs,
        "bound": record.bound,
        "batch": _points(zip(record.position, record.batch, strict=True)),
        "smoothed": _points(zip(record.position, record.smoothed, strict=True)),
        "train": _points(enumerate(record.train, start=1)),
        "validation": _points(enumerate(record.validation, start=1)),
    }
    return {"curve": drawn, "words": _words(replay_words.loss_words(replay))}


def _points(pairs: Any) -> list[tuple[float, float]]:
    return [(round(float(at), 4), round(float(value), 5)) for at, value in pairs if np.isfinite(value)]


def _photo(image: NDArray[np.uint8], title: str, labelled: bool) -> Payload:
    small = shrunk(image[None], _PHOTO_SIDE)[0]
    height, width = small.shape[:2]
    values = packed(np.broadcast_to(small, (height, width, 3)))
    return {"values": values, "height": height, "width": width, "title": title, "labelled": labelled}


def _predicted(
    replay: "Replay", class_names: Sequence[str], test_index: int | None, label: int | None
) -> Payload | None:
    """The predicted class of a test image and its probability, which every snapshot's predictions keep."""
    if test_index is None or not 0 <= test_index < replay.predicted.shape[1]:
        return None
    shares = np.zeros((len(replay.numbers), replay.classes), np.float32)
    known = np.flatnonzero(replay.measured)
    shares[known, replay.predicted[known, test_index]] = replay.confidence[known, test_index]
    return _bars(shares, class_names, label, partial=True)


def _bars(shares: NDArray[np.float32], class_names: Sequence[str], label: int | None, *, partial: bool) -> Payload:
    classes = replay_words.shown_classes(shares.tolist(), label)
    light, dark = class_colors(class_names, "light"), class_colors(class_names, "dark")
    shown = shares[:, list(classes)].tolist()
    rows = [
        {"name": class_names[c], "color": f"light-dark({light[c]}, {dark[c]})", "truth": c == label} for c in classes
    ]
    return {"rows": rows, "shares": [[float(f"{share:.4g}") for share in row] for row in shown], "partial": partial}


def _mark(step: int, position: float) -> Payload:
    whole = replay_words.is_epoch(position)
    return {"epoch": whole, "label": "start" if step == 0 else str(round(position)) if whole else ""}


def _words(words: Words) -> Payload:
    scale = {"low": words.low, "high": words.high, "ramp": words.ramp} if words.ramp else None
    return {"title": words.title, "caption": words.caption, "scale": scale}
