"""What tells runs apart: what each does differently from its preset, which is its name too, and when it was started."""

import re
from collections.abc import Sequence
from datetime import datetime
from difflib import SequenceMatcher

from cnnviz.errors import SpecError
from cnnviz.runs import Run
from cnnviz.spec import Augmentation, DataSpec, Layer, RunSpec, TrainSpec, preset
from cnnviz.training import RESUMABLE
from cnnviz.ui.words import FUNCTIONS, epochs_in_words, layer_in_words

__all__ = ["can_resume", "changes_in_words", "name_in_words", "started_in_words"]

_BEGINNING = re.compile(r"\d{8}-\d{6}(?=-)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST = 3
_LONGEST_NAME = 80
_AND_MORE = " and more"
_DETAILS = "details changed"
_OPTIMIZERS = {"adam": "Adam", "sgd": "SGD"}
_SCHEDULES = {"constant": "constant rate", "cosine": "cosine", "one_cycle": "one cycle", "plateau": "plateau"}


def started_in_words(run_id: str, now: datetime) -> str:
    """Return when a run was started, such as "today 14:05", "20 Nov" or "20 Nov 2025".

    Args:
        run_id: its id, which begins with that moment in this machine's time.
        now: this machine's time.

    Returns:
        The words; none where the id does not begin with a time, as with runs that came with cnnviz.
    """
    found = _BEGINNING.match(run_id)
    try:
        started = datetime.strptime(found[0], "%Y%m%d-%H%M%S") if found else None
    except ValueError:
        started = None
    if started is None:
        return ""
    if started.date() == now.date():
        return f"today {started:%H:%M}"
    year = f" {started.year}" if started.year != now.year else ""
    return f"{started.day} {_MONTHS[started.month - 1]}{year}"


def can_resume(run: Run) -> bool:
    """Say whether the Train page has a button that resumes a run, so that nothing else speaks of one that is not there.

    Raises:
        RunError: its settings cannot be read.
    """
    return run.state in RESUMABLE and not run.bundled and not run.spec.model.foreign


def changes_in_words(spec: RunSpec) -> str:
    """Return what a run does differently from its preset, such as "20 epochs, rate 0.01, layers changed".

    The data set is left out: a row says it anyway.

    Args:
        spec: of the run.

    Returns:
        At most three changes; no words where there are none, or where it has no preset of this version.
    """
    try:
        original = preset(spec.preset or "")
    except SpecError:
        return ""
    layers = ["layers changed"] if spec.model.layers != original.model.layers else []
    parts = [*_time(spec.train, original.train), *layers, *_learning(spec.train, original.train)]
    parts += _data(spec.data, original.data)
    return ", ".join([*parts[:_MOST], *(["and more"] if len(parts) > _MOST else [])])


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
    learning = [part for part in _learning(spec.train, original.train) if part != _DETAILS]
    learning += _details(spec.train, original.train)
    parts = [*learning, *_layers(spec.model.layers, original.model.layers), *_time(spec.train, original.train)]
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
    words = layer_in_words(layer)
    return words[:1].lower() + words[1:]


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


def _time(now: TrainSpec, before: TrainSpec) -> list[str]:
    if now.seconds is not None:
        return [f"{now.seconds:g} s"]
    return [epochs_in_words(now.epochs)] if now.epochs != before.epochs else []


def _learning(now: TrainSpec, before: TrainSpec) -> list[str]:
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
    return [words for name, words in told.items() if name in changed] + ([_DETAILS] if others else [])


def _augmentation(now: Augmentation, before: Augmentation) -> str:
    if now.active and before.active:
        return "augmentation changed"
    return "augmented" if now.active else "not augmented"


def _data(now: DataSpec, before: DataSpec) -> list[str]:
    parts = []
    if now.classes != before.classes and now.classes:
        parts.append(" and ".join(now.classes) if len(now.classes) == 2 else f"{len(now.classes)} classes")
    if now.train_images is not None:
        parts.append(f"{now.train_images:,} images")
    if now.validation != before.validation:
        parts.append(f"{100 * now.validation:.3g} % validation" if now.validation else "no validation")
    return parts
