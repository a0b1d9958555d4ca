"""Bringing one's own data in, without a browser: what the page shows, asks, refuses and makes."""

import io
import os
import re
import threading
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz.data import keep, load_dataset
from cnnviz.data.brought import brought_folder, find_brought, point_at
from cnnviz.data.correcting import correct_dataset
from cnnviz.data.corrections import read_corrections, write_correction
from cnnviz.data.findings import Place
from cnnviz.data.sources import Keeping, understand
from cnnviz.runs import Run
from cnnviz.ui.loaders import look_again
from tests.jobs import waited
from tests.look_fixtures import looked_at, trained_home
from tests.pages import looked
from tests.pages.looked import captions, words

__all__ = ["looked_at", "trained_home"]

opened = partial(looked.opened, "pages/prepare/data.py")
PATIENCE_S = 60
File = tuple[str, bytes, str]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_resource.clear()
    look_again()


def file(name: str, content: bytes) -> File:
    return name, content, "application/octet-stream"


def exercise() -> list[File]:
    """The classic exercise, small: four tables without headers."""
    random, files = np.random.default_rng(0), []
    for ending, count in (("", 12), ("_test", 6)):
        labels = np.arange(count) % 2
        images = random.integers(0, 100, (count, 16 * 16 * 3)) + 120 * labels[:, None]
        rows = "\n".join(",".join(map(str, row)) for row in images.tolist())
        files += [
            file(f"input{ending}.csv", rows.encode()),
            file(f"labels{ending}.csv", "\n".join(map(str, labels)).encode()),
        ]
    return files


def photos(count: int = 6, classes: tuple[str, ...] = ("cat", "dog")) -> bytes:
    """A zip archive of small photos in class folders, with a file that is no photo."""
    random, content = np.random.default_rng(1), io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in classes:
            for number in range(count):
                held = io.BytesIO()
                Image.fromarray(random.integers(0, 256, (20, 30, 3), np.uint8)).save(held, "PNG")
                archive.writestr(f"pets/{name}/{number}.png", held.getvalue())
        archive.writestr("pets/cat/notes.txt", "Felix on the sofa")
    return content.getvalue()


def dropped(*files: File) -> AppTest:
    """The page with files dropped on it, understood."""
    at = opened(part="bring")
    at.file_uploader[0].set_value(list(files)).run()
    assert not at.exception
    return waited(at)


def keyed(at: AppTest, kind: str, beginning: str) -> Any:
    [found] = [one for one in at.get(kind) if (one.key or "").startswith(beginning)]
    return found


def imported(at: AppTest) -> AppTest:
    at.button(key="data-import").click().run()
    return waited(at)


def brought_here(home: Path) -> list[Path]:
    return list(brought_folder(home).glob("*"))


def own_set(home: Path, tmp_path: Path, name: str = "pets", **how: Any) -> None:
    (tmp_path / "pets.zip").write_bytes(photos(**how))
    keep(understand(tmp_path / "pets.zip"), name, home)


# --- bringing ---------------------------------------------------------------------------------------------------


def test_an_empty_page_says_what_to_bring() -> None:
    at = opened(part="bring")
    assert "photos in a folder for each class" in words(at)
    assert [one.label.split(",")[0] for one in at.file_uploader] == [
        "Drop files here that belong together",
        "Or choose a whole folder",
    ]


def test_the_exercise_goes_from_drop_to_chosen(home: Path) -> None:
    at = dropped(*exercise())
    assert "18 pictures of 2 classes: tables of pixels and of labels" in at.subheader[0].value.replace("\\", "")
    assert "Each row of 768 values was taken for a picture of 16x16x3" in words(at).replace("\\", "")
    assert '"note": "6 train · 3 test"' in captions(at)
    assert at.text_input(key=keyed(at, "text_input", "data-name-").key).value == "my-pictures"
    imported(at)
    assert at.success[0].value.replace("\\", "") == (
        "my-pictures is imported: 12 train and 6 test images (16x16x3) of 2 classes."
    )
    assert at.segmented_control(key="data-set").value == "my-pictures"
    assert "brought" not in at.query_params
    assert brought_here(home) == []
    at.button(key="data-train").click().run()
    assert not at.exception
    shown = {one.label: one.value for one in at.selectbox}
    assert (shown["Data set"], shown["Begin with"]) == ("my-pictures", "cats-vs-dogs")


