import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import load_dataset
from cnnviz.evaluation import write_mark
from cnnviz.home import datasets_folder
from cnnviz.runs import Run, RunStore, Status
from cnnviz.spec import DataSpec, preset
from cnnviz.training.execute import train
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


def test_show_counts_validation_images_too(call: Call, home: Path) -> None:
    (home / "datasets").mkdir(parents=True, exist_ok=True)
    arrays = {f"x_{part}": np.full((4, 8, 8, 3), 9, np.uint8) for part in ("train", "validation", "test")}
    arrays |= {f"y_{part}": np.arange(4) % 2 for part in ("train", "validation", "test")}
    np.savez(home / "datasets" / "held.npz", **arrays, class_names=np.array(["cat", "dog"]))
    assert re.search(r"class +train +validation +test\ncat +2 +2 +2\n", call("data", "show", "held").out)
    assert call("data", "show", "held", "--json").json["validation_counts"] == [2, 2]


def test_show_says_what_is_doubtful_and_what_was_found(call: Call) -> None:
    put("mine")
    doubt = "2 of the 2 test pictures are among the training pictures too"
    done = call("data", "show", "mine")
    assert [line for line in done.out.splitlines() if line.startswith("doubtful  " + doubt)]
    assert "found " not in done.out
    shown = call("data", "show", "mine", "--json").json
    assert [one.startswith(doubt) for one in shown["doubts"]] == [True]
    assert shown["findings"] is None
    checked = call("data", "check", "mine", "--json").json["findings"]
    shown = call("data", "show", "mine", "--json").json
    assert shown["findings"] == [{"kind": one["kind"], "title": one["title"]} for one in checked]
    lines = call("data", "show", "mine").out.splitlines()
    assert [line.split(maxsplit=1)[1] for line in lines if line.startswith("found ")] == [
        one["title"] for one in checked
    ]


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
    assert done.code == 0
    assert done.err.startswith("doubtful: 2 of the 2 test pictures are among the training pictures too")
    assert {key: done.json[key] for key in KEYS} in [
        {key: row[key] for key in KEYS} for row in call("data", "list", "--json").json
    ]
    assert done.json["skipped"] == []
    assert mistake(call("data", "import", str(put("mine")), "--name", "other")).startswith(
        "there is a data set other already"
    )
    assert mistake(call("data", "import", str(tmp_path))) == "--name is missing; see: cnnviz data import --help"


def test_a_name_that_is_taken_or_known_says_what_works_and_no_path(call: Call, home: Path) -> None:
    call("data", "import", str(put("mine")), "--name", "other")
    taken = mistake(call("data", "import", str(put("mine")), "--name", "other"))
    assert taken == "there is a data set other already; give another name, or delete that one first"
    known = mistake(call("data", "import", str(put("mine")), "--name", "mnist"))
    assert known == (
        "mnist is a data set that cnnviz knows already, and these files are not it; give another name, or put "
        "its own (mnist.npz) into the folder datasets of the home"
    )
    assert "put" not in mistake(call("data", "import", str(put("mine")), "--name", "digits"))


