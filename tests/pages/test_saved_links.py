"""Links that people saved: each opens the view that it was made of, whatever the page is built from."""

from importlib import import_module
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.runs import Run
from tests.look import train_look
from tests.look_fixtures import looked_at, trained_home
from tests.pages.looked import opened

__all__ = ["looked_at", "trained_home"]

WIDGETS = ("selectbox", "segmented_control", "pills", "select_slider", "slider", "toggle", "text_input", "multiselect")
RUN = "{run}"

# (page, what the link asks for, what the widgets show by their labels)
LINKS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("prepare/data", {"data": "tiny", "split": "test", "class": "2"}, {"Data set": "tiny", "Split": "test",
        "Class": "2"}),
    ("prepare/data", {"part": "bring"}, {"What to do": "bring"}),
    ("learn/train", {"data": "tiny", "preset": "one-conv"}, {"Data set": "tiny", "Begin with": "one-conv"}),
    ("learn/time_machine", {"run": RUN, "snapshot": "1", "image": "test-7"}, {"Run": RUN}),
    ("look/kernels", {"run": RUN, "snapshot": "1", "image": "test-7", "layer": "conv2d_2", "filter": "5",
        "inputs": "one channel", "channel": "channel 2", "scale": "each its own", "sort": "strongest first"},
        {"Snapshot": 1, "Layer": "conv2d_2", "Filter": 5, "Which input channels": "one channel", "Input channel": 2,
         "One scale for the layer, or one for each kernel": True, "Order": "strongest first"}),
    ("look/kernels", {"layer": "conv2d_1", "view": "green"}, {"Which input channel": "green"}),
    ("look/feature_maps", {"layer": "conv2d_2", "filter": "3", "order": "by number", "colours": "whole network",
        "show": "all", "beside": "two runs", "other_run": "{other}", "other_snapshot": "1"},
        {"Order of the maps": "number", "One colour scale for": "all", "How many maps of a layer": True,
         "Side by side": "run", "The run beside it": "{other}", "Its snapshot": 1}),
    ("look/feature_maps", {"beside": "two images", "other_image": "test-9"}, {"Side by side": "image"}),
    ("look/convolution", {"layer": "conv2d_1", "filter": "2", "part": "playground"}, {"View": "playground"}),
    ("look/convolution", {"layer": "max_pooling2d_1", "filter": "2", "pixel": "1-2"}, {"View": "pooling", "Filter": 2}),
    ("look/attribution", {"layer": "conv2d_1", "class": "1", "methods": "occlusion,gradcam", "check": "gradcam"},
        {"Layer": "conv2d_1", "Methods": ["gradcam", "occlusion"], "Explained class": 1,
         "Does the picture depend on what was learned? Check it with random weights:": "gradcam"}),
    ("look/attribution", {"class": "true"}, {"Explained class": -2}),
    ("judge/report", {"run": RUN, "snapshot": "1", "cell": "2-3", "colours": "mistakes only", "classes": "by label"},
        {"Snapshot": 1, "true class": 2, "predicted class": 3, "Colours for": "mistakes", "Order": "label"}),
    ("judge/mistakes", {"show": "all", "true": "1", "predicted": "2", "confidence": "50-90", "sort": "confidence-low",
        "group": "pair", "image": "test-5"}, {"Show": "all", "True": 1, "Predicted": 2, "Order": "confidence-low",
        "Confidence of the predicted class": (50, 90), "By pair": True}),
    ("judge/map", {"run": RUN, "snapshot": "0", "plane": "tsne", "colour": "right", "hide": "right.3",
        "lasso": "pca.0." + "0a1" * 8}, {"Layout": "tsne", "Colours": "right"}),
    ("judge/learning_order", {"group": "late", "class": "3"}, {"Group": "late", "Class": 3}),
    ("judge/compare", {"runs": "{run},{other}", "of": "training", "by": "seconds"},
        {"Which images": "training", "Over what": "seconds"}),
    ("judge/compare", {"find": "looked", "dataset": ["tiny"]}, {"Find": "looked"}),
    ("use/classify", {"run": RUN, "snapshot": "1", "image": "example-cat", "with": "{other}", "crop": "0.1,0.2,0.6,0.7",
        "dials": "brightness:0.2,rotation:-30", "dial": "brightness", "abstain": "energy-distance-90"},
        {"Run": RUN, "Snapshot": 1, "The run beside it": "{other}", "By": "energy",
         "Answer this share of the validation images": 90}),
    ("use/models", {"part": "bring"}, {"What to do": "bring"}),
    ("use/models", {"run": RUN, "snapshot": "1"}, {"Run": RUN, "Snapshot": 1}),
]  # fmt: skip


def filled(value: Any, names: dict[str, str]) -> Any:
    return value.format(**names) if isinstance(value, str) else value


def shown(at: AppTest) -> dict[str, Any]:
    """What each widget shows, by its label."""
    return {widget.label: widget.value for kind in WIDGETS for widget in at.get(kind)}


@pytest.mark.parametrize(("page", "query", "wanted"), LINKS, ids=[f"{page}-{n}" for n, (page, *_) in enumerate(LINKS)])
def test_a_saved_link_opens_its_view(
    looked_at: Run, page: str, query: dict[str, Any], wanted: dict[str, Any], home: Any
) -> None:
    import_module("sklearn.metrics")  # what needs it is drawn at once
    other = train_look(home, "another", seed=6) if "{other}" in str(query) else looked_at
    names = {"run": looked_at.id, "other": other.id}
    at = opened(f"pages/{page}.py", **{name: filled(value, names) for name, value in query.items()})
    assert not at.error
    assert not [one.value for one in at.warning if "link" in one.value]
    found = shown(at)
    assert {label: found.get(label) for label in wanted} == {
        label: filled(value, names) for label, value in wanted.items()
    }
