"""What lies beside an exported network: its classes, a README, a script that classifies photos, and one that trains."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.export.checking import CheckImages
from cnnviz.export.formats import Format
from cnnviz.spec.base import one_line
from cnnviz.spec.model import Output

__all__ = ["Facts", "classes_json", "readme"]

_README = """\
# {name}

A network that tells {count} classes apart, as {title}. {use}

| file | what it is |
|---|---|
{table}

## Classify a photo

    pip install {packages}
    python classify.py photo.jpg

`classify.py` needs `{model}` and nothing else; the names of the classes are in it.

## What goes in and what comes out

In: images as numbers 0 to 255, `float32`, of the shape (any number, {height}, {width}, {channels}), {colours}.
Scaling is inside the network: do not divide by 255.

Out: {output}

The classes, from 0:

{classes}

## Checked

{count_images} {origin} went through the network and through this file: the largest difference between two
probabilities was {difference:.2g}.{accuracy}
{run}"""

_WHAT = {
    "classes.json": "the names of the classes, and what goes in and comes out, for programs",
    "classify.py": "says what is on a photo, with the network's file alone",
    "README.md": "this text",
    "train.py": "trains the same network again, in plain Keras",
    "train.ipynb": "the same as a notebook",
}


@dataclass(frozen=True)
class Facts:
    """What is known of an exported network.

    Attributes:
        name: what people call it.
        class_names: by label.
        shape: (height, width, channels) that it takes.
        outputs: how many numbers it gives: one for each class, or 1, the second class's probability.
        output: "softmax" for classes that exclude each other, "sigmoid" for one number, "independent" for a
            probability of each class that says nothing of the others.
        run_id: of the run it is from; None for a model from elsewhere.
        accuracy: on the test set, in [0, 1]; None where it was not measured.
    """

    name: str
    class_names: tuple[str, ...]
    shape: tuple[int, int, int]
    outputs: int
    output: Output = "softmax"
    run_id: str | None = None
    accuracy: float | None = None


def classes_json(facts: Facts, about: Mapping[str, Any], difference: float, images: int) -> bytes:
    """Return the JSON beside the network."""
    height, width, channels = facts.shape
    values = {
        **about,
        "input": {"height": height, "width": width, "channels": channels, "dtype": "float32", "range": [0, 255]},
        "output": facts.output,
        "check": {"images": images, "largest_difference": difference},
    }
    return (json.dumps(values, indent=1) + "\n").encode()


def readme(facts: Facts, chosen: Format, files: Sequence[str], checked: CheckImages, difference: float) -> bytes:
    """Return the README beside the network.

    Args:
        facts: what is known of the network.
        chosen: its format.
        files: the names of what lies beside it.
        checked: the images of the check.
        difference: the largest one that the check found.
    """
    model = f"model{chosen.ending}"
    height, width, channels = facts.shape
    rows = [(model, f"the network ({chosen.title})"), *((name, _WHAT[name]) for name in files)]
    accuracy = f" On its test set it is right on {facts.accuracy:.1%}." if facts.accuracy is not None else ""
    run = f"\nMade by cnnviz from the run {facts.run_id}.\n" if facts.run_id else "\nMade by cnnviz.\n"
    return _README.format(
        name=_shown(facts.name),
        count=len(facts.class_names),
        title=chosen.title,
        use=chosen.use,
        table="\n".join(f"| `{name}` | {what} |" for name, what in rows),
        packages=" ".join((*chosen.runtime, "numpy", "pillow")),
        model=model,
        height=height,
        width=width,
        channels=channels,
        colours="red, green, blue" if channels == 3 else "grey",
        output=_output(facts),
        classes="\n".join(f"    {index:>3}  {one_line(name)}" for index, name in enumerate(facts.class_names)),
        count_images=len(checked.images),
        origin=checked.origin,
        difference=difference,
        accuracy=accuracy,
        run=run,
    ).encode()


def _output(facts: Facts) -> str:
    if facts.output == "independent":
        return (
            f"(any number, {facts.outputs}) probabilities, one for each class. The classes do not exclude each other: "
            "the probabilities need not add up to 1."
        )
    if facts.outputs > 1:
        return f"(any number, {facts.outputs}) probabilities, one for each class; they add up to 1."
    first, second = (_shown(name) for name in facts.class_names)
    return f"(any number, 1), the probability that it is {second}; what is missing to 1 is that of {first}."


def _shown(text: str) -> str:
    """Return a name that people gave as plain text in Markdown."""
    line = one_line(text, 120)
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>()#+!|&~" else letter for letter in line)
