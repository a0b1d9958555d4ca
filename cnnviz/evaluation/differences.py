"""Which settings two runs do not share, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.spec import RunSpec
from cnnviz.words import joined

__all__ = ["Difference", "differences_in_words", "settings_that_differ", "values_that_differ"]

NONE = "–"

_MOST_SETTINGS = 3
_LONGEST = 40  # letters of a value in a sentence
_VERSION = "version of "

# What a run is called says nothing about how it learned, what its preset does is in the settings, and what it begins
# with is told in words.
_LEFT_OUT = {"format", "name", "preset", "beginning"}
_WORDS = {
    "data.name": "data set",
    "data.validation": "validation share",
    "data.train_images": "training images",
    "data.classes": "classes",
    "model.input_shape": "image size",
    "model.classes": "number of classes",
    "model.output": "output",
    "train.seconds": "time to train in, seconds",
    "train.keep": "weights kept",
}
# Told of a run that begins with a network; beside one that does not, they say no more than that.
_OF_BEGINNING = {"frozen", "head", "augmented copies", "rate of the first layer"}
_ALL_IF_NONE = {"classes", "train_images"}


@dataclass(frozen=True)
class Difference:
    """A setting that two runs do not share.

    Attributes:
        what: the setting, in words.
        a, b: its values as text; "–" where a run has none.
    """

    what: str
    a: str
    b: str


def settings_that_differ(a: RunSpec, b: RunSpec) -> tuple[Difference, ...]:
    """Compare two runs' settings.

    Args:
        a: the settings of one.
        b: the settings of the other.

    Returns:
        One difference for each setting that differs: data, network, training, then package versions. Layers are
        compared one by one where both networks have the same kinds of layers, else as a whole.
    """
    return tuple(Difference(what, *values) for what, values in values_that_differ((a, b)).items())


def values_that_differ(specs: Sequence[RunSpec]) -> dict[str, tuple[str, ...]]:
    """Compare the settings of any number of runs, in the way of `settings_that_differ`.

    Args:
        specs: the settings of each.

    Returns:
        By the setting in words: its value as text for each run, "–" for one that has none. Settings that all share are
        left out.
    """
    trained_here = not any(spec.model.foreign for spec in specs)
    settings = [dict(_settings(spec, trained_here)) for spec in specs]
    if len({tuple(_kinds(spec)) for spec in specs}) > 1:
        settings = [_with_all_layers(spec, own) for spec, own in zip(specs, settings, strict=True)]
    every = dict.fromkeys(what for values in settings for what in values)  # in order, each once
    table = {what: tuple(values.get(what, NONE) for values in settings) for what in every}
    return {what: values for what, values in table.items() if len(set(values)) > 1}


def differences_in_words(specs: Sequence[RunSpec]) -> str:
    """Say which settings runs do not share, as "They differ in learning rate (0.001 and 0.003)".

    Args:
        specs: of two or more runs, in the order of their letters.

    Returns:
        One sentence, not escaped; the versions of packages count only where nothing else differs.
    """
    table = values_that_differ(specs)
    settings = {what: values for what, values in table.items() if not what.startswith(_VERSION)} or table
    if not settings:
        return "They have the same settings, seed included."
    first = [what for what, values in settings.items() if not (what in _OF_BEGINNING and NONE in values)]
    told = [what + _values_in_words(settings[what]) for what in first[:_MOST_SETTINGS]]
    more = len(settings) - len(told)
    return f"They differ in {joined([*told, f'{more} more'] if more else told)}."


def _values_in_words(values: Sequence[str]) -> str:
    """Return the values behind their setting; nothing where one is too long for a sentence, such as layers."""
    return f" ({joined(values)})" if max(map(len, values)) <= _LONGEST else ""


def _kinds(spec: RunSpec) -> list[str]:
    return [layer.kind for layer in spec.model.layers]


def _layers(spec: RunSpec) -> str:
    """Return the layers in one line: "convolution 32, pooling 2, flatten, dense 64"."""
    parts = [f"the {len(spec.model.body.rows)} of the beginning"] if spec.model.body else []
    for layer in spec.model.layers:
        kind, *values = layer.model_dump().values()
        parts.append(f"{_plain(kind)} {values[0]}" if values else _plain(kind))
    return ", ".join(parts) or NONE


def _with_all_layers(spec: RunSpec, settings: dict[str, str]) -> dict[str, str]:
    """Put the layers as a whole in place of their settings, after what the run begins with, which explains most."""
    first = {what: value for what, value in settings.items() if what == "beginning"}
    others = {what: value for what, value in settings.items() if " · " not in what}
    return {**first, "layers": _layers(spec), **others}


def _settings(spec: RunSpec, trained_here: bool) -> Iterator[tuple[str, str]]:
    """Every setting by what it is called, as text; those of training only where each run of those compared has them."""
    for section, settings in spec.model_dump(exclude=_LEFT_OUT).items():
        if section == "model" and trained_here:
            yield from _of_beginning(spec)
        if section == "train" and not trained_here:
            yield "trained", "elsewhere" if spec.model.foreign else "here"
            continue
        for name, value in settings.items():
            if name in ("foreign", "body"):  # the table of what a network from elsewhere has; nothing that was set
                continue
            if name == "layers":
                yield from _of_layers(spec)
            elif isinstance(value, dict):
                yield from ((f"{_plain(name)}: {_plain(inner)}", _text(of)) for inner, of in value.items())
            elif section == "versions":
                yield f"{_VERSION}{name}", _text(value)
            elif value is None and name in _ALL_IF_NONE:
                yield _WORDS[f"{section}.{name}"], "all"
            else:
                named = section == "data"  # people's own words, not ours
                yield _WORDS.get(f"{section}.{name}", _plain(name)), _text(value) if named else _plain(_text(value))


def _of_beginning(spec: RunSpec) -> Iterator[tuple[str, str]]:
    beginning = spec.beginning
    if beginning is None:
        yield "beginning", "random weights"
        return
    yield "beginning", beginning.title or beginning.network
    yield "frozen", beginning.frozen_in_words
    yield "head", beginning.head
    if spec.computes_once:
        yield "augmented copies", str(beginning.copies if spec.train.augmentation.active else 0)
    else:
        yield "rate of the first layer", f"{beginning.early_rate:g} of the head's"


def _of_layers(spec: RunSpec) -> Iterator[tuple[str, str]]:
    for name, layer in zip(spec.model.names, spec.model.layers, strict=True):
        for setting, value in layer.model_dump().items():
            yield f"{name} · {_plain(setting)}", _text(value)


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _text(value: Any) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
