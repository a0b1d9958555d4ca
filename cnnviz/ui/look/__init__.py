"""What the pages that look inside share: the pinned bar, its images, and models that are ready when they are."""

from cnnviz.ui.look.images import choose_image, read_image, test_split
from cnnviz.ui.look.models import keep_place, keras_ready, model, shown_snapshot, wait_for_keras, weights
from cnnviz.ui.look.pinned import Pinned, link, pinned_bar, switch
from cnnviz.ui.look.travel import rerun

__all__ = [
    "Pinned",
    "choose_image",
    "keep_place",
    "keras_ready",
    "link",
    "model",
    "pinned_bar",
    "read_image",
    "rerun",
    "shown_snapshot",
    "switch",
    "test_split",
    "wait_for_keras",
    "weights",
]
