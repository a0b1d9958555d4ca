"""A network on an image: which maps stand where, on which scale, and what is said of them."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cnnviz import explain
from cnnviz.figures.network_maps import (
    SEEN,
    Blank,
    DrawnMaps,
    ImageInNetwork,
    MapsScene,
    blank_columns,
    columns_of,
    map_caption,
    network_caption,
    place_over,
    strengths,
    unit_caption,
)
from cnnviz.figures.tiles import Tiles, map_tiles
from cnnviz.runs.layers import NetworkLayer

IMAGE = np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3)


def sight(run: str = "one", **layers: Any) -> ImageInNetwork:
    """A network on IMAGE; maps of strength 1, 3, 2 unless given."""
    conv = np.stack([np.full((2, 2), value, np.float32) for value in (1, -3, 2)], axis=-1)
    logits, chances = np.float32([[[9, 1, 2]]]), np.float32([[[0.7, 0.1, 0.2]]])
    maps = {SEEN: IMAGE / np.float32(255), "conv": conv, "flat": conv.reshape(1, 1, -1), "logits": logits}
    weights: Any = SimpleNamespace(
        run=SimpleNamespace(id=run, name=run, spec=SimpleNamespace(data=SimpleNamespace(name="made"))), moment="trained"
    )
    maps |= {"probabilities": chances, **layers}
    return ImageInNetwork(weights, IMAGE, "cat, test image 3", "cat", maps, ("cat", "dog", "frog"))


def test_the_input_is_named_as_the_library_names_it() -> None:
    assert SEEN == explain.SEEN


def test_a_map_is_as_strong_as_its_mean_without_signs() -> None:
    broken = np.stack([np.full((2, 2), -3.0), np.array([[np.nan, 4.0], [0, 0]])], axis=-1)
    assert strengths(broken).tolist() == [3, 1]


def test_the_strongest_come_first_and_the_chosen_one_is_kept() -> None:
    one = sight()
    assert MapsScene([one], ("conv", 0)).order(one, "conv") == [1, 2, 0]
    assert MapsScene([one], ("conv", 0), by_strength=False).order(one, "conv") == [0, 1, 2]
    assert MapsScene([one], ("conv", 1), most=2).order(one, "conv") == [1, 2]
    assert MapsScene([one], ("conv", 0), most=2).order(one, "conv") == [1, 0]
    assert MapsScene([one], ("conv", 1), by_strength=False, most=2).order(one, "conv") == [1, 2]
    assert MapsScene([one], ("conv", 99), most=2).order(one, "conv") == [1, 2]


def test_filters_of_one_run_stand_in_one_order() -> None:
    other = np.stack([np.full((2, 2), value, np.float32) for value in (5, 1, 9)], axis=-1)
    first, later, stranger = sight(), sight(conv=other), sight("two", conv=other)
    assert MapsScene([first, later], ("conv", 0)).order(later, "conv") == [1, 2, 0]
    assert MapsScene([first, stranger], ("conv", 0)).order(stranger, "conv") == [2, 0, 1]


@pytest.mark.parametrize(("scale", "bounds"), [("map", None), ("layer", (-3, 2)), ("all", (-3, 5))])
def test_what_one_scale_is_for(scale: Any, bounds: tuple[float, float] | None) -> None:
    scene = MapsScene([sight(deep=np.full((1, 2, 1), 5, np.float32))], ("conv", 0), scale=scale)
    assert scene.bounds("conv") == bounds
    assert scene.bounds("logits") == (None if bounds is None else (1, 9))  # a vector would make all maps pale


def test_what_brings_the_image_to_the_network_is_no_column_and_on_no_scale() -> None:
    seen = IMAGE / np.float32(127.5) - 1
    one = sight(conv=np.ones((2, 2, 1), np.float32))
    after = {name: maps for name, maps in one.maps.items() if name != SEEN}
    before = {SEEN: seen, "to_size": IMAGE.astype(np.float32), "rescaling": seen}
    one = replace(one, maps=before | after)
    scene = MapsScene([one], ("conv", 0), scale="all")
    assert [column.name for column in columns_of(scene, one)][:2] == ["input", "conv"]
    assert scene.bounds("conv") == (-1, 1)  # and not up to 47, the brightest pixel
    assert columns_of(scene, one)[0].note == "−1 to −0.63"
    layers = [NetworkLayer("rescaling", "other", (4, 4, 3)), NetworkLayer("conv", "convolution", (2, 2, 3))]
    assert [column.name for column in blank_columns(IMAGE, layers, 4)] == ["input", "conv"]


def test_a_column_for_each_layer_that_does_something() -> None:
    one = sight()
    scene = MapsScene([one], ("conv", 0), most=2)
    columns = columns_of(scene, one)
    assert [column.name for column in columns] == ["input", "conv", "logits", "probabilities"]  # flat repeats conv
    assert [column.shape for column in columns] == ["4×4×3", "2×2×3", "3", "3"]
    assert (list(columns[1].ids), columns[1].note) == ([1, 0], "the strongest 2")
    assert list(columns[3].words) == ["cat 70 %", "dog 10 %", "frog 20 %"]
    assert columns[0].note == "0 to 0.18"


def test_large_maps_are_made_smaller() -> None:
    one = sight(wide=np.ones((400, 400, 3), np.float32))
    pictures = columns_of(MapsScene([one], ("conv", 0)), one)[-1].pictures
    assert isinstance(pictures, Tiles)
    assert pictures.pixels.shape == (3, 200, 200, 1)


def test_what_is_there_before_anything_is_computed() -> None:
    layers = [
        NetworkLayer("conv", "convolution", (2, 2, 9)),
        NetworkLayer("flatten", "flatten", (36,)),
        NetworkLayer("logits", "dense", (3,)),
        NetworkLayer("probabilities", "output", (3,)),
    ]
    columns = blank_columns(IMAGE, layers, 4)
    assert [column.name for column in columns] == ["input", "conv", "probabilities"]
    assert (columns[1].pictures, columns[2].pictures) == (Blank(4, 2, 2), Blank(3, 1, 1))
    assert list(columns[2].words) == ["", "", ""]


def test_captions_say_how_to_read_it() -> None:
    first, other = sight(), sight("two")
    scene = MapsScene([first, other], ("conv", 2), scale="layer")
    said = network_caption(scene, first, columns_of(scene, first))
    assert "the strongest first, one scale a layer, the same for both; click one" in said
    assert "In a map red is where a filter answers" in said or "In a map bright" in said
    assert network_caption(scene, other, []) == "The layers of two on made, trained, on cat, test image 3."
    one = first.maps["conv"][..., 2:]
    alone = MapsScene([first], ("conv", 2))
    assert "2×2 values on its own scale" in map_caption(alone, one, map_tiles(one))
    assert "above zero at 100\u00a0% of the places" in map_caption(scene, one, map_tiles(one))
    assert unit_caption(first, "probabilities", 2) == (
        "Unit 2, frog, of probabilities gives one number for the whole image; 1 of its 3 units give a larger one."
    )


def test_a_map_lies_over_the_middle_of_what_it_sees() -> None:
    one = np.zeros((2, 2, 1))
    assert place_over(IMAGE, one, None) == (0, 0, 4, 4)
    assert place_over(IMAGE, one, explain.ReceptiveField((4, 4), (0, 0), (0, 0))) == (0, 0, 4, 4)
    assert place_over(IMAGE, one, explain.ReceptiveField((3, 3), (1, 1), (0, 0))) == (1, 1, 2, 2)


def test_what_is_drawn_once_is_what_is_drawn_anew() -> None:
    maps = {name: np.random.default_rng(len(name)).normal(size=(6, 6, 9)).astype(np.float32) for name in ("one", "two")}
    plain = replace(sight(), maps={SEEN: np.zeros((6, 6, 3), np.float32), **maps})
    kept = replace(plain, maps=DrawnMaps(plain.maps))
    for _ in range(2):
        for chosen in (("one", 0), ("one", 8), ("two", 3)):
            for by_strength in (True, False):
                for scale in ("map", "layer", "all"):
                    expected, found = (
                        columns_of(MapsScene([one], chosen, by_strength, scale, 4), one) for one in (plain, kept)
                    )
                    for theirs, ours in zip(expected, found, strict=True):
                        assert (theirs.name, list(theirs.ids), theirs.note) == (ours.name, list(ours.ids), ours.note)
                        np.testing.assert_array_equal(theirs.pictures.pixels, ours.pictures.pixels)
                        np.testing.assert_array_equal(theirs.pictures.lows, ours.pictures.lows)


def test_a_column_that_nobody_changed_is_not_drawn_again() -> None:
    kept = replace(sight(), maps=DrawnMaps({SEEN: IMAGE / 255, "a": np.ones((4, 4, 9)), "b": np.ones((2, 2, 9))}))
    first, other = (columns_of(MapsScene([kept], ("a", number), most=3), kept) for number in (0, 8))
    assert first[1].pictures.pixels is not other[1].pictures.pixels  # another map is among those of its layer
    assert first[2].pictures.pixels is other[2].pictures.pixels
