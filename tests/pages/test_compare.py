from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.passcode import PASSCODE_VARIABLE
from cnnviz.runs import Run, Status
from cnnviz.ui import loaders
from tests.compared import LABELS, asked, fresh, names, opened, pages, pair, ran, ticked, trained_pair, words
from tests.evaluation.made import ended_run, from_elsewhere, guesses
from tests.runs.folders import make_run
from tests.ui.made import failed_run

__all__ = ["fresh", "pair", "trained_pair"]


def test_nothing_yet_invites_to_train(home: Path) -> None:
    at = opened()
    assert "There are no runs to compare yet" in at.info[0].value
    assert at.main.get("page_link")[0].proto.label == "Go to Train"


def test_a_run_that_there_is_not_leaves_the_address_and_is_told_until_others_are_chosen(pair: list[Run]) -> None:
    at = opened(pair[0], "20260101-000000-gone-0000", pair[1])
    assert "There is no run '20260101-000000-gone-0000' here" in words(at)
    assert asked(at) == f"{pair[0].id},{pair[1].id}"
    assert "There is no run" in words(ran(at))  # a rerun of its own, as when scikit-learn is there, takes nothing away
    at.button(key="compare-out-B").click()
    assert "There is no run" not in words(ran(at))
    at = opened("20260101-000000-gone-0000")
    assert "There is no run" in words(at)
    assert "runs" not in at.query_params


def test_a_network_from_elsewhere_completed_no_epochs(pair: list[Run], home: Path) -> None:
    adopted = make_run(home, Status("completed", message="Brought from elsewhere."), from_elsewhere(3))
    at = opened(adopted, pair[0])
    assert "0 epochs" not in words(at)
    assert "brought from elsewhere · measured on no images" in words(at)


def test_one_run_is_listed_and_another_asked_for(home: Path) -> None:
    failed_run(home)
    at = opened()
    assert "There is one run so far" in words(at)
    assert names(at) == ["unlucky"]


def test_two_ticks_and_a_click_compare(pair: list[Run]) -> None:
    at = opened()
    assert names(at) == ["second", "first"]
    assert at.button(key="compare-go").disabled
    ticked(at, 1)
    assert at.button(key="compare-go").disabled
    assert asked(at) == pair[0].id
    ticked(at, 0, 1)
    assert asked(at) == f"{pair[0].id},{pair[1].id}"  # in the order of the ticks
    at.button(key="compare-go").click()
    ran(at)
    assert not at.dataframe
    assert "the same images" in words(at) or " is better on " in words(at)
    at.button(key="compare-choose").click()
    ran(at)
    assert at.session_state[at.dataframe[0].key]["selection"]["rows"] == [1, 0]


def test_the_table_is_filtered_by_words_state_and_tag_and_keeps_what_is_ticked(home: Path) -> None:
    runs = [make_run(home, spec=failed_run(home, f"a {colour} one").spec) for colour in ("red", "green", "blue")]
    runs[0].describe(tags=["lecture 3"])
    at = opened()
    assert len(names(at)) == 6
    at.multiselect(key="compare-states").set_value(["completed"])
    assert names(ran(at)) == ["a blue one", "a green one", "a red one"]
    ticked(at, 1)
    at.text_input(key="compare-find").set_value("ONE blue")
    assert names(ran(at)) == ["a blue one"]
    ticked(at, 0)
    assert asked(at) == f"{runs[1].id},{runs[2].id}"
    at.text_input(key="compare-find").set_value("")
    at.multiselect(key="compare-tags").set_value(["lecture 3"])
    assert names(ran(at)) == ["a red one"]
    at.text_input(key="compare-find").set_value("zebra")
    ran(at)
    assert "No run is like that" in words(at)


def test_a_link_keeps_the_filter(home: Path) -> None:
    failed_run(home, "one")
    failed_run(home, "two")
    assert names(opened(find="two")) == ["two"]
    assert len(names(opened(state="zebra", tag="x"))) == 2


def test_five_ticks_are_too_many_and_said(home: Path) -> None:
    for number in range(5):
        make_run(home, spec=failed_run(home, f"number {number}").spec)
    at = ticked(opened(), 0, 2, 4, 6, 8)
    assert "5 runs are chosen and 4 can be compared at once" in words(at)
    assert "Compare 4 runs" in at.button(key="compare-go").label


# --- links ------------------------------------------------------------------------------------------------------


def test_a_link_says_what_it_cannot_show(pair: list[Run]) -> None:
    at = opened(pair[0], "20200101-000000-gone", pair[1], "../../etc", "<b>x</b>")
    told = words(at)
    assert "There is no run '20200101-000000-gone' here" in told
    assert "There is no run '../../etc' here" in told
    assert "There is no run '<b>x</b>' here" in told
    assert "These runs differ only in their seed" in told


def test_a_run_named_twice_is_shown_once(pair: list[Run]) -> None:
    at = opened(pair[0], pair[0])
    assert "The link names a run twice; it is shown once." in words(at)
    assert len(at.dataframe) == 1  # one run is nothing to compare
    assert "These runs differ" in words(opened(pair[0], pair[1], pair[0]))


