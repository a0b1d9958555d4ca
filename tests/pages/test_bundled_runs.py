"""Every page in a fresh home, where there are only the runs that come with cnnviz and no full CIFAR-10."""

from importlib.resources import files
from pathlib import Path

import pytest

from cnnviz.ui import loaders
from tests.dashboard import ROOT
from tests.pages.looked import opened

PAGES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "pages").glob("*/*.py"))
OF_A_RUN = {"time_machine", "kernels", "feature_maps", "convolution", "attribution", "report", "mistakes", "map"}


@pytest.fixture(autouse=True)
def as_installed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_BUNDLED", str(files("cnnviz") / "assets" / "runs"))
    loaders.look_again()


@pytest.mark.parametrize("page", PAGES)
def test_it_has_something_to_show(page: str, home: Path) -> None:
    at = opened(page)
    assert not [error.value for error in at.error]
    assert not [info.value for info in at.info]
    if Path(page).stem in OF_A_RUN:
        assert "".join(at.query_params["run"]).startswith("bundled-")
    assert not (home / "runs").exists()
