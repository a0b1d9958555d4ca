"""Links that cannot be right, on every page that looks inside: a sentence and a way back, never a traceback."""

import re
from pathlib import Path

import numpy as np
import pytest

from cnnviz.runs import Run
from tests.components import data_of
from tests.look_fixtures import looked_at, trained_home
from tests.pages.looked import opened, refused, words

__all__ = ["looked_at", "trained_home"]

PAGES = ("kernels", "feature_maps", "convolution")
HTML = "<img src=x onerror=alert(1)>"
MARKDOWN = "[here](http://x.example) **bold** :red[x] $x$"
LONG = "9" * 5000
UNESCAPED = re.compile(r"(?<!\\)[<\[*$`]")  # what Markdown would make something of

WRONG = {
    "run": ["../../etc/passwd", HTML, "20260101-000000-gone", LONG, "%00", "a" * 80],
    "snapshot": ["-1", "99", "1e3", HTML, MARKDOWN, LONG],
    "image": ["test-60", "test-99999999999", "test--1", "upload-00000000", "upload-../x", HTML, MARKDOWN, LONG],
    "layer": ["conv2d_9", "rescaling", HTML, MARKDOWN, LONG],
    "filter": ["4", "-1", "0.5", HTML, MARKDOWN, LONG],
}


def check(page: str, name: str, value: str) -> None:
    sentence = refused(opened(f"pages/look/{page}.py", **{name: value}))
    assert not UNESCAPED.search(sentence)
    assert len(sentence) < 700


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_link_ends_in_one_sentence_and_a_way_back(looked_at: Run, name: str) -> None:
    for value in WRONG[name]:
        check("kernels", name, value)


@pytest.mark.parametrize("page", PAGES[1:])
def test_so_it_does_on_every_page(looked_at: Run, page: str) -> None:
    for name in WRONG:
        check(page, name, HTML + MARKDOWN)


@pytest.mark.parametrize("page", PAGES)
def test_choices_that_do_not_exist_are_passed_over(looked_at: Run, page: str) -> None:
    wrong = dict.fromkeys(("view", "inputs", "scale", "sort", "channel", "order", "colours", "show", "beside"), HTML)
    at = opened(f"pages/look/{page}.py", **wrong, part=HTML, pixel="99999-<b>", unknown=LONG)
    assert not at.error


@pytest.mark.parametrize("page", PAGES)
def test_a_layer_of_another_run_is_told_from_those_there_are(looked_at: Run, home: Path, page: str) -> None:
    at = opened(f"pages/look/{page}.py", run=looked_at.id, layer="conv2d_7", filter="31")
    assert "which has" in refused(at)
    assert "conv2d" in refused(at)


@pytest.mark.parametrize("page", PAGES)
def test_a_run_without_its_data_set_says_so_and_still_opens_the_chooser(looked_at: Run, home: Path, page: str) -> None:
    (home / "datasets" / "tiny.npz").unlink()
    at = opened(f"pages/look/{page}.py")
    assert "is not on this machine" in refused(at)


@pytest.mark.parametrize("page", PAGES)
def test_names_with_html_are_shown_as_text(looked_at: Run, page: str) -> None:
    looked_at.rename("<b>bold</b> [link](http://x.example)")
    at = opened(f"pages/look/{page}.py")
    assert not at.error
    assert "<b>" not in words(at)
    assert any("<b>bold</b>" in option for option in at.selectbox(key="pinned-run").options)  # shown as text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("layer", ["conv2d_1", "probabilities"])
def test_weights_that_are_no_numbers_are_told(looked_at: Run, page: str, layer: str) -> None:
    last = looked_at.snapshots()[-1].number
    path = looked_at.folder / "snapshots" / f"{last:04d}.npz"
    with np.load(path) as arrays:
        broken = {name: np.full_like(arrays[name], np.nan) for name in arrays.files}
    np.savez(path, **broken)
    query = {"layer": layer} if layer != "probabilities" or page != "kernels" else {}
    at = opened(f"pages/look/{page}.py", snapshot=str(last), **query)
    assert "the training diverged" in at.warning[0].value
    assert "is dead" not in words(at)  # it is not, it is broken
    for one in at.get("bidi_component"):
        data_of(one, parse_constant=pytest.fail)  # a browser knows no NaN in JSON
