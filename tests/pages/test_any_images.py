"""Every page that looks, judges or uses, on images of every kind: grey, large, of two classes or a hundred, few."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data import load_dataset
from cnnviz.runs import Run
from cnnviz.training.execute import train
from cnnviz.ui import jobs
from tests.any_images import KINDS, imported
from tests.classify_page import picture, uploaded
from tests.look_fixtures import keras_imported
from tests.pages.looked import figures, opened

__all__ = ["keras_imported"]

LOOKED_AT = (
    "grey 28x28",
    "100x100, two classes, one output",
    "224x224",
    "100 classes",
    "95:5",
    "40 pictures",
)


def shown(page: str, **query: str) -> AppTest:
    """Open a page and wait for what it makes beside it; it says nothing is wrong, and draws something."""
    at = opened(page, **query)
    for _ in range(4):
        known = [*jobs._jobs()._known.values()]
        for one in known:
            ended = one.wait(60)
            assert ended.state == "done", ended.error
        at.run()
        if known == [*jobs._jobs()._known.values()]:
            break
    assert not at.exception
    assert [one.value for one in at.error] == []
    assert figures(at)
    return at


@pytest.mark.parametrize("name", LOOKED_AT)
def test_every_page_opens(name: str, keras_imported: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs._jobs.clear()
    kind = KINDS[name]
    run: Run = train(imported(kind, home, monkeypatch), home)
    assert run.status.state == "completed"
    for page in ("look/kernels", "look/feature_maps", "judge/report", "judge/map"):
        shown(f"pages/{page}.py", run=run.id)
    shown("pages/look/attribution.py", run=run.id, image="test-0")
    shown("pages/judge/mistakes.py", run=run.id, show="all", image="test-0")
    image = np.asarray(load_dataset("mine").test.images[0])
    at = uploaded(opened("pages/use/classify.py", run=run.id), [("mine.png", picture(image), "image/png")])
    assert [one.value for one in at.error] == []
    [verdict] = [one for one in figures(at) if one.get("state")]
    assert verdict["state"] == "answered"
    assert verdict["word"].startswith("class ")  # "class 0 rather than class 1" of two
