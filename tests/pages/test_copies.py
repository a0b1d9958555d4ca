"""Pages in a fresh home with a run that came with cnnviz: its test images are compressed copies, and that is said."""

import shutil
from functools import partial
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data.compact import compact_test
from cnnviz.errors import RunError
from cnnviz.home import datasets_folder
from cnnviz.runs import Run
from cnnviz.ui import loaders
from cnnviz.ui.copies import COPY
from cnnviz.ui.judge.readings import pictures_of
from cnnviz.ui.network import read_image
from cnnviz.ui.sheets import _sheets
from cnnviz.ui.training_images import training_images
from tests import mistakes_page
from tests.copied import bundled_run
from tests.evaluation.made import ended_run, write_dataset
from tests.pages import looked
from tests.pages.looked import figures, words

SAID = "compressed copies; the predictions were made on the exact ones."

order = partial(looked.opened, "pages/judge/learning_order.py")
report = partial(looked.opened, "pages/judge/report.py")
compare = partial(looked.opened, "pages/judge/compare.py")


@pytest.fixture
def run(tmp_path: Path, home: Path) -> Run:
    import_module("sklearn.metrics")
    return bundled_run(tmp_path)


def said_once(at: AppTest) -> None:
    """The copies are told once, with the way to the exact ones."""
    assert not at.error
    assert words(at).count(SAID) == 1
    [link] = [one.proto for one in at.main.get("page_link") if one.proto.label == "Get the exact images"]
    assert link.query_string.endswith("data=cifar10")


def test_mistakes_shows_the_copies_and_says_so_once(run: Run) -> None:
    at = mistakes_page.opened()
    said_once(at)
    assert mistakes_page.grid(at)["names"][:2] == ["airplane", "automobile"]
    source = pictures_of(run)
    assert source is not None
    assert mistakes_page.grid(at)["source"]["address"] == source.address != ""
    assert (source.height, source.width) == (32, 32)
    token = source.address.rsplit("/", 1)[1]
    np.testing.assert_array_equal(_sheets()._named[token](), compact_test().images)


def test_the_sentence_goes_when_the_exact_images_come(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.ui.copies.held_images", lambda run: "exact")
    assert SAID not in words(mistakes_page.opened())


@pytest.mark.parametrize("page", [order, partial(order, group="never"), report])
def test_other_pages_say_it_once_too(page: Any, run: Run) -> None:
    at = page()
    said_once(at)
    assert any("pixels" in one or "source" in one for one in figures(at))


def test_compare_shows_the_images_on_which_two_disagree(run: Run, tmp_path: Path) -> None:
    other = bundled_run(tmp_path, "eight", seed=20)
    at = compare(runs=f"{run.id},{other.id}")
    said_once(at)
    assert "**Only A is right**" in words(at)


def test_a_run_of_two_classes_shows_their_images(tmp_path: Path, home: Path) -> None:
    run = bundled_run(tmp_path, "pets", classes=("dog", "cat"))
    first = int(np.flatnonzero(np.isin(compact_test().labels, [3, 5]))[0])
    chosen = read_image(run, "test-0")
    np.testing.assert_array_equal(chosen.image, compact_test().images[first])
    assert mistakes_page.grid(mistakes_page.opened())["names"] == ["dog", "cat"]


def test_an_image_that_is_looked_at_is_known_for_a_copy(run: Run, home: Path) -> None:
    chosen = read_image(run, "test-17")
    assert chosen.compressed
    np.testing.assert_array_equal(chosen.image, compact_test().images[17])


def test_pages_that_look_inside_say_that_it_is_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_BUNDLED", str(files("cnnviz") / "assets" / "runs"))
    loaders.look_again()
    for page in ("pages/look/kernels.py", "pages/learn/time_machine.py"):
        at = looked.opened(page, run="bundled-two-conv", image="test-17")
        assert not at.error
        assert words(at).count(COPY) == 1
        assert "Get the exact images" in [one.proto.label for one in at.main.get("page_link")]
        assert COPY not in words(looked.opened(page, run="bundled-two-conv", image="example-cat"))


def test_training_images_have_no_copies(run: Run) -> None:
    with pytest.raises(RunError, match=r"training images of cifar10 are not on this machine.*`cnnviz data get"):
        training_images(run)


def test_without_labels_of_its_own_a_run_is_judged_by_the_copies_labels(run: Run, home: Path) -> None:
    path = run.folder / "predictions" / "final.npz"
    arrays = {name: array for name, array in np.load(path).items() if name != "labels"}
    np.savez(path, **arrays)
    wrong = int((arrays["predicted"] != compact_test().labels).sum())
    assert f"{wrong:,} mistakes of 10,000 images" in mistakes_page.grid(mistakes_page.opened())["lead"]


def test_another_absent_data_set_keeps_its_sentence(home: Path) -> None:
    labels = np.arange(40) % 4
    write_dataset(home, labels, 4)
    ended_run(home, labels, np.eye(4)[labels[::-1]])
    shutil.rmtree(datasets_folder(home))
    at = mistakes_page.opened()
    told = at.info[0].value.replace("\\", "")
    assert "is not on this machine, so the images stay empty; import it again with" in told
    assert SAID not in words(at)
