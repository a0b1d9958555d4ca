"""The first screen of a fresh home: what the best network that came with cnnviz makes of a photo."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data.example_photos import example_photo
from cnnviz.files import write_json
from cnnviz.inference.crops import prepare_photo
from cnnviz.runs import Run
from cnnviz.runs.showcase import SHOWCASE, Showcase, ShownLayer, packed_showcase
from cnnviz.ui import loaders
from tests.components import data_of
from tests.dashboard import ROOT
from tests.pages.test_home import opened, words
from tests.ui.made import finished_run

CHANCES = np.array([0, 0, 0.125, 0, 0, 0, 0, 0.5, 0.25, 0.125])


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    loaders.look_again()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return finished_run(tmp_path_factory.mktemp("trained") / "home", "seven")


@pytest.fixture
def bundled(trained: Run) -> Run:
    return came(trained, "bundled-seven", accuracy=0.75)


def came(trained: Run, run_id: str, accuracy: float, example: str = "cat") -> Run:
    """Put a copy of a run where those lie that come with cnnviz, and beside it what it makes of a photo."""
    folder = Path(os.environ["CNNVIZ_BUNDLED"]) / run_id
    shutil.copytree(trained.folder, folder)
    write_json(folder / "evaluation.json", {"n_test": 4, "n_mistakes": 1, "accuracy": accuracy, "loss": 1.0})
    maps = np.arange(6 * 6 * 3, dtype=np.float32).reshape(6, 6, 3)
    showcase = Showcase(
        example=example,
        image=prepare_photo(example_photo("cat").pixels, (8, 8, 1)),
        probabilities=CHANCES,
        layers=(ShownLayer("conv2d_1", (6, 6, 16), np.array([1, 4, 9]), maps),),
    )
    (folder / SHOWCASE).write_bytes(packed_showcase(showcase))
    return Run(folder, bundled=True)


def drawn(at: AppTest, key: str) -> dict[str, Any]:
    """The data of the only component that has such a key."""
    [found] = [one for one in map(as_json, at.get("bidi_component")) if key in one]
    return found


def as_json(component: Any) -> dict[str, Any]:
    values: dict[str, Any] = data_of(component)
    return values


def test_a_fresh_home_shows_what_a_network_makes_of_a_photo(bundled: Run) -> None:
    at = opened()
    said = drawn(at, "word")
    assert (said["word"], said["share"], said["title"]) == ("7", "50 %", "seven says")
    assert [(bar["name"], bar["percent"]) for bar in said["bars"][:2]] == [("7", "50 %"), ("8", "25 %")]
    assert "75 % of the test images" in said["rest"]
    [seen, first] = drawn(at, "rows")["columns"]
    assert (seen["name"], first["name"], first["ids"]) == ("input", "conv2d_1", [1, 4, 9])
    assert r"A cat. Stéfan van der Walt\, CC0." in words(at)
    assert len(at.get("image")) == 2  # the photo, and the spark-line of its run


def test_its_headings_pin_that_network_and_photo_on_other_pages(bundled: Run) -> None:
    links = [link.proto for link in opened().get("page_link")]
    pages = {link.page: link.query_string for link in links[:4]}
    assert set(pages) == {"classify", "kernels", "feature_maps", "attribution"}
    assert set(pages.values()) == {f"run={bundled.id}&image=example-cat"}


def test_runs_that_came_with_cnnviz_are_in_the_list(bundled: Run) -> None:
    at = opened()
    assert at.subheader[0].value == "Runs"
    assert "came with cnnviz" in words(at)


def test_the_one_that_gets_most_right_is_shown(trained: Run, bundled: Run) -> None:
    better = came(trained, "bundled-better", accuracy=0.875)
    came(trained, "bundled-unknown-photo", accuracy=0.9, example="nothing")
    torn = came(trained, "bundled-torn", accuracy=0.95)
    (torn.folder / SHOWCASE).write_bytes(b"PK")
    (came(trained, "bundled-without", accuracy=1.0).folder / SHOWCASE).unlink()
    assert {link.proto.query_string.split("&")[0] for link in opened().get("page_link")[:4]} == {f"run={better.id}"}


def test_with_nothing_to_show_there_are_pictures(bundled: Run) -> None:
    (bundled.folder / SHOWCASE).unlink()
    at = opened()
    assert "Real photographs of 32×32 pixels" in words(at)
    assert "came with cnnviz" in words(at)


def test_ones_own_run_comes_first(home: Path, bundled: Run) -> None:
    own = measured(finished_run(home, "mine"), accuracy=0.6)
    at = opened()
    assert "**mine** on digits: completed 1 epoch" in words(at)
    links = [link.proto.query_string for link in at.get("page_link")]
    assert links == [f"run={own.id}", f"run={bundled.id}"]


def test_it_waits_for_no_tensorflow_and_no_pandas(bundled: Run) -> None:
    script = f"""
