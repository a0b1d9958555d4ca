"""Labels that are corrected on Mistakes: kept as a data set, and a run is set up with it."""

import numpy as np

from cnnviz.data import load_dataset
from cnnviz.data.corrections import write_correction
from cnnviz.data.findings import Place
from cnnviz.evaluation import Mark, read_marks, write_mark
from cnnviz.runs import Run
from tests.jobs import waited
from tests.mistakes_page import LABELS, WRONG, opened, run, words

__all__ = ["run"]

INDEX = int(np.flatnonzero(WRONG)[0])


def test_corrected_labels_are_kept_and_trained_on_again(run: Run) -> None:
    data = run.spec.data.name
    at = opened(image=f"test-{INDEX}")
    assert f"mistakes-corrected-name-{data}" not in [one.key for one in at.text_input]
    at.button(key="mistakes-mark-wrong").click().run()
    choice = at.selectbox(key=f"mistakes-right-{INDEX}")
    assert choice.value is None
    assert sorted(choice.options) == sorted({"c0", "c1", "c2", "c3"} - {f"c{LABELS[INDEX]}"})
    right = choice.options[1]
    choice.set_value(right).run()
    assert read_marks(run)[INDEX] == Mark(INDEX, "wrong", "", right)
    assert at.text_input(key=f"mistakes-corrected-name-{data}").value == f"{data}-corrected"
    at.text_input(key=f"mistakes-corrected-name-{data}").set_value("mended").run()
    at.button(key="mistakes-keep").click().run()
    waited(at)
    mended, before = load_dataset("mended"), load_dataset(data)
    assert np.flatnonzero(mended.test.labels != before.test.labels).tolist() == [INDEX]
    assert mended.test.labels[INDEX] == int(right[1:])
    assert [one.value for one in at.success] == ["mended is kept."]
    assert "There is a data set mended already" in at.warning[0].value
    assert at.button(key="mistakes-keep").disabled
    at.button(key="mistakes-train-again").click().run()
    assert not at.exception
    draft = at.session_state["cnnviz.train.editor"].draft
    assert (draft.data.name, draft.layers, draft.train) == ("mended", run.spec.model.layers, run.spec.train)
    at.query_params.clear()
    at.switch_page("pages/learn/train.py").run()
    assert not at.exception
    assert "Set up a run" in [one.label for one in at.expander]


def test_an_image_that_is_corrected_twice_is_counted_once(run: Run) -> None:
    dataset = load_dataset(run.spec.data.name)
    names = dataset.class_names
    label = int(dataset.test.labels[INDEX])
    write_mark(run, INDEX, "wrong", right=names[(label + 1) % 4])
    write_correction(dataset, Place("test", INDEX), names[(label + 2) % 4])
    write_correction(dataset, Place("train", 0), names[(int(dataset.train.labels[0]) + 1) % 4])
    at = opened(image=f"test-{INDEX}")
    assert "2 corrected" in [one.proto.popover.label for one in at.main.get("popover")]


def test_a_right_class_that_somebody_else_chose_is_shown_and_goes_with_the_verdict(run: Run) -> None:
    at = opened(image=f"test-{INDEX}")
    at.button(key="mistakes-mark-wrong").click().run()
    right = f"c{(LABELS[INDEX] + 1) % 4}"
    write_mark(run, INDEX, "wrong", "from another tab", right=right)
    at.run()
    assert at.selectbox(key=f"mistakes-right-{INDEX}").value == right
    at.text_input(key=f"mistakes-note-{INDEX}").set_value("mine").run()
    assert read_marks(run)[INDEX] == Mark(INDEX, "wrong", "mine", right)
    at.button(key="mistakes-mark-unclear").click().run()
    assert read_marks(run)[INDEX] == Mark(INDEX, "unclear", "mine")
    assert "corrected" not in words(at)
