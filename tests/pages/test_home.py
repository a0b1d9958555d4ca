import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.passcode import PASSCODE_VARIABLE
from cnnviz.runs import Run
from cnnviz.spec import RunSpec, preset
from cnnviz.ui import loaders
from tests.dashboard import ROOT
from tests.ui.made import failed_run, finished_run, running_run, waiting_run


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Nothing remembered from another test."""
    loaders.look_again()


def opened() -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    return "\n".join(str(element.value) for element in (*at.markdown, *at.caption))


def test_without_any_run_there_are_pictures_and_three_doors() -> None:
    at = opened()
    assert at.title[0].value == "See what a neural network sees"
    assert "Real photographs of 32×32 pixels" in words(at)
    assert [button.key for button in at.button] == ["home-train", "home-look", "home-try"]
    assert not at.subheader


@pytest.mark.parametrize(("door", "said"), [("home-look", "no trained network to look into"), ("home-try", "photo")])
def test_the_doors_lead_on(door: str, said: str) -> None:
    at = opened()
    at.button(key=door).click().run()
    assert not at.exception
    assert not at.title
    assert said in "\n".join([words(at), *(str(info.value) for info in at.info)])


def test_a_finished_run_is_shown_with_what_it_sees(home: Path) -> None:
    run = finished_run(home, "my **first** <b>run</b>")
    at = opened()
    name = r"my \*\*first\*\* \<b\>run\<\/b\>"
    assert f"**{name}** on digits: completed 1 epoch, **" in words(at)
    assert "of test images right" in words(at)
    [row] = at.get("page_link")
    assert row.proto.label == f"**{name}**"
    assert not row.proto.help
    assert "digits · today " in words(at)
    assert r"one\-conv\, 1 epoch\, 200 images" in words(at)
    assert row.proto.query_string == f"run={run.id}"


def test_a_failed_run_is_a_row_and_no_picture(home: Path) -> None:
    failed_run(home)
    at = opened()
    assert "failed" in words(at)
    assert "Real photographs of 32×32 pixels" in words(at)


def test_a_damaged_run_is_said_in_a_sentence_among_the_others(home: Path) -> None:
    failed_run(home, "whole")
    broken = failed_run(home, "broken")
    (broken.folder / "spec.json").write_text("{")
    at = opened()
    assert "has no readable spec" in words(at)
    assert len(at.get("page_link")) == 1


def test_many_runs_have_pages(home: Path) -> None:
    for number in range(8):
        failed_run(home, f"run {number}")
    at = opened()
    assert len(at.get("page_link")) == 6
    at.pagination(key="home-page").set_value(2).run()
    assert len(at.get("page_link")) == 2


def test_a_running_run_is_in_the_sidebar_of_every_page(home: Path) -> None:
    run = running_run(home, "busy *one*")
    waiting_run(home)
    at = opened()
    for page in ("pages/start/home.py", "pages/prepare/data.py"):
        at.switch_page(page).run()
        trains, waits = at.sidebar.get("page_link")
        assert trains.proto.label == r"**busy \*one\***"
        assert trains.proto.query_string == f"run={run.id}"
        assert waits.proto.label == "patient waits"
        assert at.sidebar.progress[0].value == 25


def test_watching_goes_to_the_run_that_trains(home: Path) -> None:
    run = running_run(home)
    at = opened()
    at.button(key="home-train").click().run()
    assert not at.exception
    assert at.query_params["run"] in (run.id, [run.id])


def test_watching_starts_the_usual_run_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(spec: RunSpec, folder: Path) -> Run:
        started.append(spec)
        return waiting_run(folder)

    started: list[RunSpec] = []
    monkeypatch.setattr("cnnviz.ui.train.editor.start", start)
    at = opened()
    for _ in range(2):  # the second click comes from another tab, or from a nervous finger
        at.switch_page("pages/start/home.py").run()
        at.button(key="home-train").click().run()
        assert not at.exception
        assert at.query_params["run"] in (loaders.run_ids()[0], [loaders.run_ids()[0]])
    assert started == [preset("two-conv")]


def test_watching_asks_for_the_passcode_before_it_starts(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSCODE_VARIABLE, "blue bird")
    at = opened()
    at.button(key="home-train").click().run()
    assert not at.exception
    assert at.text_input(key="guard-passcode")
    assert not loaders.run_ids()


def test_a_long_name_is_told_whole_on_hover(home: Path) -> None:
    name = "x" * 80
    failed_run(home, name)
    assert opened().get("page_link")[0].proto.help == name


def test_home_and_data_load_no_tensorflow(home: Path) -> None:
    script = f"""
import sys
from streamlit.testing.v1 import AppTest
at = AppTest.from_file({str(ROOT / "app.py")!r}, default_timeout=60).run()
at.switch_page("pages/prepare/data.py").run()
print(bool(at.exception), [name for name in ("keras", "tensorflow") if name in sys.modules])
"""
    finished: Run = failed_run(home)
    assert finished.state == "failed"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "False []", done.stderr
