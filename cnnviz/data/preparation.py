"""From a data set to what one run learns from: chosen classes, a share of the images, a validation split."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.records import Dataset, Labels, Split
from cnnviz.errors import DataError, SpecError

if TYPE_CHECKING:  # the annotation alone needs it, and pydantic takes longer to import than the rest of this
    from cnnviz.spec import DataSpec

__all__ = ["Prepared", "of_classes", "prepare"]

Indices = NDArray[np.int64]

_NONE = np.empty(0, np.int64)
_SUBSET, _VALIDATION = (
    0,
    1,
)  # each draws from a stream of its own, so that changing one leaves the other alone


@dataclass(frozen=True, eq=False)
class Prepared:
    """What one run learns from and is measured on.

    Attributes:
        train: images to fit on, in the data set's order.
        validation: images held back from training, or those that the data set brings for it; none where the share is 0.
        test: every test image of the classes that are used.
        class_names: by label, after relabelling.
    """

    train: Split
    validation: Split
    test: Split
    class_names: tuple[str, ...]


def prepare(dataset: Dataset, data_spec: "DataSpec", seed: int) -> Prepared:
    """Choose classes and images, and hold a validation split back from training where the data set brings none.

    First only the classes asked for are kept, relabelled in the order given. Of their training images
    `train_images` are drawn, the same share of every class; of these the validation share is drawn, again of
    every class. Shares that are not whole are rounded so that the totals are met (largest remainders first),
    and one image of each class at least stays for training. With the same seed the same
    images of a class are drawn first, so that a smaller part lies within a larger one.

    Where the data set brings a validation split, that is used for any share above 0 and nothing is drawn; for a share
    of 0 it is left alone. Nothing of it is ever trained on. Images on the disk stay there.

    Args:
        dataset: what to take from.
        data_spec: `classes`, `train_images` and `validation` are read; the name is the caller's business.
        seed: from 0; the same seed gives the same images.

    Returns:
        The splits; where nothing is chosen or held back they share memory with the data set.

    Raises:
        SpecError: a class that is not there, more training images than there are, or a share that comes to
        nothing.
        DataError: the chosen classes have no training, no test, or none of the validation images that there are.
    """
    if seed < 0:
        raise SpecError(f"the seed is {seed}; give a whole number from 0")
    train, test, validation, names = _chosen_classes(dataset, data_spec.classes)
    if data_spec.train_images is not None:
        train = train.take(_subset(train.labels, data_spec.train_images, len(names), seed))
    if validation is not None:
        return Prepared(train, validation if data_spec.validation else validation.take(_NONE), test, names)
    held = _drawn(train.labels, _validation_quota(train.labels, data_spec.validation, len(names)), seed, _VALIDATION)
    if not len(held):
        return Prepared(train, train.take(held), test, names)
    rest = np.ones(len(train), bool)
    rest[held] = False
    return Prepared(train.take(np.flatnonzero(rest)), train.take(held), test, names)


def _chosen_classes(
    dataset: Dataset, classes: tuple[str, ...] | None
) -> tuple[Split, Split, Split | None, tuple[str, ...]]:
    """Keep the images of some classes and number these 0, 1, ... in the order given."""
    if classes is None:
        return dataset.train, dataset.test, dataset.validation, dataset.class_names
    new_label = _new_labels(dataset.name, dataset.class_names, classes)
    splits = {"training": dataset.train, "test": dataset.test}
    if dataset.validation is not None:
        splits["validation"] = dataset.validation
    kept = {part: _relabelled(split, new_label) for part, split in splits.items()}
    empty = next((part for part, split in kept.items() if not len(split)), None)
    if empty:
        raise DataError(
            f"the data set {dataset.name} has no {empty} images of {', '.join(classes)}; choose other classes"
        )
    return kept["training"], kept["test"], kept.get("validation"), tuple(classes)


def of_classes(split: Split, class_names: tuple[str, ...], classes: tuple[str, ...], name: str) -> Split:
    """Keep the images of some classes and number these 0, 1, ... in the order given, as `prepare` does.

    Args:
        split: images of all classes; they are copied, or stay on the disk.
        class_names: of the split, by label.
        classes: at least two different ones of these.
        name: what the data set is called, for messages.

    Raises:
        SpecError: a class that is not there, or twice.
    """
    return _relabelled(split, _new_labels(name, class_names, classes))


def _new_labels(name: str, class_names: tuple[str, ...], classes: tuple[str, ...]) -> Labels:
    """Return the new label of each old one, (old classes,); -1 for those left out."""
    if unknown := [one for one in classes if one not in class_names]:
        known = ", ".join(class_names[:20]) + (", ..." if len(class_names) > 20 else "")
        raise SpecError(f"the data set {name} has no class {unknown[0]!r}; choose from {known}")
    if len(classes) < 2 or len(set(classes)) < len(classes):
        raise SpecError(f"the classes are {', '.join(classes) or 'none'}; give at least two different ones")
    new_label = np.full(len(class_names), -1, np.int64)
    new_label[[class_names.index(one) for one in classes]] = np.arange(len(classes))
    return new_label


def _relabelled(split: Split, new_label: Labels) -> Split:
    labels = new_label[split.labels]
    kept = np.flatnonzero(labels >= 0)
    return Split(split.take(kept).images, labels[kept])


def _subset(labels: Labels, count: int, n_classes: int, seed: int) -> Indices:
    counts = np.bincount(labels, minlength=n_classes)
    present = int(np.count_nonzero(counts))
    if not present <= count <= len(labels):
        raise SpecError(
            f"train_images is {count}, but there are {len(labels)} training images of {present} classes; "
            f"give {present} to {len(labels)}"
        )
    one_each = np.minimum(counts, 1)
    return _drawn(labels, one_each + _shares(counts - one_each, count - present), seed, _SUBSET)


def _validation_quota(labels: Labels, share: float, n_classes: int) -> Indices:
    """Say how many images of each class to hold back, leaving one of each at least."""
    if not 0 <= share <= 0.5:
        raise SpecError(f"validation is {share}, expected a share of 0 to 0.5; give for example 0.1")
    counts = np.bincount(labels, minlength=n_classes)
    quota = np.minimum(_shares(counts, round(share * len(labels))), np.maximum(counts - 1, 0))
    if share and not quota.sum():
        raise SpecError(
            f"a validation share of {share} of {len(labels)} training images is not one image; "
            "raise the share, use more images, or set it to 0"
        )
    return quota


def _shares(counts: Indices, total: int) -> Indices:
    """Divide `total` in proportion to `counts` into whole numbers (largest remainders, Hamilton's method)."""
    everything = max(1, int(counts.sum()))
    shares, remainders = np.divmod(counts.astype(np.int64) * total, everything)
    missing = total - int(shares.sum())
    shares[np.argsort(-remainders, kind="stable")[:missing]] += 1
    return shares


def _drawn(labels: Labels, quota: Indices, seed: int, stream: int) -> Indices:
    """Draw `quota[c]` images of each class c and return their positions in ascending order."""
    drawn = [np.empty(0, np.int64)]
    for label in np.flatnonzero(quota):
        positions = np.flatnonzero(labels == label)
        generator = np.random.default_rng([seed, stream, int(label)])
        drawn.append(generator.permutation(positions)[: quota[label]])
    return np.sort(np.concatenate(drawn))
