"""Settings in a few words: what a run does otherwise than its preset, and a name made of that."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from cnnviz.errors import SpecError
from cnnviz.spec.beginning import ALL, NONE
from cnnviz.spec.data import DataSpec
from cnnviz.spec.layers import FUNCTIONS, Layer
from cnnviz.spec.presets import as_written, preset
from cnnviz.spec.run import RunSpec
from cnnviz.spec.train import Augmentation, TrainSpec

__all__ = [
    "DETAILS",
    "beginning_in_words",
    "changes_in_words",
    "data_in_words",
    "epochs_in_words",
    "learning_in_words",
    "name_in_words",
    "named",
    "origin_in_words",
    "time_in_words",
]

DETAILS = "details changed"

_MOST = 3
_LONGEST_NAME = 80
_AND_MORE = " and more"
_OPTIMIZERS = {"adam": "Adam", "sgd": "SGD"}
_SCHEDULES = {"constant": "constant rate", "cosine": "cosine", "one_cycle": "one cycle", "plateau": "plateau"}


def epochs_in_words(count: int) -> str:
    """Return a number of epochs, such as 1 epoch, 10 epochs."""
    return "1 epoch" if count == 1 else f"{count} epochs"


def origin_in_words(spec: RunSpec) -> str:
    """Return what a run was made from: "two-conv", "own network", "EfficientNet-Lite0, all frozen"."""
    if spec.beginning is None:
        return spec.preset or "own network"
    frozen = {ALL: "all frozen", NONE: "trained on"}.get(spec.beginning.frozen, f"frozen up to {spec.beginning.frozen}")
    return f"{spec.beginning.title or spec.beginning.network}, {frozen}"


def beginning_in_words(spec: RunSpec) -> str:
    """Say in a sentence what a run begins with, what of it is frozen, and how many of its parameters learn.

    Args:
        spec: of a run that was trained here.

    Returns:
        Such as "It begins with the 142 layers of EfficientNet-Lite0, all frozen, below a new last layer: 2,562 of
        3,415,586 parameters learn."
    """
    beginning, body = spec.beginning, spec.model.body
    if beginning is None or body is None:
        return f"It begins with random weights: all {spec.model.parameters:,} parameters learn."
    frozen = {ALL: "all frozen", NONE: "none frozen"}.get(beginning.frozen, f"frozen up to {beginning.frozen}")
    new = "new layers" if spec.model.layers else "a new last layer"
    learned, together = spec.trained_parameters, spec.model.parameters
    return (
        f"It begins with the {len(body.rows)} layers of {beginning.title or beginning.network}, {frozen}, below "
        f"{'its own last layer' if beginning.head == 'kept' else new}: "
        f"{f'all {together:,}' if learned == together else f'{learned:,} of {together:,}'} parameters learn."
    )


def named(spec: RunSpec) -> RunSpec:
    """Give a run without a name one of what differs, where it is no longer the preset it began as.

    A run that only trains longer, for a time, or with another seed keeps its preset's name.

    Args:
        spec: any.
    """
    try:
        original = preset(spec.preset or "")
    except SpecError:  # none, or one of another version
        return spec
    longer = {"epochs": spec.train.epochs, "seconds": spec.train.seconds, "seed": spec.train.seed}
    same = (spec.model.layers, spec.train) == (original.model.layers, original.train.changed(**longer))
    return spec if spec.name or same else spec.changed(name=name_in_words(spec))


def name_in_words(spec: RunSpec) -> str:
    """Return a name for a run that is no longer its preset, of what differs: "two-conv, rate 5, SGD".

    Args:
        spec: of the run, with a preset.

    Returns:
        At most 80 letters; "two-conv, changed" where the preset is none of this version.
    """
    try:
        original = preset(spec.preset or "")
    except SpecError:
        return f"{spec.preset}, changed"
    learning = [part for part in learning_in_words(spec.train, original.train) if part != DETAILS]
    learning += _details(spec.train, original.train)
    parts = [*learning, *_layers(spec.model.layers, original.model.layers), *time_in_words(spec.train, original.train)]
    name = str(spec.preset)
    for number, part in enumerate(parts):
        longer = f"{name}, {part}"
        if number == _MOST or len(longer) > _LONGEST_NAME - len(_AND_MORE):
            return name + _AND_MORE
        name = longer
    return name


def _layers(now: Sequence[Layer], before: Sequence[Layer]) -> list[str]:
    """What differs in the layers: settings of one, those that are new, and those that are gone."""
    parts = []
    had, has = ([str(layer.kind) for layer in layers] for layers in (before, now))
    for what, a, b, c, d in SequenceMatcher(None, had, has, autojunk=False).get_opcodes():
        if what == "equal":
            for old, new in zip(before[a:b], now[c:d], strict=True):
                parts += _settings(new, old)
        else:
            parts += [f"no {_small(layer)}" for layer in before[a:b]] + [f"with {_small(layer)}" for layer in now[c:d]]
    return list(dict.fromkeys(parts))  # the same in several layers is said once


def _settings(now: Layer, before: Layer) -> list[str]:
    found = {name: getattr(now, name) for name in type(now).model_fields if getattr(now, name) != getattr(before, name)}
    return [_in_words(name, value) for name, value in found.items()]


def _small(layer: Layer) -> str:
    return layer.in_words[:1].lower() + layer.in_words[1:]


def _in_words(name: str, value: object) -> str:
    """One setting: "8 filters", "kernels 5×5", "tanh", "no bias", "momentum 0.5"."""
    match name:
        case "filters" | "units":
            return f"{value} {name}"
        case "kernel_size" | "size":
            return f"{'kernels' if name == 'kernel_size' else 'windows'} {value}×{value}"
        case "activation" | "function":
            return "no activation" if value == "linear" else FUNCTIONS.get(str(value), str(value))
        case "rate":
            return f"dropout {value:g}"
    words = name.replace("_", " ")
    if isinstance(value, bool) or value is None:
        return words if value else f"no {words}"
    return f"{words} {value:g}" if isinstance(value, int | float) else f"{words} {str(value).replace('_', ' ')}"


def _details(now: TrainSpec, before: TrainSpec) -> list[str]:
    changed = {name for name in TrainSpec.model_fields if getattr(now, name) != getattr(before, name)}
    told = {"learning_rate", "optimizer", "batch_size", "schedule", "augmentation", "seed", "epochs", "seconds", "loss"}
    names = [name for name in TrainSpec.model_fields if name in changed - told]
    return [_in_words(name, getattr(now, name)) for name in names]


def time_in_words(now: TrainSpec, before: TrainSpec) -> list[str]:
    """Say how long a run trains, where that differs."""
    if now.seconds is not None:
        return [f"{now.seconds:g} s"]
    return [epochs_in_words(now.epochs)] if now.epochs != before.epochs else []


def learning_in_words(now: TrainSpec, before: TrainSpec) -> list[str]:
    """Say how a run learns, where that differs: "rate 5", "SGD"; less usual settings are `DETAILS` together."""
    told = {
        "learning_rate": f"rate {now.learning_rate:g}",
        "optimizer": _OPTIMIZERS[now.optimizer],
        "batch_size": f"batch {now.batch_size}",
        "schedule": _SCHEDULES[now.schedule],
        "augmentation": _augmentation(now.augmentation, before.augmentation),
        "seed": f"seed {now.seed}",
    }
    changed = [name for name in TrainSpec.model_fields if getattr(now, name) != getattr(before, name)]
    others = set(changed) - {*told, "epochs", "seconds", "loss"}  # the loss follows the output
    return [words for name, words in told.items() if name in changed] + ([DETAILS] if others else [])


def _augmentation(now: Augmentation, before: Augmentation) -> str:
    if now.active and before.active:
        return "augmentation changed"
    return "augmented" if now.active else "not augmented"


def changes_in_words(spec: RunSpec) -> str:
    """Return what a run does differently from its preset, such as "20 epochs, rate 0.01, layers changed".

    The data set is left out: a row says it anyway.

    Args:
        spec: of the run.

    Returns:
        At most three changes; no words where there are none. Where it has no preset of this version, which part of the
        data set it learns from.
    """
    try:
        original = preset(spec.preset or "")
    except SpecError:
        return "" if spec.model.foreign else ", ".join(_data(spec.data, DataSpec()))
    layers = ["layers changed"] if as_written(spec).model.layers != original.model.layers else []
    parts = [*time_in_words(spec.train, original.train), *layers, *learning_in_words(spec.train, original.train)]
    parts += _data(spec.data, original.data)
    return ", ".join([*parts[:_MOST], *(["and more"] if len(parts) > _MOST else [])])


def data_in_words(data: DataSpec) -> str:
    """Return what a run learns from: "cifar10-sample", "cifar10-sample (cat and dog, 200 images)"."""
    part = ", ".join(_part(data, None))
    return f"{data.name} ({part})" if part else data.name


def _part(data: DataSpec, usual: tuple[str, ...] | None) -> list[str]:
    """Say which part of a data set is used: the classes, where they are not the usual ones, and how many images."""
    parts = []
    if data.classes and data.classes != usual:
        parts.append(" and ".join(data.classes) if len(data.classes) == 2 else f"{len(data.classes)} classes")
    if data.train_images is not None:
        parts.append(f"{data.train_images:,} images")
    return parts


def _data(now: DataSpec, before: DataSpec) -> list[str]:
    parts = _part(now, before.classes)
    if now.validation != before.validation:
        parts.append(f"{100 * now.validation:.3g} % validation" if now.validation else "no validation")
    return parts
