"""The Train page without a browser: setting up, every state of a run, bad links."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data import keep
from cnnviz.runs import RunStore
from cnnviz.spec import RunSpec
from cnnviz.ui.loaders import look_again
from tests.dashboard import ROOT
from tests.data.understood import understood
from tests.ui_train.prepared import prepared_run

PAGE = "pages/learn/train.py"


def open_page(run: str | None = None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    if run is not None:
        app.query_params["run"] = run
    app.switch_page(PAGE)
    app.run()
    assert not app.exception
    return app


def markup(app: AppTest) -> str:
    """Everything the page says, as the browser gets it."""
    elements = [*app.markdown, *app.caption, *app.error, *app.warning, *app.info, *app.get("html")]
    return "\n".join(str(one.value) for one in elements if "<style>" not in str(one.value))


def words(app: AppTest) -> str:
    """Everything the page says, as people read it: without the escapes."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markup(app)).replace("\u2060", "")


def numbers(app: AppTest) -> list[str]:
    return [str(one.value) for one in app.get("html") if "train-cells" in str(one.value)]


def has(app: AppTest, key: str) -> bool:
    return any((button.key or "").startswith(key) for button in app.button)


def press(app: AppTest, key: str) -> AppTest:
    button = next(button for button in app.button if (button.key or "").startswith(key))
    button.click().run()
    assert not app.exception
    return app


def fill(app: AppTest, label: str, value: float) -> AppTest:
    next(one for one in app.number_input if one.label == label).set_value(value).run()
    assert not app.exception
    return app


def choose(app: AppTest, label: str, value: str) -> AppTest:
    next(one for one in app.selectbox if one.label == label).set_value(value).run()
    assert not app.exception
    return app


def start_button(app: AppTest) -> bool:
    return not next(button for button in app.button if button.label == "Start training").disabled


def the_only_run(home: Path) -> RunSpec:
    (run_id,) = RunStore(home, bundled=home / "none").ids()
    return RunStore(home).get(run_id).spec


