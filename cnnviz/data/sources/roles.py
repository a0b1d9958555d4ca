"""What arrays are, by their names: pictures or labels, to train, to validate or to test."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.sources.blocks import Block
from cnnviz.data.sources.labels import texts_of
from cnnviz.data.sources.pieces import Found, one_part
from cnnviz.data.sources.rows import Rows
from cnnviz.data.sources.understood import Part, Reading
from cnnviz.data.validation import MOST_CLASSES, MOST_IMAGES
from cnnviz.errors import DataError

__all__ = ["Named", "Role", "blocks_of", "part_of", "role_of"]

PART_WORDS: Mapping[str, Part] = {
    "train": "train", "training": "train", "trn": "train", "tr": "train",
    "validation": "validation", "valid": "validation", "val": "validation", "dev": "validation",
    "testing": "test", "test": "test", "t10k": "test", "tst": "test", "te": "test",
}  # fmt: skip
_IMAGE_WORDS = (
    "x", "images", "image", "imgs", "img", "pictures", "photos", "pixels", "data", "inputs", "input", "features",
    "samples",
)  # fmt: skip
_LABEL_WORDS = (
    "y", "labels", "label", "lbls", "lbl", "targets", "target", "classes", "class", "outputs", "output", "categories",
    "digits", "digit",
)  # fmt: skip
_NAME_WORDS = ("classnames", "labelnames", "targetnames", "classes", "names", "categories", "listclasses", "classlist")
_EMPTY_WORDS = ("set", "orig")  # of exercises: train_set_x_orig
_LARGEST_LABELS = 1024**3  # bytes
_SHOWN = 8

Kind = str  # "images", "labels", "names" or ""


@dataclass(frozen=True)
class Role:
    """What an array's name says.

    Attributes:
        kind: "images", "labels", or "" where it says neither.
        part: "train", "validation", "test" or "".
        rest: the name's other words.
    """

    kind: Kind
    part: Part
    rest: tuple[str, ...]


@dataclass(frozen=True)
class Named:
    """An array in a file, of which only the header was read.

    Attributes:
        name: of the array.
        shape: of the array.
        dtype: of its values.
        open: makes its rows available; nothing is read before.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    open: Callable[[], Rows]


def role_of(name: str) -> Role:
    """Say what an array's or a file's name says of it, such as `x_train`, `testLabels`, `t10k-images-idx3-ubyte`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)  # trainLabels
    kind, part, rest = "", "", []
    for word in re.split(r"[^a-z0-9]+", spaced.casefold()):
        word_kind, word_part = _meaning(word)
        kind, part = word_kind or kind, word_part or part
        if word and not (word_kind or word_part or word in _EMPTY_WORDS):
            rest.append(word)
    return Role(kind, part, tuple(rest))  # type: ignore[arg-type]  # a Part, of the table above


def part_of(name: str) -> Part:
    """Say for which part a file's name says it is; "" for none."""
    return role_of(name).part


def blocks_of(arrays: Sequence[Named], form: str, where: str, reading: Reading) -> tuple[list[Block], Found]:
    """Find pictures and their labels among arrays.

    Args:
        arrays: by the order in the file.
        form: what the file is, in a few words.
        where: the file, for messages.
        reading: which are images and labels, where the person says so.

    Returns:
        A block for each part, train first; and what the file says beside.

    Raises:
        DataError: there are no pictures with labels, or several that could be.
    """
    names = _class_names(arrays)
    roles = {array.name: _role(array, reading) for array in arrays if array is not names}
    by_name = {array.name: array for array in arrays}
    images, labels = (_of_kind(roles, by_name, kind) for kind in ("images", "labels"))
    if not images or not labels:
        images, labels = _by_shape([by_name[name] for name in roles], reading, where)
    skipped: list[str] = []
    blocks: list[Block] = []
    for part in ("train", "", "validation", "test"):
        if part not in images:
            continue
        if part not in labels:
            skipped.append(f"{images[part][0].name} has no labels, so its pictures were left out")
            continue
        image = _single(images[part], "images", reading.image, where)
        label = _single(labels[part], "labels", reading.label, where)
        blocks.append(Block(part, image.open(), _read_labels(label, where), f"{image.name} of {where}"))
    if not blocks:
        raise _nothing(arrays, where)
    table = texts_of(np.asarray(names.open()[0 : names.shape[0]])).tolist() if names else None
    found = Found(form, table, skipped=skipped, columns=[array.name for array in arrays])
    return one_part(blocks), found


