"""Checking that four arrays are a data set, and saying in one sentence why they are not."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.records import Dataset, Images, Labels, Split
from cnnviz.errors import DataError

__all__ = [
    "ARRAYS",
    "LARGEST_TOTAL",
    "LONGEST_SIDE",
    "VALIDATION_ARRAYS",
    "checked_class_names",
    "checked_dataset",
    "checked_images",
    "checked_label_count",
    "checked_labels",
    "checked_name_table",
    "checked_shape",
    "named_by_labels",
]

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
VALIDATION_ARRAYS = ("x_validation", "y_validation")  # both or none

LARGEST_TOTAL = 4 * 1024**3  # bytes of arrays; a laptop holds the images of a set at once
MOST_IMAGES = 10_000_000  # in a split; their labels alone are 80 MB
MOST_CLASSES = 10_000
LONGEST_NAME = 200
LONGEST_SIDE = 4_096


def checked_dataset(
    name: str,
    arrays: Mapping[str, NDArray[Any]],
    class_names: tuple[str, ...] | None,
    source: str,
    where: str,
) -> Dataset:
    """Make a data set of four arrays, or say what is wrong with them.

    Args:
        name: the data set's name.
        arrays: `x_train`, `x_test`: (n, height, width) or (n, height, width, 1 or 3) uint8; `y_train`,
            `y_test`: (n,) or (n, 1) whole numbers from 0; perhaps `x_validation` and `y_validation`.
        class_names: by label, or None for as many classes as there are different labels, called by them.
        source: whose images these are.
        where: the file the arrays come from, for the message.

    Returns:
        The data set; its images share memory with `arrays`.

    Raises:
        DataError: the first thing that is wrong.
    """
    parts = ("train", "test", *(("validation",) if VALIDATION_ARRAYS[0] in arrays else ()))
    images = {part: checked_images(arrays[f"x_{part}"], f"x_{part} of {where}") for part in parts}
    labels = {}
    for part in parts:
        if images[part].shape[1:] != images["train"].shape[1:]:
            what = "testing" if part == "test" else part
            raise DataError(
                f"the images of {where} are {_size(images['train'])} for training and {_size(images[part])} for "
                f"{what}; make them all the same size"
            )
        key = f"y_{part}"
        checked_label_count(arrays[key].shape, arrays[key].dtype, len(images[part]), f"{key} of {where}")
        labels[part] = checked_labels(arrays[key], f"{key} of {where}", len(class_names) if class_names else None)
    if class_names is None:
        class_names, labels = named_by_labels(labels)
    if len(class_names) < 2:
        raise DataError(f"{where} has a single class; give images of at least two classes")
    splits = {part: Split(images[part], labels[part]) for part in parts}
    return Dataset(name, class_names, splits["train"], splits["test"], source, splits.get("validation"))


def named_by_labels(labels: Mapping[str, Labels]) -> tuple[tuple[str, ...], dict[str, Labels]]:
    """Make a class of each label that occurs, so that labels from 1 or with gaps make no empty classes.

    Args:
        labels: (n,) from 0, by part.

    Returns:
        The classes, called by their labels; and the labels as positions in them.
    """
    values = np.unique(np.concatenate([np.unique(part) for part in labels.values()]))
    return tuple(map(str, values.tolist())), {key: np.searchsorted(values, part) for key, part in labels.items()}


def checked_images(array: NDArray[Any], what: str) -> Images:
    """Return `array` as images (n, height, width, channels) uint8, without copying where it is one already.

    Args:
        array: (n, height, width) or (n, height, width, 1 or 3) uint8.
        what: what to call it in the message.

    Raises:
        DataError: another type or shape.
    """
    return np.ascontiguousarray(array).reshape(checked_shape(array.shape, array.dtype, what))


def checked_shape(shape: tuple[int, ...], dtype: np.dtype[Any], what: str) -> tuple[int, int, int, int]:
    """Return the shape (n, height, width, channels) of images; a file's header is enough to know it.

    Args:
        shape: (n, height, width) or (n, height, width, 1 or 3).
        dtype: uint8.
        what: what to call the array in the message.

    Raises:
        DataError: another type or shape.
    """
    if dtype != np.uint8:
        raise DataError(
            f"{what} holds {_short(dtype)} values, expected uint8 values 0 to 255; scale to 0..255 and convert with "
            ".astype('uint8')"
        )
    full = (*shape, 1) if len(shape) == 3 else shape  # (n, h, w) -> (n, h, w, 1)
    if len(full) != 4 or full[3] not in (1, 3) or min(full[1:3]) < 1 or max(full[1:3]) > LONGEST_SIDE:
        raise DataError(
            f"{what} has the shape {_short(shape)}, expected (images, height, width) or (images, height, width, "
            f"1 or 3) with sides of at most {LONGEST_SIDE} pixels; reorder or reshape it"
        )
    if not full[0]:
        raise DataError(f"{what} holds no images; give at least one")
    if full[0] > MOST_IMAGES:
        raise DataError(f"{what} holds {full[0]:,} images; keep at most {MOST_IMAGES:,}")
    return full[0], full[1], full[2], full[3]


def checked_label_count(shape: tuple[int, ...], dtype: np.dtype[Any], n_images: int, what: str) -> None:
    """Refuse labels whose number or type is wrong; a file's header is enough to know that.

    Args:
        shape: (n,) or (n, 1).
        dtype: whole numbers; floating-point ones are left to `checked_labels`, which names one of them.
        n_images: how many labels there should be.
        what: what to call the array in the message.

    Raises:
        DataError: another shape, type or number.
    """
    if len(shape) != 1 and (len(shape) != 2 or shape[1] != 1):
        raise DataError(f"{what} has the shape {_short(shape)}, expected (images,); give one label for each image")
    if shape[0] != n_images:
        raise DataError(f"{what} holds {shape[0]} labels for {n_images} images; give one label for each image")
    if dtype.kind not in "iuf":
        raise DataError(
            f"{what} holds {_short(dtype)} values, expected whole numbers from 0; convert with .astype('int64')"
        )


def checked_labels(array: NDArray[Any], what: str, n_classes: int | None = None) -> Labels:
    """Return `array` as labels (n,) int64.

    Args:
        array: (n,) or (n, 1) of any whole-number type.
        what: what to call it in the message.
        n_classes: labels must lie below this; None for no more than a sane limit.

    Raises:
        DataError: fractions, another type or shape, or labels out of range.
    """
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]  # Keras keeps CIFAR's labels as (n, 1)
    checked_label_count(array.shape, array.dtype, array.size, what)
    if array.dtype.kind not in "iu":
        raise DataError(f"{what} holds {_kind(array)}, expected whole numbers from 0; convert with .astype('int64')")
    limit = n_classes or MOST_CLASSES
    for wrong in (int(array.min(initial=0)), int(array.max(initial=0))):
        if not 0 <= wrong < limit:
            raise DataError(f"{what} holds the label {wrong}, expected 0 to {limit - 1}; number the classes from 0")
    return array.astype(np.int64)


def checked_class_names(array: NDArray[Any], what: str) -> tuple[str, ...]:
    """Return an array of text as class names.

    Args:
        array: (classes,) of NumPy's text type; an array of objects would need pickle and is refused.
        what: what to call it in the message.

    Raises:
        DataError: not text, not one row, too long, empty or twice the same.
    """
    checked_name_table(array.shape, array.dtype, what)
    names = tuple(str(text).strip() for text in array)
    for name, count in Counter(names).items():
        if not 1 <= len(name) <= LONGEST_NAME:
            raise DataError(f"{what} holds {name[:40]!r}; give names of 1 to {LONGEST_NAME} characters")
        if count > 1:
            raise DataError(f"{what} holds {name!r} twice; give each class a name of its own")
    return names


def checked_name_table(shape: tuple[int, ...], dtype: np.dtype[Any], what: str) -> None:
    """Refuse class names that are no text, too many or too long; a file's header is enough to know that.

    Args:
        shape: (classes,).
        dtype: NumPy's text type, as wide as the longest name.
        what: what to call the array in the message.

    Raises:
        DataError: no text, another shape, too many or too long.
    """
    if dtype.kind != "U" or len(shape) != 1:
        raise DataError(
            f"{what} is {_short(dtype)} of shape {_short(shape)}, expected one row of text; save it as "
            "numpy.array([...], dtype=str)"
        )
    if not 2 <= shape[0] <= MOST_CLASSES:
        raise DataError(f"{what} holds {shape[0]} names, expected 2 to {MOST_CLASSES}; give one for each class")
    if dtype.itemsize > LONGEST_NAME * np.dtype("U1").itemsize:
        raise DataError(
            f"{what} has room for names of {dtype.itemsize // np.dtype('U1').itemsize} characters; give names of 1 to "
            f"{LONGEST_NAME} characters"
        )


def _kind(array: NDArray[Any]) -> str:
    """Say what an array holds, with the first value that is no whole number if there is one."""
    if array.dtype.kind == "f":
        fractions = array[~(array == np.floor(array))]
        if fractions.size:
            return f"{array.dtype} values such as {fractions.flat[0]}"
    return f"{array.dtype} values"


def _short(shape_or_dtype: tuple[int, ...] | np.dtype[Any]) -> str:
    """Show what a file's header says, which can be thousands of characters long."""
    return f"{shape_or_dtype!s:.80}"


def _size(images: Images) -> str:
    return "x".join(map(str, images.shape[1:]))
