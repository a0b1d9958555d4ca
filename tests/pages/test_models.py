"""The Models page without a browser: what it offers, what it says, what it refuses."""

import importlib.util
import json
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import h5py
import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnviz.adoption import adopt, adoption_of
from cnnviz.adoption.scaling import spread
from cnnviz.data import class_names_of, load_dataset
from cnnviz.data.known import CIFAR10_CLASSES
from cnnviz.export import FORMATS, formats
from cnnviz.inference import classify
from cnnviz.runs import Run, RunStore
from cnnviz.runs.beginning import beginning_with
from cnnviz.ui.jobs import known_job
from cnnviz.ui.loaders import look_again
from cnnviz.ui.models_page.uploading import MOST_MEGABYTES
from cnnviz.ui.network.models import NEEDED
from tests.adoption.made import classifier, saved
from tests.explain.toys import make
from tests.look import copied, train_look
from tests.pages import looked
from tests.pages.looked import words

opened = partial(looked.opened, "pages/use/models.py")
PATIENCE_S = 120


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("trained") / "home"
    train_look(home)
    return home


@pytest.fixture
def run(trained: Path, home: Path) -> Run:
    return copied(trained, home)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_resource.clear()
    look_again()
    for name in NEEDED:  # a file is looked into when TensorFlow is imported
        import_module(name)


def waited(at: AppTest, beginning: str) -> AppTest:
    """The page after the jobs whose keys begin so have ended."""
    from cnnviz.ui.jobs import _jobs

    keys = [key for key in _jobs()._known if key.startswith(beginning)]
    assert keys
    for key in keys:
        one = known_job(key)
        assert one is not None
        assert one.wait(PATIENCE_S).ended
    at.run()
    assert not at.exception
    return at


def buttons(at: AppTest) -> dict[str, Any]:
    return {button.key: button for button in at.button if button.key}


def brought(path: Path, name: str | None = None) -> AppTest:
    """The page with a file dropped on it that was looked at."""
    at = opened(part="bring")
    at.file_uploader[0].set_value((name or path.name, path.read_bytes(), "application/octet-stream")).run()
    assert not at.exception
    return at


# --- taking away ------------------------------------------------------------------------------------------------


def test_without_a_run_it_says_what_to_do() -> None:
    at = opened()
    assert "There is no trained network to take away yet" in at.info[0].value
    assert at.main.get("page_link")[0].proto.page == "train"


def test_every_format_has_a_card_with_its_use(run: Run) -> None:
    at = opened()
    for chosen in FORMATS.values():
        assert chosen.use in words(at)
        assert f"models-export-{chosen.name}" in buttons(at)


def test_a_script_is_written_once_and_downloaded(run: Run) -> None:
    at = opened()
    buttons(at)["models-export-script"].click().run()
    waited(at, "export|")
    [download] = at.main.get("download_button")
    assert download.proto.label.startswith("Download (")
    assert "models-export-script" not in buttons(at)
    assert "models-export-script" not in buttons(opened())  # another tab finds it


def test_an_export_shows_what_its_check_found(run: Run) -> None:
    at = opened(snapshot="1")
    buttons(at)["models-export-keras"].click().run()
    waited(at, "export|")
    assert "60 test images of tiny: exactly the same probabilities" in words(at).replace("\\", "")
    assert [one.proto.label for one in at.main.get("download_button")]
    assert "models-export-keras" in buttons(opened())  # the trained model is another one


def test_what_is_not_installed_is_a_sentence(run: Run) -> None:
    usual = importlib.util.find_spec
    with patch.object(formats, "find_spec", lambda name: None if name == "tf2onnx" else usual(name)):
        at = opened()
    assert "pip install tf2onnx" in words(at).replace("\\", "")
    assert "models-export-onnx" not in buttons(at)
    assert "models-export-litert" in buttons(at)


def test_a_network_from_elsewhere_has_no_training_script(home: Path, tmp_path: Path) -> None:
    adopt(saved("sequential", tmp_path), "theirs.keras", home)
    at = opened()
    assert "how it was trained is not known here" in words(at)
    assert {"models-export-script", "models-export-notebook"} & set(buttons(at)) == set()