def test_what_was_brought_outlives_the_tab(home: Path) -> None:
    at = dropped(file("pets.zip", photos()))
    token = at.query_params["brought"]
    st.cache_resource.clear()  # the server was started anew
    again = waited(opened(part="bring", brought=token if isinstance(token, str) else token[0]))
    assert "12 pictures of 2 classes" in again.subheader[0].value
    assert "notes" in words(again)
    again.button(key="data-drop").click().run()
    assert brought_here(home) == []
    assert len(again.file_uploader) == 2


def test_files_that_were_forgotten_are_added() -> None:
    first, second, *_ = exercise()
    at = dropped(first)
    assert "no column of labels" in at.error[0].value
    assert str(Path("brought")) not in at.error[0].value
    at.file_uploader[0].set_value([second]).run()
    waited(at)
    assert not at.error
    assert "12 pictures of 2 classes" in at.subheader[0].value


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([file("notes.txt", b"hello")], "accepted are a folder or a zip archive"),
        ([file("empty.csv", b"")], "empty.csv"),
        ([file("pets.zip", photos(classes=("cat",)))], "cat"),
        ([file("torn.npz", b"PK\x03\x04 torn")], "torn.npz"),
    ],
    ids=["text", "empty", "one-class", "torn"],
)
def test_what_cannot_be_understood_is_the_librarys_sentence(files: list[File], told: str, home: Path) -> None:
    at = dropped(*files)
    assert told in at.error[0].value.replace("\\", "")
    assert str(home) not in at.error[0].value.replace("\\", "")
    assert not [one for one in at.button if one.key == "data-import"]


def test_names_that_lead_elsewhere_are_refused(home: Path) -> None:
    at = opened(part="bring")
    at.file_uploader[0].set_value([file("../../x.csv", b"1")]).run()
    assert not at.exception
    assert "no name that can be kept" in at.error[0].value
    assert brought_here(home) == []


@pytest.mark.parametrize("token", ["0123456789abcdef", "../../etc", "<b>"])
def test_a_link_to_what_is_gone_says_so(token: str) -> None:
    at = opened(part="bring", brought=token)
    assert "no longer on this server" in at.info[0].value


def test_a_path_of_this_machine_is_read_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "pets.zip").write_bytes(photos())
    at = opened(part="bring")
    at.text_input(key="data-path").set_value(str(tmp_path / "nothing")).run()
    assert "there is nothing at" in at.error[0].value.lower()
    at.text_input(key="data-path").set_value(str(tmp_path / "pets.zip")).run()
    waited(at)
    assert "12 pictures of 2 classes" in at.subheader[0].value
    assert [one.label for one in at.file_uploader] == []
    imported(at)
    assert (tmp_path / "pets.zip").exists()


def test_what_was_corrected_outlives_a_reload(home: Path) -> None:
    at = dropped(file("pets.zip", photos()))
    [token] = [path.name for path in brought_here(home)]
    keyed(at, "text_area", "data-names-").set_value("Katze\ndog")
    keyed(at, "button", f"data-reread-{token}").click().run()
    waited(at)
    again = waited(opened(part="bring", brought=token))  # another session: a reload
    assert keyed(again, "text_area", "data-names-").value == "Katze\ndog"
    imported(again)
    assert load_dataset("pets", home).class_names == ("Katze", "dog")
    assert not brought_here(home)


def test_more_classes_than_anybody_types_are_renamed_by_a_file(home: Path) -> None:
    names = [f"c{number:03}" for number in range(203)]
    at = dropped(file("many.zip", photos(2, tuple(names))))
    assert not [one for one in at.text_area if (one.key or "").startswith("data-names-")]
    form = next(one for one in at.file_uploader if "203 lines" in one.label)
    form.set_value(file("names.txt", "\n".join(["aardvark", *names[1:]]).encode()))
    keyed(at, "button", "data-reread-").click().run()
    waited(at)
    assert '"aardvark"' in captions(at)
    form = next(one for one in at.file_uploader if "203 lines" in one.label)
    form.set_value(file("names.txt", b"one\ntwo"))
    keyed(at, "button", "data-reread-").click().run()
    assert "2 names for 203 classes" in at.error[0].value


