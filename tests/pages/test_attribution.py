"""The Attribution page without a browser: choosing, links, what is kept, what is empty, and mistakes."""

import base64
import threading
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz import explain
from cnnviz.data import load_dataset
from cnnviz.explain.batching import batches
from cnnviz.figures.heatmap import in_two_digits
from cnnviz.models import save_model
from cnnviz.runs import Run, RunStore, Status
from cnnviz.spec import LayerRow
from cnnviz.ui import question
from cnnviz.ui.attribution.choices import TITLES
from cnnviz.ui.jobs import Job
from tests.components import data_of
from tests.dashboard import ROOT
from tests.look_fixtures import looked_at, trained_home
from tests.pages import looked
from tests.training.helpers import wait_until

__all__ = ["looked_at", "trained_home"]

PAGE = "pages/look/attribution.py"


opened = partial(looked.opened, PAGE)


def shown(at: AppTest, number: int = 0) -> dict[str, Any]:
    """What the browser is given."""
    found: dict[str, Any] = data_of(at.get("bidi_component")[number])
    return found


def titles(at: AppTest, number: int = 0) -> list[str]:
    return [panel["title"] for panel in shown(at, number)["panels"]]


def explained(at: AppTest) -> list[str]:
    return [bar["name"] for bar in shown(at)["bars"] if bar["explained"]]


def query(at: AppTest, name: str) -> str | None:
    value = at.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def test_the_photograph_and_three_methods_stand_side_by_side(looked_at: Run, home: Any) -> None:
    at = opened()
    assert titles(at)[1:] == ["Grad-CAM", "Integrated gradients", "Occlusion"]
    data = shown(at)
    assert not any(panel["pending"] for panel in data["panels"])
    for panel, name in zip(data["panels"][1:], ("gradcam", "integrated-gradients", "occlusion"), strict=True):
        assert panel["text"] == explain.METHODS[name].meaning
    assert "black is nothing, bright yellow the strongest pixel" in data["caption"]
    image = load_dataset(looked_at.spec.data.name, home).test.images[0]
    record = explain.explain(looked_at.model(), image, "occlusion")
    levels = np.frombuffer(base64.b64decode(data["panels"][3]["values"]), np.uint8)
    np.testing.assert_array_equal(levels, np.rint(record.values * 255).astype(np.uint8).ravel())
    assert data["panels"][3]["full"] == record.raw_range[1]  # what the brightest colour stands for
    assert data["panels"][3]["high"] == in_two_digits(record.raw_range[1])


def test_a_fresh_page_looks_at_the_last_maps(looked_at: Run) -> None:
    at = opened()
    assert query(at, "layer") == "conv2d_2" == explain.last_place(looked_at.model()).name
    layers = ["conv2d_1 · 8×8×4", "max_pooling2d_1 · 4×4×4", "conv2d_2 · 4×4×6"]
    assert at.selectbox(key="pinned-layer").options == layers
    assert shown(at)["panels"][1]["note"] == "conv2d_2 4×4"
    at.selectbox(key="pinned-layer").set_value("max_pooling2d_1").run()
    assert shown(at)["panels"][1]["note"] == "max_pooling2d_1 4×4"
    assert shown(opened(layer="conv2d_1"))["panels"][1]["note"] == "conv2d_1 8×8"


def test_of_a_network_with_branches_the_page_looks_at_all_of_them(looked_at: Run, home: Path) -> None:
    run = branched(looked_at, home)
    at = opened(run=run.id)
    assert query(at, "layer") is None
    chooser = at.selectbox(key="pinned-layer")
    assert chooser.options == ["the last maps", "wide · 8×8×2", "narrow · 8×8×2", "joined · 8×8×4"]
    assert shown(at)["panels"][1]["note"] == "joined 8×8"
    chooser.set_value("narrow").run()
    assert query(at, "layer") == "narrow"
    assert shown(at)["panels"][1]["note"] == "narrow 8×8"
    at.selectbox(key="pinned-layer").set_value("").run()
    assert query(at, "layer") is None
    assert shown(at)["panels"][1]["note"] == "joined 8×8"


def branched(run: Run, home: Path) -> Run:
    """A network with branches from elsewhere, on the data of another run."""
    layers = keras.layers
    inputs = keras.Input((8, 8, 3))
    branches = [
        layers.Conv2D(2, size, padding="same", name=name)(inputs) for name, size in (("wide", 5), ("narrow", 1))
    ]
    pooled = layers.GlobalAveragePooling2D(name="pooled")(layers.Concatenate(name="joined")(branches))
    model = keras.Model(inputs, layers.Dense(run.spec.model.classes, activation="softmax", name="out")(pooled))
    kinds = {"Conv2D": "convolution"}
    rows = tuple(
        LayerRow(place.name, kinds.get(place.kind, "other"), place.output_shape, 1, 1)
        for place in explain.layers_of(model)
    )
    spec = run.spec.changed(model=run.spec.model.changed(layers=(), foreign=rows))
    made = RunStore(home).create(spec, Status("completed"))
    save_model(model, made.folder / "model.keras")
    return made