def _meaning(word: str) -> tuple[Kind, Part]:
    if word in PART_WORDS:
        return "", PART_WORDS[word]
    kind = "images" if word in _IMAGE_WORDS else "labels" if word in _LABEL_WORDS else ""
    if kind:
        return kind, ""
    for said, part in PART_WORDS.items():  # xtrain, testy
        for inner in (word.removeprefix(said), word.removesuffix(said)):
            if inner != word and inner in _IMAGE_WORDS:
                return "images", part
            if inner != word and inner in _LABEL_WORDS:
                return "labels", part
    return "", ""


def _class_names(arrays: Sequence[Named]) -> Named | None:
    """Return the array of class names: text, of a name that says so."""
    for array in arrays:
        word = "".join(re.findall("[a-z]+", array.name.casefold()))
        if word in _NAME_WORDS and array.dtype.kind in "US" and len(array.shape) == 1 and array.shape[0] < MOST_CLASSES:
            others = [other for other in arrays if other is not array and len(other.shape) < 3]
            if any(role_of(other.name).kind == "labels" for other in others):
                return array
    return None


def _role(array: Named, reading: Reading) -> Role:
    role = role_of(array.name)
    for kind, said in (("images", reading.image), ("labels", reading.label)):
        if said is not None and said in (array.name, "_".join(role.rest)):
            return Role(kind, role.part, role.rest)
    if role.kind == "images" and len(array.shape) < 2:
        return Role("", role.part, role.rest)
    return role


def _of_kind(roles: Mapping[str, Role], by_name: Mapping[str, Named], kind: Kind) -> dict[Part, list[Named]]:
    found: dict[Part, list[Named]] = {}
    for name, role in roles.items():
        if role.kind == kind:
            found.setdefault(role.part, []).append(by_name[name])
    return found


def _by_shape(arrays: Sequence[Named], reading: Reading, where: str) -> tuple[dict[Part, list[Named]], ...]:
    """Find the one array of pictures and the one of labels by their shapes, where names say nothing (arr_0, arr_1)."""
    images = [array for array in arrays if len(array.shape) >= 3 and array.name in (reading.image, array.name)]
    lengths = {array.shape[0] for array in images}
    labels = [array for array in arrays if 1 <= len(array.shape) <= 2 and array.shape[0] in lengths]
    if not images:
        images = [array for array in arrays if len(array.shape) == 2 and array.shape[1] > MOST_CLASSES // 100]
        labels = [array for array in arrays if array not in images and 1 <= len(array.shape) <= 2]
    if len(images) != 1 or len(labels) != 1:
        raise _nothing(arrays, where)
    return {"": images}, {"": labels}


def _single(arrays: Sequence[Named], kind: Kind, said: str | None, where: str) -> Named:
    named = [array for array in arrays if said in (array.name, "_".join(role_of(array.name).rest))]
    if len(arrays) == 1 or len(named) == 1:
        return (named or list(arrays))[0]
    fine = [array for array in arrays if "fine" in role_of(array.name).rest]
    if len(fine) == 1:
        return fine[0]
    raise DataError(
        f"{where} holds {' and '.join(array.name for array in arrays[:_SHOWN])}, which could all be the {kind}; name "
        "one of them"
    )


def _read_labels(array: Named, where: str) -> NDArray[Any]:
    """Read labels, whose header was found to be small."""
    rows = array.shape[0] if array.shape else 0
    if len(array.shape) not in (1, 2) or rows > MOST_IMAGES or array.dtype.kind not in "buifUS":
        raise DataError(
            f"{array.name} of {where} is {array.dtype!s:.40} of shape {array.shape!s:.80}, expected one label for each "
            "image"
        )
    size = int(np.prod(array.shape, dtype=np.float64)) * array.dtype.itemsize
    if size > _LARGEST_LABELS:
        raise DataError(f"{array.name} of {where} has {size / 2**30:.1f} GiB of labels; give one for each image")
    labels = np.asarray(array.open()[0:rows])
    return labels.reshape(-1) if labels.ndim == 2 and 1 in labels.shape else labels  # MATLAB's rows


def _nothing(arrays: Sequence[Named], where: str) -> DataError:
    held = ", ".join(f"{array.name[:40]} {array.shape!s:.40}" for array in arrays[:_SHOWN]) or "nothing"
    return DataError(
        f"{where} holds {held}, and which of them are pictures and labels cannot be told; name them x_train, y_train, "
        "x_test and y_test, or x and y, or say which is the image and which the label"
    )
