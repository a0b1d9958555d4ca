from pathlib import Path

import numpy as np

from cnnviz.home import datasets_folder
from tests.cli.conftest import Call, mistake

KEYS = {"name", "n_train", "n_test", "classes", "shape", "available", "source"}


def put(name: str) -> Path:
    path = datasets_folder() / f"{name}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    images, labels = np.full((4, 8, 8, 3), 10, np.uint8), np.array([0, 1, 0, 1])
    np.savez(path, x_train=images, y_train=labels, x_test=images[:2], y_test=labels[:2])
    return path


def test_list_as_json(call: Call) -> None:
    rows = {row["name"]: row for row in call("data", "list", "--json").json}
    assert all(row.keys() >= KEYS for row in rows.values())
    assert rows["cifar10-sample"]["n_train"] == 5000
    assert rows["cifar10-sample"]["shape"] == [32, 32, 3]
    assert rows["cifar10-sample"]["classes"][3] == "cat"
    assert rows["digits"]["available"] is True
    assert rows["mnist"]["available"] is False


def test_list_for_people_has_a_line_for_each(call: Call) -> None:
    put("mine")
    done = call("data", "list")
    lines = done.out.splitlines()
    assert done.code == 0
    assert lines[0].split()[:3] == ["name", "train", "test"]
    assert {"cifar10-sample", "digits", "mine"} <= {line.split()[0] for line in lines[1:]}
    assert all(line == line.rstrip() for line in lines)


def test_another_home(call: Call, tmp_path: Path) -> None:
    put("mine")
    assert "mine" in call("data", "list").out
    assert "mine" not in call("data", "list", "--home", str(tmp_path / "elsewhere")).out


def test_show_as_json(call: Call) -> None:
    put("mine")
    shown = call("data", "show", "mine", "--json").json
    assert shown.keys() >= KEYS
    assert shown["train_counts"] == [2, 2]
    assert shown["test_counts"] == [1, 1]
    assert shown["mean"] == [10.0, 10.0, 10.0]
    assert shown["spread"] == [0.0, 0.0, 0.0]


def test_show_for_people(call: Call) -> None:
    done = call("data", "show", "digits")
    assert (done.code, done.err) == (0, "")
    assert "1,442 train, 355 test" in done.out


def test_show_does_not_download(call: Call, tmp_path: Path) -> None:
    done = call("data", "show", "cifar100", "--home", str(tmp_path / "a b"))
    assert done.code == 0
    assert f"cnnviz data get cifar100 --home '{tmp_path / 'a b'}'" in done.out
    assert "train_counts" not in call("data", "show", "cifar100", "--json").json


def test_get_what_is_here(call: Call) -> None:
    assert call("data", "get", "digits").out == "digits is here: 1,442 train and 355 test images.\n"
    assert call("data", "get", "digits", "--json").json["available"] is True


def test_unknown_and_damaged(call: Call) -> None:
    assert mistake(call("data", "show", "nope")).startswith("there is no data set 'nope'; choose one of")
    assert "is not a data set's name" in mistake(call("data", "get", "../x"))
    put("mine").write_bytes(b"PK\3\4 nothing")
    assert "mine.npz" in mistake(call("data", "show", "mine"))
    row = next(row for row in call("data", "list", "--json").json if row["name"] == "mine")
    assert (row["available"], bool(row["problem"])) == (False, True)
    assert "damaged" in call("data", "list").out