def test_a_layer_shown_by_another_page_is_not_where_grad_cam_looks(looked_at: Run) -> None:
    at = opened()
    at.switch_page("pages/look/kernels.py").run()
    at.selectbox(key="pinned-layer").set_value("conv2d_1").run()
    at.query_params.clear()  # as the navigation does
    at.switch_page(PAGE).run()
    assert query(at, "layer") == "conv2d_2"
    assert shown(at)["panels"][1]["note"] == "conv2d_2 4×4"


def test_the_probabilities_are_those_of_the_network(looked_at: Run, home: Any) -> None:
    at = opened(image="test-3")
    split = load_dataset(looked_at.spec.data.name, home).test
    probabilities = looked_at.model().predict(split.images[3:4], verbose=0)[0]
    bars = shown(at)["bars"]
    assert [bar["index"] for bar in bars] == list(np.argsort(-probabilities, kind="stable"))
    np.testing.assert_allclose([bar["share"] for bar in bars], np.sort(probabilities)[::-1], atol=1e-5)
    assert [bar["index"] for bar in bars if bar["truth"]] == [split.labels[3]]
    assert [bar["index"] for bar in bars if bar["explained"]] == [int(probabilities.argmax())]


def test_methods_are_chosen_and_kept_in_the_link(looked_at: Run) -> None:
    at = opened()
    at.pills(key="attribution-methods").set_value(["occlusion", "saliency"]).run()
    assert titles(at)[1:] == ["Saliency", "Occlusion"]
    assert query(at, "methods") == "saliency,occlusion"
    assert titles(opened(methods="occlusion,saliency"))[1:] == ["Saliency", "Occlusion"]
    at.pills(key="attribution-methods").set_value([]).run()
    assert titles(at)[1:] == ["Saliency", "Occlusion"]  # the last choice stays
    at.switch_page("pages/start/home.py").run()
    at.switch_page(PAGE).run()
    assert titles(at)[1:] == ["Saliency", "Occlusion"]


def test_all_methods_can_be_seen_at_once(looked_at: Run) -> None:
    at = opened(methods=",".join(TITLES))
    assert titles(at)[1:] == list(TITLES.values())


def test_the_class_is_chosen_and_kept_in_the_link(looked_at: Run, home: Any) -> None:
    names = load_dataset(looked_at.spec.data.name, home).class_names
    at = opened()
    box = at.selectbox(key="attribution-class")
    assert box.options[:3] == ["explain the predicted class", "explain the true class", f"explain {names[0]}"]
    box.set_value(1).run()
    assert not at.exception
    assert query(at, "class") == names[1]
    assert explained(at) == [names[1]]
    at.selectbox(key="attribution-class").set_value(-2).run()
    assert query(at, "class") == "true"
    assert [bar["truth"] for bar in shown(at)["bars"] if bar["explained"]] == [True]
    at.selectbox(key="attribution-class").set_value(-1).run()
    assert query(at, "class") is None
    assert explained(opened(**{"class": names[1]})) == [names[1]]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"class": "<b>unicorn</b>"}, "asks for the class '<b>unicorn</b>', which the run looked at does not know"),
        ({"methods": "gradcam,magic"}, "asks for the method 'magic'; choose one of gradcam"),
        ({"check": "../etc"}, "asks for the method '../etc'"),
        ({"layer": "conv9"}, "conv9"),
        ({"image": "test-99999"}, "test image 99999"),
        ({"run": "../../etc"}, "no run id"),
    ],
)
def test_a_wrong_link_ends_in_a_sentence_with_a_way_back(asked: dict[str, str], says: str, looked_at: Run) -> None:
    at = opened(**asked)
    [error] = at.error
    assert says in str(error.value).replace("\\", "").replace("\u2060", "")
    assert at.get("page_link")
    assert not at.get("bidi_component")
    assert not {"class", "methods", "check"} & {*at.query_params}  # a reload shows the page again


def test_the_check_with_random_weights_is_one_click_away(looked_at: Run) -> None:
    at = opened()
    assert len(at.get("bidi_component")) == 1
    at.pills(key="attribution-check").set_value("gradcam").run()
    assert query(at, "check") == "gradcam"
    wait_until(lambda: len(at.run().get("bidi_component")) == 2, "the check")
    assert titles(at, 1) == ["Trained weights", "logits random", "Last 2 layers random", "All layers random"]
    for panel in shown(at, 1)["panels"][1:]:
        assert "With the real one: " in panel["text"]
    assert "Spearman" in shown(at, 1)["caption"]
    assert any("Grad\\-CAM" in str(one.value) for one in at.markdown)
    at.pills(key="attribution-check").set_value(None).run()
    assert query(at, "check") is None
    assert len(at.get("bidi_component")) == 1
    linked = opened(check="occlusion")
    wait_until(lambda: len(linked.run().get("bidi_component")) == 2, "the check that a link asks for")


