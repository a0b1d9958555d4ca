"""Networks that end in every way, taken away: a file says what plain Keras says of the same pixels."""

import json
import runpy
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz.export import FORMATS, export
from cnnviz.export.classify_script import classify_script
from cnnviz.export.portable import HALVES_TOLERANCE
from cnnviz.serving.engine import OnnxEngine
from tests.explain.endings import ENDINGS, SHAPE, make, pictures
from tests.export.conftest import ALL_JOBS

pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1:UserWarning")  # meant here

IMAGES = pictures(6)
MANY = (
    "softmax",
    "softmax, flattened",
    "softmax, reshaped",
    "softmax in bfloat16",
    "softmax in float16",
    "softmax of one unit",
    "softmax of one pixel",
    "softmax at each place",
    "softmaxes averaged",
    "softmax after a constant",
    "linear",
    "log-softmax",
    "sigmoid",
    "sigmoids",
    "hard sigmoids",
    "relu",
    "tanh, one unit",
)
FEW = ("softmax of one pixel", "sigmoids", "tanh, one unit")
CASES = [("onnx", ending) for ending in MANY] + [(name, ending) for name in ("keras", "h5", "litert") for ending in FEW]
Done = dict[tuple[str, str], tuple[Path, dict[str, Any], NDArray[np.float64]]]


def network(ending: str) -> keras.Model:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return make(ending)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """The file of each case, the report on it, and the probabilities by what plain Keras says."""
    top = tmp_path_factory.mktemp("taken")
    np.save(top / "images.npy", IMAGES)
    sources, jobs = {}, {}
    for number, (name, ending) in enumerate(CASES):
        if ending not in sources:
            model = network(ending)
            path = top / f"source-{number}.keras"
            model.save(path)
            said = np.asarray(model(IMAGES.astype(np.float32), training=False)).astype(float)
            sources[ending] = (path, ENDINGS[ending].expected(said))
        path, expected = sources[ending]
        folder = top / str(number)
        folder.mkdir()
        (folder / "classify.py").write_text(classify_script(FORMATS[name], SHAPE), encoding="utf-8")
        job = {
            "format": name,
            "run": None,
            "snapshot": None,
            "model": str(path),
            "images": str(top / "images.npy"),
            "script": str(folder / "classify.py"),
            "to": str(folder / f"model{FORMATS[name].ending}"),
            "about": {"class_names": [f"class {number}" for number in range(expected.shape[1])], "made_by": "cnnviz"},
        }
        (folder / "job.json").write_text(json.dumps(job))
        jobs[name, ending] = (Path(job["to"]), expected)
    command = [sys.executable, "-c", ALL_JOBS, *(str(path.parent / "job.json") for path, _ in jobs.values())]
    with (
        open(top / "log", "w+", encoding="utf-8") as log,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdout is not None
        printed = process.stdout.read()
        assert process.wait() == 0, (top / "log").read_text()[-3000:]
    ends = [message for message in map(json.loads, printed.splitlines()) if "step" not in message]
    return {case: (path, end, expected) for (case, (path, expected)), end in zip(jobs.items(), ends, strict=True)}


@pytest.mark.parametrize(("name", "ending"), CASES)
def test_a_file_says_what_keras_says(name: str, ending: str, taken: Done) -> None:
    path, end, expected = taken[name, ending]
    assert "result" in end, end
    script = runpy.run_path(str(path.parent / "classify.py"))
    predict, names = script["open_model"](path)
    assert len(names) == expected.shape[1]
    found = [script["probabilities"](predict, image) for image in IMAGES.astype(np.float32)]
    wanted = ENDINGS[ending]
    atol = HALVES_TOLERANCE if "float16" in ending and name == "onnx" else 1e-4
    np.testing.assert_allclose(np.array(found, float), expected, atol=atol)
    assert end["result"]["output"] == (
        "independent"
        if wanted.independent
        else "sigmoid"
        if len(np.asarray(predict(IMAGES[:1].astype(np.float32)))[0]) == 1
        else "softmax"
    )
    if name == "onnx":
        served = OnnxEngine(path, "name", "run", names)
        np.testing.assert_allclose(served.probabilities(IMAGES), expected, atol=atol)
        assert served.card.output == end["result"]["output"]


def test_the_companions_say_that_classes_are_independent(tmp_path: Path) -> None:
    export(network("sigmoids"), "keras", tmp_path / "mine", ("a", "b", "c", "d"))
    assert json.loads((tmp_path / "mine" / "classes.json").read_text())["output"] == "independent"
    assert "The classes do not exclude each other" in (tmp_path / "mine" / "README.md").read_text()