def test_a_dry_run_shows_a_picture_and_the_order_of_colours_is_corrected(call: Call, tmp_path: Path) -> None:
    stripes = np.zeros((8, 6, 6, 3), np.uint8)
    stripes[:, :, ::2, 0], stripes[:, :, 1::2, 2] = 250, 250  # columns of red and blue in turn
    rows = np.c_[np.arange(8) % 2, stripes.reshape(8, -1)]
    np.savetxt(tmp_path / "stripes.csv", rows, delimiter=",", fmt="%d")
    out = tmp_path / "look.png"

    def looked(*more: str) -> Any:
        shown = call("data", "import", str(tmp_path / "stripes.csv"), "--dry-run", "--json", "--out", str(out), *more)
        return shown.json["reading"]["channels_first"], np.asarray(Image.open(out))

    first, _ = looked()
    assert first  # which is wrong: such stripes are smoother so
    last, sheet = looked("--channels-last")
    assert not last
    assert sheet.shape == (2 * 6 + 2, 12 * 6 + 11 * 2, 3)
    found = np.argwhere((sheet == (250, 0, 0)).all(axis=2))
    assert len(found) == 8 * 6 * 3
    assert "--dry-run" in mistake(
        call("data", "import", str(tmp_path / "stripes.csv"), "--name", "a", "--out", str(out))
    )


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Five red cats and five green dogs, of which two are p0's, two p1's and one p2's."""
    for name, colour in (("cat", (200, 0, 0)), ("dog", (0, 200, 0))):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(5):
            Image.new("RGB", (9, 12), colour).save(tmp_path / "pets" / name / f"p{number // 2}-{number}.png")
    return tmp_path / "pets"


def test_import_a_folder_and_say_what_was_passed_over(call: Call, pets: Path) -> None:
    for number in range(25):
        (pets / "cat" / f"{number:02}.txt").write_text("hello")
    (pets / "cat" / "cut.png").write_bytes((pets / "cat" / "p0-0.png").read_bytes()[:-30])
    done = call("data", "import", str(pets), "--name", "pets", "--size", "16", "--no-check")
    assert (done.code, done.out) == (
        0,
        "pets is imported: 8 train and 2 test images (16x16x3) of 2 classes.\n",
    )
    lines = done.err.splitlines()
    assert lines[0] == "2 passed over:"
    assert lines[1].startswith("- 'cat/00.txt', 'cat/01.txt', 'cat/02.txt' and 22 more hold text")
    assert lines[2].startswith("- the photo 'cat/cut.png' is cut off or damaged")


def test_a_dry_run_shows_what_was_understood_and_keeps_nothing(call: Call, pets: Path, home: Path) -> None:
    (pets / "late.jxl").write_bytes(b"\0\0\0\x0cJXL \r\n\x87\n")
    done = call("data", "import", str(pets), "--dry-run")
    assert done.code == 0
    assert done.out.splitlines()[0] == f"{pets}: class folders, 10 pictures"
    assert [line.split() for line in done.out.splitlines()[1:4]] == [["class", "undivided"], ["cat", "5"], ["dog", "5"]]
    assert "1 passed over:\n- 'late.jxl' holds JPEG XL; accepted are" in done.err
    assert not home.exists()
    shown = call(
        "data", "import", str(pets), "--dry-run", "--json", "--group", r"(p\d)-", "--window", "10", "20.5"
    ).json
    assert shown["counts"]["cat"] == {"train": 0, "validation": 0, "test": 0, "undivided": 5}
    assert (shown["form"], shown["classes"], shown["n"], shown["n_groups"]) == ("class folders", ["cat", "dog"], 10, 3)
    assert shown["reading"]["window"] == [10.0, 20.5]
    assert not home.exists()


def test_import_with_all_that_can_be_chosen(call: Call, pets: Path) -> None:
    lines = [f"{path.parent.name}/{path.name};{path.parent.name[0]}" for path in sorted(pets.rglob("*.png"))]
    (pets / "labels.csv").write_text("file;kind\n" + "\n".join(lines))
    options = (
        "--size", "20x10", "--fit", "stretch", "--grey", "--label-column", "kind", "--image-column", "file",
        "--test-share", "0.4", "--seed", "3", "--invert", "--rename", "c=Cat", "--rename", "d=Dog", "--delimiter", ";",
    )  # fmt: skip
    done = call("data", "import", str(pets), "--name", "pets", *options, "--json")
    assert done.code == 0, done.err
    assert (done.json["classes"], done.json["shape"]) == (["Cat", "Dog"], [20, 10, 1])
    assert (done.json["n_train"], done.json["n_test"]) == (6, 4)
    dataset = load_dataset("pets")
    for label, grey in enumerate((0.299 * 200, 0.587 * 200)):
        images = dataset.train.images[dataset.train.labels == label]
        assert np.abs(images.astype(float) - (255 - grey)).max() <= 1


