"""Every page in a fresh home, where there are only the runs that come with cnnviz and no full CIFAR-10."""

from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest

from cnnviz.ui import derived, loaders
from cnnviz.ui.network.models import NEEDED
from cnnviz.ui.training_images import training_features
from tests.dashboard import ROOT
from tests.pages.looked import captions, figures, opened, words

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


@pytest.fixture
def keras_is_there() -> None:
    for name in NEEDED:
        import_module(name)


def test_kernels_that_never_learned_say_what_they_are(keras_is_there: None) -> None:
    at = opened("pages/look/kernels.py", run="bundled-strong", layer="conv2d_1", filter="0")
    assert "not learned, bias" in words(at)
    assert "moved by" not in words(at)
    assert "They have no history" in words(at)
    assert "These kernels are not learned: they are the directions in which patches of the training images" in captions(
        at
    )
    assert "They look blank because it answers most to an even colour" in captions(at)
    assert "most changed first" not in at.selectbox(key="kernels-sort").options
    deeper = opened("pages/look/kernels.py", run="bundled-strong", layer="conv2d_2", filter="0")
    assert "moved by" in words(deeper)
    assert "as it learned" in captions(deeper)
    assert "most changed first" in deeper.selectbox(key="kernels-sort").options
    start = opened("pages/look/kernels.py", run="bundled-strong", layer="conv2d_2", snapshot="0")
    assert "moved by" not in words(start)


@pytest.mark.parametrize(
    ("layer", "said"),
    [("conv2d_1", "bright is where a filter answers"), ("conv2d_2", "red is where a filter answers, white is zero")],
)
def test_captions_of_maps_follow_their_scale(keras_is_there: None, layer: str, said: str) -> None:
    at = opened("pages/look/kernels.py", run="bundled-strong", layer=layer, filter="0")
    [one] = [data for data in figures(at) if "Its feature map" in data.get("caption", "")]
    assert said in one["caption"]
    assert one["low"].startswith("−") is said.startswith("red")
    large = opened("pages/look/feature_maps.py", run="bundled-strong", layer=layer, filter="0")
    [over] = [data for data in figures(large) if "Where filter 0" in data.get("caption", "")]
    assert said in over["caption"]


def test_the_nearest_training_images_are_found_without_cifar10(keras_is_there: None, home: Path) -> None:
    at = opened("pages/judge/mistakes.py", run="bundled-two-conv", image="test-0", show="all")
    assert "Looks at 4,509 of its training images, those that came with cnnviz" in words(at)
    at.button(key="mistakes-neighbours").click().run()
    run = loaders.open_run("bundled-two-conv")
    going = derived.going(training_features(run.at()))
    assert going is not None
    assert going.wait(120).state == "done"
    at.run()
    [near] = [one for one in figures(at) if "The nearest of 4,509 of its training images" in one.get("caption", "")]
    assert near["count"] == 12


def test_the_time_machine_and_home_say_so_too(keras_is_there: None) -> None:
    at = opened("pages/learn/time_machine.py", run="bundled-strong")
    assert "They stay as they are: this layer's kernels are not learned." in captions(at)
    assert "not learned." not in captions(opened("pages/learn/time_machine.py", run="bundled-two-conv"))
    home_page = captions(opened("pages/start/home.py"))
    assert "made of the training images' patches and not learned; grey is zero" in home_page
    assert "red is where a filter answers, white is zero, blue below zero" in home_page
