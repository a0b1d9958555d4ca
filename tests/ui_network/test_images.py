import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz.errors import DataError
from cnnviz.runs import Run, RunStore, Status
from cnnviz.ui.network.images import image_in_words, read_image, test_split
from tests.look import look_spec

test_split.__test__ = False  # type: ignore[attr-defined]  # its name begins as a test's


def _page() -> None:
    import streamlit as st

    from cnnviz.ui.loaders import open_run
    from cnnviz.ui.messages import reported
    from cnnviz.ui.network.images import choose_image, read_image

    run = open_run("latest")
    with reported(way_back=None):
        current = st.session_state.get("picked", "test-0")
        choose_image(run, current, lambda key: st.session_state.update(picked=key), key="pinned-image")
        chosen = read_image(run, current)
        st.session_state["shape"] = chosen.image.shape
        st.session_state["photo"] = None if chosen.photo is None else chosen.photo.shape


def opened() -> AppTest:
    at = AppTest.from_function(_page, default_timeout=30).run()
    assert not at.exception
    return at


def png(width: int = 40, height: int = 30) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), 200, np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_a_test_image_is_named_by_its_place(looked_at: Run) -> None:
    split = test_split(looked_at)
    chosen = read_image(looked_at, "test-7")
    np.testing.assert_array_equal(chosen.image, split.images[7])
    assert (chosen.label, chosen.photo) == (int(split.labels[7]), None)


def test_only_the_classes_of_the_run_count(looked_at: Run, home: Path) -> None:
    spec = look_spec()
    some = spec.changed(data=spec.data.changed(classes=("1", "3")), model=spec.model.changed(classes=2))
    run = RunStore(home).create(some, Status("failed"))
    split = test_split(run)
    assert set(split.labels.tolist()) == {0, 1}
    assert len(split) == 30


def test_a_data_set_that_is_gone_is_said(looked_at: Run, home: Path) -> None:
    (home / "datasets" / "tiny.npz").unlink()
    with pytest.raises(DataError, match="is not on this machine"):
        test_split(looked_at)


def test_an_image_is_chosen_by_its_number(looked_at: Run) -> None:
    at = opened()
    at.number_input(key="pinned-image-index").set_value(12).run()
    assert at.session_state["picked"] == "test-12"


def test_a_surprise_is_of_the_class_that_is_chosen(looked_at: Run) -> None:
    at = opened()
    at.selectbox(key="pinned-image-class").set_value("2").run()
    at.button(key="pinned-image-surprise").click().run()
    index = int(at.session_state["picked"].removeprefix("test-"))
    assert test_split(looked_at).labels[index] == 2


def test_a_photo_becomes_an_image_in_the_size_of_the_network(looked_at: Run) -> None:
    at = opened()
    at.segmented_control(key="pinned-image-source").set_value("File").run()
    at.file_uploader(key="pinned-image-file").set_value(("cat.png", png(), "image/png")).run()
    assert not at.exception
    assert not at.error
    assert at.session_state["picked"].startswith("upload-")
    assert at.session_state["shape"] == (8, 8, 3)
    assert at.session_state["photo"] == (30, 40, 3)


def test_what_is_no_photo_is_refused_in_a_sentence(looked_at: Run) -> None:
    at = opened()
    at.segmented_control(key="pinned-image-source").set_value("File").run()
    at.file_uploader(key="pinned-image-file").set_value(("cat.png", b"<svg/>", "image/png")).run()
    assert not at.exception
    assert len(at.error) == 1
    assert "picked" not in at.session_state


def test_an_image_whose_dark_became_bright_is_named_by_its_ending(looked_at: Run) -> None:
    chosen = read_image(looked_at, "test-7-inverted")
    np.testing.assert_array_equal(chosen.image, 255 - test_split(looked_at).images[7])
    assert (chosen.key, chosen.note) == ("test-7-inverted", "Dark became bright.")
    photo, inverted = read_image(looked_at, "example-cat"), read_image(looked_at, "example-cat-inverted")
    assert photo.photo is not None
    np.testing.assert_array_equal(inverted.photo, 255 - photo.photo)
    assert image_in_words("test-7-inverted", 0, ("one",)) == "one, test image 7, inverted"
    with pytest.raises(DataError, match="asks for the image 'test-7-inverted-inverted'"):
        read_image(looked_at, "test-7-inverted-inverted")
