"""The Mistakes page as AppTest runs it, and the run that its tests look at."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from cnnviz.runs import Run
from tests.components import data_of
from tests.dashboard import ROOT
from tests.evaluation.made import ended_run, guesses, with_snapshots, write_dataset

PAGE = "pages/judge/mistakes.py"
LABELS = np.random.default_rng(0).integers(0, 4, 300)
CHANCES = guesses(LABELS, 4)
WRONG = CHANCES.argmax(1) != LABELS


def opened(**query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    at.switch_page(PAGE)
    at.query_params.update(query)
    at.run()
    assert not at.exception
    return at


def components(at: AppTest) -> list[dict[str, Any]]:
    return [data_of(one) for one in at.main.get("bidi_component")]


def grid(at: AppTest) -> dict[str, Any]:
    [found] = [data for data in components(at) if "indices" in data]
    return found


def indices(at: AppTest) -> NDArray[np.uint32]:
    return np.frombuffer(base64.b64decode(grid(at)["indices"]), "<u4")


def words(at: AppTest) -> str:
    assert not at.exception
    return "\n".join(str(one.value) for one in (*at.markdown, *at.caption, *at.info, *at.error))


def asked(at: AppTest) -> dict[str, str]:
    """What stands in the URL."""
    return {name: value if isinstance(value, str) else value[-1] for name, value in at.query_params.items()}


@pytest.fixture
def run(home: Path) -> Run:
    """A completed run of 300 images with three snapshots, and its data set."""
    write_dataset(home, LABELS, 4)
    return with_snapshots(ended_run(home, LABELS, CHANCES), [guesses(LABELS, 4, 5), guesses(LABELS, 4, 6), CHANCES])
