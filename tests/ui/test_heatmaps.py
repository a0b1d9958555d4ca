"""A heatmap as a picture beside others."""

import numpy as np

from cnnviz.explain.heatmap import Verdict, heatmap
from cnnviz.ui.components.heatmaps import Panel


def test_the_scale_says_what_its_end_stands_for() -> None:
    verdict = Verdict(0, 0, 1.0, 0.5, True)
    raw = np.arange(1.0, 101.0).reshape(10, 10)
    assert Panel.of("", heatmap(raw, "gradcam", verdict, "")).high == "100"
    assert (
        Panel.of("", heatmap(raw, "saliency", verdict, "", cap=90)).high == "≥ 91"
    )  # ten pixels are as bright as can be
    assert Panel.of("", heatmap(-raw, "gradcam", verdict, "nothing")).high == ""
