"""Each method against an independent way to the same numbers."""

import inspect
from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz import explain
from cnnviz.explain.heatmap import Verdict, heatmap
from tests.explain.toys import make, picture

Models = Callable[[str], keras.Model]
Array = NDArray[np.float64]


def reference(model: keras.Model, image: NDArray[np.uint8], class_index: int, layer: str) -> tuple[Array, Array]:
    """Maps and gradients by cutting a functional model in two and going through its layers by hand."""
    names = [item.name for item in model.layers]
    cut = keras.Model(model.inputs[0], model.get_layer(layer).output)
    with tf.GradientTape() as tape:
        maps = tensor = cut(image[None].astype("float32"), training=False)
        tape.watch(maps)
        for item in model.layers[names.index(layer) + 1 : -1]:
            tensor = item(tensor, training=False)
        last = model.layers[-1]
        score = (tensor @ last.kernel.value + last.bias.value)[0, class_index]
    return maps.numpy()[0].astype(float), tape.gradient(score, maps).numpy()[0].astype(float)


def zoomed(coarse: Array) -> Array:
    """Corner to corner, one output pixel after the other."""
    result = np.zeros((8, 8))
    for row, column in np.ndindex(8, 8):
        y, x = row * (coarse.shape[0] - 1) / 7, column * (coarse.shape[1] - 1) / 7
        top, left = min(int(y), coarse.shape[0] - 2), min(int(x), coarse.shape[1] - 2)
        down, right = y - top, x - left
        above = (1 - right) * coarse[top, left] + right * coarse[top, left + 1]
        below = (1 - right) * coarse[top + 1, left] + right * coarse[top + 1, left + 1]
        result[row, column] = (1 - down) * above + down * below
    return result


@pytest.mark.parametrize("layer", ["first", "pool", "last"])
@pytest.mark.parametrize("class_index", [0, 1, 2])
def test_grad_cam_is_the_paper_s(layer: str, class_index: int, model_of: Models) -> None:
    model, image = model_of("sequential"), picture()
    maps, gradients = reference(model, image, class_index, layer)
    expected = zoomed(np.maximum((maps * gradients.mean((0, 1))).sum(-1), 0))
    found = explain.grad_cam(model, image, class_index, layer)
    if expected.max() == 0:
        assert not found.any()
    else:
        np.testing.assert_allclose(found, expected / expected.max(), atol=1e-5)


@pytest.mark.parametrize("class_index", [0, 1, 2])
def test_grad_cam_plus_plus_is_the_authors_program(class_index: int, model_of: Models) -> None:
    model, image = model_of("sequential"), picture()
    maps, g = reference(model, image, class_index, "last")
    weights = np.zeros(maps.shape[2])
    for k in range(maps.shape[2]):
        below = 2 * g[..., k] ** 2 + maps[..., k].sum() * g[..., k] ** 3
        alpha = g[..., k] ** 2 / np.where(below != 0, below, 1)
        weights[k] = (alpha / (alpha.sum() or 1) * np.maximum(g[..., k], 0)).sum()
    expected = zoomed(np.maximum((maps * weights).sum(-1), 0))
    found = explain.grad_cam_plus_plus(model, image, class_index, "last")
    np.testing.assert_allclose(found, expected / (expected.max() or 1), atol=1e-4)


def test_a_sigmoid_s_two_classes_are_opposites(model_of: Models) -> None:
    no, yes = (explain.explain(model_of("sigmoid"), picture(), "gradcam", index) for index in (0, 1))
    assert no.class_score == -yes.class_score
    assert no.verdict.probability == pytest.approx(1 - yes.verdict.probability, abs=1e-6)
    assert no.coarse is not None
    assert yes.coarse is not None
    np.testing.assert_allclose(no.coarse, -yes.coarse, atol=1e-6)


def test_the_default_layer_is_the_last_convolution(model_of: Models) -> None:
    assert explain.explain(model_of("nested"), picture()).layer == "last"
    assert explain.explain(model_of("normalised"), picture()).layer == "separable"


def test_scores_are_logits_whatever_the_head(model_of: Models) -> None:
    model, image = make("logits"), picture()
    logits = model(image[None].astype("float32")).numpy()[0]
    softmax = keras.Sequential([keras.Input((8, 8, 3)), model, keras.layers.Lambda(tf.nn.softmax)])
    record = explain.explain(softmax, image, "saliency", 1)
    assert record.class_score == pytest.approx(logits[1], rel=1e-4)
    assert record.verdict.logits
    np.testing.assert_allclose(record.values, explain.saliency(model, image, 1), atol=1e-4)


