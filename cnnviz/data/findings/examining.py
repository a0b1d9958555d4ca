"""Looking through a data set for what is probably not meant."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.findings.duplicates import Pairs, are_drawings, exact_copies, near_copies, thumbnails
from cnnviz.data.findings.looks import Looks, looks_of
from cnnviz.data.findings.originals import oddities_of
from cnnviz.data.findings.records import Finding, Kind, Place, places_of, splits_of
from cnnviz.data.findings.shortcuts import told_by
from cnnviz.data.findings.turned import turned_copies
from cnnviz.data.originals import Originals
from cnnviz.data.records import Dataset
from cnnviz.errors import DataError

__all__ = ["Examined", "examine", "without"]

Tell = Callable[[int, int], None]

_FEW = 20  # training images of a class, below which it is learned by heart
_UNEVEN = 5  # times as many images of one class as of another
_SHORTCUT = 0.5  # of the way from guessing to always right
_LOOK_AT_IT = "Look at it, and leave it out if it does not belong."
_LOOK_AT_THEM = "Look at them, and leave them out if they do not belong."
_SHOWN = 200  # images of a finding that are named; all are left out


@dataclass(frozen=True, eq=False)
class Examined:
    """A data set and what was found in it.

    Attributes:
        findings: the gravest first.
        leaked: (n,) int64, positions of the test images that are among the training or validation images, exactly,
            nearly, or mirrored or turned.
    """

    findings: tuple[Finding, ...]
    leaked: NDArray[np.int64]


def examine(dataset: Dataset, tell: Tell | None = None, *, originals: Originals | None = None) -> Examined:
    """Look through a data set: copies, leakage, labels that contradict, images that show little, classes, shortcuts.

    Args:
        dataset: any; its images are read a block at a time.
        originals: what its pictures were before they were kept, `cnnviz.data.originals_of`; None where that is not
            known, so that sizes and orientation are not looked at.
        tell: called with the steps that are done and all of them; raises to stop.

    Returns:
        What was found. Of copies one is kept, a test image before a validation and a training image.
    """
    return _Examination(dataset, tell, originals).examined()


def without(dataset: Dataset, places: Iterable[Place]) -> Dataset:
    """Return a data set without some of its images, under the same name.

    Args:
        dataset: any.
        places: the images that are left out.

    Raises:
        DataError: nothing would be left to train on or to test on.
    """
    gone = set(places)
    kept = {
        name: split.take(np.array([at for at in range(len(split)) if Place(name, at) not in gone], np.int64))
        for name, split in splits_of(dataset).items()
    }
    for name in ("train", "test"):
        if not len(kept[name]):
            raise DataError(f"without these {len(gone):,} images {dataset.name} has no {name} images; leave out fewer")
    return replace(dataset, train=kept["train"], test=kept["test"], validation=kept.get("validation"))


class _Examination:
    """One walk through a data set, whose images are numbered: training, validation, test."""

    def __init__(self, dataset: Dataset, tell: Tell | None, originals: Originals | None) -> None:
        self.dataset, self.tell, self.originals = dataset, tell, originals
        self.splits = splits_of(dataset)
        self.places = places_of(dataset)
        self.labels = np.concatenate([split.labels for split in self.splits.values()])
        self.is_test = np.array([place.split == "test" for place in self.places])
        self.drawings = False
        self.done, self.steps = 0, (4 + len(self.splits)) * len(self.places)

    def examined(self) -> Examined:
        upright, turned = self._pairs()
        plain, copies = (_Copies(pairs, len(self.places)) for pairs in (upright, _joined(upright, turned)))
        looks = self._looks()
        leaked = np.flatnonzero(copies.across(self.is_test) & self.is_test)
        found = [
            *self._copies(copies, plain, turned),
            *self._looking(looks),
            *self._odd(),
            *self._classes(),
            *self._shortcuts(looks),
        ]
        return Examined(tuple(found), leaked - int(np.flatnonzero(self.is_test)[0]))

    def _step(self, part: float) -> None:
        if self.tell:
            self.tell(int(self.done + part * len(self.places)), self.steps)

    def _part(self, splits: float) -> None:
        self.done += int(splits * len(self.places))

    # --- copies ---------------------------------------------------------------------------------------------------

    def _pairs(self) -> tuple[Pairs, Pairs]:
        """Return which images are copies as they are, and which are once one of the two is mirrored or turned.

        Turning can make one thing of another (an arrow, a digit), so of the latter only pairs of one class count.
        """
        greys = []
        for split in self.splits.values():
            greys.append(thumbnails(split.images))
            self._part(1)
            self._step(0)
        joined = np.concatenate(greys)
        self.drawings = are_drawings(joined)
        near = near_copies(joined, tell=lambda done, of: self._step(2 * done / of))
        self._part(2)
        turned = turned_copies(joined, lambda done, of: self._step(done / of))
        self._part(1)
        alike = self.labels[turned.first] == self.labels[turned.second]
        turned = Pairs(turned.first[alike], turned.second[alike], turned.likeness[alike])
        return _with_exact(near, (image for split in self.splits.values() for image in split.images)), turned

    def _copies(self, copies: "_Copies", plain: "_Copies", turned: Pairs) -> Iterable[Finding]:
        """Describe copies: all of them, those that are so as they are, and the pairs that are so once one is turned."""
        leaks, contradictions = copies.across(self.is_test), plain.across(self.labels)
        if leaks.any():
            tests = int((leaks & self.is_test).sum())
            yield self._of_copies(
                "leak",
                "Test images that are among the training images",
                f"{_counted(tests, 'test image')} ({_percent(tests, int(self.is_test.sum()))}) {_are(tests)} among the "
                "training images too, exactly, nearly or mirrored: the network has seen "
                f"{'it' if tests == 1 else 'them'}, and the test accuracy looks better than it is. Leave the training "
                "copies out, or read the accuracy without these on Report.",
                copies.pairs,
                leaks,
                leaks & ~self.is_test,
            )
        if contradictions.any():
            count = int(contradictions.sum())
            yield self._of_copies(
                "contradiction",
                "The same picture in two classes",
                f"{_counted(count, 'image')} {_are(count)} the same as another that has another label: one of the two "
                "is wrong, and no network can learn both. Correct the labels or leave them out.",
                plain.pairs,
                contradictions,
                contradictions,
            )
        told = leaks | contradictions
        twice = plain.member & ~told
        if twice.any():
            extra = twice & ~plain.kept(self.is_test)
            count = int(extra.sum())
            yield self._of_copies(
                "duplicate",
                "Images that are there twice",
                f"{_counted(count, 'image')} ({_percent(count, len(self.places))}) "
                f"{'repeats' if count == 1 else 'repeat'} another one, exactly or nearly: such pictures count twice in "
                "training and in every number. One of each is kept if you leave them out.",
                plain.pairs,
                twice,
                extra,
            )
        ones = plain.kept(self.is_test) & ~told  # one of each that is there as it is
        several = np.bincount(copies.group[ones], minlength=len(ones))[copies.group] > 1
        if (ones & several).any():
            extra = ones & several & ~copies.kept(self.is_test)
            count = int(extra.sum())
            yield self._of_copies(
                "turned",
                "Images that are there again, mirrored or turned",
                f"{_counted(count, 'image')} ({_percent(count, len(self.places))}) {_are(count)} another one of the "
                "same class, mirrored or turned: such pictures count twice in every number, and teach nothing where "
                "training mirrors or turns its images. One of each is kept if you leave them out.",
                turned,
                several & ~told,
                extra,
            )

    def _of_copies(
        self,
        kind: Kind,
        title: str,
        sentence: str,
        pairs: Pairs,
        members: NDArray[np.bool_],
        extra: NDArray[np.bool_],
    ) -> Finding:
        shown = np.flatnonzero(members[pairs.first])[:_SHOWN]
        first, second = pairs.first[shown], pairs.second[shown]
        swap = extra[second] & ~extra[first]  # what stays stands beside what goes
        images, beside = np.where(swap, second, first), np.where(swap, first, second)
        return Finding(kind, title, sentence, self._named(images), self._named(beside), self._named_where(extra))

    def _named(self, positions: NDArray[np.int64]) -> tuple[Place, ...]:
        return tuple(self.places[at] for at in positions)

    def _named_where(self, which: NDArray[np.bool_]) -> tuple[Place, ...]:
        return self._named(np.flatnonzero(which))

    # --- single images --------------------------------------------------------------------------------------------

    def _looks(self) -> Looks:
        images = [split.images for split in self.splits.values()]
        looks = looks_of(images, lambda done, of: self._step(done / of))
        self._part(1)
        return looks

    def _looking(self, looks: Looks) -> Iterable[Finding]:
        yield from self._plain("blank", looks.blank, "Images that show nothing",
                               "one even colour, so there is nothing to learn")  # fmt: skip
        yield from self._plain("dark", looks.dark, "Images that are nearly black", "so dark that little is left to see")
        yield from self._plain("bright", looks.bright, "Images that are nearly white",
                               "so bright that little is left to see")  # fmt: skip
        if not self.drawings:  # lines on a ground have no sharpness of their own
            yield from self._plain("blurred", looks.blurred, "Images that are far less sharp than the others",
                                   "blurred, by the measure of this data set")  # fmt: skip
        yield from self._plain("grey", looks.grey, "Grey images among colour",
                               "without colour, where the others have it: if they are of a few classes, the network "
                               "learns that")  # fmt: skip

    def _odd(self) -> Iterable[Finding]:
        """Describe what is odd about what the pictures were, where that is known."""
        if self.originals is None:
            return
        height, width, _ = self.dataset.shape
        odd = oddities_of(self.originals, self.labels, (height, width))
        yield from self._plain("tiny", odd.tiny, "Pictures that were enlarged",
                               f"of less than half of {width}x{height} pixels, and were enlarged")  # fmt: skip
        yield from self._plain("odd-sized", (odd.size | odd.shape) & ~odd.tiny, "Pictures of another size or shape",
                               "of a size or shape far from the others of their class: what was cut off, or how sharp "
                               "they are, may set them apart")  # fmt: skip
        yield from self._plain("orientation", odd.turned | odd.portrait, "Pictures that may lie on their side",
                               _side_in_words(int(odd.turned.sum()), int(odd.portrait.sum())))  # fmt: skip

    def _plain(self, kind: Kind, which: NDArray[np.bool_], title: str, why: str) -> Iterable[Finding]:
        """Describe single images: "3 images (1.0 %) are" and then why; nothing where there are none."""
        found = self._named_where(which)
        if found:
            sentence = (
                f"{_counted(len(found), 'image')} ({_percent(len(found), len(self.places))}) {_are(len(found))} {why}. "
                f"{_LOOK_AT_IT if len(found) == 1 else _LOOK_AT_THEM}"
            )
            yield Finding(kind, title, sentence, found[:_SHOWN], (), found)

    # --- classes --------------------------------------------------------------------------------------------------

    def _classes(self) -> Iterable[Finding]:
        names, train = self.dataset.class_names, self.dataset.train
        counts = np.bincount(train.labels, minlength=len(names))
        few = [names[label] for label in np.flatnonzero(counts < _FEW)]
        if few:
            named = ", ".join(few[:5]) + (f" and {len(few) - 5} more" if len(few) > 5 else "")
            yield Finding(
                "few",
                "Classes with too few images",
                f"{named}: fewer than {_FEW} training images, so the network will know them by heart and recognise no "
                "others. Add some, leave the class out, or begin with a trained network.",
            )
        present = np.where(counts, counts, counts.max())
        least, most = int(present.min()), int(counts.max())
        if most >= _UNEVEN * least:
            yield Finding(
                "uneven",
                "Classes of very different size",
                f"{names[int(counts.argmax())]} has {most:,} training images and {names[int(present.argmin())]} "
                f"{least:,}: a network that always says {names[int(counts.argmax())]} is right on "
                f"{_percent(most, int(counts.sum()))} of them, so read the recall of each class and not the accuracy.",
            )

    def _shortcuts(self, looks: Looks) -> Iterable[Finding]:
        chance = 1 / len(np.unique(self.labels))

        def telling(values: NDArray[Any]) -> float | None:
            share = told_by(values, self.labels)
            return share if share is not None and share - chance > _SHORTCUT * (1 - chance) else None

        by_brightness = telling(np.stack([looks.brightness, looks.contrast], axis=1))
        if by_brightness is not None:
            yield Finding(
                "shortcut",
                "Classes told apart by brightness alone",
                f"Two numbers, how bright an image is and how strong its contrast, tell {100 * by_brightness:.0f} % of "
                f"the images' classes, where guessing gets {100 * chance:.0f} %: a network will learn the light and "
                "not the things. Add pictures of each class in every light.",
            )
        if self.originals is None:
            return
        by_size = telling(self.originals[:, :2])
        if by_size is not None:
            yield Finding(
                "size",
                "Classes told apart by the size of their pictures",
                f"How high and wide a picture was tells {100 * by_size:.0f} % of the images' classes, where guessing "
                f"gets {100 * chance:.0f} %: a network may learn how sharp or how pulled they are and not the things. "
                "Take pictures of every class in the same way, or bring all to one size before.",
            )


class _Copies:
    """Groups of images that are copies of each other, by way of others too."""

    def __init__(self, pairs: Pairs, n_images: int) -> None:
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        links = coo_array((np.ones(len(pairs), np.int8), (pairs.first, pairs.second)), shape=(n_images, n_images))
        self.pairs = pairs
        self.group = connected_components(links, directed=False)[1]  # (images,)
        self.member = np.bincount(self.group)[self.group] > 1  # (images,)

    def across(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Say which images are in a group whose images differ in a value, (images,)."""
        numbers = values.astype(np.int64)
        least, most = np.full(len(numbers), numbers.max()), np.full(len(numbers), numbers.min())
        np.minimum.at(least, self.group, numbers)
        np.maximum.at(most, self.group, numbers)
        return np.asarray((least != most)[self.group])

    def kept(self, preferred: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Say which image of each group is kept: the first of the preferred ones, else the first, (images,)."""
        order = np.lexsort((np.arange(len(preferred)), ~preferred, self.group))
        kept = np.zeros(len(preferred), bool)
        kept[order[np.unique(self.group[order], return_index=True)[1]]] = True
        return kept


def _with_exact(near: Pairs, images: Iterable[NDArray[np.uint8]]) -> Pairs:
    """Add the pairs that are the same to the byte, which what is compared of even images does not show."""
    first = exact_copies(images)
    second = np.flatnonzero(first != np.arange(len(first)))
    exact = np.full(len(second), 2, np.float32)
    pairs = np.concatenate([first[second], near.first]), np.concatenate([second, near.second])
    likeness = np.concatenate([exact, near.likeness])
    _, once = np.unique(pairs[0] * len(first) + pairs[1], return_index=True)
    once = once[np.argsort(-likeness[once], kind="stable")]
    return Pairs(pairs[0][once], pairs[1][once], np.minimum(likeness[once], 1))


def _joined(upright: Pairs, turned: Pairs) -> Pairs:
    """Return both, the most alike first."""
    likeness = np.concatenate([upright.likeness, turned.likeness])
    order = np.argsort(-likeness, kind="stable")
    first = np.concatenate([upright.first, turned.first])[order]
    return Pairs(first, np.concatenate([upright.second, turned.second])[order], likeness[order])


def _side_in_words(turned: int, portraits: int) -> str:
    """Say why pictures may lie on their side."""
    why = [
        "turned as their camera says, though somebody had turned them before" if turned else "",
        "upright among the lying pictures of the same camera, which does not say that it was held so"
        if portraits
        else "",
    ]
    return ", or ".join(filter(None, why))


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _percent(count: int, of: int) -> str:
    share = 100 * count / of
    return "less than 0.1 %" if share < 0.1 else f"{share:.1f} %"
