"""The part of a replay that needs the networks: it equals what explain says of each snapshot's own model."""

import numpy as np
import pytest

from cnnviz.data import Prepared
from cnnviz.errors import RunError, SpecError
from cnnviz.replay import ImageReplay, ReplayModels, image_replay, map_layers
from cnnviz.replay.image import MOST_MAPS, _maps_replay
from cnnviz.runs import Run
from cnnviz.spec import Convolution, Dense, Flatten, ModelSpec
from tests.replay.made import NETWORK


@pytest.fixture(scope="module")
def seen(run: Run, data: Prepared) -> ImageReplay:
    return image_replay(run, data.test.images[4], class_index=int(data.test.labels[4]))


def test_it_equals_the_model_of_every_snapshot(run: Run, data: Prepared, seen: ImageReplay) -> None:
    from cnnviz import explain

    image = data.test.images[4]
    assert [layer.layer for layer in seen.layers] == ["conv2d_1", "activation_1"]
    for frame, number in enumerate(seen.numbers):
        model = run.model(number)
        maps = explain.feature_maps(model, image)
        for layer in seen.layers:
            np.testing.assert_allclose(layer.maps[frame], maps[layer.layer][0][..., list(layer.filters)], atol=1e-5)
        np.testing.assert_allclose(seen.probabilities[frame], model(image[None].astype("float32"))[0], atol=1e-5)
        heat = explain.explain(model, image, "gradcam", seen.class_index)
        assert seen.heat is not None
        np.testing.assert_allclose(seen.heat[frame], np.maximum(heat.raw, 0), atol=1e-5)
        assert seen.empty[frame] == heat.empty


def test_scales_hold_for_all_frames(seen: ImageReplay) -> None:
    assert seen.heat is not None
    assert seen.heat.max() in (0, pytest.approx(seen.heat_limit))
    for layer in seen.layers:
        assert 0 < layer.limit <= np.abs(layer.maps).max() + 1e-6
        assert not layer.signed


def test_the_strongest_maps_are_shown_in_a_fixed_order() -> None:
    maps = np.random.default_rng(0).uniform(0, 1, (2, 100, 60, 40)).astype(np.float32)
    maps[..., ::4] = 0  # ten filters that never answer
    record = _maps_replay("conv2d_2", maps, MOST_MAPS)
    assert len(record.filters) == MOST_MAPS
    assert list(record.filters) == sorted(record.filters)
    assert not {*record.filters} & {*range(0, 40, 4)}
    assert record.block == 3  # larger ones are shrunk by whole blocks
    assert record.maps.shape == (2, 33, 20, MOST_MAPS)
    expected = maps[1, 3:6, 57:60, record.filters[5]].mean()
    assert record.maps[1, 1, 19, 5] == pytest.approx(expected, rel=1e-5)


def test_progress_and_the_class_of_the_last_frame(run: Run, data: Prepared) -> None:
    told: list[tuple[int, int]] = []
    seen = image_replay(run, data.test.images[1], on_progress=lambda done, of: told.append((done, of)))
    assert told == [(number + 1, len(seen.numbers)) for number in range(len(seen.numbers))]
    assert seen.class_index == seen.probabilities[-1].argmax()


def test_a_class_that_does_not_exist_is_refused(run: Run, data: Prepared) -> None:
    with pytest.raises(SpecError, match="class 9 does not exist"):
        image_replay(run, data.test.images[1], class_index=9)
    with pytest.raises(RunError, match="no snapshot to replay"):
        image_replay(run, data.test.images[1], ())


def test_layers_are_the_first_the_last_and_one_between() -> None:
    deep = tuple(Convolution(filters=4, padding="same") for _ in range(6))
    assert map_layers(ModelSpec(input_shape=(16, 16, 1), layers=deep)) == ("conv2d_1", "conv2d_3", "conv2d_6")
    assert map_layers(ModelSpec(input_shape=(8, 8, 1), layers=NETWORK)) == ("conv2d_1", "activation_1")
    assert map_layers(ModelSpec(input_shape=(8, 8, 1), layers=(Flatten(), Dense(units=4)))) == ()


def test_a_model_that_is_kept_warm_says_the_same(run: Run, data: Prepared, seen: ImageReplay) -> None:
    models, done = ReplayModels(), []
    for _ in range(2):
        again = models.image_replay(
            run, data.test.images[4], run.snapshots(), int(data.test.labels[4]), lambda *at: done.append(at)
        )
        np.testing.assert_array_equal(again.probabilities, seen.probabilities)
    assert done[-1] == (len(seen.numbers), len(seen.numbers))
    assert len(models._models) == 1
