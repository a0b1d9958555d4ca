from pathlib import Path

import numpy as np

from cnnviz.data import Dataset, Split, channel_statistics, class_counts, examples, load_dataset


def test_mean_and_spread_are_exact(tmp_path: Path) -> None:
    images = load_dataset("cifar10-sample", tmp_path).train.images[:2500]
    statistics = channel_statistics(images)
    np.testing.assert_allclose(statistics.mean, images.mean(axis=(0, 1, 2)), rtol=1e-12)
    np.testing.assert_allclose(statistics.spread, images.std(axis=(0, 1, 2)), rtol=1e-9)
    assert statistics.histogram.shape == (3, 256)
    assert statistics.histogram.sum(axis=1).tolist() == [2500 * 32 * 32] * 3


def test_grey_images_have_one_channel_and_one_colour_has_no_spread() -> None:
    statistics = channel_statistics(np.full((2, 3, 4, 1), 7, np.uint8))
    assert statistics.mean.tolist() == [7]
    assert statistics.spread.tolist() == [0]


def test_counts_name_every_class_even_an_empty_one() -> None:
    split = Split(np.zeros((3, 1, 1, 1), np.uint8), np.array([0, 2, 2]))
    counts = class_counts(Dataset("toy", ("a", "b", "c", "d"), split, split, ""))
    assert counts.train.tolist() == counts.test.tolist() == [1, 0, 2, 0]
    assert counts.class_names == ("a", "b", "c", "d")
    assert counts.validation is None
    held = Split(np.zeros((2, 1, 1, 1), np.uint8), np.array([3, 3]))
    counts = class_counts(Dataset("toy", ("a", "b", "c", "d"), split, split, "", validation=held))
    assert counts.validation is not None
    assert counts.validation.tolist() == [0, 0, 0, 2]


def test_examples_are_the_first_of_each_class() -> None:
    found = examples(np.array([1, 0, 1, 1, 0]), 3, 2)
    assert [positions.tolist() for positions in found] == [[1, 4], [0, 2], []]