def test_over_a_network_nothing_is_taken_in(monkeypatch: pytest.MonkeyPatch, home: Path, tmp_path: Path) -> None:
    (tmp_path / "pets.zip").write_bytes(photos())
    token = point_at(tmp_path / "pets.zip", home).token
    usual = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: "0.0.0.0" if name == "server.address" else usual(name))
    at = opened(part="bring", brought=token)
    assert "takes its passcode" in at.info[0].value
    assert not at.file_uploader
    assert not at.subheader
    at.button(key="data-unlock").click().run()
    assert "nobody can bring data in" in at.error[0].value


def test_train_on_it_shows_the_settings_and_not_the_run_that_was_looked_at(looked_at: Run) -> None:
    at = opened(data="tiny")
    at.switch_page("pages/learn/train.py")
    at.query_params.clear()
    at.query_params["run"] = looked_at.id
    at.run()
    assert not at.exception
    at.switch_page("pages/prepare/data.py")
    at.query_params.clear()
    at.query_params["data"] = "tiny"
    at.run()
    at.button(key="data-train").click().run()
    assert not at.exception
    assert {one.label: one.value for one in at.selectbox}["Data set"] == "tiny"
    assert "run" not in at.query_params
    assert "data" not in at.query_params


def test_a_link_to_train_on_what_is_not_there_is_a_sentence() -> None:
    at = looked.opened("pages/learn/train.py", data="<b>gone", preset="nothing")
    assert r"no data set called \'\<b\>gone\'" in at.warning[0].value
    assert {one.label: one.value for one in at.selectbox}["Data set"] == "cifar10-sample"


# --- correcting -------------------------------------------------------------------------------------------------


def test_classes_are_renamed_and_the_shape_corrected() -> None:
    at = dropped(*exercise())
    keyed(at, "text_area", "data-names-").set_value("dog\ncat")
    keyed(at, "number_input", "data-shape-height-").set_value(8)
    keyed(at, "number_input", "data-shape-width-").set_value(32)
    keyed(at, "button", "data-reread-").click().run()
    waited(at)
    assert not at.error
    assert '"label": "dog"' in captions(at)
    assert "Their own, 8 × 32" in at.selectbox(key=keyed(at, "selectbox", "data-size-").key).options
    at.button(key="data-reading-undo").click().run()
    waited(at)
    assert '"label": "0"' in captions(at)


def test_a_correction_that_cannot_be_is_a_sentence_and_can_be_undone() -> None:
    at = dropped(*exercise())
    keyed(at, "number_input", "data-shape-height-").set_value(7)
    keyed(at, "button", "data-reread-").click().run()
    waited(at)
    assert "768 values for a picture" in at.error[0].value
    at.button(key="data-reading-undo").click().run()
    waited(at)
    assert not at.error
    keyed(at, "text_area", "data-names-").set_value("only one")
    keyed(at, "button", "data-reread-").click().run()
    assert "1 names for 2 classes" in at.error[0].value


def test_a_table_offers_its_columns() -> None:
    rows = ["kind,who," + ",".join(f"p{number}" for number in range(64))]
    rows += [f"{'ab'[row % 2]},w{row // 2}," + ",".join(["9", "200"] * 32) for row in range(12)]
    at = dropped(file("own.csv", "\n".join(rows).encode()))
    said = at.error[0].value.replace("\\", "")  # the sentence names what has to be said
    assert "its columns of words are 'kind', 'who': say which of them is the label" in said
    keyed(at, "text_input", "data-label-").set_value("kind")
    keyed(at, "text_input", "data-group-").set_value("who")
    keyed(at, "button", "data-reread-").click().run()
    waited(at)
    offered = keyed(at, "selectbox", "data-group-")
    assert (offered.value, offered.options[:3]) == ("who", ["found out", "kind", "who"])
    assert not at.error
    labels = [one.label for one in at.slider]
    assert "For validation (% of the rest)" in labels


# --- keeping ----------------------------------------------------------------------------------------------------


def test_size_fit_colour_and_shares_are_kept(home: Path) -> None:
    at = dropped(file("pets.zip", photos(count=10)))
    assert "What was passed over: 1 note" in [one.label for one in at.expander]
    keyed(at, "selectbox", "data-size-").set_value(48)
    keyed(at, "segmented_control", "data-fit-").set_value("fit")
    keyed(at, "segmented_control", "data-colour-").set_value("grey")
    keyed(at, "slider", "data-test-").set_value(40)
    at.run()
    waited(at)
    imported(at)
    dataset = load_dataset("pets", home)
    assert dataset.shape == (48, 48, 1)
    assert (len(dataset.train), len(dataset.test)) == (12, 8)
    assert not dataset.train.images[:, 0].any()  # bars above a wide picture