def test_groups_stay_together(call: Call, pets: Path) -> None:
    shown = call("data", "import", str(pets), "--name", "pets", "--group", r"(p\d)-", "--json").json
    assert shown["n_train"] + shown["n_validation"] + shown["n_test"] == 10
    assert {shown["n_train"], shown["n_validation"], shown["n_test"]} <= {2, 4, 6, 0, 8}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--size", "wide"), "--size is 'wide', expected pixels such as 32, or 32x48"),
        (("--shape", "28"), "--shape is '28', expected height x width x channels"),
        (("--rename", "cat"), "--rename is 'cat', expected OLD=NEW"),
        (("--size", "3"), "the size is 3, expected 4 to 512 pixels"),
        (("--test-share", "1.5"), "the test share is 1.5"),
        (("--group", "("), "'(' is neither a column nor a regular expression"),
        (("--label-column", "kind"), "no table in "),
        (("--fit", "squeeze"), "--fit: 'squeeze' is not one of"),
    ],
)
def test_what_cannot_be_chosen(call: Call, pets: Path, options: tuple[str, ...], message: str) -> None:
    assert mistake(call("data", "import", str(pets), "--name", "pets", *options)).startswith(message)


def test_delete(call: Call, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put("mine")
    run = RunStore().create(preset("one-conv").changed(data=DataSpec(name="mine")), Status("stopped", epochs=1))
    assert mistake(call("data", "delete", "mine")) == (
        "deleting mine is asked for at a terminal; add --yes to delete it without being asked"
    )
    assert path.exists()
    done = call("data", "delete", "mine", "--yes")
    assert done.out == f"mine is deleted.\n1 run used it and keeps what it holds: {run.id}\n"
    assert not path.exists()
    assert (run.folder / "spec.json").exists()
    assert mistake(call("data", "delete", "mine", "--yes")).startswith("there is no data set 'mine' to delete")
    assert mistake(call("data", "delete", "digits", "--yes")).startswith("the data set digits is not in the home")
    assert "is not a data set's name" in mistake(call("data", "delete", "../x", "--yes"))


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 2)])
def test_delete_asks_at_a_terminal(call: Call, monkeypatch: pytest.MonkeyPatch, answer: str, code: int) -> None:
    path = put("mine")
    asked: list[str] = []

    def confirm(text: str, **_: object) -> bool:
        asked.append(text)
        return answer == "y"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", confirm)
    done = call("data", "delete", "mine")
    assert (done.code, asked, path.exists()) == (code, ["Delete the data set mine?"], answer == "n")
    assert done.err == ("" if answer == "y" else "nothing was deleted\n")