def test_a_network_that_began_with_another_has_a_training_script(run: Run, home: Path) -> None:
    from cnnviz.training.execute import train

    names = class_names_of(run, home)
    spec = beginning_with(run, run.spec.changed(train=run.spec.train.changed(epochs=1)), names)
    begun = train(spec, home)
    assert begun.state == "completed", begun.status.message
    look_again()
    assert {"models-export-script", "models-export-notebook"} <= set(buttons(opened(run=begun.id)))


@pytest.mark.parametrize("query", [{"run": "../../etc"}, {"run": "no-such-run"}, {"snapshot": "77"}])
def test_what_there_is_not_is_one_sentence(run: Run, query: dict[str, str]) -> None:
    at = opened(**query)
    [error] = at.error
    assert "choose" in error.value


# --- bringing in ------------------------------------------------------------------------------------------------


def test_a_network_becomes_a_run_that_the_page_leads_to(home: Path, tmp_path: Path) -> None:
    at = waited(brought(saved("nested", tmp_path), "their <model>.keras"), "inspect|")
    assert {one.label: one.value for one in at.metric} == {
        "Image": "8×8 colour",
        "Classes": "3",
        "Answers": "softmax",
        "Weights": "335",
        "Keras": at.metric[4].value,
    }
    assert "It scales pixels itself, before its first convolution." in words(at)
    [pixels] = [one for one in at.selectbox if one.label == "What pixels was it trained on?"]
    assert pixels.value == "pixels"
    at.text_area[0].set_value("cat\ndog").run()
    assert "There are 2 names for 3 classes" in at.warning[0].value
    assert buttons(at)["models-adopt"].disabled
    at.text_area[0].set_value("cat\ndog\nfrog").run()
    buttons(at)["models-adopt"].click().run()
    waited(at, "adopt|")
    [run_id] = RunStore(home).ids()
    run = RunStore(home).get(run_id)
    assert (run.name, run.spec.data.classes) == ("their <model>", ("cat", "dog", "frog"))
    links = {link.proto.label: link.proto for link in at.main.get("page_link")}
    assert {"Kernels", "Feature maps", "Attribution", "Classify"} <= set(links)
    assert all(f"run={run_id}" in link.query_string for link in links.values())


def test_each_output_is_given_a_class_of_a_data_set(home: Path, tmp_path: Path) -> None:
    at = waited(brought(saved("sequential", tmp_path)), "inspect|")
    [choice] = [one for one in at.selectbox if one.label == "What its outputs stand for"]
    assert choice.value == ""
    choice.set_value("cifar10-sample").run()
    assert outputs(at) == ["airplane", "automobile", "bird"]
    output(at, 0).set_value("bird").run()
    assert outputs(at) == ["bird", "automobile", "airplane"]  # the two changed places
    output(at, 1).set_value("cat").run()
    assert [one.value for one in at.selectbox if one.label.startswith("Measure it")] == ["cifar10-sample"]
    buttons(at)["models-adopt"].click().run()
    waited(at, "adopt|")
    [run_id] = RunStore(home).ids()
    run = RunStore(home).get(run_id)
    assert run.spec.data.classes == ("bird", "cat", "airplane")
    assert (run.evaluation() or {})["n_test"] == 300
    # the first 50 test images of these three classes, by what the outputs stand for
    sample = load_dataset("cifar10-sample", home).test
    names = [name for label in sample.labels if (name := CIFAR10_CLASSES[label]) in run.spec.data.classes]
    assert [run.spec.data.classes[label] for label in run.predictions().labels] == names


def output(at: AppTest, number: int) -> Any:
    [one] = [one for one in at.selectbox if one.label == f"Output {number}"]
    return one


def outputs(at: AppTest) -> list[str]:
    return [str(one.value) for one in at.selectbox if one.label.startswith("Output ")]