@pytest.mark.parametrize(("name", "told"), [("Not a name", "Not a name"), ("mnist", "knows already"), ("", "")])
def test_a_name_is_checked_before_anything_is_read(name: str, told: str) -> None:
    at = dropped(file("pets.zip", photos()))
    keyed(at, "text_input", "data-name-").set_value(name).run()
    assert told in at.error[0].value.replace("\\", "")
    assert at.button(key="data-import").disabled


def test_replacing_asks_first_and_says_which_runs_used_it(looked_at: Run, home: Path) -> None:
    before = len(load_dataset("tiny", home).train)
    at = dropped(file("tiny.zip", photos(count=8)))
    assert keyed(at, "text_input", "data-name-").value == "tiny-2"
    keyed(at, "text_input", "data-name-").set_value("tiny").run()
    assert "There is a data set tiny already. 1 run used it and keeps what it holds: looked at." in at.warning[
        0
    ].value.replace("\\", "")
    assert at.button(key="data-import").disabled
    assert len(load_dataset("tiny", home).train) == before
    next(one for one in at.checkbox if "-replace-" in one.key).check().run()
    imported(at)
    assert load_dataset("tiny", home).class_names == ("cat", "dog")


def test_an_import_that_was_stopped_goes_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import cnnviz.data.gathering as gathering

    hold, fitted, read = threading.Event(), gathering.fitted, []

    def slow(*arguments: Any) -> Any:
        read.append(1)
        if len(read) > 8:
            assert hold.wait(PATIENCE_S)
        return fitted(*arguments)

    at = dropped(file("pets.zip", photos(count=20)))
    monkeypatch.setattr(gathering, "fitted", slow)
    at.button(key="data-import").click().run()
    assert not at.exception
    assert not [one for one in at.button if one.key == "data-import"]
    [stop] = [one for one in at.button if one.label == "Stop"]
    stop.click().run()
    hold.set()
    waited(at)
    assert "What was read is kept: Import goes on there." in words(at)
    tried = len(read)
    assert not (home / "datasets" / "pets.npz").exists()
    imported(at)
    assert len(read) < tried + 40
    assert len(load_dataset("pets", home).train) == 32


# --- what is wrong with it, where it is from, removing it ---------------------------------------------------------


def with_copies(home: Path, tmp_path: Path) -> None:
    random, folder = np.random.default_rng(3), tmp_path / "found"
    for name in ("cat", "dog"):
        for part, count in (("train", 24), ("test", 6)):
            (folder / part / name).mkdir(parents=True)
            for number in range(count):
                coarse = Image.fromarray(random.integers(0, 256, (8, 8, 3), np.uint8)).resize((32, 32), 3)
                coarse.save(folder / part / name / f"{number}.png")
        (folder / "test" / name / "copy.png").write_bytes((folder / "train" / name / "0.png").read_bytes())
    Image.new("RGB", (32, 32)).save(folder / "train" / "cat" / "black.png")
    keep(understand(folder), "found", home, Keeping())


def looked_through(home: Path, tmp_path: Path) -> AppTest:
    with_copies(home, tmp_path)
    at = opened(data="found")
    at.session_state["data-findings"] = True
    at.run()
    at.button(key="data-examine").click().run()
    waited(at)
    return at


def test_one_click_leaves_out_what_a_finding_names(home: Path, tmp_path: Path) -> None:
    at = looked_through(home, tmp_path)
    assert "**Test images that are among the training images**" in words(at)
    assert keyed(at, "text_input", "data-name-without").value == "found-clean"
    assert at.button(key="data-leave-leak").label == "Leave out these 2 images"
    assert at.button(key="data-leave-blank").label == "Leave out this image"
    at.button(key="data-leave-leak").click().run()
    waited(at)
    assert at.segmented_control(key="data-set").value == "found-clean"
    kept, before = load_dataset("found-clean", home), load_dataset("found", home)
    assert (len(kept.train), len(kept.test)) == (len(before.train) - 2, len(before.test))
    waited(at)  # what was just kept is looked through, without a click
    assert (home / "datasets" / ".found-clean.findings.json").exists()
    assert "the data set found" in words(at)
    assert keyed(at, "text_input", "data-name-without").value == "found-clean-2"
    assert not [one for one in at.button if one.key == "data-leave-leak"]  # it is cured
    fresh = opened(data="found")  # another tab finds what was found
    fresh.session_state["data-findings"] = True
    fresh.run()
    assert fresh.button(key="data-leave-leak")


