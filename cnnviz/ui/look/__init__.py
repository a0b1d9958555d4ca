"""What the pages that look inside share: images, and models that are ready when they are."""

from cnnviz.ui.look.images import choose_image, read_image, test_split
from cnnviz.ui.look.models import keep_place, keras_ready, model, shown_snapshot, wait_for_keras, weights

__all__ = [
    "choose_image",
    "keep_place",
    "keras_ready",
    "model",
    "read_image",
    "shown_snapshot",
    "test_split",
    "wait_for_keras",
    "weights",
]
