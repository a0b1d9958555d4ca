"""The Time machine page without a browser: nothing yet, a run, a run whose data set is gone, bad links."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.runs import Run
from tests.components import data_of
from tests.dashboard import ROOT
from tests.replay.made import trained
from tests.training.helpers import wait_until
from tests.ui.made import failed_run

PAGE = "pages/learn/time_machine.py"


def open_page(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(PAGE)
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return "\n".join(str(one.value) for one in [*app.markdown, *app.error, *app.info, *app.caption]).replace("\\", "")


def sent(app: AppTest) -> dict[str, Any]:
    """What the browser gets of the time machine."""
    machines = [one for one in app.get("bidi_component") if one.proto.component_name.endswith("time_machine")]
    assert len(machines) == 1
    value: dict[str, Any] = data_of(machines[0])
    return value


@pytest.fixture
def run(home: Path) -> Run:
    return trained(home)


def test_nothing_yet_says_what_to_do() -> None:
    app = open_page()
    assert app.info or app.get("bidi_component")  # the runs that come with cnnviz, where there are some


def test_a_run_opens_at_its_end_and_a_link_where_it_says(run: Run) -> None:
    last = run.snapshots()[-1].number
    data = sent(open_page(run=run.id, image="test-3"))
    assert data["start"] == last
    assert data["base"]["numbers"] == list(range(last + 1))
    assert data["base"]["confusion"]["classes"] == 4
    app = open_page(run=run.id, image="test-3", snapshot="1")
    assert sent(app)["start"] == 1
    assert app.query_params["snapshot"] == "1"


def test_what_needs_keras_comes_when_it_is_ready(run: Run) -> None:
    app = open_page(run=run.id, image="test-3")
    inner = wait_until(lambda: sent(app.run())["inner"], "the image's replay")
    assert [layer["words"]["title"] for layer in inner["layers"]] == [
        "Maps of conv2d_1",
        "Maps of activation_1",
    ]
    assert len(inner["probabilities"]["shares"]) == len(run.snapshots())
    assert not sent(app)["waiting"]["busy"]


def test_a_snapshot_without_weights_is_not_carried_here(run: Run) -> None:
    last = run.snapshots()[-1].number
    (run.folder / "snapshots" / "0001.npz").unlink()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update({"run": run.id, "snapshot": "1"})
    app.switch_page("pages/judge/report.py").run()
    assert app.selectbox(key="pinned-snapshot").value == 1
    app.query_params.clear()
    app.switch_page(PAGE).run()
    assert not app.error
    assert sent(app)["start"] == last
    assert 1 not in sent(app)["base"]["numbers"]


@pytest.mark.parametrize("snapshot", ["99", "-1", "<b>", "1.5", "9" * 20])
def test_a_snapshot_that_is_not_there_ends_in_a_sentence(run: Run, snapshot: str) -> None:
    app = open_page(run=run.id, image="test-3", snapshot=snapshot)
    assert "choose one of these" in words(app)
    assert not app.get("bidi_component")
    assert [link.proto.label for link in app.get("page_link")][-1] == "Open the time machine anew"


@pytest.mark.parametrize(("image", "says"), [("test-99999", "test image 99999"), ("zzz", "which is none")])
def test_an_image_that_is_not_there_leaves_the_rest(run: Run, image: str, says: str) -> None:
    app = open_page(run=run.id, image=image)
    assert says in words(app)
    assert sent(app)["base"]["kernels"]["filters"] == 5
    assert "image" not in app.query_params  # a reload shows another one
    assert [link.proto.label for link in app.get("page_link")][-1] == "Look at the first test image"


def test_without_the_data_set_the_rest_is_there(run: Run, home: Path) -> None:
    (home / "datasets" / "tiny.npz").unlink()
    app = open_page(run=run.id)
    assert "is not on this machine" in words(app)
    data = sent(app)
    assert "is not on this machine" in data["base"]["confusion"]["missing"]
    assert data["base"]["kernels"]["filters"] == 5
    assert data["base"]["photo"] is None
    assert "Choose an image" in data["waiting"]["text"]


def test_a_run_without_snapshots_says_so(home: Path, run: Run) -> None:
    app = open_page(run=failed_run(home).id)
    assert "no snapshot to replay yet" in words(app)