@pytest.fixture
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs wait in the queue; no test here needs a process that trains them."""
    monkeypatch.setattr("cnnviz.training.launcher.ensure_worker", lambda store: None)


def test_nothing_yet_shows_the_reference_network_and_what_will_appear() -> None:
    app = open_page()
    assert "167,562 parameters" in "".join(numbers(app))
    assert "comes alive" in words(app)
    assert start_button(app)


def test_an_edit_changes_the_table_at_once() -> None:
    app = press(open_page(), "train-layer-2")
    before = numbers(app)
    fill(app, "Filters", 128)
    assert "13×13×128" in "".join(numbers(app))
    assert numbers(app) != before
    assert any(button.label == "Convolution 128 · 3×3" for button in app.button)


def test_layers_are_added_moved_copied_and_removed() -> None:
    app = open_page()
    app.get("menu_button")[0].set_value("Dropout").run()
    labels = [button.label for button in app.button if (button.key or "").startswith("train-layer-")]
    assert labels[-1] == "Dropout 25 %"
    press(app, "train-up")
    press(app, "train-copy")
    press(app, "train-remove")
    labels = [button.label for button in app.button if (button.key or "").startswith("train-layer-")]
    assert labels[-2:] == ["Dropout 25 %", "Dense 64"]


def test_a_network_that_cannot_work_says_so_and_does_not_start() -> None:
    app = choose(open_page(), "Data set", "digits")
    (said,) = [error.value for error in app.error]
    assert "pooling" in said
    assert "does not fit" in said
    assert not start_button(app)
    press(app, "train-smallest")
    assert not app.error
    assert start_button(app)


@pytest.mark.parametrize(("label", "value"), [("Learning rate", 0.0), ("Batch", 100_000), ("Epochs", 0)])
def test_a_number_that_cannot_be_is_refused_in_words_and_goes_back(label: str, value: float) -> None:
    app = open_page()
    before = next(one.value for one in app.number_input if one.label == label)
    fill(app, label, value)
    (said,) = [error.value for error in app.error]
    assert "cannot be used" in said
    assert next(one.value for one in app.number_input if one.label == label) == before


def test_the_preset_begins_anew_for_the_data_set() -> None:
    app = fill(open_page(), "Epochs", 3)
    choose(app, "Begin with", "regularised")
    assert next(one for one in app.number_input if one.label == "Epochs").value == 20
    assert sum((button.key or "").startswith("train-layer-") for button in app.button) == 25


def test_settings_survive_a_page_change() -> None:
    app = fill(open_page(), "Epochs", 3)
    app.switch_page("pages/start/home.py").run()
    app.switch_page(PAGE).run()
    assert next(one for one in app.number_input if one.label == "Epochs").value == 3


def test_start_makes_one_run_with_the_settings_and_shows_it(home: Path, no_workers: None) -> None:
    app = fill(open_page(), "Epochs", 3)
    press(app, "train-start-")
    spec = the_only_run(home)
    assert (spec.preset, spec.train.epochs, spec.data.name) == ("two-conv", 3, "cifar10-sample")
    assert app.query_params["run"]
    assert has(app, "train-stop")
    assert "Its turn is now" in words(app)


def test_shares_are_entered_as_percentages(home: Path, no_workers: None) -> None:
    app = fill(fill(open_page(), "Shift (%)", 12.5), "Validation (%)", 29)
    press(app, "train-start-")
    spec = the_only_run(home)
    assert (spec.train.augmentation.shift, spec.data.validation) == (0.125, 0.29)


def test_the_same_start_in_two_tabs_is_one_run(home: Path, no_workers: None) -> None:
    first, second = open_page(), open_page()
    press(first, "train-start-")
    press(second, "train-start-")
    assert the_only_run(home)
    assert first.query_params["run"] == second.query_params["run"]


def test_start_says_why_a_read_only_home_cannot_be_used(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page()
    home.parent.mkdir(exist_ok=True)
    home.write_text("a file where the home should be")
    press(app, "train-start-")
    assert any("cannot write" in error.value.lower() for error in app.error)
    assert "run" not in app.query_params


def test_running_shows_where_it_is_and_can_be_stopped(home: Path) -> None:
    run = prepared_run(home, "running", images_per_second=8900.4, seconds_left=41.2)
    app = open_page(run.id)
    assert "epoch 3 of 4 · 8,900 images/s · 41 s left" in words(app)
    press(app, "train-stop")
    assert (run.folder / "stop").exists()
    assert "stopping" in words(app)
    assert next(button for button in app.button if button.key == "train-stop").disabled


def test_before_its_first_step_it_shows_how_far_it_is(home: Path) -> None:
    message = "Passing images through the frozen layers: 340 of 1,120."
    run = prepared_run(home, "running", epochs_done=0, message=message, prepared=0.3)
    app = open_page(run.id)
    assert message.removesuffix(".") in words(app)
    assert "getting ready" not in words(app)
    assert [bar.proto.value for bar in app.get("progress")] == [30, 30]  # the page's and the sidebar's


def test_waiting_says_for_what_and_how_many_come_before(home: Path) -> None:
    training = prepared_run(home, "running")
    training.rename("the *first*")
    prepared_run(home, "queued", epochs_done=0)
    last = prepared_run(home, "queued", epochs_done=0)
    app = open_page(last.id)
    assert "Waiting for the \\*first\\* to end" in markup(app)
    assert "1 more run is before this one" in words(app)


def test_completed_shows_the_test_accuracy_and_what_to_do_next(home: Path) -> None:
    app = open_page(prepared_run(home, "completed", epochs_done=4).id)
    assert "91.2 %" in words(app)
    assert "of 360 test images" in words(app)
    assert has(app, "train-another")
    assert not has(app, "train-stop")
    assert not has(app, "train-resume")


@pytest.mark.parametrize(
    ("state", "said", "resumable"),
    [
        ("stopped", "Stopped in epoch 3 of 4", True),
        ("failed", "Failed in epoch 3 of 4", True),
        ("diverged", "Diverged in epoch 3 of 4", False),
        ("interrupted", "Interrupted in epoch 3 of 4", True),
    ],
)
def test_an_ended_run_says_how_and_offers_the_way_out(home: Path, state: str, said: str, resumable: bool) -> None:
    app = open_page(prepared_run(home, state, message="<i>The disk</i> is full.").id)
    assert said in words(app)
    assert has(app, "train-resume") is resumable
    assert has(app, "train-slower") is (state == "diverged")
    assert "<i>" not in markup(app)


@pytest.mark.parametrize(
    ("epochs_done", "said"), [(2, "**Resume** goes on from its last checkpoint."), (0, "**Resume** begins it.")]
)
def test_what_resume_does_is_said(home: Path, epochs_done: int, said: str) -> None:
    assert said in words(open_page(prepared_run(home, "stopped", epochs_done=epochs_done).id))


def test_a_diverged_run_is_set_up_again_with_a_tenth_of_the_rate(home: Path) -> None:
    app = press(open_page(prepared_run(home, "diverged").id), "train-slower")
    assert "run" not in app.query_params
    assert next(one for one in app.number_input if one.label == "Learning rate").value == pytest.approx(1e-4)


def test_start_another_loads_the_settings(home: Path) -> None:
    app = press(open_page(prepared_run(home, "completed").id), "train-another")
    assert next(one for one in app.number_input if one.label == "Epochs").value == 4
    assert next(one for one in app.selectbox if one.label == "Data set").value == "digits"
    assert "Newest run: one-conv" in words(app)


def test_resume_puts_the_run_into_the_queue(home: Path, no_workers: None) -> None:
    run = prepared_run(home, "stopped", epochs_done=0, prepared=0.3)
    app = press(open_page(run.id), "train-resume")
    assert (run.state, run.status.prepared) == ("queued", 0)
    assert has(app, "train-stop")


def answer(app: AppTest, opener: str, label: str) -> None:
    """Press a button of the dialog that another button opens; in a whole run both have to be down."""
    next(button for button in app.button if button.label == label and button.key != opener).click()
    press(app, opener)


def test_rename_asks_for_the_name_and_shows_it_as_text(home: Path) -> None:
    run = prepared_run(home, "completed")
    app = press(open_page(run.id), "train-rename")
    next(one for one in app.text_input if one.key == "train-rename-name").set_value("<b>mine</b>")
    answer(app, "train-rename", "Rename")
    assert run.name == "<b>mine</b>"
    assert "<b>mine</b>" in words(app)
    assert "<b>mine" not in markup(app)


def test_delete_asks_first_and_leads_back(home: Path) -> None:
    run = prepared_run(home, "completed")
    app = press(open_page(run.id), "train-delete")
    assert run.folder.exists()
    answer(app, "train-delete", "Delete")
    assert not run.folder.exists()
    assert "run" not in app.query_params
    assert start_button(app)


@pytest.mark.parametrize("link", ["../../etc", "<script>alert(1)</script>", "20990101-000000-gone-0000"])
def test_a_bad_link_is_a_sentence_with_a_way_back(link: str) -> None:
    app = open_page(link)
    assert len(app.error) == 1
    assert "<script>" not in app.error[0].value
    assert any(one.proto.label == "Set up a run" for one in app.get("page_link"))


def test_a_damaged_run_is_a_sentence(home: Path) -> None:
    run = prepared_run(home, "completed")
    (run.folder / "spec.json").write_text('{"format": 2}')
    app = open_page(run.id)
    assert "update cnnviz" in app.error[0].value


def test_a_run_without_its_files_is_still_shown(home: Path) -> None:
    run = prepared_run(home, "completed")
    for name in ("events.jsonl", "live.npz", "evaluation.json"):
        (run.folder / name).unlink()
    assert "Completed" in words(open_page(run.id))


def test_epochs_say_that_they_stretch_a_schedule(home: Path) -> None:
    said = "another number of epochs changes the rate of every step"
    app = open_page()
    assert f"One cycle: over the whole run the rate rises to this one and falls again; {said}" in words(app)
    choose(app, "Learning rate over the run", "cosine")
    assert f"Cosine: over the whole run the rate falls from this one to 0; {said}" in words(app)
    choose(app, "Learning rate over the run", "constant")
    assert said not in words(app)


def test_a_data_set_that_brings_validation_images_has_a_switch_for_them(home: Path) -> None:
    keep(understood(parts=["train", "train", "validation", "test"] * 15), "mine", home)
    look_again()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    app.query_params["data"] = "mine"
    app.switch_page(PAGE)
    app.run()
    assert not app.exception
    (own,) = [one for one in app.toggle if one.label == "Its 15 validation images"]
    assert own.value is True
    assert not [one for one in app.number_input if one.label.startswith("Validation")]
    own.set_value(False).run()
    assert app.session_state["cnnviz.train.editor"].draft.data.validation == 0
    (own,) = [one for one in app.toggle if one.label == "Its 15 validation images"]
    own.set_value(True).run()
    assert app.session_state["cnnviz.train.editor"].draft.data.validation == 0.1
