"""The Classify page with one photo: taken in, taken apart, turned, compared, and wrong links."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import load_dataset
from cnnviz.data.example_photos import EXAMPLES, example_photo
from cnnviz.inference import Classifier, Crop, Dials, adjust, prepare_photo
from cnnviz.runs import Run
from tests.brought import bring
from tests.classify_page import (
    FILES,
    PAGE,
    RNG,
    components,
    jobs_of_its_own,
    opened,
    photos,
    picture,
    query,
    said,
    shown,
    unescaped,
    uploaded,
)
from tests.explain.endings import make, pictures
from tests.look import train_look
from tests.look_fixtures import keras_imported, looked_at, trained_home
from tests.training.helpers import tiny_spec, write_tiny

__all__ = ["jobs_of_its_own", "keras_imported", "looked_at", "trained_home"]


# --- nothing yet ------------------------------------------------------------------------------------------------


def test_without_a_network_the_way_out_is_told(home: Path) -> None:
    at = opened()
    assert "no trained network to show your photos to yet" in at.info[0].value
    assert at.main.get("page_link")[0].proto.label == "Go to Train"


def test_the_page_is_a_drop_zone_with_photos_one_click_away(looked_at: Run) -> None:
    at = opened()
    assert at.file_uploader(key=FILES).accept_multiple_files
    data = shown(at, "classify-examples")
    assert [one["key"] for one in data["photos"]] == [f"example-{one.name}" for one in EXAMPLES]
    assert all(one["address"].startswith("data:image/jpeg;base64,") for one in data["photos"])
    assert not components(at, "classify-photo")
    at.segmented_control(key="classify-way").set_value("folder").run()
    assert at.file_uploader(key="classify-folder-0").accept_directory
    at.segmented_control(key="classify-way").set_value("camera").run()
    assert len(at.get("camera_input")) == 1


# --- one photo --------------------------------------------------------------------------------------------------


def test_one_photo_is_taken_apart(looked_at: Run) -> None:
    pixels = RNG.integers(0, 256, (40, 60, 3), np.uint8)
    at = uploaded(opened(), [("mine.png", picture(pixels), "image/png")])
    assert (query(at, "image") or "").startswith("upload-")
    assert (shown(at, "classify-photo")["height"], shown(at, "classify-photo")["width"]) == (40, 60)
    assert "mine\\.png" in said(at)
    assert "60×40 pixels. Its centre, 40×40 pixels, is made 8×8: each pixel is the mean of about 5×5." in said(at)
    (answer,) = Classifier.of(looked_at)(pixels, 4)
    data = shown(at, "classify-verdict-0")
    assert (data["state"], data["word"]) == ("answered", answer.top[0].class_name)
    assert [bar["name"] for bar in data["bars"]] == [one.class_name for one in answer.top]
    assert [bar["share"] for bar in data["bars"]] == pytest.approx([one.probability for one in answer.top], abs=1e-5)
    seen = shown(at, "classify-seen-0")
    assert (seen["width"], seen["height"]) == (8, 8)
    assert seen["panels"][1]["title"] == f"Grad-CAM for {answer.top[0].class_name}"
    assert seen["panels"][1]["values"] or seen["panels"][1]["empty"]


def test_a_link_shows_the_same_part_and_the_same_dials(looked_at: Run) -> None:
    at = opened(image="example-cat", crop="0.1,0.2,0.5,0.7", dials="brightness:0.2,rotation:-30", dial="rotation")
    part = Crop(mode="box", box=(0.1, 0.2, 0.5, 0.7))
    dials = Dials(brightness=0.2, rotation=-30)
    rest = prepare_photo(example_photo("cat").pixels, (8, 8, 3), part)
    now, before = Classifier.of(looked_at)(np.stack([adjust(rest, dials), rest]), 4)
    data = shown(at, "classify-verdict-0")
    assert data["word"] == now.top[0].class_name
    assert [bar["share"] for bar in data["bars"]] == pytest.approx([one.probability for one in now.top], abs=1e-5)
    past = [float(before.probabilities[one.class_index]) for one in now.top]
    assert [bar["before"] for bar in data["bars"]] == pytest.approx(past, abs=1e-5)
    assert shown(at, "classify-photo")["box"] == [0.1, 0.2, 0.5, 0.7]
    assert "The chosen part" in said(at)
    assert "Stéfan van der Walt, CC0" in unescaped(said(at))

    board = shown(at, "classify-board")  # open, since a dial is turned
    assert (board["charted"], board["values"]["brightness"]) == ("rotation", 0.2)
    places = board["places"]
    assert (places[0], places[-1]) == (-180, 180)
    at_dial = {line["name"]: line["shares"][places.index(-30)] for line in board["lines"]}
    assert at_dial[now.top[0].class_name] == pytest.approx(now.top[0].probability, abs=1e-4)
    zero = {line["name"]: line["shares"][places.index(0)] for line in board["lines"]}
    (upright,) = Classifier.of(looked_at)(adjust(rest, Dials(brightness=0.2))[None], 4)
    for name, share in zero.items():
        expected = next(one.probability for one in upright.top if one.class_name == name)
        assert share == pytest.approx(expected, abs=1e-4)


def test_the_dials_are_folded_away_and_compute_nothing_then(looked_at: Run) -> None:
    at = opened(image="example-cat")
    assert not components(at, "classify-board")
    assert all(bar["before"] is None for bar in shown(at, "classify-verdict-0")["bars"])


def test_a_test_image_can_be_looked_at_too(looked_at: Run, home: Path) -> None:
    split = load_dataset(looked_at.spec.data.name, home).test
    at = opened(image="test-3")
    (answer,) = Classifier.of(looked_at)(split.images[3], 4)
    assert shown(at, "classify-verdict-0")["word"] == answer.top[0].class_name
    assert "The network takes it as it is." in said(at)
    assert "Its label says" in said(at)


def test_a_network_of_two_classes_says_it_in_its_own_words(home: Path) -> None:
    from cnnviz.training.execute import train

    write_tiny(home, channels=1)
    four = tiny_spec(epochs=1)
    two = four.model.changed(classes=2, output="sigmoid")
    train(four.changed(data=four.data.changed(classes=("0", "1")), model=two), home)
    at = opened(image="example-cat")
    data = shown(at, "classify-verdict-0")
    first, second = (bar["name"] for bar in data["bars"])
    assert data["word"] == f"{first} rather than {second}"
    assert data["bars"][0]["share"] + data["bars"][1]["share"] == pytest.approx(1)
    assert "Made grey, as all its training images were." in said(at)


def test_two_networks_look_at_the_same_photo(looked_at: Run, home: Path) -> None:
    other = train_look(home, "another", seed=9)
    at = opened(run=looked_at.id, image="example-coffee")
    box = at.selectbox(key="classify-with")
    box.set_value(other.id).run()
    assert query(at, "with") == other.id
    words = [shown(at, f"classify-verdict-{number}") for number in (0, 1)]
    assert [data["title"] for data in words] == ["looked at, trained model", "another, trained model"]
    for data, run in zip(words, (looked_at, other), strict=True):
        from cnnviz.data.example_photos import example_photo

        (answer,) = Classifier.of(run)(example_photo("coffee").pixels, 4)
        assert data["word"] == answer.top[0].class_name
    assert "Both say" in said(at) or "They disagree" in said(at)
    assert (
        len(components(opened(run=looked_at.id, image="example-coffee", **{"with": other.id}), "classify-verdict")) == 2
    )


def test_a_network_that_trains_answers_with_its_newest_snapshot(looked_at: Run, home: Path) -> None:
    (looked_at.folder / "model.keras").unlink()
    newest = looked_at.snapshots()[-1].number
    at = opened(image="example-cat")
    assert at.selectbox(key="pinned-snapshot").value == newest
    (answer,) = Classifier(looked_at.model(newest))(example_photo("cat").pixels, 4)
    assert shown(at, "classify-verdict-0")["bars"][0]["share"] == pytest.approx(answer.top[0].probability, abs=1e-5)


def test_a_photo_travels_to_the_pages_that_look_inside_and_back(looked_at: Run) -> None:
    at = opened()
    at.switch_page("pages/look/attribution.py")
    at.query_params["image"] = "example-cat"
    at.run()
    at.switch_page(PAGE).run()
    assert query(at, "image") == "example-cat"
    assert shown(at, "classify-photo")["width"] == 451
    uploaded(at, photos(1))
    key = query(at, "image")
    assert key is not None
    assert key.startswith("upload-")
    at.switch_page("pages/look/attribution.py").run()
    assert query(at, "image") == key
    assert shown(at, "attribution-heatmaps")["panels"][0]["title"] == "Your photo"


def test_before_keras_is_there_the_photo_is(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("cnnviz.ui.classify.one_photo", "cnnviz.ui.network.models"):
        monkeypatch.setattr(f"{module}.keras_ready", lambda: False)
    at = opened(image="example-cat")
    assert shown(at, "classify-photo")["width"] == 451
    assert shown(at, "classify-verdict-0")["state"] == "pending"
    assert [panel["pending"] for panel in shown(at, "classify-seen-0")["panels"]] == [False, True]
    assert "TensorFlow is imported" in said(at)
    at = opened()
    at.file_uploader(key=FILES).set_value(photos(5)).run()
    assert not at.exception
    assert "TensorFlow is imported" in said(at)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"image": "upload-0123abcd"}, "opened in another tab"),
        ({"image": "../../etc/passwd"}, "asks for the image"),
        ({"image": "example-unicorn"}, "no example photo 'unicorn'"),
        ({"image": "test-99999"}, "test image 99999"),
        ({"image": "example-cat", "crop": "0.5,0,0.5,1"}, "asks for the part '0.5,0,0.5,1'"),
        ({"image": "example-cat", "crop": "<b>"}, "asks for the part '<b>'"),
        ({"image": "example-cat", "dials": "colour:1"}, "asks for the dials 'colour:1'"),
        ({"image": "example-cat", "dials": "blur:inf"}, "asks for the dials 'blur:inf'"),
        ({"image": "example-cat", "dial": "colour"}, "asks for the dial 'colour'"),
        ({"image": "example-cat", "abstain": "always"}, "asks to abstain by 'always'"),
        ({"image": "example-cat", "with": "20200101-000000-none-0000"}, "20200101-000000-none-0000"),
        ({"run": "../../etc"}, "no run id"),
        ({"snapshot": "77"}, "snapshot '77'"),
    ],
)
def test_a_wrong_link_ends_in_a_sentence_with_a_way_back(asked: dict[str, str], says: str, looked_at: Run) -> None:
    at = opened(**asked)
    [error] = at.error
    assert says in unescaped(str(error.value))
    assert "Start anew" in [link.proto.label for link in at.main.get("page_link")]


# --- networks from elsewhere ------------------------------------------------------------------------------------


def test_independent_classes_are_said_and_not_added_up(home: Path, keras_imported: None) -> None:
    run = bring(make("sigmoids"), home)
    pixels = pictures()[1]
    at = uploaded(opened(), [("mine.png", picture(pixels), "image/png")])
    data = shown(at, "classify-verdict-0")
    expected = np.asarray(run.model()(pixels[None].astype(np.float32)))[0]
    assert [bar["share"] for bar in data["bars"]] == pytest.approx(sorted(expected, reverse=True), abs=1e-5)
    assert data["rest"] == ""
    assert "Its classes do not exclude each other" in said(at)


def test_a_network_that_always_says_the_same_is_told(home: Path, keras_imported: None) -> None:
    bring(make("softmax of nothing"), home)
    at = uploaded(opened(), [("mine.png", picture(pictures()[1]), "image/png")])
    assert "answers the same for every image" in said(at)
    at = uploaded(opened(), [(f"{name}.png", picture(pictures()[name]), "image/png") for name in (1, 2)])
    assert "answers the same for every image" in said(at)
