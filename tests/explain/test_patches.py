"""Receptive fields, strongest patches, and images made to excite a filter."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from cnnviz import explain
from cnnviz.errors import DataError, SpecError
from cnnviz.explain.receptive import measured_box
from tests.explain.toys import KINDS, channels_of, picture

Models = Callable[[str], keras.Model]
layers = keras.layers
SIZE = (71, 64, 2)


def chain(seed: int) -> keras.Model:
    """A random chain of windows, without dead values, so that gradients show everything a value sees."""
    random = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    parts: list[Any] = [keras.Input(SIZE), layers.Rescaling(1 / 255)]
    for number in range(3):
        padding = str(random.choice(["same", "valid"]))
        kind = random.integers(4)
        if kind == 0:
            parts.append(layers.AveragePooling2D(tuple(random.integers(1, 4, 2).tolist()), padding=padding))
        elif kind == 1:
            parts.append(layers.Conv2D(2, tuple(random.integers(1, 4, 2).tolist()), dilation_rate=2, padding=padding))
        elif kind == 2:
            parts += [layers.ZeroPadding2D(((1, 0), (0, 2))), layers.Cropping2D(((0, 1), (1, 0))), layers.LeakyReLU()]
        else:
            size, strides = random.integers(1, 5, 2).tolist(), random.integers(1, 3, 2).tolist()
            parts += [layers.Conv2D(3, size, strides=strides, padding=padding), layers.BatchNormalization()]
        parts.append(layers.Activation("linear", name=f"end_{number}"))
    return keras.Sequential(parts)


@pytest.mark.parametrize("seed", range(8))
def test_the_arithmetic_is_what_gradients_show(seed: int) -> None:
    model = chain(seed)
    field = explain.receptive_field(model, "end_2")
    assert field is not None
    height, width = model.output_shape[1:3]
    middle = (height // 2, width // 2)
    assert measured_box(model, "end_2", *middle, SIZE) == field.box(*middle)
    for row, column in ((0, 0), (height - 1, width - 1), (0, width - 1)):
        box, seen = field.box(row, column), measured_box(model, "end_2", row, column, SIZE)
        if seen != explain.Box(0, 0, *SIZE[:2]):  # else it sees nothing but padding
            assert box.top <= seen.top
            assert box.left <= seen.left
            assert seen.top + seen.height <= box.top + box.height
            assert seen.left + seen.width <= box.left + box.width


def test_known_receptive_fields(model_of: Models) -> None:
    model = model_of("sequential")
    assert explain.receptive_field(model, "first") == explain.ReceptiveField((3, 3), (1, 1), (0, 0))
    assert explain.receptive_field(model, "pool") == explain.ReceptiveField((4, 4), (2, 2), (0, 0))
    assert explain.receptive_field(model, "last") == explain.ReceptiveField((6, 6), (2, 2), (0, 0))
    whole = explain.receptive_field(model, "out")
    assert whole is not None
    assert whole.box(0, 0) == explain.Box(0, 0, 8, 8)
    assert explain.receptive_field(model_of("nested"), "last") == explain.receptive_field(model, "last")
    assert explain.receptive_field(model_of("functional"), "last") is None  # behind a branch
    assert explain.receptive_field(model_of("functional"), "first") == explain.ReceptiveField((3, 3), (1, 1), (-1, -1))


@pytest.mark.parametrize("kind", KINDS)
def test_strongest_patches_of_every_kind_of_model(kind: str, model_of: Models) -> None:
    model, images = model_of(kind), picture(kind, count=12)
    layer = "separable" if kind == "normalised" else "last"
    maps = explain.feature_maps(model, images, layer)[layer]
    found = explain.strongest_patches(model, layer, 1, images, count=4)
    best = maps[..., 1].max(axis=(1, 2))
    np.testing.assert_allclose(found.activations, np.sort(best)[::-1][:4], atol=1e-2 if kind == "mixed" else 1e-5)
    assert found.patches.dtype == np.uint8
    assert found.patches.shape[:3] == found.padded.shape
    for image, box, patch, padded in zip(found.images, found.boxes, found.patches, found.padded, strict=True):
        assert patch.shape[:2] == (box.height, box.width)
        assert not patch[padded].any()
        top, left = max(box.top, 0), max(box.left, 0)
        np.testing.assert_array_equal(
            patch[~padded].ravel(), images[image][top : box.top + box.height, left : box.left + box.width].ravel()
        )
    assert found.exact == (kind not in ("functional", "operators", "subclass"))


def test_a_patch_alone_gives_the_same_activation(model_of: Models) -> None:
    model, images = model_of("sequential"), picture(count=6)
    found = explain.strongest_patches(model, "pool", 0, images, count=6)
    kernel, bias = explain.kernels(model, "first")[..., 0], model.get_layer("first").bias.numpy()[0]
    for patch, activation in zip(found.patches / 255, found.activations, strict=True):
        values = [(patch[r : r + 3, c : c + 3] * kernel).sum() + bias for r in (0, 1) for c in (0, 1)]
        assert max(*values, 0) == pytest.approx(activation, abs=1e-5)


def test_peaks_serve_all_filters_and_tell_their_progress(model_of: Models) -> None:
    model, images, told = model_of("sequential"), picture(count=600), list[tuple[int, int]]()
    peaks = explain.activation_peaks(model, "last", images, on_progress=lambda done, count: told.append((done, count)))
    assert told[-1] == (600, 600)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    for number in (0, 4):
        fresh = explain.strongest_patches(model, "last", number, images)
        kept = explain.strongest_patches(model, "last", number, images, peaks=peaks)
        np.testing.assert_array_equal(fresh.images, kept.images)
        np.testing.assert_array_equal(fresh.patches, kept.patches)


def test_bad_requests_for_patches_are_told(model_of: Models) -> None:
    model, images = model_of("sequential"), picture(count=3)
    with pytest.raises(SpecError, match="give a filter from 0 to 4"):
        explain.strongest_patches(model, "last", 5, images)
    with pytest.raises(SpecError, match="at least 1 patch"):
        explain.strongest_patches(model, "last", 0, images, count=0)
    with pytest.raises(DataError, match="no images"):
        explain.strongest_patches(model, "last", 0, images[:0])
    with pytest.raises(SpecError, match="give the same images"):
        explain.strongest_patches(model, "last", 0, images, peaks=explain.activation_peaks(model, "last", images[:2]))


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_is_made_for_a_filter_of_every_kind_of_model(kind: str, model_of: Models) -> None:
    layer = "separable" if kind == "normalised" else "last"
    size = (8, 8, 3) if kind == "subclass" else None
    made = explain.maximise_activation(model_of(kind), layer, 1, steps=12, seed=2, size=size)
    side = 64 if kind == "open_size" else 8
    assert made.image.shape == (side, side, channels_of(kind))
    assert made.image.dtype == np.uint8
    assert made.activations[-1] > made.activations[0]
    assert made.steps == 12
    assert not made.stopped
    assert made.empty == ""


def test_the_same_seed_makes_the_same_image(model_of: Models) -> None:
    model = model_of("sequential")
    one, same, other = (explain.maximise_activation(model, "out", 2, steps=5, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.image, same.image)
    assert (one.image != other.image).any()


def test_progress_is_told_and_stopping_stops(model_of: Models) -> None:
    seen: list[tuple[int, int]] = []
    made = explain.maximise_activation(
        model_of("sequential"),
        "last",
        0,
        steps=50,
        on_progress=lambda step, steps, image: seen.append((step, steps)),
        stop=lambda: len(seen) >= 3,
    )
    assert seen == [(1, 50), (2, 50), (3, 50)]
    assert (made.stopped, made.steps) == (True, 3)


def test_the_regularisation_is_said_and_works(model_of: Models) -> None:
    assert str(explain.Regularisation(3, 0.5, 0, 4)) == "jitter of up to 3 px, L2 0.5, a blur every 4 steps"
    none = explain.Regularisation(0, 0, 0, 0)
    assert str(none) == "none"
    model = model_of("sequential")
    rough, smooth = (
        explain.maximise_activation(model, "out", 0, steps=20, regularisation=kept).image.astype(float)
        for kept in (none, explain.Regularisation(0, 0, 0.5, 2))
    )
    assert np.abs(np.diff(smooth, axis=0)).mean() < np.abs(np.diff(rough, axis=0)).mean()


def test_what_cannot_be_made_is_told(model_of: Models) -> None:
    model = model_of("sequential")
    with pytest.raises(SpecError, match="no filter 5; give one from 0 to 4"):
        explain.maximise_activation(model, "last", 5)
    with pytest.raises(SpecError, match="0 steps"):
        explain.maximise_activation(model, "last", 0, steps=0)
    with pytest.raises(SpecError, match="no regularisation below 0"):
        explain.maximise_activation(model, "last", 0, regularisation=explain.Regularisation(l2=-1))
    dead = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(2, 3, kernel_initializer="zeros", name="zero")])
    made = explain.maximise_activation(dead, "zero", 0)
    assert made.empty.startswith("no gradient from filter 0 of zero")
    assert made.steps == 1