import sys
from streamlit.testing.v1 import AppTest
at = AppTest.from_file({str(ROOT / "app.py")!r}, default_timeout=60).run()
unwanted = {{"keras", "tensorflow", "pandas"}} & set(sys.modules)
print(bool(at.exception), len(at.get("bidi_component")), sorted(unwanted))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "False 3 []", done.stderr


# --- one bad run does not take over -----------------------------------------------------------------------------------


def measured(run: Run, accuracy: float) -> Run:
    """Let its report say so."""
    wrong = round(1000 * (1 - accuracy))
    write_json(run.folder / "evaluation.json", {"n_test": 1000, "n_mistakes": wrong, "accuracy": accuracy, "loss": 1.0})
    return run


def door(key: str) -> str:
    """Where a door leads: the run in the address of the page behind it."""
    at = opened()
    at.button(key=key).click().run()
    assert not at.exception
    value = at.query_params["run"]
    return value if isinstance(value, str) else value[-1]


def test_a_run_near_chance_shows_nothing_where_there_is_better(home: Path, bundled: Run) -> None:
    measured(finished_run(home, "rate 5"), accuracy=0.1)
    at = opened()
    assert drawn(at, "word")["title"] == "seven says"
    assert "**rate 5** on digits" not in words(at)
    assert "**10 %** of test images right".replace(" %", "\u00a0%") in words(at)  # it is in the list
    assert {door("home-look"), door("home-try")} == {bundled.id}


def test_the_best_of_ones_own_runs_is_shown_not_the_newest(home: Path, bundled: Run) -> None:
    good = measured(finished_run(home, "good"), accuracy=0.9)
    measured(finished_run(home, "worse"), accuracy=0.5)
    assert "**good** on digits" in words(opened())
    assert {door("home-look"), door("home-try")} == {good.id}


def test_a_pinned_run_comes_first_until_it_is_unpinned(home: Path, bundled: Run) -> None:
    good = measured(finished_run(home, "good"), accuracy=0.9)
    bad = measured(finished_run(home, "bad"), accuracy=0.1)
    at = opened()
    at.button(key=f"pin-{bad.id}").click().run()
    assert "**bad** on digits" in words(at)
    assert {door("home-look"), door("home-try")} == {bad.id}
    at.button(key=f"pin-{bundled.id}").click().run()
    assert drawn(at, "word")["title"] == "seven says"
    assert door("home-look") == bundled.id
    at.button(key=f"pin-{bundled.id}").click().run()
    assert "**good** on digits" in words(at)
    assert door("home-try") == good.id


def test_a_pinned_run_that_is_gone_is_passed_over(home: Path, bundled: Run) -> None:
    gone = measured(finished_run(home, "gone"), accuracy=0.9)
    opened().button(key=f"pin-{gone.id}").click().run()
    shutil.rmtree(gone.folder)
    loaders.look_again()
    assert drawn(opened(), "word")["title"] == "seven says"
    assert door("home-look") == bundled.id