def test_one_click_leaves_out_all_that_was_found(home: Path, tmp_path: Path) -> None:
    at = looked_through(home, tmp_path)
    assert at.button(key="data-leave-all").label == "Leave out all 3 images found"
    keyed(at, "text_input", "data-name-without").set_value("tidy").run()
    at.button(key="data-leave-all").click().run()
    waited(at)
    assert len(load_dataset("tidy", home).train) == len(load_dataset("found", home).train) - 3


def test_a_name_that_cannot_be_leaves_nothing_out(home: Path, tmp_path: Path) -> None:
    at = looked_through(home, tmp_path)
    keyed(at, "text_input", "data-name-without").set_value("cifar10").run()
    assert at.button(key="data-leave-all").disabled
    assert at.button(key="data-leave-leak").disabled


def test_over_a_network_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch, home: Path, tmp_path: Path) -> None:
    with_copies(home, tmp_path)
    usual = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: "0.0.0.0" if name == "server.address" else usual(name))
    at = opened(data="found")
    at.session_state["data-findings"] = True
    at.run()
    at.button(key="data-examine").click().run()
    assert "nobody can look through a data set" in at.error[0].value
    assert not list((home / "datasets").glob(".found.findings.json"))


def test_the_label_of_a_training_image_is_corrected_kept_and_trained_on(looked_at: Run, home: Path) -> None:
    before = load_dataset("tiny", home)
    at = opened(data="tiny", picked="train-3")
    label = before.class_names[before.train.labels[3]]
    right = next(name for name in before.class_names if name != label)
    assert "The label of training image 3." in words(at)
    key = "data-right-picked-tiny-train-3"
    assert at.selectbox(key=key).value == label
    assert "corrected" not in words(at)
    at.selectbox(key=key).set_value(right).run()
    assert not at.exception
    assert read_corrections(before, home) == {Place("train", 3): right}
    assert f"It was {label}." in words(at)
    again = opened(data="tiny", picked="train-3")
    assert [one.value for one in again.subheader] == [right]
    assert again.selectbox(key=key).value == right
    again.text_input(key="data-corrected-name-tiny").set_value("mended").run()
    again.button(key="data-keep").click().run()
    waited(again)
    assert [one.value for one in again.success] == ["mended is kept."]
    mended = load_dataset("mended", home)
    assert np.flatnonzero(mended.train.labels != before.train.labels).tolist() == [3]
    again.button(key="data-train-again").click().run()
    assert not again.exception
    draft = again.session_state["cnnviz.train.editor"].draft
    assert (draft.data.name, draft.layers) == ("mended", looked_at.spec.model.layers)
    at.selectbox(key=key).set_value(label).run()
    assert read_corrections(before, home) == {}


def test_each_label_of_a_pair_is_corrected(looked_at: Run, home: Path) -> None:
    def pair() -> None:
        from cnnviz.data.findings import Place
        from cnnviz.ui.data.labels import ask_label
        from cnnviz.ui.loaders import dataset

        for position in (3, 4):
            ask_label(dataset("tiny"), Place("train", position), "leak")

    before = load_dataset("tiny", home)
    at, wanted = AppTest.from_function(pair, default_timeout=60).run(), {}
    for position in (4, 3):  # of two on a page, the second as well as the first
        choice = at.selectbox(key=f"data-right-leak-tiny-train-{position}")
        wanted[Place("train", position)] = next(name for name in before.class_names if name != choice.value)
        choice.set_value(wanted[Place("train", position)]).run()
        assert not at.exception
        assert read_corrections(before, home) == wanted


def test_the_name_for_corrected_labels_is_free_and_that_of_the_data_set_that_is_shown(
    looked_at: Run, home: Path
) -> None:
    for name in ("tiny", "cifar10-sample"):
        dataset = load_dataset(name, home)
        now = dataset.class_names[dataset.train.labels[0]]
        write_correction(dataset, Place("train", 0), next(one for one in dataset.class_names if one != now), home)
    correct_dataset("cifar10-sample", "cifar10-sample-corrected", home)
    at = opened(data="tiny")
    assert keyed(at, "text_input", "data-corrected-name").value == "tiny-corrected"
    at.segmented_control(key="data-set").set_value("cifar10-sample").run()
    assert keyed(at, "text_input", "data-corrected-name").value == "cifar10-sample-corrected-2"


