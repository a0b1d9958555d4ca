import numpy as np
import pytest

import cnnviz.data
from cnnviz.data import Dataset, Split, are_characters
from cnnviz.errors import DataError


def test_public_names_are_these() -> None:
    assert sorted(cnnviz.data.__all__) == [
        "AboutDataset",
        "ChannelStatistics",
        "ClassCounts",
        "Dataset",
        "DatasetInfo",
        "Images",
        "Imported",
        "Labels",
        "NAME_PATTERN",
        "Photo",
        "Pictures",
        "Prepared",
        "Progress",
        "Shape",
        "Split",
        "about_dataset",
        "are_characters",
        "channel_statistics",
        "checked_name",
        "class_counts",
        "class_names_of",
        "delete_dataset",
        "examples",
        "find_pictures",
        "fit",
        "held_pictures",
        "how_to_get",
        "import_dataset",
        "keep",
        "list_datasets",
        "load_dataset",
        "open_photo",
        "prepare",
        "runs_with",
    ]
    assert all(hasattr(cnnviz.data, name) for name in cnnviz.data.__all__)


def test_a_split_is_read_only_and_leaves_the_callers_array_alone() -> None:
    images = np.zeros((3, 4, 5, 1), np.uint8)
    split = Split(images, np.arange(3))
    assert len(split) == 3
    with pytest.raises(ValueError, match="read-only"):
        split.images[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        split.labels[0] = 1
    images[0] = 1
    assert np.shares_memory(images, split.images)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (np.zeros((3, 4, 5), np.uint8), np.arange(3)),
        (np.zeros((3, 4, 5, 1), np.float32), np.arange(3)),
        (np.zeros((3, 4, 5, 1), np.uint8), np.arange(2)),
        (np.zeros((3, 4, 5, 1), np.uint8), np.arange(3, dtype=np.int32)),
    ],
)
def test_a_split_of_other_arrays_is_refused(images: np.ndarray, labels: np.ndarray) -> None:
    with pytest.raises(DataError, match=r"give images \(n, height, width, channels\) uint8"):
        Split(images, labels)


def test_a_data_set_says_its_shape_and_classes() -> None:
    split = Split(np.zeros((3, 4, 5, 1), np.uint8), np.arange(3))
    dataset = Dataset("mine", ("a", "b", "c"), split, split, "me")
    assert dataset.shape == (4, 5, 1)
    assert dataset.n_classes == 3
    assert split.take(np.array([2, 0])).labels.tolist() == [2, 0]


@pytest.mark.parametrize(
    ("names", "characters"),
    [(("0", "1", "10"), True), (("b", "d"), True), (("cat", "dog"), False), (("0", "zero"), False)],
)
def test_digits_and_letters_are_characters(names: tuple[str, ...], characters: bool) -> None:
    assert are_characters(names) is characters
