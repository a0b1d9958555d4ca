"""What is probably not meant about a data set: sentences with the cure, found at the cost of reading it once."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.records import Dataset, Labels

__all__ = ["class_doubts", "doubts_of", "fingerprint", "leaked"]

_SHOWN = 5
_BLOCK = 256  # images that are read at a time


def doubts_of(dataset: Dataset) -> tuple[str, ...]:
    """Say what is probably not meant about a data set that was put into the home as it is.

    Args:
        dataset: read once, to the last pixel.

    Returns:
        Whole sentences; none where nothing is doubtful.
    """
    splits = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    there = {part: split for part, split in splits.items() if split is not None}
    highest, prints = 0, list[bytes]()
    for split in there.values():
        for start in range(0, len(split), _BLOCK):  # of a large data set not all fit into the memory
            images = split.images[start : start + _BLOCK]
            highest = max(highest, int(images.max(initial=0)))
            prints += [fingerprint(image.tobytes()) for image in images]
    doubts = []
    if highest <= 1:
        doubts.append(
            f"No value is above {highest}, so the pictures are black; if they were meant as 0 to 1, import the file "
            "anew with the window 0 to 1."
        )
    labels = np.concatenate([split.labels for split in there.values()])
    parts = np.repeat(list(there), [len(split) for split in there.values()])
    return (*doubts, *class_doubts(labels, parts, dataset.class_names), *leaked(parts, prints))


def class_doubts(labels: Labels, parts: NDArray[np.str_], names: Sequence[str]) -> list[str]:
    """Say which classes have nothing, nothing to train on, or nothing to test on.

    Args:
        labels: (n,) positions in `names`.
        parts: (n,) "train", "validation", "test" or "".
        names: of the classes.
    """
    counts = {part: np.bincount(labels[parts == part], minlength=len(names)) for part in np.unique(parts).tolist()}
    total = np.sum(list(counts.values()), axis=0)
    doubts = []
    if empty := [name for name, count in zip(names, total, strict=True) if not count]:
        doubts.append(f"{_listed(empty)} no picture at all; remove the name, or add some.")
    for part, use in (("train", "to train on"), ("test", "to test on")):
        if part in counts:
            lacking = [name for name, own, all_ in zip(names, counts[part], total, strict=True) if all_ and not own]
            if lacking:
                doubts.append(f"{_listed(lacking)} no picture {use}; add some, or divide the pictures anew.")
    return doubts


def leaked(parts: NDArray[np.str_], prints: Sequence[bytes]) -> list[str]:
    """Say how many pictures to test on are, to the last pixel, among those to train on.

    Args:
        parts: (n,) "train", "validation", "test" or "".
        prints: a fingerprint for each picture; none to say nothing.
    """
    if not prints:
        return []
    test = [print_ for part, print_ in zip(parts.tolist(), prints, strict=True) if part == "test"]
    train = {print_ for part, print_ in zip(parts.tolist(), prints, strict=True) if part == "train"}
    both = sum(print_ in train for print_ in test)
    if not both:
        return []
    return [
        f"{both:,} of the {len(test):,} test pictures {'is' if both == 1 else 'are'} among the training pictures too, "
        "so that the accuracy says too much; leave them out of one."
    ]


def fingerprint(content: bytes | memoryview) -> bytes:
    """Return what tells contents apart."""
    return hashlib.blake2b(content, digest_size=16).digest()


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return f"The class {shown} has" if len(names) == 1 else f"The {len(names)} classes {shown} have"