def test_more_than_four_in_a_link(home: Path) -> None:
    runs = [ended_run(home, LABELS, guesses(LABELS, 3, seed)) for seed in range(5)]
    at = opened(*runs)
    assert "5 runs are chosen and 4 can be compared at once; the first 4 are shown." in words(at)
    assert "compare-3" in pages(at)


def test_a_damaged_run_is_said_in_a_sentence(pair: list[Run], home: Path) -> None:
    broken = failed_run(home, "broken")
    (broken.folder / "spec.json").write_text("{")
    at = opened(pair[0], broken, pair[1])
    assert "has no readable spec.json" in words(at)
    assert "These runs differ only in their seed" in words(at)
    (pair[1].folder / "predictions" / "final.npz").write_bytes(b"PK")
    assert "cannot be read" in words(opened(*pair))


def test_leaving_one_out(home: Path) -> None:
    runs = [ended_run(home, LABELS, guesses(LABELS, 3, seed)) for seed in range(3)]
    at = opened(*runs)
    at.button(key="compare-out-B").click()
    ran(at)
    assert asked(at) == f"{runs[0].id},{runs[2].id}"


# --- tags and notes ---------------------------------------------------------------------------------------------


def edit(at: AppTest, run: Run, tags: list[str], notes: str) -> AppTest:
    at.button(key=f"compare-edit-{run.id}").click()
    ran(at)
    at.multiselect(key=f"compare-tags-{run.id}").set_value(tags)
    at.text_area(key=f"compare-notes-{run.id}").set_value(notes)
    next(button for button in at.button if button.label == "Save").click()
    return ran(at)


def test_tags_and_notes_are_edited_in_place(home: Path) -> None:
    run = failed_run(home)
    at = edit(opened(run), run, ["lecture 3", "<i>x</i>"], "It stopped.\n<b>Why?</b>")
    assert (run.tags, run.notes) == (("lecture 3", "<i>x</i>"), "It stopped.\n<b>Why?</b>")
    assert "lecture 3" in pages(at)
    assert "&lt;b&gt;Why?&lt;/b&gt;" in pages(at)
    assert "<i>x" not in pages(at)
    assert not at.text_area
    assert [list(tags) for tags in at.dataframe[0].value["tags"]] == [["lecture 3", "<i>x</i>"]]


def test_a_tag_that_is_too_long_is_refused_and_the_form_stays(home: Path) -> None:
    run = failed_run(home)
    at = edit(opened(run), run, ["x" * 31], "kept in the form")
    assert "1 to 30 characters" in words(at)
    assert run.tags == ()
    assert at.text_area(key=f"compare-notes-{run.id}").value == "kept in the form"


def test_a_passcode_is_asked_for_before_anything_changes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = failed_run(home)
    monkeypatch.setenv(PASSCODE_VARIABLE, "blue bird")
    at = opened(run)
    at.button(key=f"compare-edit-{run.id}").click()
    ran(at)
    assert at.text_input(key="guard-passcode")
    assert not at.text_area


def test_those_of_a_bundled_run_are_kept_in_the_home(home: Path, tmp_path: Path) -> None:
    bundled = tmp_path / "no bundled runs" / "a-bundled-run"
    bundled.parent.mkdir()
    made = failed_run(tmp_path / "other")
    made.folder.rename(bundled)
    loaders.look_again()
    run = Run(bundled, bundled=True)
    edit(opened(run), run, ["shown first"], "")
    assert run.tags == ("shown first",)
    assert (home / "additions" / "a-bundled-run" / "about.json").is_file()


def test_what_was_chosen_on_the_page_goes_with_what_it_was_chosen_from(home: Path) -> None:
    runs = [ended_run(home, LABELS, guesses(LABELS, 3, seed)) for seed in range(4)]
    at = opened(*runs)
    at.segmented_control(key="compare-pair").set_value("C and D")
    assert "D" in words(ran(at)).split(".")[0]
    at.button(key="compare-out-D").click()
    ran(at)
    assert at.segmented_control(key="compare-pair").value == "A and B"
    runs[0].describe(tags=["x"])
    runs[1].describe(tags=["y"])
    loaders.look_again()
    at.button(key="compare-choose").click()
    at = ran(at)
    at.multiselect(key="compare-tags").set_value(["x"])
    assert len(names(ran(at))) == 1
    runs[0].describe(tags=[])
    loaders.look_again()
    assert len(names(ran(at))) == 4


def test_the_filter_is_kept_while_runs_are_compared(pair: list[Run]) -> None:
    at = opened(*pair)
    at.button(key="compare-choose").click()
    ran(at).text_input(key="compare-find").set_value("second")
    assert names(ran(at)) == ["second"]
    at.button(key="compare-go").click()
    ran(at).button(key="compare-choose").click()
    assert names(ran(at)) == ["second"]
