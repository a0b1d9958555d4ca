"""Which test images can be shown: a data set's own, copies that come with cnnviz, or none, which is said."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import Split, catalogue, find_pictures, held_pictures, list_datasets, load_dataset
from cnnviz.data.compact import compact_test
from cnnviz.errors import DataError, SpecError
from tests.data.helpers import make_arrays


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a download was started")

    monkeypatch.setattr(catalogue, "load_published", refuse)


def put(home: Path, name: str) -> dict[str, np.ndarray]:
    arrays = make_arrays()
    (home / "datasets").mkdir(parents=True)
    np.savez(home / "datasets" / f"{name}.npz", **arrays)
    return arrays


def test_a_data_set_that_is_here_gives_its_own(home: Path) -> None:
    arrays = put(home, "mine")
    assert held_pictures("mine") == "exact"
    found = find_pictures("mine")
    assert found.exact
    np.testing.assert_array_equal(found.split.images, arrays["x_test"])


def test_one_that_is_loaded_already_is_not_read_again(home: Path) -> None:
    put(home, "mine")
    loaded = load_dataset("mine")
    assert find_pictures("mine", load=lambda name: loaded).split is loaded.test


def test_cifar10_has_copies_where_it_is_absent_and_stays_absent(home: Path) -> None:
    assert held_pictures("cifar10") == "compressed"
    found = find_pictures("cifar10")
    assert (found.exact, found.split) == (False, compact_test())
    assert [info.available for info in list_datasets() if info.name == "cifar10"] == [False]
    with pytest.raises(AssertionError, match="a download was started"):  # so copies are never taken for the data set
        load_dataset("cifar10")


def test_a_damaged_file_of_cifar10_leaves_the_copies(home: Path) -> None:
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / "cifar10.npz").write_bytes(b"no arrays")
    assert held_pictures("cifar10") == "compressed"


def test_only_some_classes_are_numbered_in_their_order(home: Path) -> None:
    every = compact_test()
    found = find_pictures("cifar10", classes=("dog", "cat"))
    assert not found.exact
    assert np.bincount(found.split.labels).tolist() == [1000, 1000]
    chosen = np.isin(every.labels, [3, 5])
    np.testing.assert_array_equal(found.split.images, every.images[chosen])
    np.testing.assert_array_equal(found.split.labels, (every.labels[chosen] == 3).astype(int))
    with pytest.raises(SpecError, match="cifar10 has no class 'yeti'"):
        find_pictures("cifar10", classes=("dog", "yeti"))


def test_what_is_missing_is_said_with_the_way_to_get_it(home: Path) -> None:
    assert held_pictures("mnist") is None
    with pytest.raises(
        DataError, match=r"mnist is not on this machine.*; get it on the Data page or with `cnnviz data"
    ):
        find_pictures("mnist")
    with pytest.raises(DataError, match=r"import it again with `cnnviz data import PATH --name our-birds`$"):
        find_pictures("our-birds")


def test_the_sample_and_the_digits_are_always_exact(home: Path) -> None:
    for name in ("cifar10-sample", "digits"):
        assert held_pictures(name) == "exact"
        assert isinstance(find_pictures(name).split, Split)
