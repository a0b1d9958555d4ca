"""What tells runs of one name apart: when each was started, and what it does differently from its preset."""

import re
from datetime import datetime

from cnnviz.errors import SpecError
from cnnviz.spec import Augmentation, DataSpec, RunSpec, TrainSpec, preset
from cnnviz.ui.words import epochs_in_words

__all__ = ["changes_in_words", "started_in_words"]

_BEGINNING = re.compile(r"\d{8}-\d{6}(?=-)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST = 3
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
    return [words for name, words in told.items() if name in changed] + (["details changed"] if others else [])


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