def test_what_cannot_be_opened_is_refused_with_its_sentence(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "photo.keras"
    path.write_bytes(b"no model at all")
    at = waited(brought(path), "inspect|")
    assert "is no .keras file and no HDF5 file, or a damaged one; save it with" in at.error[0].value.replace("\\", "")
    buttons(at)["models-drop"].click().run()
    assert at.file_uploader
    assert RunStore(home).ids() == ()


def test_weights_alone_ask_for_their_network(run: Run, tmp_path: Path) -> None:
    run.model().save_weights(tmp_path / "mine.weights.h5")
    at = waited(brought(tmp_path / "mine.weights.h5"), "inspect|")
    assert not at.metric
    at.selectbox(key="models-architecture").set_value("preset:two-conv").run()
    waited(at, "inspect|")
    assert "choose the architecture that they were saved from" in at.error[0].value
    at.selectbox(key="models-architecture").set_value(f"run:{run.id}").run()
    waited(at, "inspect|")
    assert at.metric[0].value == "8×8 colour"
    assert not [one for one in at.selectbox if one.label.startswith("What pixels")]  # it is the network's own


def test_what_the_page_exports_as_h5_comes_in_again(home: Path, tmp_path: Path) -> None:
    model = make("nested")
    model.save(tmp_path / "whole.h5")
    with h5py.File(tmp_path / "whole.h5", "a") as file:
        file.attrs["class_names"] = json.dumps(["ant", "bee", "fly"])  # as an export has them
    at = waited(brought(tmp_path / "whole.h5"), "inspect|")
    assert {one.label: one.value for one in at.metric}["Weights"] == "335"
    assert at.text_area[0].value == "ant\nbee\nfly"
    buttons(at)["models-adopt"].click().run()
    waited(at, "adopt|")
    [run_id] = RunStore(home).ids()
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), np.uint8)
    ours = np.stack([one.probabilities for one in classify(RunStore(home).get(run_id), images)])
    assert ours == pytest.approx(np.asarray(model(images.astype("float32"))), abs=1e-5)


def test_what_a_file_leaves_open_is_asked_and_what_was_found_is_said(home: Path, tmp_path: Path) -> None:
    model = classifier((None, None, 1), 10, activation="linear")
    model.save(tmp_path / "open.keras")
    at = waited(brought(tmp_path / "open.keras"), "inspect|")
    assert "takes images of any size" in at.number_input[0].label
    at.number_input[0].set_value(8).run()
    waited(at, "inspect|")
    assert {one.label: one.value for one in at.metric}["Image"] == "8×8 grey"
    [names] = [one for one in at.selectbox if one.label == "What its outputs stand for"]
    names.set_value("digits").run()
    [pixels] = [one for one in at.selectbox if one.label == "What pixels was it trained on?"]
    assert pixels.options[0] == "find out"
    [meaning] = at.radio
    assert meaning.options == ["one class is right", "each class may be right"]
    buttons(at)["models-adopt"].click().run()
    waited(at, "adopt|")
    told, train = words(at).replace("\\", ""), load_dataset("digits").train
    assert "It ends with logits: a softmax is put behind it, so that it answers with probabilities." in told
    some = spread(train.labels, 512)
    assert f"Its pixels were tried on {len(some)} training images of digits: " in told
    [run_id] = RunStore(home).ids()
    run = RunStore(home).get(run_id)
    assert run.spec.model.input_shape == (8, 8, 1)
    found = adoption_of(run)
    assert found is not None
    images, labels = train.images[some], train.labels[some]
    taken = {"pixels": images, "unit": images / 255, "symmetric": images / 127.5 - 1}
    right = {
        name: float((np.asarray(model(pixels.astype("float32"))).argmax(1) == labels).mean())
        for name, pixels in taken.items()
    }
    assert found.measured == pytest.approx(right, abs=0.01)
    assert found.measured[found.scaling] == max(found.measured.values())  # of several alike, any


def test_over_a_network_it_takes_the_passcode(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    usual = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: "0.0.0.0" if name == "server.address" else usual(name))
    at = opened(part="bring")
    assert not at.file_uploader
    assert "takes its passcode" in at.info[0].value
    buttons(at)["models-unlock"].click().run()
    assert "nobody can bring a network in" in at.error[0].value
    assert "models-export-onnx" in buttons(opened())  # taking away is free


def test_the_largest_file_is_said(home: Path) -> None:
    assert opened(part="bring").file_uploader[0].proto.max_upload_size_mb == MOST_MEGABYTES == 700
