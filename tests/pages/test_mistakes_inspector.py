"""The inspector of the Mistakes page: one image, why, when, what it is like, and what people say of its label."""

import base64

import numpy as np
import pytest

from cnnviz.evaluation import read_marks, write_mark
from cnnviz.passcode import PASSCODE_VARIABLE
from cnnviz.runs import Run
from cnnviz.ui import guard
from cnnviz.ui.jobs import known_job
from cnnviz.ui.training_images import training_features
from tests.look_fixtures import looked_at, trained_home
from tests.mistakes_page import CHANCES, LABELS, WRONG, asked, components, grid, indices, opened, run, words

__all__ = ["looked_at", "run", "trained_home"]


# --- one image --------------------------------------------------------------------------------------------------


def test_an_image_is_inspected(run: Run) -> None:
    wrong = int(np.flatnonzero(WRONG)[0])
    at = opened(image=f"test-{wrong}")
    true, predicted = LABELS[wrong], CHANCES[wrong].argmax()
    assert grid(at)["chosen"] == wrong
    assert f"**c{true}**, predicted **c{predicted}**" in words(at)
    html = "".join(one.proto.body for one in at.main.get("html"))
    assert f"c{true}<em>true</em>" in html
    assert html.count('<div class="room">') == 3  # a bar a snapshot
    links = {link.proto.label: link.proto.query_string for link in at.main.get("page_link")}
    assert set(links) == {"Feature maps", "Convolution", "Attribution"}
    assert all(f"image=test-{wrong}" in query and f"run={run.id}" in query for query in links.values())


def test_next_previous_and_close_move_through_the_gallery(run: Run) -> None:
    at = opened()
    first, second = (int(one) for one in indices(at)[:2])
    at = opened(image=f"test-{first}")
    assert at.button(key="mistakes-previous").disabled
    at.button(key="mistakes-next").click().run()
    assert asked(at)["image"] == f"test-{second}"
    at.button(key="mistakes-previous").click().run()
    assert grid(at)["chosen"] == first
    at.button(key="mistakes-close").click().run()
    assert "image" not in asked(at)
    assert grid(at)["chosen"] is None
    assert "mistakes-close" not in [button.key for button in at.button]


def test_an_image_that_the_filters_leave_out_is_shown_all_the_same(run: Run) -> None:
    right = int(np.flatnonzero(~WRONG)[0])
    at = opened(image=f"test-{right}")
    assert f"**c{LABELS[right]}**, recognised" in words(at)
    assert at.button(key="mistakes-next").disabled


def test_heatmaps_and_neighbours_of_a_real_network(looked_at: Run) -> None:
    at = opened(show="all")
    index = int(indices(at)[0])
    at = opened(show="all", image=f"test-{index}")
    [drawn] = [data for data in components(at) if "panels" in data]
    assert [panel["values"] is not None or bool(panel["empty"]) for panel in drawn["panels"]] == [True, True]
    titles = [panel["title"] for panel in drawn["panels"]]
    assert "(predicted" in titles[0]
    assert "(true)" in titles[1] or "(next best)" in titles[1]
    at.button(key="mistakes-neighbours").click().run()
    key = training_features(looked_at.at()).key
    going = known_job(key)
    assert going is not None
    assert going.wait(60).state == "done"
    at.run()
    [near] = [data for data in components(at) if "The nearest of all 216 training images" in data.get("caption", "")]
    assert near["count"] == 12
    assert len(near["labels"]) == 12


# --- labels -----------------------------------------------------------------------------------------------------


def test_a_doubtful_label_is_marked_changed_and_unmarked(run: Run) -> None:
    index = int(indices(opened(show="suspects"))[0])
    at = opened(show="suspects", image=f"test-{index}")
    assert f"Is the label “c{LABELS[index]}” right?" in words(at)
    at.button(key="mistakes-mark-wrong").click().run()
    assert read_marks(run)[index].verdict == "wrong"
    assert base64.b64decode(grid(at)["verdicts"])[0] == 1
    at.text_input(key=f"mistakes-note-{index}").set_value("a <b>boat</b>").run()
    assert read_marks(run)[index].note == "a <b>boat</b>"
    at.button(key="mistakes-mark-fine").click().run()
    assert (read_marks(run)[index].verdict, read_marks(run)[index].note) == ("fine", "a <b>boat</b>")
    assert [one.proto.label for one in at.main.get("download_button")] == ["Save 1 mark"]
    at.button(key="mistakes-mark-fine").click().run()
    assert read_marks(run) == {}


def test_over_a_network_marking_asks_for_the_passcode(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    guard._attempts.clear()
    monkeypatch.setenv(PASSCODE_VARIABLE, "open sesame")
    at = opened(image="test-3")
    at.button(key="mistakes-mark-unclear").click().run()
    assert read_marks(run) == {}
    assert "To mark a label, enter the passcode" in words(at)


def test_damaged_marks_are_said_and_the_rest_works(run: Run) -> None:
    (run.folder / "marks.json").write_text("{")
    at = opened(show="suspects")
    assert "is damaged" in at.error[0].value
    assert len(indices(at))
    assert (run.folder / "marks.json").read_text() == "{"


def test_a_note_that_somebody_else_wrote_is_shown_and_kept(run: Run) -> None:
    at = opened(show="all", image="test-3")
    at.button(key="mistakes-mark-wrong").click().run()
    write_mark(run, 3, "unclear", "from another tab")
    at.run()
    assert at.text_input(key="mistakes-note-3").value == "from another tab"
    assert read_marks(run)[3].verdict == "unclear"
