from pathlib import Path

import numpy as np
from PIL import Image

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


def test_import_a_file(call: Call, tmp_path: Path) -> None:
    done = call("data", "import", str(put("mine")), "--name", "other", "--json")
    assert (done.code, done.err) == (0, "")
    assert {key: done.json[key] for key in KEYS} in [
        {key: row[key] for key in KEYS} for row in call("data", "list", "--json").json
    ]
    assert done.json["skipped"] == []
    assert mistake(call("data", "import", str(put("mine")), "--name", "other")).startswith(
        "there is a data set other already"
    )
    assert mistake(call("data", "import", str(tmp_path))) == "--name is missing; see: cnnviz data import --help"


def test_import_a_folder_and_say_what_was_passed_over(call: Call, tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(5):
            Image.new("RGB", (9, 9)).save(tmp_path / "pets" / name / f"{number}.png")
    for number in range(25):
        (tmp_path / "pets" / "cat" / f"{number}.txt").write_text("hello")
    done = call("data", "import", str(tmp_path / "pets"), "--name", "pets", "--size", "16")
    assert (done.code, done.out) == (
        0,
        "pets is imported: 8 train and 2 test images (16x16x3) of 2 classes.\n",
    )
    lines = done.err.splitlines()
    assert lines[0] == "25 passed over:"
    assert lines[1].startswith("- the file 'cat/0.txt' holds text")
    assert lines[-1] == "- and 5 more"


def test_check_says_what_is_wrong_and_keeps_it(call: Call) -> None:
    path = put("mine")
    done = call("data", "check", "mine")
    assert done.code == 0
    assert "Images that show nothing: 6 images (100.0 %) are one even colour" in done.out
    assert "Test images that are among the training images: 2 test images" in done.out
    kept = path.with_name(".mine.findings.json")
    assert kept.is_file()
    assert call("data", "check", "mine").out == done.out
    found = call("data", "check", "mine", "--json").json
    assert found["leaked"] == [0, 1]
    leak = next(row for row in found["findings"] if row["kind"] == "leak")
    assert leak["leave_out"] == [["train", at] for at in range(4)]


def test_check_of_a_set_that_is_not_there(call: Call) -> None:
    assert mistake(call("data", "check", "nothing")).startswith("there is no data set 'nothing'")