def test_nothing_is_computed_twice(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = explain.explain
    question._results.clear()
    monkeypatch.setattr("cnnviz.explain.methods.explain", lambda *told: asked.append(told[2]) or real(*told))
    at = opened()
    assert asked == ["gradcam", "integrated-gradients", "occlusion"]
    at.pills(key="attribution-methods").set_value(["saliency", "occlusion"]).run()
    opened(methods="occlusion,gradcam")  # another session
    assert asked[3:] == ["saliency"]
    at.selectbox(key="attribution-class").set_value(at.selectbox(key="attribution-class").value).run()
    assert len(asked) == 4


def test_what_takes_long_comes_after_the_page(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    question._results.clear()
    monkeypatch.setattr(question, "laptop_seconds", lambda spec, images: 1000.0)  # everything is slow
    st.cache_resource.clear()  # and with it the jobs
    made: list[tuple[Job, threading.Event]] = []
    real = question.job

    def held(key: str, work: Any) -> Job:
        go = threading.Event()
        one = real(key, lambda report: go.wait(60.0) and work(report))
        made.append((one, go))
        return one

    monkeypatch.setattr(question, "job", held)
    at = opened()
    for late in (3, 2, 1):
        assert [panel["pending"] for panel in shown(at)["panels"]] == [False] * (4 - late) + [True] * late
        one, go = made[-1]
        go.set()
        assert one.wait(60.0).state == "done"
        at.run()
    assert not any(panel["pending"] for panel in shown(at)["panels"])


def test_what_would_take_long_together_comes_one_after_another(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    question._results.clear()
    monkeypatch.setattr(question, "laptop_seconds", lambda spec, images: 0.001 * images)  # 3, 192 and 225 of them
    st.cache_resource.clear()
    monkeypatch.setattr(question, "job", lambda key, work: Job(key, lambda report: None, threading.Semaphore(0)))
    assert [panel["pending"] for panel in shown(opened())["panels"]] == [False, False, False, True]


def test_what_takes_long_can_be_stopped(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    question._results.clear()
    monkeypatch.setattr(question, "laptop_seconds", lambda spec, images: 1000.0)
    st.cache_resource.clear()
    asked, go = threading.Event(), threading.Event()

    def slow(network: keras.Model, image: Any, *_: Any) -> Any:
        assert len(list(batches(network, image[None]))) == 1
        asked.set()
        assert go.wait(60.0)
        return list(batches(network, image[None]))  # the next look at the network is where it ends

    monkeypatch.setattr("cnnviz.explain.methods.explain", slow)
    at = opened(methods="occlusion")
    assert asked.wait(60.0)
    next(button for button in at.button if button.label == "Stop").click().run()
    go.set()
    wait_until(lambda: "Start again" in [button.label for button in at.run().button], "its end")
    assert "stopped at 0" in "".join(str(one.value) for one in at.caption)
    assert shown(at)["panels"][1]["pending"]


def test_an_empty_heatmap_says_why(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    question._results.clear()
    real = explain.explain

    def dark(*told: Any) -> Any:
        found = real(*told)
        zeros = np.zeros_like(found.values)
        return type(found)(**{**vars(found), "values": zeros, "empty": "every feature map is zero on this image"})

    monkeypatch.setattr("cnnviz.explain.methods.explain", dark)
    panel = shown(opened())["panels"][1]
    assert panel["empty"] == "Nothing lights up: every feature map is zero on this image."
    assert panel["values"] is None
    question._results.clear()


def test_before_keras_is_there_the_photograph_is(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("cnnviz.ui.attribution.page", "cnnviz.ui.network.models"):
        monkeypatch.setattr(f"{module}.keras_ready", lambda: False)
    at = opened()
    assert [panel["pending"] for panel in shown(at)["panels"]] == [False, True, True, True]
    assert shown(at)["bars"] == []
    assert "TensorFlow is imported" in " ".join(str(one.value) for one in at.caption)


def test_a_photo_is_explained_as_the_network_sees_it(looked_at: Run, tmp_path: Any) -> None:
    from cnnviz.data import Photo
    from cnnviz.ui.network.images import _PHOTOS

    pixels = np.random.default_rng(0).integers(0, 256, (300, 200, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.session_state[_PHOTOS] = {"upload-0123abcd": Photo(pixels)}
    at.switch_page(PAGE)
    at.query_params.update({"image": "upload-0123abcd", "class": "true"})  # nobody knows the true class of a photo
    at.run()
    assert not at.exception
    data = shown(at)
    assert data["panels"][0]["title"] == "Your photo"
    assert data["panels"][0]["note"] == "the network sees 8×8 pixels"
    assert data["panels"][0]["smooth"]
    assert data["panels"][0]["picture"] != data["picture"]
    assert "explain the true class" not in at.selectbox(key="attribution-class").options
    assert not any(bar["truth"] for bar in data["bars"])
