"""Keeping what was understood: sizes, colours, divisions, stopping and going on, small and large."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import importing, list_datasets, load_dataset
from cnnviz.data.about import about_dataset
from cnnviz.data.importing import import_dataset, keep
from cnnviz.data.sources import Keeping
from cnnviz.data.stored import StoredImages
from cnnviz.errors import DataError, StorageError
from tests.data.understood import coloured, grey, numbers, understood


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every data set is a large one."""
    monkeypatch.setattr(importing, "LARGEST_IN_A_FILE", 0)


@pytest.fixture(params=["small", "large"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A data set of either kind."""
    if request.param == "large":
        monkeypatch.setattr(importing, "LARGEST_IN_A_FILE", 0)
    return str(request.param)


class StopError(Exception):
    """Somebody pressed Stop."""


def stop_after(count: int) -> Any:
    def told(done: int, _: int | None) -> None:
        if done >= count:
            raise StopError

    return told


def test_what_is_kept_is_found_and_divided(either: str, home: Path) -> None:
    made = keep(understood(broken=(4,), skipped=("'x' is a link",)), "mine")
    info = made.info
    assert info in list_datasets()
    assert (info.n_train, info.n_test, info.classes, info.shape) == (47, 12, ("a", "b", "c"), (32, 32, 3))
    assert made.skipped == ("'x' is a link", "picture 4 is damaged; choose another")
    dataset = load_dataset("mine")
    assert isinstance(dataset.train.images, StoredImages) == (either == "large")
    found = numbers(dataset.train.images), numbers(dataset.test.images)
    assert sorted([*found[0], *found[1]]) == [number for number in range(60) if number != 4]
    for split, positions in zip((dataset.train, dataset.test), found, strict=True):
        assert split.labels.tolist() == [position % 3 for position in positions]
    assert np.bincount(dataset.test.labels).tolist() == [4, 4, 4]
    assert dataset.validation is None
    hidden = [path.name for path in (home / "datasets").iterdir() if path.name != ".locks"]
    assert set(hidden) == {"mine" if either == "large" else "mine.npz", "mine.about.json", ".mine.originals.npy"}


def test_small_and_large_hold_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = ["train", "train", "validation", "test"] * 15
    keep(understood(parts=parts), "small")
    monkeypatch.setattr(importing, "LARGEST_IN_A_FILE", 0)
    keep(understood(parts=parts), "large")
    one, other = load_dataset("small"), load_dataset("large")
    assert (one.class_names, one.shape) == (other.class_names, other.shape)
    for part in ("train", "validation", "test"):
        ours, theirs = getattr(one, part), getattr(other, part)
        assert np.array_equal(ours.images, theirs.images)
        assert np.array_equal(ours.labels, theirs.labels)
    infos = {info.name: info for info in list_datasets()}
    assert (infos["small"].n_validation, infos["large"].n_validation) == (15, 15)


def test_what_it_was_made_of_is_written_down(either: str) -> None:
    source = understood(broken=(0,), notes=("Scaled.",), doubts=("All are dark; check them.",))
    keep(source, "mine", keeping=Keeping(size=(8, 6), fit="stretch", seed=3, left_out=frozenset({1, 2})))
    about = about_dataset("mine")
    assert about is not None
    assert (about.path, about.form, about.size, about.fit, about.seed) == (
        "/made",
        "made pictures",
        (8, 6),
        "stretch",
        3,
    )
    assert (about.left_out, about.notes, about.doubts) == (2, ("Scaled.",), ("All are dark; check them.",))
    assert about.skipped == ("picture 0 is damaged; choose another",)
    assert about.made.startswith("20")
    assert about_dataset("digits") is None


def test_what_others_wrote_there_is_not_believed(home: Path) -> None:
    (home / "datasets").mkdir(parents=True)
    file = home / "datasets" / "mine.about.json"
    file.write_text(json.dumps({"format": 1, "path": 3, "size": ["a"], "notes": [1], "form": "folder"}))
    about = about_dataset("mine")
    assert about is not None
    assert (about.path, about.size, about.notes, about.form) == ("", (0, 0), (), "folder")
    file.write_text("[]")
    assert about_dataset("mine") is None


# --- size, fit, colour ------------------------------------------------------------------------------------------------


def quarters(_: int) -> np.ndarray:
    """20x40 pixels: red, green, blue and white from left to right."""
    colours = np.array([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)], np.uint8)
    return np.broadcast_to(np.repeat(colours, 10, axis=0), (20, 40, 3)).copy()


@pytest.mark.parametrize(
    ("how", "top", "middle"),
    [
        ("crop", ["green", "green", "blue", "blue"], ["green", "green", "blue", "blue"]),
        ("fit", ["black"] * 4, ["red", "green", "blue", "white"]),
        ("stretch", ["red", "green", "blue", "white"], ["red", "green", "blue", "white"]),
    ],
)
def test_fits(how: Any, top: list[str], middle: list[str]) -> None:
    keep(understood(10, 2, quarters), "mine", keeping=Keeping(size=(16, 16), fit=how))
    image = load_dataset("mine").train.images[0]
    names = {(255, 0, 0): "red", (0, 255, 0): "green", (0, 0, 255): "blue", (255,) * 3: "white", (0,) * 3: "black"}
    assert [names[tuple(pixel)] for pixel in image[0, 1::4].tolist()] == top
    assert [names[tuple(pixel)] for pixel in image[8, 1::4].tolist()] == middle


def test_stretching_is_pillows_and_sizes_need_not_be_square() -> None:
    random = np.random.default_rng(1).integers(0, 256, (30, 50, 3), np.uint8)
    keep(understood(10, 2, lambda _: random), "mine", keeping=Keeping(size=(12, 20), fit="stretch"))
    expected = np.asarray(Image.fromarray(random).resize((20, 12), Image.Resampling.BOX))
    assert np.array_equal(load_dataset("mine").train.images[0], expected)


def test_pictures_of_one_size_keep_it_pixel_by_pixel() -> None:
    random = np.random.default_rng(1).integers(0, 256, (10, 17, 3), np.uint8)
    keep(understood(10, 2, lambda _: random, shape=(10, 17, 3)), "mine")
    assert np.array_equal(load_dataset("mine").test.images[0], random)


def test_grey_stays_grey_until_a_colour_comes(either: str) -> None:
    keep(understood(30, make=grey), "grey")
    assert load_dataset("grey").shape == (32, 32, 1)
    keep(understood(30, make=lambda number: coloured(number) if number == 20 else grey(number)), "mixed")
    dataset = load_dataset("mixed")
    assert dataset.shape == (32, 32, 3)
    images = np.concatenate([dataset.train.images, dataset.test.images])
    assert sorted(images[:, 5, 5].tolist()) == sorted([[n, 0, 7] if n == 20 else [n, n, n] for n in range(30)])


@pytest.mark.parametrize(("colour", "channels"), [("grey", 1), ("rgb", 3)])
def test_a_colour_for_all(colour: Any, channels: int) -> None:
    source = understood(12, make=lambda number: coloured(number) if number % 2 else grey(number))
    keep(source, "mine", keeping=Keeping(colour=colour))
    assert load_dataset("mine").shape == (32, 32, channels)


@pytest.mark.parametrize(
    ("keeping", "message"),
    [
        ({"size": (3, 32)}, "the size is 3, expected 4 to 512 pixels"),
        ({"size": (32, 513)}, "the size is 513, expected 4 to 512 pixels"),
        ({"test": 0.0}, "the test share is 0.0, expected above 0"),
        ({"test": 1.0}, "the test share is 1.0, expected above 0"),
        ({"validation": 0.6}, "the validation share is 0.6, expected 0 to 0.5"),
        ({"fit": "squeeze"}, "the fit is 'squeeze', expected crop, fit or stretch"),
        ({"colour": "sepia"}, "the colour is 'sepia', expected nothing, grey or rgb"),
        ({"left_out": frozenset(range(1, 60))}, "/made holds images of 1 classes, expected at least two; add some"),
    ],
)
def test_settings_that_cannot_be(keeping: dict[str, Any], message: str, home: Path) -> None:
    with pytest.raises(DataError, match=message):
        keep(understood(), "mine", keeping=Keeping(**keeping))
    assert not (home / "datasets" / "mine.npz").exists()


# --- dividing ---------------------------------------------------------------------------------------------------------


def parts_of(name: str) -> dict[str, set[int]]:
    dataset = load_dataset(name)
    splits = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    return {part: set(numbers(split.images)) for part, split in splits.items() if split is not None}


def test_what_the_files_divide_stays_divided(either: str) -> None:
    parts = [("train", "train", "validation", "test", "")[number // 12] for number in range(60)]
    keep(understood(parts=parts), "mine")
    found = parts_of("mine")
    assert found["validation"] == set(range(24, 36))
    assert found["test"] == set(range(36, 48))
    assert found["train"] == {*range(24), *range(48, 60)}


def test_a_test_part_is_drawn_from_train_where_there_is_none() -> None:
    keep(understood(parts=["train"] * 45 + ["validation"] * 15), "mine", keeping=Keeping(test=0.4))
    found = parts_of("mine")
    assert found["validation"] == set(range(45, 60))
    assert np.bincount([number % 3 for number in found["test"]]).tolist() == [6, 6, 6]


def test_the_seed_draws_the_same_again() -> None:
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        keep(understood(), name, keeping=Keeping(seed=seed))
    assert parts_of("one") == parts_of("same")
    assert parts_of("one") != parts_of("other")


def test_no_group_is_parted(either: str) -> None:
    groups = [f"patient {number // 3 % 40}" for number in range(600)]
    keep(understood(600, groups=groups), "mine")
    found = parts_of("mine")
    of = {part: {groups[number] for number in numbers} for part, numbers in found.items()}
    assert not of["train"] & of["test"]
    assert not of["train"] & of["validation"]
    assert not of["test"] & of["validation"]
    assert 0.15 <= len(found["test"]) / 600 <= 0.25
    assert 0.05 <= len(found["validation"]) / 600 <= 0.11
    for part in found.values():
        assert np.ptp(np.bincount([number % 3 for number in part])) <= 0.2 * len(part)


def test_groups_of_one_class_each_are_divided_by_class() -> None:
    groups = [f"animal {number % 3}-{number // 3 % 10}" for number in range(300)]
    keep(understood(300, groups=groups), "mine")
    assert np.bincount([number % 3 for number in parts_of("mine")["test"]]).tolist() == [20, 20, 20]


def test_what_belongs_to_nothing_is_a_group_of_its_own() -> None:
    keep(understood(groups=[""] * 60), "mine")
    assert len(parts_of("mine")["test"]) == 12


def test_groups_that_cannot_be_divided_are_said() -> None:
    with pytest.raises(DataError, match="/made holds no image to test on"):
        keep(understood(groups=["one"] * 60), "mine")
    two = ["a" if number < 40 else "b" for number in range(60)]
    made = keep(understood(groups=two), "mine")
    assert made.notes == ("No whole group could be set aside for validation: each run draws its own and parts groups.",)


def test_groups_that_the_files_part_are_said() -> None:
    made = keep(understood(parts=["train", "test"] * 30, groups=["a"] * 2 + ["b"] * 58), "mine")
    assert "2 groups have pictures in more than one part, as the files divide them." in made.notes


def test_a_class_that_is_lost_is_said() -> None:
    made = keep(understood(broken=tuple(range(1, 60, 3))), "mine")
    assert made.info.classes == ("a", "c")
    assert made.skipped[-1] == "the class 'b' has no picture that is kept"
    dataset = load_dataset("mine")
    assert dataset.train.labels.tolist() == [(number % 3) // 2 for number in numbers(dataset.train.images)]


def test_a_class_that_never_had_pictures_keeps_its_number() -> None:
    source = understood()
    keep(replace(source, class_names=("none", "a", "b", "c"), labels=source.labels + 1), "mine")
    assert load_dataset("mine").class_names == ("none", "a", "b", "c")


# --- stopping and going on --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [coloured, grey, lambda number: coloured(number) if number > 30 else grey(number)])
def test_stopped_and_called_again_it_goes_on_where_it_was(either: str, make: Any, home: Path) -> None:
    keep(understood(make=make), "whole")
    for count in (20, 45):
        with pytest.raises(StopError):
            keep(understood(make=make, broken=(3, 50)), "mine", on_progress=stop_after(count))
        assert "mine" not in {info.name for info in list_datasets()}
    source = understood(make=make, broken=(3, 50))
    told: list[tuple[int, int | None]] = []
    made = keep(source, "mine", on_progress=lambda *now: told.append(now))
    assert told[0] == (45, 60)
    assert min(source.pictures.read_ones) >= 45  # type: ignore[attr-defined]
    assert [sentence.split()[1] for sentence in made.skipped] == ["3", "50"]
    keep(understood(make=make, broken=(3, 50)), "again")
    one, other = load_dataset("mine"), load_dataset("again")
    assert np.array_equal(one.train.images, other.train.images)
    assert np.array_equal(one.test.images, other.test.images)
    assert not (home / "datasets" / ".mine.partial").exists()


@pytest.mark.parametrize(
    "other",
    [
        (understood(), Keeping(size=(16, 16))),
        (understood(), Keeping(fit="fit")),
        (understood(), Keeping(left_out=frozenset({7}))),
        (understood(groups=[str(number) for number in range(60)]), Keeping()),
        (understood(path=Path("/elsewhere")), Keeping()),
        (understood(classes=4), Keeping()),
    ],
)
def test_another_source_or_other_settings_begin_anew(other: Any) -> None:
    with pytest.raises(StopError):
        keep(understood(), "mine", on_progress=stop_after(30))
    source, keeping = other
    told: list[int] = []
    keep(source, "mine", keeping=keeping, on_progress=lambda done, _: told.append(done))
    assert told[0] == 0


@pytest.mark.parametrize("damage", ["cut", "no file", "no record", "torn record", "odd record"])
def test_a_damaged_partial_folder_begins_anew(damage: str, home: Path) -> None:
    with pytest.raises(StopError):
        keep(understood(), "mine", on_progress=stop_after(30))
    folder = home / "datasets" / ".mine.partial"
    record = folder / "position.json"
    said = json.loads(record.read_text())
    if damage == "cut":
        os.truncate(folder / "images.npy", 5000)
    elif damage == "no file":
        (folder / "images.npy").unlink()
    elif damage == "no record":
        record.unlink()
    else:
        record.write_text("{" if damage == "torn record" else json.dumps({**said, "at": "many"}))
    told: list[int] = []
    keep(understood(), "mine", on_progress=lambda done, _: told.append(done))
    assert told[0] == 0
    assert parts_of("mine")["train"] | parts_of("mine")["test"] == set(range(60))


_KEEPER = """
import os, signal, sys
from cnnviz.data import importing
from cnnviz.data.importing import import_dataset
from cnnviz.data.sources import Keeping
importing.LARGEST_IN_A_FILE = 0
from cnnviz.data import gathering
gathering._NOTED_EVERY_S = 0
def told(done, total):
    if done == 25 and sys.argv[2] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if not told.before:
        print(done)
    told.before = True
told.before = False
import_dataset(sys.argv[1], "mine", keeping=Keeping(size=(16, 16)), on_progress=told)
"""


def test_a_killed_import_goes_on(tmp_path: Path, home: Path) -> None:
    for number in range(40):
        file = tmp_path / "pets" / ("cat" if number % 2 else "dog") / f"{number:02}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(coloured(number)).save(file)

    def process(what: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", _KEEPER, str(tmp_path / "pets"), what]
        environment = {**os.environ, "CNNVIZ_HOME": str(home)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    assert process("kill").returncode == -signal.SIGKILL
    again = process("go on")
    assert again.returncode == 0, again.stderr
    assert again.stdout == "25\n"
    assert parts_of("mine")["train"] | parts_of("mine")["test"] == set(range(40))


# --- names, rooms, disks ----------------------------------------------------------------------------------------------


def test_names_are_taken_by_files_and_by_folders(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    keep(understood(), "small")
    monkeypatch.setattr(importing, "LARGEST_IN_A_FILE", 0)
    keep(understood(), "large")
    for name in ("small", "large"):
        for limit in (0, 10**9):
            monkeypatch.setattr(importing, "LARGEST_IN_A_FILE", limit)
            with pytest.raises(DataError, match=rf"there is a data set {name} already; give another name, or delete"):
                keep(understood(), name)
    (home / "datasets" / "other").mkdir()
    with pytest.raises(DataError, match="there is a data set other already"):
        keep(understood(), "other")
    with pytest.raises(DataError, match="cifar10 is a data set that cnnviz knows already"):
        keep(understood(), "cifar10")


def test_a_file_comes_before_a_folder_of_the_same_name(large: None, home: Path) -> None:
    keep(understood(), "mine")
    images = np.zeros((4, 8, 8, 3), np.uint8)
    labels = np.array([0, 1, 0, 1])
    np.savez(home / "datasets" / "mine.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    assert load_dataset("mine").shape == (8, 8, 3)
    assert [info.shape for info in list_datasets() if info.name == "mine"] == [(8, 8, 3)]


def test_two_at_a_time_do_not_share_a_name() -> None:
    second: list[str] = []

    def told(done: int, _: int | None) -> None:
        if done == 5:
            with pytest.raises(DataError) as caught:
                keep(understood(), "mine")
            second.append(str(caught.value))

    keep(understood(), "mine", on_progress=told)
    assert second == ["a data set mine is being imported already; wait for it, or give another name"]


def test_what_the_disk_has_no_room_for_is_refused_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**8))
    source = understood(600)
    with pytest.raises(DataError, match=r"600 images of 512x512 pixels take 0\.5 GB and .* has 0\.1 GB free"):
        keep(source, "mine", keeping=Keeping(size=(512, 512)))
    assert source.pictures.read_ones == []  # type: ignore[attr-defined]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: a full disk needs the right to mount (root)")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_becomes_full_is_said_and_what_was_read_stays(
    tiny_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_check_room", lambda *_: None)
    with pytest.raises(StorageError, match="the disk is full"):
        keep(understood(600), "mine", tiny_disk)
    assert "mine" not in {info.name for info in list_datasets(tiny_disk)}


def test_an_import_is_understood_and_kept(tmp_path: Path) -> None:
    for number in range(10):
        file = tmp_path / "pets" / ("cat" if number % 2 else "dog") / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(coloured(number)).save(file)
    import_dataset(tmp_path / "pets", "pets", keeping=Keeping(size=(8, 8)))
    about = about_dataset("pets")
    assert about is not None
    assert (about.path, about.size, about.fit) == (str(tmp_path / "pets"), (8, 8), "crop")
