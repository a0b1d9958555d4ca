from itertools import pairwise

import numpy as np
import pytest

from cnnviz.data import Dataset, Prepared, Split, load_dataset, prepare
from cnnviz.errors import DataError, SpecError
from cnnviz.spec import DataSpec


def make(counts: list[int], test: list[int] | None = None) -> Dataset:
    """Make a data set of one-pixel images whose three channels tell which image each is."""

    def split(numbers: list[int]) -> Split:
        labels = np.random.default_rng(5).permutation(np.repeat(np.arange(len(numbers)), numbers))
        identity = np.arange(len(labels), dtype="<u4").view(np.uint8).reshape(-1, 4)[:, :3]
        return Split(identity.reshape(-1, 1, 1, 3), labels)

    names = tuple("abcdefghij"[: len(counts)])
    return Dataset("toy", names, split(counts), split(test or [2] * len(counts)), "nobody")


def identities(split: Split) -> list[int]:
    padded = np.pad(split.images.reshape(-1, 3), ((0, 0), (0, 1)))
    return padded.view("<u4").ravel().tolist()


def spec(**changed: object) -> DataSpec:
    return DataSpec(name="toy", **changed)


def test_validation_is_the_same_share_of_every_class_and_order_stays() -> None:
    dataset = make([100, 60, 40])
    prepared = prepare(dataset, spec(validation=0.1), 1)
    assert np.bincount(prepared.validation.labels).tolist() == [10, 6, 4]
    train, held = identities(prepared.train), identities(prepared.validation)
    assert train == sorted(train)
    assert held == sorted(held)
    assert sorted(train + held) == list(range(200))
    assert np.array_equal(prepared.train.labels, dataset.train.labels[train])
    assert prepared.test is dataset.test


def test_the_seed_decides() -> None:
    dataset = make([100, 60, 40])
    first, again, other = (identities(prepare(dataset, spec(train_images=100), seed).train) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_same_seed_gives_the_same_images_on_every_machine() -> None:
    prepared = prepare(make([6, 5, 4]), spec(train_images=9, validation=0.34), 3)
    assert (identities(prepared.train), identities(prepared.validation)) == (
        [7, 9, 10, 11, 13, 14],
        [3, 4, 5],
    )


def test_nothing_chosen_shares_memory() -> None:
    dataset = make([10, 10])
    prepared = prepare(dataset, spec(validation=0), 1)
    assert prepared.train is dataset.train
    assert len(prepared.validation) == 0
    assert prepared.validation.images.shape == (0, 1, 1, 3)


def test_chosen_classes_are_relabelled_in_the_order_given() -> None:
    dataset = make([10, 20, 30, 40], [1, 2, 3, 4])
    prepared = prepare(dataset, spec(classes=("d", "b"), validation=0), 1)
    assert prepared.class_names == ("d", "b")
    assert np.bincount(prepared.train.labels).tolist() == [40, 20]
    assert np.bincount(prepared.test.labels).tolist() == [4, 2]
    old = dataset.train.labels[identities(prepared.train)]
    assert np.array_equal(np.array([3, 1])[prepared.train.labels], old)


@pytest.mark.parametrize("count", [4, 5, 37, 99, 100])
def test_a_part_has_exactly_so_many_images_and_every_class(count: int) -> None:
    prepared = prepare(make([70, 20, 9, 1]), spec(train_images=count, validation=0), 1)
    assert len(prepared.train) == count
    assert np.bincount(prepared.train.labels).min() >= 1


def test_a_smaller_part_lies_within_a_larger_one() -> None:
    dataset = make([50, 50, 50])
    parts = [
        set(identities(prepare(dataset, spec(train_images=count, validation=0), 4).train))
        for count in (10, 11, 60, 120, 150)
    ]
    assert all(small < large for small, large in pairwise(parts))


def test_validation_is_a_share_of_the_part() -> None:
    prepared = prepare(make([50, 50]), spec(train_images=40, validation=0.25), 1)
    assert (len(prepared.train), len(prepared.validation)) == (30, 10)


def test_every_class_keeps_an_image_to_train_on() -> None:
    prepared = prepare(make([1, 1, 10]), spec(validation=0.5), 1)
    assert np.bincount(prepared.train.labels).min() == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"classes": ("a", "tree")}, "has no class 'tree'; choose from a, b"),
        (
            {"train_images": 21},
            "train_images is 21, but there are 20 training images of 2 classes; give 2 to 20",
        ),
        ({"validation": 0.01}, "a validation share of 0.01 of 20 training images is not one image"),
    ],
)
def test_what_cannot_be_chosen_is_refused(changed: dict, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        prepare(make([10, 10]), spec(**changed), 1)


def test_what_a_plain_object_may_ask_is_checked_too() -> None:
    class Loose:
        name, classes, train_images, validation = "toy", None, None, 0.9

    with pytest.raises(SpecError, match=r"validation is 0.9, expected a share of 0 to 0.5"):
        prepare(make([10, 10]), Loose(), 1)  # type: ignore[arg-type]
    Loose.validation, Loose.classes = 0.1, ("a", "a")
    with pytest.raises(SpecError, match="at least two different ones"):
        prepare(make([10, 10]), Loose(), 1)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="the seed is -1"):
        prepare(make([10, 10]), spec(), -1)


def test_classes_without_images_are_refused() -> None:
    with pytest.raises(DataError, match="has no test images of a, c; choose other classes"):
        prepare(make([5, 5, 5], [0, 1, 0]), spec(classes=("a", "c")), 1)


def test_the_sample_prepares_as_everybody_expects(tmp_path) -> None:
    prepared: Prepared = prepare(load_dataset("cifar10-sample", tmp_path), DataSpec(), 0)
    assert (len(prepared.train), len(prepared.validation), len(prepared.test)) == (4500, 500, 1000)
    assert np.bincount(prepared.validation.labels).tolist() == [50] * 10
    cats = prepare(load_dataset("cifar10-sample", tmp_path), DataSpec(classes=("cat", "dog")), 0)
    assert (len(cats.train), len(cats.validation), len(cats.test)) == (900, 100, 200)
