"""A layer's kernels on the wall: their order, what stands under each, and what is said of them."""

import numpy as np
import pytest

from cnnviz.figures.kernel_wall import (
    KernelFacts,
    WallView,
    even_in_words,
    filter_names,
    kernel_facts,
    kernel_pictures,
    wall_caption,
    wall_labels,
    wall_pictures,
)

KERNELS = np.zeros((1, 2, 3, 3), np.float32)
KERNELS[0, :, 0] = [[0.3, -4, 0], [0.4, -3, 0.01]]  # norms 0.5, 5 and 0.01
FIRST = KERNELS + np.float32([0, 0, 1])


def facts(**changed: object) -> KernelFacts:
    return kernel_facts("conv", KERNELS, np.float32([0, -0.012, 1]), FIRST, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "order", "labels"),
    [
        ("number", [0, 1, 2], ["0", "1", "2"]),
        ("norm", [1, 0, 2], ["0.50", "5.0", "0.010"]),
        ("change", [2, 0, 1], ["0", "0", "2.4"]),
    ],
)
def test_an_order_and_what_it_sorts_by(rule: str, order: list[int], labels: list[str]) -> None:
    assert (facts().order(rule), facts().labels(rule)) == (order, labels)


def test_alike_kernels_stand_together() -> None:
    assert sorted(facts().order("similarity")) == [0, 1, 2]


def test_what_moved_is_not_known_without_a_first_snapshot() -> None:
    found = kernel_facts("conv", KERNELS)
    assert (found.changes, found.order("change"), found.bias) == (None, [0, 1, 2], None)
    assert found.in_words(1) == "norm 5.0, strongest of 3, no bias."


def test_a_filter_in_words() -> None:
    assert facts().in_words(1) == "norm 5.0, strongest of 3, moved by 0 since the start, bias −0.012."
    assert facts().in_words(0, moved=False) == "norm 0.50, 2nd strongest of 3, bias 0."
    assert facts(unlearned="frozen").in_words(2) == "norm 0.010, 3rd strongest of 3, not learned, bias 1.0."


def test_a_broken_kernel_is_drawn_on_the_scale_of_the_others() -> None:
    broken = KERNELS.copy()
    broken[0, 0, 0, 1] = np.nan
    found = kernel_facts("conv", broken)
    assert found.limit == pytest.approx(3)
    assert found.in_words(1).startswith("norm 3.0, strongest of 3")


def test_kernels_over_three_channels_are_coloured() -> None:
    assert kernel_pictures(KERNELS).table == "grey"
    assert kernel_pictures(KERNELS[:, :, :2]).table == "diverging"
    assert kernel_pictures(KERNELS, limit=8).highs.tolist() == [8, 8, 8]


def test_one_channel_has_the_scale_of_the_layer() -> None:
    view, order = WallView("green", 1, each=False, sort="number"), [0, 1, 2]
    assert wall_pictures(facts(), view, order).highs.tolist() == [4, 4, 4]
    assert wall_labels(facts(), view, order, wall_pictures(facts(), view, order)) == []


def test_the_wall_says_what_it_is_sorted_by() -> None:
    view, order = WallView("colour", None, each=False, sort="norm"), [1, 0, 2]
    pictures = wall_pictures(facts(), view, order)
    assert wall_labels(facts(), view, order, pictures) == ["5.0", "0.50", "0.010"]
    assert filter_names(facts(), view, order, [0]) == [
        "filter 1, norm 5.0",
        "filter 0, norm 0.50 (dead)",
        "filter 2, norm 0.010",
    ]
    assert wall_caption(facts(), view, [0]) == (
        "Each tile is one 1×2 kernel of conv, its three input channels drawn as red, green and blue; grey is zero, "
        "dark negative, bright positive; the number is its norm. Struck through is the dead filter 0."
    )


def test_kernels_with_scales_of_their_own_say_them() -> None:
    view, order = WallView("mean", None, each=True, sort="norm"), [1, 0, 2]
    pictures = wall_pictures(facts(), view, order)
    assert wall_labels(facts(), view, order, pictures) == ["±1.3", "±0.13", "±0.0033"]
    assert "each on its own scale, given below it; the largest norm comes first." in wall_caption(facts(), view)


def test_many_dead_filters_are_not_all_named() -> None:
    said = wall_caption(facts(), WallView("colour", None, each=False, sort="number"), range(20))
    assert said.endswith("Struck through are the dead filters 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and others.")


def test_patches_of_an_even_colour_look_blank() -> None:
    assert even_in_words(np.full((9, 3, 3, 3), 80, np.uint8)).startswith(" They look blank")
    assert even_in_words(np.random.default_rng(0).integers(0, 255, (9, 3, 3, 3), np.uint8)) == ""
    assert even_in_words(np.zeros((0, 3, 3, 3), np.uint8)) == ""
