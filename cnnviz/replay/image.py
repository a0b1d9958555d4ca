"""What the network made of one image at each snapshot: feature maps, probabilities, a heatmap. Needs Keras."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from cnnviz.errors import RunError, SpecError
from cnnviz.runs import Run, Snapshot
from cnnviz.runs.weights import before_training
from cnnviz.spec import ModelSpec

if TYPE_CHECKING:
    import keras

__all__ = ["ImageReplay", "MapsReplay", "ReplayModels", "image_replay", "map_layers"]

MOST_LAYERS = 3
MOST_FIRST_MAPS = 32  # of the first layer: all of the reference network's, in the order of its kernels
MOST_MAPS = 28  # of another layer: four rows of seven, which a panel shows half as large again as 32
LARGEST_MAP = 48  # pixels a side; larger maps are shrunk by whole blocks
_CAP = 99.8  # the percentile drawn in full colour: a few extreme pixels must not darken all others

Progress = Callable[[int, int], None]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class MapsReplay:
    """Feature maps of one layer over all frames, on one scale.

    Attributes:
        layer: its name.
        shape: (height, width, channels) of its output.
        filters: which of its filters are shown, ascending; the strongest where there are more.
        maps: (frames, height, width, filters shown) float32; large maps as means over blocks of `block` pixels.
        limit: the value of full colour; for signed maps minus it is the other end.
        signed: whether there are negative values.
        block: pixels a side that one shown pixel stands for; 1 for the maps as they are.
    """

    layer: str
    shape: tuple[int, int, int]
    filters: tuple[int, ...]
    maps: Floats
    limit: float
    signed: bool
    block: int = 1


@dataclass(frozen=True, eq=False)
class ImageReplay:
    """One image through the network of every frame.

    Attributes:
        numbers: the snapshots' numbers, frame by frame.
        layers: feature maps of up to three convolutions, in the order of the pass.
        probabilities: (frames, classes) float32 in [0, 1]; zeros where a snapshot's weights are not finite.
        heat: (frames, height, width) float32 from 0: Grad-CAM of `class_index`, in units of its score, not scaled
            frame by frame; None for a network without convolutions.
        heat_limit: the largest heat of all frames; 1 where there is none.
        heat_layer: whose feature maps it was made of.
        class_index: the class it explains, the same in all frames.
        empty: for each frame why nothing lights up, "" where something does.
    """

    numbers: tuple[int, ...]
    layers: tuple[MapsReplay, ...]
    probabilities: Floats
    heat: Floats | None
    heat_limit: float
    heat_layer: str
    class_index: int
    empty: tuple[str, ...]


def map_layers(spec: ModelSpec, most: int = MOST_LAYERS) -> tuple[str, ...]:
    """Choose the layers whose feature maps tell the story: the first convolution, the last, some between.

    Where batch normalisation or an activation follows a convolution, its output is taken, as the next layer sees it.

    Args:
        spec: the network.
        most: how many, at least 1.

    Returns:
        Their names in the order of the pass; none for a network without convolutions.
    """
    names: list[str] = []
    after = False
    for row in spec.rows:
        if row.kind == "convolution":
            names.append(row.name)
            after = True
        elif after and row.kind in ("batch_normalization", "activation"):
            names[-1] = row.name
        else:
            after = False
    places = np.linspace(0, len(names) - 1, min(most, len(names))).round().astype(int)
    return tuple(names[place] for place in places)


def image_replay(
    run: Run,
    image: NDArray[np.uint8],
    snapshots: Sequence[Snapshot] | None = None,
    *,
    class_index: int | None = None,
    model: "keras.Model | None" = None,
    on_progress: Progress | None = None,
) -> ImageReplay:
    """Send an image through the network of every snapshot.

    The snapshots' weights are put into one model in turn, so that what Keras compiles is compiled once.

    Args:
        run: any run with a snapshot.
        image: (height, width, channels) uint8 in the network's input size.
        snapshots: the frames; None for all of the run.
        class_index: the class of the heatmap; None for the one that the last frame predicts.
        model: a model of the run's spec to put weights into, for callers that keep one warm; its weights change.
        on_progress: called with the frames done and their number.

    Returns:
        Feature maps, probabilities and Grad-CAM (Selvaraju et al. 2017), frame by frame on scales that hold for all.

    Raises:
        RunError: there is no snapshot, or one is damaged.
        DataError: the image does not fit the network.
        SpecError: the class does not exist.
    """
    frames = run.snapshots() if snapshots is None else tuple(snapshots)
    if not frames:
        raise RunError(f"the run {run.id} has no snapshot to replay yet; wait for its first, or choose another run")
    network = _Network(run, model)
    asked = class_index
    if asked is None:
        asked = int(network.looks(frames[-1], image)[1].argmax())
    steps = []
    for frame in frames:
        maps, probabilities = network.looks(frame, image)
        steps.append((maps, probabilities, *network.heat(image, asked)))
        if on_progress:
            on_progress(len(steps), len(frames))
    heat = [step[2] for step in steps]
    seen = None if any(one is None for one in heat) else np.stack([one for one in heat if one is not None])
    return ImageReplay(
        numbers=tuple(frame.number for frame in frames),
        layers=tuple(
            _maps_replay(name, np.stack([step[0][name] for step in steps]), MOST_MAPS if place else MOST_FIRST_MAPS)
            for place, name in enumerate(network.layers)
        ),
        probabilities=np.stack([step[1] for step in steps]),
        heat=seen,
        heat_limit=1.0 if seen is None else float(seen.max()) or 1.0,
        heat_layer=network.heat_layer,
        class_index=asked,
        empty=tuple(step[3] for step in steps),
    )


class _Network:
    """A model that becomes one snapshot after the other."""

    def __init__(self, run: Run, model: "keras.Model | None") -> None:
        self.run = run
        self.layers = map_layers(run.spec.model)
        self.heat_layer = ""
        self.model = before_training(run) if model is None else model

    def looks(self, snapshot: Snapshot, image: NDArray[np.uint8]) -> tuple[dict[str, Floats], Floats]:
        """Become a snapshot; return feature maps (height, width, channels) by layer and (classes,) probabilities."""
        from cnnviz.explain import feature_maps
        from cnnviz.explain.subject import scores_of
        from cnnviz.models import assign_weights

        assign_weights(self.model, self.run.weights(snapshot.number))
        maps = feature_maps(self.model, image, self.layers)
        batch = np.asarray(image, np.float32)[None]
        _, probabilities, _ = scores_of(self.model, batch, image.shape)
        return {name: np.nan_to_num(values[0]) for name, values in maps.items()}, np.nan_to_num(probabilities[0])

    def heat(self, image: NDArray[np.uint8], class_index: int) -> tuple[Floats | None, str]:
        """Return the present snapshot's Grad-CAM in units of the class's score, cut at zero, and why it is empty."""
        from cnnviz.explain import explain

        if not self.layers:
            return None, "the network has no convolution"
        try:
            found = explain(self.model, image, "gradcam", class_index)
        except SpecError as error:
            if not 0 <= class_index < self.run.spec.model.classes:
                raise
            return np.zeros(image.shape[:2], np.float32), str(error)  # weights that are not finite
        self.heat_layer = found.layer
        return np.maximum(found.raw, 0), found.empty


def _maps_replay(name: str, maps: Floats, most: int) -> MapsReplay:
    """Make the record of one layer.

    Args:
        name: the layer's.
        maps: (frames, height, width, channels).
        most: how many filters are shown.
    """
    height, width, channels = maps.shape[1:]
    strength = np.abs(maps).mean(axis=(0, 1, 2))  # (channels,)
    filters = np.sort(np.argsort(-strength, kind="stable")[:most])
    block = -(-max(height, width) // LARGEST_MAP)
    shown = _shrunk(maps[..., filters], block)
    signed = bool(shown.min() < 0)
    limit = float(np.percentile(np.abs(shown), _CAP)) or float(np.abs(shown).max()) or 1.0
    return MapsReplay(name, (height, width, channels), tuple(filters.tolist()), shown, limit, signed, block)


def _shrunk(maps: Floats, block: int) -> Floats:
    """Return means over blocks of pixels; what is left at the right and lower edge is left out."""
    if block == 1:
        return maps
    frames, height, width, channels = maps.shape
    rows, columns = max(height // block, 1), max(width // block, 1)
    cut: NDArray[Any] = maps[:, : rows * block, : columns * block].reshape(frames, rows, -1, columns, block, channels)
    return np.asarray(cut.mean(axis=(2, 4)), np.float32)


class ReplayModels:
    """Models that are kept warm for `image_replay`: what was compiled for a network stays; any thread may ask.

    Args:
        most: of how many networks.
    """

    def __init__(self, most: int = 3) -> None:
        self._lock = threading.Lock()  # TensorFlow uses all cores anyway, and the models' weights are changed
        self._models: LRUCache[str, keras.Model] = LRUCache(most)

    def image_replay(
        self,
        run: Run,
        image: NDArray[np.uint8],
        snapshots: Sequence[Snapshot],
        class_index: int | None = None,
        on_progress: Progress | None = None,
    ) -> ImageReplay:
        """Do what the function of this name does, one image after another."""
        with self._lock:
            key = run.spec.model.to_json()
            if key not in self._models:
                self._models[key] = before_training(run)
            return image_replay(
                run, image, snapshots, class_index=class_index, model=self._models[key], on_progress=on_progress
            )
