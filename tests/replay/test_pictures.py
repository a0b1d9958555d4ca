"""What is drawn of a replay for files, and what is sent to the browser."""

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import Prepared
from cnnviz.errors import SpecError
from cnnviz.figures import replay_words
from cnnviz.figures.canvas import fitted
from cnnviz.figures.replay_panels import image_payload, replay_payload
from cnnviz.figures.replay_picture import ReplayView, replay_gif, replay_picture
from cnnviz.replay import ImageReplay, Replay, image_replay, replay
from cnnviz.runs import Run


@pytest.fixture(scope="module")
def frames(run: Run, data: Prepared) -> Replay:
    return replay(run, data.test.labels)


@pytest.fixture(scope="module")
def seen(run: Run, data: Prepared) -> ImageReplay:
    return image_replay(run, data.test.images[4], class_index=int(data.test.labels[4]))


def test_a_moment_in_words(frames: Replay) -> None:
    assert replay_words.moment_in_words(frames, 0)[0] == "before training"
    when, accuracy = replay_words.moment_in_words(frames, len(frames.numbers) - 1)
    assert when == "after epoch 2 of 2"
    assert accuracy.startswith("test accuracy ")
    assert replay_words.moment_in_words(frames, 1)[0].startswith("after step ")


def test_bars_are_at_most_ten_and_the_truth_is_among_them() -> None:
    shares = np.linspace(0, 1, 40).reshape(2, 20)
    assert replay_words.shown_classes(shares.tolist(), 3) == (3, 11, 12, 13, 14, 15, 16, 17, 18, 19)
    assert replay_words.shown_classes(shares[:, :4].tolist(), None) == (0, 1, 2, 3)


def test_a_picture_of_every_frame_and_a_gif(frames: Replay, seen: ImageReplay, data: Prepared) -> None:
    told = []
    view = ReplayView(frames, data.class_names, seen, data.test.images[4], 1)
    content = replay_gif(view, seconds=0.1, on_progress=lambda done, of: told.append((done, of)))
    gif = Image.open(io.BytesIO(content))
    assert gif.n_frames == len(frames.numbers) == len(told)
    assert gif.size == (960, 560)
    assert gif.info["loop"] == 0
    assert len(content) < 1_000_000
    with pytest.raises(SpecError, match=r"at least 0\.05"):
        replay_gif(view, seconds=0)


def test_a_picture_follows_the_theme_and_needs_no_image(frames: Replay, data: Prepared) -> None:
    light = replay_picture(ReplayView(frames, data.class_names), 0)
    dark = replay_picture(ReplayView(frames, data.class_names, mode="dark"), 0)
    assert light[0, 0].tolist() == [255, 255, 255]
    assert dark[0, 0].tolist() == [15, 18, 24]
    with pytest.raises(SpecError, match="frame 99 of a replay was asked for"):
        replay_picture(ReplayView(frames, data.class_names), 99)


def test_tiles_are_as_large_as_they_fit() -> None:
    assert fitted(32, 3, 3, 288, 172) == (8, 11)
    assert fitted(4, 100, 100, 50, 50)[1] == 1


def test_the_browser_gets_the_kernels_and_the_counts(frames: Replay, data: Prepared) -> None:
    sent = replay_payload(
        frames, data.class_names, image=data.test.images[4], test_index=4, label=int(data.test.labels[4])
    )
    kernels = np.frombuffer(base64.b64decode(sent["kernels"]["values"]), "<f2")
    assert frames.kernels is not None
    np.testing.assert_allclose(kernels, frames.kernels.ravel(), atol=1e-3)
    counts = np.frombuffer(base64.b64decode(sent["confusion"]["values"]), "<u4")
    assert frames.confusion is not None
    np.testing.assert_array_equal(counts, frames.confusion.ravel())
    assert [mark["label"] for mark in sent["marks"] if mark["label"]] == ["start", "1", "2"]
    for frame, shares in enumerate(sent["probabilities"]["shares"]):
        assert int(np.argmax(shares)) == frames.predicted[frame, 4]
    assert (
        sent["version"]
        == replay_payload(
            frames, data.class_names, image=data.test.images[4], test_index=4, label=int(data.test.labels[4])
        )["version"]
    )


def test_a_small_probability_is_not_zero(seen: ImageReplay, data: Prepared) -> None:
    shares = seen.probabilities.copy()
    shares[:, 0] = 3e-7
    sent = image_payload(replace(seen, probabilities=shares), data.class_names, 1)
    assert {row[0] for row in sent["probabilities"]["shares"]} == {3e-7}


def test_what_is_missing_is_said(run: Run, data: Prepared) -> None:
    sent = replay_payload(replay(run), data.class_names, missing="The data set is gone.")
    assert sent["confusion"]["missing"] == "The data set is gone."
    assert sent["photo"] is None
    assert sent["probabilities"] is None


def test_maps_and_heat_are_bytes_on_one_scale(seen: ImageReplay, data: Prepared) -> None:
    sent = image_payload(seen, data.class_names, 1)
    for layer, record in zip(sent["layers"], seen.layers, strict=True):
        values = np.frombuffer(base64.b64decode(layer["values"]), np.uint8)
        values = values.reshape(-1, len(record.filters), layer["height"], layer["width"])
        real = np.clip(record.maps, None, record.limit).transpose(0, 3, 1, 2)
        np.testing.assert_allclose(values / 255 * record.limit, real, atol=record.limit / 400)
    assert sent["heatWords"]["scale"]["low"] == "0"
    assert sent["probabilities"]["rows"][1]["truth"]