@pytest.mark.parametrize("picked", ["train-99999", "nothing-3", "train-", "train-x"])
def test_a_link_to_an_image_that_is_not_there_shows_none(looked_at: Run, picked: str) -> None:
    at = opened(data="tiny", picked=picked)
    assert not [one for one in at.selectbox if (one.key or "").startswith("data-right-")]


def test_over_a_network_no_label_is_corrected(monkeypatch: pytest.MonkeyPatch, looked_at: Run, home: Path) -> None:
    usual = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: "0.0.0.0" if name == "server.address" else usual(name))
    at = opened(data="tiny", picked="train-3")
    choice = at.selectbox(key="data-right-picked-tiny-train-3")
    other = next(name for name in choice.options if name != choice.value)
    choice.set_value(other).run()
    assert "nobody can correct a label" in at.error[0].value
    assert read_corrections(load_dataset("tiny", home), home) == {}


def test_what_is_doubtful_about_a_file_in_the_home_is_said(home: Path) -> None:
    (home / "datasets").mkdir(parents=True)
    images = np.random.default_rng(0).integers(0, 2, (12, 8, 8, 3), np.uint8)
    labels = np.arange(12) % 2
    np.savez(home / "datasets" / "dim.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    at = opened(data="dim")
    at.session_state["data-findings"] = True
    at.run()
    told = " ".join(one.value for one in at.warning).replace("\\", "")
    assert "so the pictures are black" in told
    assert "12 of the 12 test pictures are among the training pictures too" in told


def test_deleting_asks_first_and_says_which_runs_used_it(looked_at: Run, home: Path) -> None:
    at = opened(data="tiny")
    at.button(key="data-delete").click().run()
    at.run()  # such as when a job has ended: the question stays
    assert r"1 run used it and keeps what it holds\: looked at." in words(at)
    assert load_dataset("tiny", home)
    at.button(key="data-delete-now").click().run()
    assert not at.exception
    assert not list((home / "datasets").glob("tiny*"))
    assert at.segmented_control(key="data-set").value == "cifar10-sample"


def test_what_came_with_cnnviz_cannot_be_deleted() -> None:
    assert not [one for one in opened().button if one.key == "data-delete"]


def test_it_says_what_it_was_made_of(home: Path, tmp_path: Path) -> None:
    own_set(home, tmp_path)
    at = opened(data="pets")
    assert "Made of" in words(at)
    assert "pets.zip" in words(at).replace("\\", "")
    assert "What was passed over: 1 note" in [one.label for one in at.expander]


def test_a_random_image_is_shown_with_its_label(home: Path, tmp_path: Path) -> None:
    own_set(home, tmp_path)
    at = opened(data="pets")
    assert not at.subheader
    at.button(key="data-random").click().run()
    assert at.subheader[0].value in ("cat", "dog")
    assert re.search(r"The label of training image \d+\.", words(at))
    at.selectbox(key="data-label").set_value("dog").run()
    at.button(key="data-random").click().run()
    assert at.subheader[0].value == "dog"


def test_a_validation_part_can_be_looked_at(home: Path, tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part, count in (("train", 5), ("valid", 2), ("test", 1)):
            for name in ("cat", "dog"):
                for number in range(count):
                    held = io.BytesIO()
                    Image.new("RGB", (8, 8), (number, 9, 9)).save(held, "PNG")
                    archive.writestr(f"{part}/{name}/{number}.png", held.getvalue())
    (tmp_path / "v.zip").write_bytes(content.getvalue())
    keep(understand(tmp_path / "v.zip"), "three", home)
    at = opened(data="three", split="validation")
    assert at.segmented_control(key="data-split").value == "validation"
    assert "10 training, 4 validation and 2 test images" in words(at)
    assert "5 + 2 validation + 1 test" in captions(at)


def test_what_was_brought_is_touched_by_looking(home: Path) -> None:
    at = dropped(file("pets.zip", photos()))
    token = at.query_params["brought"]
    token = token if isinstance(token, str) else token[0]
    record = brought_folder(home) / token / "brought.json"
    os.utime(record, (1, 1))
    at.run()
    assert record.stat().st_mtime > 1
    assert find_brought(token, home) is not None
