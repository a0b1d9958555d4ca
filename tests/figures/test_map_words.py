"""What a map of images says of itself, and which images its legend leaves."""

import numpy as np

from cnnviz.figures.map_words import map_alt, map_caption, seen
from cnnviz.inference.planes import Placed
from tests.evaluation.made import judged

LABELS = np.arange(200) % 4
CHANCES = np.eye(4)[np.where(LABELS == 3, 0, LABELS)] * 0.9 + 0.025
FOUND = judged(LABELS, CHANCES)  # class 3 is taken for class 0


def placed(first: float, second: float) -> Placed:
    return Placed(np.zeros((200, 2), np.float32), (first, second), (1.0, 1.0))


def test_the_legend_hides_classes_and_what_is_right_or_wrong() -> None:
    assert seen(FOUND, "true", ()).all()
    np.testing.assert_array_equal(seen(FOUND, "true", ("0", "1")), LABELS >= 2)
    np.testing.assert_array_equal(seen(FOUND, "predicted", ("0",)), (LABELS == 1) | (LABELS == 2))
    np.testing.assert_array_equal(seen(FOUND, "right", ("right",)), LABELS == 3)
    np.testing.assert_array_equal(seen(FOUND, "right", ("wrong", "1")), (LABELS == 0) | (LABELS == 2))


def test_the_map_for_those_who_do_not_see_it() -> None:
    assert map_alt(FOUND, "tsne").startswith("A t-SNE map of 200 images of the test set, 50 of them wrong;")


def test_a_caption_says_how_far_a_map_can_be_trusted() -> None:
    said = map_caption(FOUND, placed(0.5, 0.25), "pca", "true")
    assert "with 50 % and 25 % of their variance" in said
    assert "differ in the other 25 %" in said
    assert "with < 1 % and 0 %" in map_caption(FOUND, placed(0.004, 0.0), "pca", "true")
    assert "stand on one spot" in map_caption(FOUND, placed(0.0, 0.0), "pca", "true")
    assert "means nothing" in map_caption(FOUND, placed(0.5, 0.25), "tsne", "true")


def test_few_images_and_many_classes_are_said() -> None:
    few, many = judged(np.arange(12), np.eye(12)), judged(np.arange(12), np.eye(12))
    assert "With 12 images it has few neighbours" in map_caption(few, placed(0.5, 0.25), "tsne", "right")
    assert "12 classes share ten colours" in map_caption(many, placed(0.5, 0.25), "pca", "predicted")
    assert "share ten colours" not in map_caption(many, placed(0.5, 0.25), "pca", "right")
