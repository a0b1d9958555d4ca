"""What the pages that look inside share: the pinned bar, its images, and models that are ready when they are."""

from cnnviz.ui.look.images import choose_image, read_image, test_split
from cnnviz.ui.look.models import arrays_of, keep_place, keras_ready, model, wait_for_keras
from cnnviz.ui.look.pinned import Pinned, link, pinned_bar, switch
from cnnviz.ui.look.travel import rerun

__all__ = [
    "Pinned",
    "arrays_of",
    "choose_image",
    "keep_place",
    "keras_ready",
    "link",
    "model",
    "pinned_bar",
    "read_image",
    "rerun",
    "switch",
    "test_split",
    "wait_for_keras",
]
