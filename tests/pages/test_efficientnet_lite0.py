"""The network that comes along, on every page: something to see, or one sentence that says why not."""

from importlib import import_module
from importlib.resources import files

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui import loaders
from cnnviz.ui.network.models import NEEDED
from tests.pages.looked import captions, opened, words

RUN = "efficientnet-lite0"


def said_on(at: AppTest) -> str:
    """All that a page says, without what keeps names from being markup."""
    written = [str(one.proto.body) for one in at.get("html")]
    told = "\n".join([words(at), captions(at), *written, *(info.value for info in at.info)])
    return told.replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")


@pytest.fixture(autouse=True)
def as_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_BUNDLED", str(files("cnnviz") / "assets" / "runs"))
    loaders.look_again()
    for name in (*NEEDED, "sklearn.metrics"):
        import_module(name)


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("kernels", "Each tile is one 3×3 kernel of stem"),
        ("feature_maps", "A photo: the network sees its centre, made 224×224 pixels."),
        ("convolution", "One output pixel of filter 0 is the sum of 27 products"),
        ("attribution", "What speaks for Egyptian cat"),
    ],
)
def test_it_can_be_looked_into_with_the_example_photos(page: str, said: str) -> None:
    at = opened(f"pages/look/{page}.py", run=RUN)
    assert not at.error
    assert not at.info
    assert "".join(at.query_params["image"]) == "example-cat"
    assert said in said_on(at)


def test_any_photo_gets_one_of_its_names() -> None:
    at = opened("pages/use/classify.py", run=RUN, image="example-coffee")
    assert not at.error
    assert "espresso" in said_on(at)


def test_it_says_what_it_lacks_where_it_would_abstain() -> None:
    at = opened("pages/use/classify.py", run=RUN, image="example-cat")
    at.session_state["classify-fold"] = True
    at.run()
    assert (
        "The network EfficientNet-Lite0 came along without its training images, so nothing says when to abstain, how "
        "far its percentages can be trusted, or which training images are like a photo" in said_on(at)
    )
    assert not [one for one in at.toggle if one.label == "It may abstain"]


@pytest.mark.parametrize("page", ["report", "mistakes", "map", "learning_order"])
def test_judging_says_in_a_sentence_why_there_is_nothing(page: str) -> None:
    at = opened(f"pages/judge/{page}.py", run=RUN)
    assert not at.error
    assert len(at.info) == 1
    assert (
        "The network EfficientNet-Lite0 came along without the images that others trained and tested it on, so there "
        "is nothing to judge. Ask it about photos of yours on Classify, or choose another run above."
    ) in said_on(at)
    assert [one.proto.page for one in at.get("page_link") if one.proto.label == "Ask it about a photo"] == ["classify"]


@pytest.mark.parametrize(
    ("page", "said"),
    [("learn/time_machine", "there is nothing to replay"), ("learn/train", "there are no curves")],
)
def test_it_has_no_past(page: str, said: str) -> None:
    at = opened(f"pages/{page}.py", run=RUN)
    assert not at.error
    assert said in said_on(at)


def test_home_says_that_others_trained_it() -> None:
    at = opened("pages/start/home.py")
    assert "trained elsewhere" in said_on(at)
    assert "completed\n" not in words(at)


def test_it_can_be_compared_and_taken_away() -> None:
    at = opened("pages/judge/compare.py", runs=f"{RUN},bundled-two-conv")
    assert not at.error
    assert "trained by others · measured on no images · came with cnnviz" in said_on(at)
    assert not opened("pages/use/models.py", run=RUN).error


def test_it_is_in_every_list_and_first_in_none() -> None:
    for page in ("look/kernels", "use/classify", "judge/report"):
        at = opened(f"pages/{page}.py")
        options = at.selectbox[0].options
        assert "".join(at.query_params["run"]) != RUN
        assert page == "judge/report" or any(str(one).startswith("EfficientNet-Lite0") for one in options)
