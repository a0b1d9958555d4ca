"""Taking a network away: checked, whole or not at all, and every refusal in one sentence."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cnnviz.errors import CnnvizError, RunError, SpecError
from cnnviz.export import FORMATS, Exported, export
from cnnviz.export.checking import images_for
from cnnviz.export.companions import Facts, classes_json, readme
from cnnviz.runs import Run, RunStore, Status
from tests.dashboard import ROOT
from tests.export.conftest import NAMES, network, outputs_of, probe
from tests.training.helpers import tiny_spec

COMPANIONS = ("README.md", "classify.py", "classes.json", "train.py", "train.ipynb")


pytestmark = pytest.mark.usefixtures("temporary")


def test_a_run_becomes_one_file(run: Run, trained_home: Path, temporary: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    done = export(run, "keras", tmp_path / "a.keras", home=trained_home, on_step=steps.append)
    assert (done.path, done.format, done.run_id) == (tmp_path / "a.keras", "keras", run.id)
    assert done.bytes == done.path.stat().st_size
    assert done.largest_difference == 0
    assert (done.images_checked, done.images_from) == (60, "test images of tiny")  # as many as there are
    assert (done.companions, done.replaced) == ((), False)
    assert steps == ["opening the network", "writing Keras", "checking the file", "putting it in its place"]
    images = probe((8, 8, 1))
    np.testing.assert_array_equal(
        outputs_of(keras.models.load_model(done.path), images), outputs_of(run.model(), images)
    )
    assert list(temporary.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.keras", "temporary"]


def test_a_folder_has_all_that_belongs_to_it(binary_run: Run, trained_home: Path, tmp_path: Path) -> None:
    done = export(binary_run, "onnx", tmp_path / "out", home=trained_home)
    files = {path.name: path.read_bytes() for path in done.path.iterdir()}
    assert set(files) == {"model.onnx", *COMPANIONS}
    assert done.companions == COMPANIONS
    assert done.bytes == sum(map(len, files.values()))
    classes = json.loads(files["classes.json"])
    assert (classes["class_names"], classes["output"]) == (["3", "1"], "sigmoid")
    assert classes["input"] == {"height": 8, "width": 8, "channels": 1, "dtype": "float32", "range": [0, 255]}
    assert classes["check"] == {"images": done.images_checked, "largest_difference": done.largest_difference}
    told = files["README.md"].decode()
    report = binary_run.evaluation()
    assert report is not None
    assert f"On its test set it is right on {report['accuracy']:.1%}." in told
    assert "the probability that it is 1; what is missing to 1 is that of 3." in told
    assert "pip install onnxruntime numpy pillow" in told
    assert f"the run {binary_run.id}" in told
    for name in files:
        assert f"`{name}`" in told


def test_a_snapshot_is_exported_as_it_was(run: Run, trained_home: Path, tmp_path: Path) -> None:
    done = export(run, "h5", tmp_path / "a.h5", home=trained_home, snapshot=0)
    images = probe((8, 8, 1))
    early = outputs_of(keras.models.load_model(done.path, compile=False), images)
    np.testing.assert_allclose(early, outputs_of(run.model(0), images), atol=1e-6)
    assert not np.allclose(early, outputs_of(run.model(), images))


def test_h5_weights_are_written_where_the_name_asks_for_them(run: Run, trained_home: Path, tmp_path: Path) -> None:
    done = export(run, "h5", tmp_path / "a.weights.h5", home=trained_home)
    assert done.format == "h5-weights"
    model = run.model(0)
    model.load_weights(done.path)
    for ours, theirs in zip(model.get_weights(), run.model().get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_model_from_elsewhere(tmp_path: Path) -> None:
    layers = keras.layers
    inner = keras.Sequential([layers.Input((6, 6, 4)), layers.DepthwiseConv2D(3), layers.GlobalMaxPooling2D()])
    model = keras.Sequential(
        [layers.Input((8, 8, 3)), layers.Conv2D(4, 3), inner, layers.Dense(3, activation="softmax")]
    )
    (tmp_path / "a.onnx").write_text("old")
    done = export(model, "onnx", tmp_path / "a.onnx", NAMES)
    assert done.replaced
    assert (done.run_id, done.images_checked, done.images_from) == (None, 64, "photos of CIFAR-10")
    assert done.largest_difference is not None
    assert done.largest_difference < 1e-5
    folder = export(model, "onnx", tmp_path / "out").path
    assert json.loads((folder / "classes.json").read_text())["class_names"] == ["class 0", "class 1", "class 2"]
    assert not (folder / "train.py").exists()


def test_an_adopted_network_goes_on_without_a_script_that_trains(home: Path, tmp_path: Path) -> None:
    from cnnviz.adoption import adopt

    network("softmax").save(tmp_path / "theirs.keras")
    adopted = adopt(tmp_path / "theirs.keras", "theirs.keras", home, class_names=NAMES)
    done = export(adopted, "keras", tmp_path / "out", home=home)
    assert done.companions == COMPANIONS[:3]
    assert done.images_from == "photos of CIFAR-10"
    again = adopt(done.path / "model.keras", "model.keras", home)  # what is exported can be brought back
    images = probe((12, 16, 3))
    np.testing.assert_allclose(outputs_of(again.model(), images), outputs_of(network("softmax"), images), atol=1e-6)
    with pytest.raises(
        SpecError, match="came from elsewhere, so how it was trained is not known; export it in another"
    ):
        export(adopted, "script", tmp_path / "train.py", home=home)


def test_names_from_strangers_stay_text() -> None:
    facts = Facts("<b>*mine*</b>", ("<script>", "a|b\n# c", "`x`"), (8, 8, 3), 3)
    told = readme(facts, FORMATS["onnx"], ("README.md",), images_for((8, 8, 3)), 0.0).decode()
    assert told.splitlines()[0] == r"# \<b\>\*mine\*\</b\>"
    assert "      0  <script>\n      1  a|b # c\n      2  `x`\n" in told  # a block of code
    assert json.loads(classes_json(facts, {"class_names": facts.class_names}, 0.0, 64))["class_names"][1] == "a|b\n# c"


def text_model() -> keras.Model:
    inputs = keras.Input((7,))
    return keras.Model(inputs, keras.layers.Dense(3)(inputs))


def of_any_size() -> keras.Model:
    inputs = keras.Input((None, None, 3))
    return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(inputs))


def segmenting() -> keras.Model:
    inputs = keras.Input((8, 8, 3))
    return keras.Model(inputs, keras.layers.Conv2D(2, 3)(inputs))


def with_a_lambda() -> keras.Model:
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Lambda(lambda tensor: tensor * 2)(inputs)
    return keras.Model(inputs, keras.layers.Softmax()(keras.layers.GlobalAveragePooling2D()(x)))


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (text_model, SpecError, r"the model takes \(None, 7\); export one that takes grey or RGB images"),
        (of_any_size, SpecError, "export one that takes grey or RGB images of one fixed size"),
        (segmenting, SpecError, r"the model gives \(None, 6, 6, 2\); export one that gives a number for each"),
        (with_a_lambda, SpecError, "this network cannot be exported .*; use layers of Keras itself"),
    ],
)
def test_a_model_that_does_not_fit_is_one_sentence(
    make: Callable[[], keras.Model], error: type[CnnvizError], says: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=says) as refusal:
        export(make(), "keras", tmp_path / "a.keras")
    assert "\n" not in str(refusal.value)
    assert not (tmp_path / "a.keras").exists()


def test_refusals_come_before_the_work(run: Run, trained_home: Path, tmp_path: Path, home: Path) -> None:
    waiting = RunStore(home).create(tiny_spec(), Status("queued", epochs=3))
    unfinished = f"the run {waiting.id} has no model yet; wait until it is completed, or export a snapshot"
    cases: list[tuple[type[CnnvizError], str, Callable[[], Any]]] = [
        (SpecError, "there is no format 'pb'", lambda: export(run, "pb", tmp_path / "a.pb")),
        (RunError, unfinished, lambda: export(waiting, "onnx", tmp_path / "a.onnx")),
        (RunError, "has no snapshot 99", lambda: export(run, "onnx", tmp_path / "a.onnx", snapshot=99)),
        (SpecError, "3 class names were given for 4", lambda: export(run, "onnx", tmp_path / "a.onnx", NAMES)),
        (SpecError, "trains a run and was asked of a model", lambda: export(text_model(), "script", "a.py")),
        (SpecError, "in the run's own folder", lambda: export(run, "keras", run.folder / "model.keras")),
        (SpecError, "in the run's own folder", lambda: export(run, "keras", run.folder / "new" / "folder")),
    ]
    for error, says, attempt in cases:
        with pytest.raises(error, match=says):
            attempt()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "temporary"]


def test_a_damaged_model_is_one_sentence(binary_run: Run, tmp_path: Path, home: Path) -> None:
    broken_run = RunStore(home).create(binary_run.spec, Status("completed", epochs=2))
    (broken_run.folder / "model.keras").write_bytes((binary_run.folder / "model.keras").read_bytes()[:900])
    with pytest.raises(RunError, match=f"the model of the run {broken_run.id} is damaged"):
        export(broken_run, "keras", tmp_path / "a.keras")


def test_images_come_from_the_sample_where_the_data_set_is_gone(run: Run, home: Path, trained_home: Path) -> None:
    gone = images_for((8, 8, 1), run, home)
    assert (gone.origin, gone.images.shape) == ("photos of CIFAR-10", (64, 8, 8, 1))
    assert len(images_for((512, 512, 3)).images) == 5  # their maps would fill the memory
    assert images_for((8, 8, 1), run, trained_home).origin == "test images of tiny"


def test_this_process_learns_nothing_of_it(run: Run, trained_home: Path, tmp_path: Path) -> None:
    code = (
        "import sys, cnnviz; from cnnviz.export import export\n"
        "export(cnnviz.open_run(*sys.argv[1:3]), 'onnx', sys.argv[3], home=sys.argv[2])\n"
        f"print([name for name in {('keras', 'tensorflow', 'onnx', 'tf2onnx', 'h5py')!r} if name in sys.modules])"
    )
    command = [sys.executable, "-W", "error", "-c", code, run.id, str(trained_home), str(tmp_path / "a.onnx")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, env={**os.environ})
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_extra_is_what_requirements_say() -> None:
    import tomllib

    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["export"]
    assert set(extra) <= set((ROOT / "requirements.txt").read_text().splitlines())
    needed = {name for each in FORMATS.values() for name in each.needs} - {"keras", "tensorflow"}
    assert {re.split(r"[<>=]", line)[0] for line in extra} == needed


def test_an_export_says_its_size_and_what_its_check_found() -> None:
    made = Exported(Path("m.zip"), "onnx", "run", 1_260_000, 2.13e-7, 64, "test images of digits")
    assert made.checked_in_words == "64 test images of digits: largest difference 2.1e-07"
    assert replace(made, largest_difference=0.0).checked_in_words.endswith("exactly the same probabilities")
    assert (made.size_in_words, replace(made, bytes=4_200).size_in_words) == ("1.3 MB", "4.2 kB")