def test_delete_a_set_that_is_a_folder(call: Call, pets: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.data.importing.LARGEST_IN_A_FILE", 0)
    assert call("data", "import", str(pets), "--name", "pets").code == 0
    assert (home / "datasets" / "pets").is_dir()
    assert call("data", "delete", "pets", "--yes", "--json").json == {"name": "pets", "deleted": True, "runs": []}
    assert [path.name for path in (home / "datasets").iterdir() if not path.name.startswith(".")] == []


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


def test_what_is_found_is_left_out_on_the_command_line(call: Call) -> None:
    images = np.random.default_rng(5).integers(0, 256, (60, 12, 12, 3), np.uint8)
    images[50] = images[0]  # a test image that is a training image, too
    images[1] = 7  # one even grey
    labels = np.arange(60) % 2
    path = datasets_folder() / "mine.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, x_train=images[:48], y_train=labels[:48], x_test=images[48:], y_test=labels[48:])
    told = call("data", "check", "mine").out
    assert "(--leave-out leak)" in told
    done = call("data", "check", "mine", "--leave-out", "leak", "--as", "clean")
    assert (done.code, done.out.splitlines()[-1][-26:]) == (0, " 1 image of mine left out.")
    kept = load_dataset("clean")
    assert np.array_equal(kept.train.images, images[1:48])
    assert np.array_equal(kept.test.images, images[48:])
    both = call("data", "check", "mine", "--leave-out", "all", "--as", "cleaner", "--json").json
    assert (both["n_train"], both["n_test"], both["left_out"]) == (46, 12, 2)
    assert mistake(call("data", "check", "mine", "--leave-out", "leak")).startswith("--leave-out and --as belong")
    wrong = mistake(call("data", "check", "mine", "--leave-out", "ugly", "--as", "other"))
    assert wrong == "--leave-out is 'ugly'; there are leak, blank, grey, all"
    assert "there is a data set clean already" in mistake(
        call("data", "check", "mine", "--leave-out", "leak", "--as", "clean")
    )


def test_an_import_looks_through_what_it_made(call: Call, pets: Path, home: Path) -> None:
    done = call("data", "import", str(pets), "--name", "pets")
    assert done.code == 0
    kept = home / "datasets" / ".pets.findings.json"
    titles = [found["title"] for found in json.loads(kept.read_text())["findings"]]
    assert titles
    assert [line.split(": ")[1] for line in done.out.splitlines() if line.startswith("found: ")] == titles
    assert "See these images, and leave them out: cnnviz data check pets" in done.out
    silent = call("data", "import", str(pets), "--name", "pets-again", "--no-check")
    assert "found: " not in silent.out
    assert not kept.with_name(".pets-again.findings.json").exists()
    found = call("data", "import", str(pets), "--name", "third", "--json").json["findings"]
    assert [one["title"] for one in found] == titles


def test_check_of_a_set_that_is_not_there(call: Call) -> None:
    assert mistake(call("data", "check", "nothing")).startswith("there is no data set 'nothing'")


def test_labels_of_any_image_are_corrected_on_the_command_line(call: Call, ended: Run) -> None:
    digits = load_dataset("digits")
    label = int(digits.train.labels[9])
    right = str((label + 1) % 10)
    assert "no label of digits is corrected" in mistake(call("data", "correct", "digits", "--name", "mended"))
    done = call("data", "correct", "digits", "--name", "mended", "--label", f"train:9={right}")
    assert done.out.splitlines()[0] == f"1 label was corrected: train image 9 from {label} to {right}."
    assert load_dataset("mended").train.labels[9] == int(right)
    run = train(ended.spec, None)  # of the same data set
    assert f"train image 9 from {label} to {right}" in call("data", "correct", run.id, "--name", "again").out
    refused = mistake(call("data", "correct", "digits", "--name", "third", "--label", "9=1"))
    assert refused.startswith("--label is '9=1', expected SPLIT:IMAGE=CLASS such as train:120=cat")


def test_corrected_labels_become_a_data_set(call: Call, ended: Run) -> None:
    assert "mark one on Mistakes as wrong" in mistake(call("data", "correct", ended.id, "--name", "mended"))
    run = train(ended.spec, None)
    label = int(load_dataset("digits").test.labels[5])
    right = (label + 1) % 10
    write_mark(run, 5, "wrong", right=str(right))
    done = call("data", "correct", run.id, "--name", "mended")
    assert done.out.splitlines() == [
        f"1 label was corrected: test image 5 from {label} to {right}.",
        "mended is kept; choose it on Train, or look at it: cnnviz data show mended",
    ]
    assert load_dataset("mended").test.labels[5] == right
    assert "1 label was corrected" in call("data", "show", "mended").out
    assert "already" in mistake(call("data", "correct", run.id, "--name", "mended"))
    made = call("data", "correct", run.id, "--name", "again", "--json").json
    assert (made["name"], made["n_test"], len(made["notes"])) == ("again", 355, 1)
