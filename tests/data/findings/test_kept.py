import json

import numpy as np
import pytest

from cnnviz.data import Dataset, Split, load_dataset
from cnnviz.data.findings import Place, examine, keep_examined, kept_examined, known_leaks
from cnnviz.data.importing import import_dataset


@pytest.fixture
def mine(tmp_path):
    sample = load_dataset("cifar10-sample")
    x, y = sample.train.images[:120].copy(), sample.train.labels[:120]
    x[3] = sample.test.images[1]
    file = tmp_path / "given.npz"
    np.savez(file, x_train=x, y_train=y, x_test=sample.test.images[:30], y_test=sample.test.labels[:30])
    import_dataset(file, "mine", tmp_path)
    return tmp_path


def test_what_was_found_is_kept_until_the_files_change(mine):
    assert kept_examined("mine", mine) is None
    assert known_leaks("mine", mine) is None
    examined = examine(load_dataset("mine", mine))
    keep_examined("mine", examined, mine)
    kept = kept_examined("mine", mine)
    assert kept.findings == examined.findings
    assert isinstance(kept.findings[0].images[0], Place)
    assert known_leaks("mine", mine).tolist() == examined.leaked.tolist()
    assert 1 in examined.leaked
    file = mine / "datasets" / "mine.npz"
    file.write_bytes(file.read_bytes() + b" ")
    assert kept_examined("mine", mine) is None


@pytest.mark.parametrize("content", ["", "[]", '{"of": 1}', "findings of another kind"])
def test_a_damaged_file_is_as_none(mine, content):
    keep_examined("mine", examine(load_dataset("mine", mine)), mine)
    file = mine / "datasets" / ".mine.findings.json"
    if content.startswith("findings"):
        content = json.dumps({**json.loads(file.read_text()), "findings": 3})
    file.write_text(content)
    assert kept_examined("mine", mine) is None


def test_those_of_the_sample_are_what_is_found_in_it(tmp_path):
    sample = load_dataset("cifar10-sample")
    assert known_leaks("cifar10-sample", tmp_path).tolist() == examine(sample).leaked.tolist()


def test_those_of_cifar10_are_as_many_as_others_found(tmp_path):
    known = known_leaks("cifar10", tmp_path)
    assert 0.025 < len(known) / 10_000 < 0.045  # Barz and Denzler 2020: 3.25 %
    assert known.tolist() == sorted(set(known.tolist()))
    # the plainest pairs of their list: identical pictures in other colours
    assert {6611, 159, 7293, 6080, 2901, 896, 673, 516} <= set(known.tolist())


def test_a_validation_split_is_learned_from_as_well(tmp_path):
    sample = load_dataset("cifar10-sample")
    small = Dataset(
        "small",
        sample.class_names,
        Split(sample.train.images[:50], sample.train.labels[:50]),
        Split(sample.train.images[10:12], sample.train.labels[10:12]),
        "",
    )
    assert examine(small).leaked.tolist() == [0, 1]