def test_a_head_nobody_knows_is_not_called_logits() -> None:
    inputs = keras.Input((8, 8, 3))
    raised = keras.ops.exp(keras.layers.Dense(2)(keras.layers.Flatten()(keras.layers.Conv2D(2, 3)(inputs))))
    record = explain.explain(keras.Model(inputs, raised / keras.ops.sum(raised, -1, keepdims=True)), picture() // 100)
    assert not record.verdict.logits
    assert record.class_score == pytest.approx(np.log(record.verdict.probability), rel=1e-6)


def test_an_empty_heatmap_says_why() -> None:
    model = make("sequential")
    out = model.get_layer("out")
    out.kernel.assign(-np.abs(out.kernel.numpy()))
    record = explain.explain(model, picture())
    assert not record.values.any()
    assert record.empty == "no feature map of last raises this class on this image"
    model.get_layer("last").bias.assign(np.full(5, -1e6))
    assert explain.explain(model, picture()).empty == "every feature map of last is zero on this image"
    assert explain.explain(model, picture(), "saliency").empty.startswith("the class's score does not change")
    out.kernel.assign(np.zeros(out.kernel.shape))
    model.get_layer("last").bias.assign(np.ones(5))
    assert "does not change with the feature maps" in explain.explain(model, picture()).empty
    assert explain.explain(model, picture(), "occlusion").empty.startswith("covering any 1x1 pixels")


@pytest.mark.parametrize("kind", ["sequential", "functional", "sigmoid", "normalised"])
def test_rounding_is_no_heatmap(kind: str, model_of: Models) -> None:
    model, plain = model_of(kind), np.full((8, 8, 3), 90, np.uint8)  # covering it with its mean colour changes nothing
    records = [explain.explain(model, plain, "occlusion", index) for index in (0, 1)]
    assert all(record.empty.startswith("covering any 1x1 pixels") for record in records)
    assert not any(record.values.any() for record in records)


def test_what_is_not_above_the_rounding_is_nothing() -> None:
    raw = np.array([[-3, 1e-7], [0, 2e-7]], np.float32)
    verdict = Verdict(0, 0, 1.0, 0.5, True)
    assert heatmap(raw, "occlusion", verdict, "nothing", noise=1e-6).empty == "nothing"
    lit = heatmap(raw, "occlusion", verdict, "nothing", noise=1e-7)
    assert lit.empty == ""
    np.testing.assert_allclose(lit.values, [[0, 0.5], [0, 1]], rtol=1e-6)


def test_a_short_form_is_documented_as_itself() -> None:
    assert explain.saliency.__name__ == "saliency"
    assert "Returns:\n        (height, width) float32 in [0, 1], the largest" in str(explain.saliency.__doc__)
    shown = inspect.signature(explain.smooth_grad)
    assert shown.return_annotation == NDArray[np.float32]
    assert shown.parameters["samples"].default == 25


def test_saliency_is_the_largest_gradient(model_of: Models) -> None:
    model, image = model_of("logits"), tf.constant(picture()[None].astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch(image)
        score = model(image)[0, 2]
    expected = np.abs(tape.gradient(score, image).numpy()[0]).max(-1)
    np.testing.assert_allclose(explain.explain(model, picture(), "saliency", 2).raw, expected, rtol=1e-4, atol=1e-8)


def test_smooth_grad_without_noise_is_saliency_and_follows_its_seed(model_of: Models) -> None:
    model, image = model_of("sequential"), picture()
    np.testing.assert_allclose(
        explain.smooth_grad(model, image, samples=3, noise=0), explain.saliency(model, image), atol=1e-5
    )
    one, same, other = (explain.smooth_grad(model, image, samples=3, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_integrated_gradients_add_up(model_of: Models) -> None:
    model, image = model_of("functional"), picture()
    few, many = (explain.explain(model, image, "integrated-gradients", 1, steps=steps) for steps in (4, 256))
    assert many.details["completeness_error"] < 0.01
    assert many.details["completeness_error"] <= few.details["completeness_error"] + 1e-3
    assert float(many.raw.sum()) == pytest.approx(many.details["score_difference"], rel=0.01)


def test_occlusion_covers_with_the_mean_colour(model_of: Models) -> None:
    model, image = model_of("logits"), picture()
    record = explain.explain(model, image, "occlusion", 0, patch=4, stride=4)
    scores = []
    for row, column in ((0, 0), (0, 4), (4, 0), (4, 4)):
        covered = image.astype("float32")
        covered[row : row + 4, column : column + 4] = image.reshape(-1, 3).mean(0)
        scores.append(record.class_score - model(covered[None]).numpy()[0, 0])
    np.testing.assert_allclose(record.raw[[0, 0, 4, 4], [0, 4, 0, 4]], scores, atol=1e-4)
    assert record.details == {"patch": 4, "stride": 4, "covers": 4}
    uneven = explain.explain(model, image, "occlusion", 0, patch=3, stride=3)
    assert np.isfinite(uneven.raw).all()


def test_randomised_weights_change_grad_cam_and_leave_the_model_alone(model_of: Models) -> None:
    model, image = model_of("sequential"), picture()
    before = [weight.copy() for weight in model.get_weights()]
    check = explain.randomisation_check(model, image, "saliency", stages=5, seed=4)
    assert [stage.layers for stage in check.stages] == [("out",), ("out", "last"), ("out", "last", "first")]
    assert all(stage.correlation is not None and stage.correlation < 0.99 for stage in check.stages)
    assert {stage.heatmap.class_index for stage in check.stages} == {check.real.class_index}
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
    np.testing.assert_array_equal(check.real.values, explain.saliency(model, image))
    again = explain.randomisation_check(model, image, "saliency", stages=5, seed=4)
    np.testing.assert_array_equal(check.stages[0].heatmap.values, again.stages[0].heatmap.values)


def test_the_randomised_weights_are_really_used(model_of: Models) -> None:
    model, image = model_of("nested"), picture()
    check = explain.randomisation_check(model, image, class_index=1, stages=1)
    assert check.stages[0].layers == ("out",)
    assert check.stages[0].heatmap.class_score != pytest.approx(check.real.class_score, rel=1e-3)


def test_rank_correlation_is_spearman_s() -> None:
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(1)
    one, other = random.integers(0, 9, (2, 8, 8)).astype(float)
    assert explain.rank_correlation(one, other) == pytest.approx(stats.spearmanr(one.ravel(), other.ravel()).statistic)
    assert explain.rank_correlation(one, one) == pytest.approx(1)
    assert explain.rank_correlation(one, np.zeros((8, 8))) is None
