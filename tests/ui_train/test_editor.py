"""The editor: files that are loaded, values that are refused, runs that are started once."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from cnnviz.runs import RunStore
from cnnviz.spec import Dropout, preset
from cnnviz.training.draft import Draft
from cnnviz.ui.train.editor import LAYER_TITLES, Editor, find_dataset, start_once


@pytest.fixture
def editor() -> Editor:
    info = find_dataset("cifar10-sample")
    assert info is not None
    return Editor(Draft.from_preset("two-conv", info))


@pytest.fixture
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.training.launcher.ensure_worker", lambda store: None)


def test_settings_come_back_from_their_file(editor: Editor) -> None:
    spec = preset("one-conv").changed(name="mine", train=preset("one-conv").train.changed(epochs=7))
    editor.read_file(spec.to_json().encode())
    assert editor.problem == ""
    assert editor.draft.spec() == spec


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe not JSON", "not JSON"),
        (b"[1, 2]", "give one JSON object"),
        (b'{"model": {"layers": [{"kind": "lambda"}]}}', "cannot be used"),
        (b'{"model": {}, "train": {"learning_rate": -1}}', "learning_rate"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing_and_says_why(editor: Editor, content: bytes, said: str) -> None:
    before = editor.draft
    editor.read_file(content)
    assert said in editor.problem
    assert editor.draft == before


def test_a_file_with_an_unknown_data_set_is_taken_and_asks_for_another(editor: Editor) -> None:
    spec = preset("two-conv")
    editor.read_file(spec.changed(data=spec.data.changed(name="holiday-photos")).to_json().encode())
    assert "no data set called holiday-photos" in editor.draft.table().problem
    editor.choose("digits", "one-conv")
    assert editor.draft.table().problem == ""


def test_a_refused_value_leaves_the_draft_and_renews_the_widgets(editor: Editor) -> None:
    before, version = editor.draft, editor.version
    editor.set_layer(0, filters=0)
    assert "filters" in editor.problem
    assert (editor.draft, editor.version) == (before, version + 1)
    editor.set_layer(0, filters=8)
    assert editor.problem == ""


def test_every_kind_of_layer_can_be_added_below_the_open_one(editor: Editor) -> None:
    for kind, layer in LAYER_TITLES.items():
        editor.open_layer = 1
        editor.add(kind)
        assert editor.open_layer == 2
        assert isinstance(editor.draft.layers[2], layer)


def test_removing_the_open_layer_folds_it(editor: Editor) -> None:
    editor.toggle(3)
    editor.remove(3)
    assert editor.open_layer is None
    assert len(editor.draft.layers) == 5


def test_the_loss_follows_label_smoothing(editor: Editor) -> None:
    sparse = editor.draft.train.changed(loss="sparse_categorical_crossentropy")
    editor.draft = replace(editor.draft, train=sparse)
    editor.set_train(label_smoothing=0.1)
    assert editor.problem == ""
    assert editor.draft.spec().loss == "categorical_crossentropy"


def test_the_same_run_is_started_once_and_another_one_too(editor: Editor, home: Path, no_workers: None) -> None:
    spec = editor.draft.spec()
    first = start_once(spec)
    assert start_once(spec).id == first.id
    editor.replace_layers(editor.draft.inserted(Dropout(), 6), None)
    assert start_once(editor.draft.spec()).id != first.id
    assert len(RunStore(home, bundled=home / "none").ids()) == 2


def test_a_change_of_widgets_that_show_an_earlier_draft_is_none(editor: Editor) -> None:
    old = editor.fields(editor.draft.train, editor.set_train, "learn")
    editor.take_preset("regularised")
    old.change(epochs=3)  # the browser tells of a field that it has not taken away yet
    assert editor.draft.train == preset("regularised").train
    editor.fields(editor.draft.train, editor.set_train, "learn").change(epochs=3)
    assert editor.draft.train.epochs == 3


def test_settings_begin_with_a_trained_network(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_BUNDLED", str(files("cnnviz") / "assets" / "runs"))
    editor.begin_with("digits", "bundled-two-conv")
    draft = editor.draft
    assert (editor.problem, draft.layers) == ("", ())
    table = draft.table()
    assert table.problem == ""
    assert [row.name for row in table.below] == [
        *(
            "to_channels",
            "to_size",
            "conv2d_1",
            "max_pooling2d_1",
            "conv2d_2",
            "max_pooling2d_2",
            "flatten_1",
            "dense_1",
        ),
    ]
    assert draft.frozen == {row.name for row in table.below}
    assert draft.spec().trained_parameters == 64 * 10 + 10
    assert not draft.train.augmentation.flip  # digits are characters
    shown = editor.version
    editor.set_beginning(copies=2)
    assert editor.version == shown  # the widgets stay in place
    editor.set_beginning(frozen="none")
    assert editor.version > shown
    assert editor.draft.frozen == frozenset()  # though what brings images to it has nothing to learn
    assert editor.draft.spec().trained_parameters == draft.spec().model.parameters - 3
    assert editor.draft.train.learning_rate < draft.train.learning_rate  # usual settings follow
    editor.begin_with("digits", "no-such-run")
    assert "no-such-run" in editor.problem
