"""Which pictures of a data set are learned from, which watch the training, and which it is measured on.

What the files divide stays divided. Else the test pictures are drawn, of every class the same share; where pictures
belong together in groups, whole groups are drawn, and validation pictures too: a run that drew its own would part them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.large import PART_NAMES
from cnnviz.data.records import Labels
from cnnviz.data.sources.understood import Keeping
from cnnviz.errors import DataError

__all__ = ["Division", "checked_shares", "divide"]

_TRAIN, _VALIDATION, _TEST = range(3)
_LARGEST_SHARE = 0.9


@dataclass(frozen=True, eq=False)
class Division:
    """What each picture is for.

    Attributes:
        parts: (n,) uint8, positions in `cnnviz.data.large.PART_NAMES`.
        notes: what whoever uses it should know, whole sentences.
    """

    parts: NDArray[np.uint8]
    notes: tuple[str, ...] = ()


def checked_shares(keeping: Keeping) -> Keeping:
    """Refuse shares that leave nothing.

    Raises:
        DataError: the test share is not above 0 and at most 0.9, or the validation share not 0 to 0.5.
    """
    if not 0 < keeping.test <= _LARGEST_SHARE:
        raise DataError(f"the test share is {keeping.test}, expected above 0 and at most {_LARGEST_SHARE}; give 0.2")
    if not 0 <= keeping.validation <= 0.5:
        raise DataError(f"the validation share is {keeping.validation}, expected 0 to 0.5; give 0.1")
    return keeping


def divide(
    labels: Labels,
    parts: NDArray[np.str_],
    groups: NDArray[np.str_] | None,
    keeping: Keeping,
    class_names: tuple[str, ...],
    where: str,
) -> Division:
    """Say what each picture is for.

    Args:
        labels: (n,) positions in `class_names`.
        parts: (n,) "train", "validation", "test", or "" where the files do not say. Without any "test" the test
            pictures are drawn from those of "train" and ""; with one, "" is for training.
        groups: (n,) what each belongs to, "" for nothing; None where nobody said so.
        keeping: its shares and its seed.
        class_names: by label.
        where: whose pictures they are, for messages.

    Raises:
        DataError: no pictures to test or to train on, or a class that is tested and not trained on.
    """
    number = np.select([parts == name for name in PART_NAMES], range(len(PART_NAMES)), _TRAIN).astype(np.uint8)
    notes = []
    if not (number == _TEST).any():
        _draw(number, _TEST, keeping.test, labels, groups, keeping.seed)
    if groups is not None and keeping.validation and not (number == _VALIDATION).any():
        _draw(number, _VALIDATION, keeping.validation, labels, groups, keeping.seed)
        if not (number == _VALIDATION).any():
            notes.append("No whole group could be set aside for validation: each run draws its own and parts groups.")
    if groups is not None and (parted := _parted(number, groups)):
        notes.append(f"{parted:,} groups have pictures in more than one part, as the files divide them.")
    _check(number, labels, class_names, where)
    return Division(number, tuple(notes))


def _draw(
    number: NDArray[np.uint8], part: int, share: float, labels: Labels, groups: NDArray[np.str_] | None, seed: int
) -> None:
    """Give a part some of the pictures that are for training."""
    pool = np.flatnonzero(number == _TRAIN)
    if groups is None:
        drawn = _of_classes(labels[pool], share, seed)
    else:
        drawn = _of_groups(labels[pool], groups[pool], share, np.random.default_rng([seed, part]))
    number[pool[drawn]] = part


def _of_classes(labels: Labels, share: float, seed: int) -> NDArray[np.bool_]:
    """Draw a share of each class, one at least where there are two; True for what is drawn."""
    drawn = np.zeros(len(labels), bool)
    for label in range(int(labels.max(initial=-1)) + 1):
        places = np.flatnonzero(labels == label)
        quota = min(max(1, round(share * len(places))), len(places) - 1) if len(places) > 1 else 0
        drawn[np.random.default_rng([seed, label]).permutation(places)[:quota]] = True
    return drawn


def _of_groups(
    labels: Labels, groups: NDArray[np.str_], share: float, random: np.random.Generator
) -> NDArray[np.bool_]:
    """Draw whole groups until every class has about its share, the largest first; some of each class stay.

    A group is taken where that brings the counts nearer to the shares; where none does, the smallest that may go is.
    """
    members = _members(groups)
    total = np.bincount(labels)
    counts = [np.bincount(labels[places], minlength=len(total)) for places in members]
    order = sorted(random.permutation(len(members)).tolist(), key=lambda group: -len(members[group]))
    taken, target = np.zeros(len(total)), share * total
    drawn = np.zeros(len(labels), bool)
    for group in order:
        after = taken + counts[group]
        nearer = np.abs(target - after).sum() < np.abs(target - taken).sum()
        if nearer and _leaves_some(after, total):
            taken = after
            drawn[members[group]] = True
    if not drawn.any():
        smallest = next((group for group in reversed(order) if _leaves_some(counts[group], total)), None)
        if smallest is not None:
            drawn[members[smallest]] = True
    return drawn


def _members(groups: NDArray[np.str_]) -> list[NDArray[np.int64]]:
    """Return the places of each group's pictures; one that belongs to nothing is a group of its own."""
    alone = np.flatnonzero(groups == "")
    together = np.flatnonzero(groups != "")
    _, inverse = np.unique(groups[together], return_inverse=True)
    by_group = together[np.argsort(inverse, kind="stable")]
    ends = np.cumsum(np.bincount(inverse)) if len(inverse) else np.zeros(0, np.int64)
    return [*np.split(by_group, ends[:-1]), *alone[:, None]] if len(together) else list(alone[:, None])


def _leaves_some(taken: NDArray[np.floating | np.integer], total: NDArray[np.int64]) -> bool:
    return bool(((taken < total) | (total == 0)).all())


def _parted(number: NDArray[np.uint8], groups: NDArray[np.str_]) -> int:
    """Count the groups that have pictures in more than one part."""
    known = groups != ""
    names, inverse = np.unique(groups[known], return_inverse=True)
    first = np.full(len(names), len(PART_NAMES), np.uint8)
    last = np.zeros(len(names), np.uint8)
    np.minimum.at(first, inverse, number[known])
    np.maximum.at(last, inverse, number[known])
    return int((first < last).sum())


def _check(number: NDArray[np.uint8], labels: Labels, class_names: tuple[str, ...], where: str) -> None:
    trained = set(labels[number == _TRAIN].tolist())
    for part, what in ((_TEST, "test"), (_VALIDATION, "validation")):
        unseen = set(labels[number == part].tolist()) - trained
        if unseen:
            raise DataError(
                f"the class {class_names[min(unseen)]!r} of {where} has {what} images and none to train on; add some, "
                "or remove it"
            )
    if not (number == _TEST).any():
        raise DataError(f"{where} holds no image to test on; give at least two for each class")
