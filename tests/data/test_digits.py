import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from cnnviz.data import load_dataset
from cnnviz.errors import MissingExtraError


def test_digits_are_scaled_exactly_and_divided_the_same_way_each_time(tmp_path: Path) -> None:
    digits = load_dataset("digits", tmp_path)
    assert digits.shape == (8, 8, 1)
    assert digits.class_names == tuple("0123456789")
    assert (len(digits.train), len(digits.test)) == (1442, 355)
    bunch = load_digits()
    expected = np.rint(bunch.images * 255 / 16).astype(np.uint8)[..., np.newaxis]
    test = np.concatenate([np.flatnonzero(bunch.target == c)[4::5] for c in range(10)])
    test.sort()
    assert np.array_equal(digits.test.images, expected[test])
    assert np.array_equal(digits.test.labels, bunch.target[test])
    assert np.array_equal(digits.train.images, np.delete(expected, test, axis=0))
    assert digits.train.images.max() == 255


def test_every_class_has_the_same_share_in_the_test_split(tmp_path: Path) -> None:
    digits = load_dataset("digits", tmp_path)
    share = np.bincount(digits.test.labels) / np.bincount(digits.train.labels)
    assert share.min() > 0.23
    assert share.max() < 0.26


def test_without_scikit_learn_the_digits_say_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(MissingExtraError, match=r"is not installed; run: pip install scikit-learn$"):
        load_dataset("digits", tmp_path)


def test_listing_imports_neither_scikit_learn_nor_tensorflow_nor_pillow(tmp_path: Path) -> None:
    code = (
        "import sys, cnnviz.data; cnnviz.data.list_datasets(sys.argv[1]); "
        "print([name for name in ('sklearn', 'tensorflow', 'keras', 'streamlit', 'PIL', 'pydantic') "
        "if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
