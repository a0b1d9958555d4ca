"""Networks and runs to take away."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz.export import FORMATS
from cnnviz.export.classify_script import classify_script
from cnnviz.models import build
from cnnviz.runs import Run
from cnnviz.spec import (
    BatchNormalization,
    Convolution,
    DataSpec,
    Dense,
    Dropout,
    Flatten,
    ModelSpec,
    Pooling,
    RunSpec,
    TrainSpec,
)
from tests.training.conftest import tiny_disk as tiny_disk
from tests.training.helpers import PLAIN, tiny_spec, write_tiny

NAMES = ("cat", 'dog, "or" <b>wölf</b>', "c")
TWO_NAMES = ("off", "on")

NETWORKS = {
    "softmax": ModelSpec(input_shape=(12, 16, 3), classes=3, layers=(Convolution(filters=4), Pooling(), Flatten())),
    "sigmoid": ModelSpec(input_shape=(12, 12, 3), classes=2, output="sigmoid", layers=(Convolution(filters=4),)),
    "grey": ModelSpec(
        input_shape=(9, 9, 1),
        classes=3,
        layers=(Convolution(filters=4, activation="tanh"), Pooling(mode="average"), Flatten()),
    ),
    "normalised": ModelSpec(
        input_shape=(12, 12, 3),
        classes=3,
        layers=(Convolution(filters=4, bias=False), BatchNormalization(), Pooling(), Dropout(), Flatten()),
    ),
    "big kernels": ModelSpec(
        input_shape=(20, 20, 3),
        classes=3,
        layers=(Convolution(filters=4, kernel_size=11, stride=2, padding="same", l2=1e-3),),
    ),
    "gelu": ModelSpec(
        input_shape=(12, 12, 1),
        classes=3,
        layers=(Convolution(filters=4, activation="gelu"), Flatten(), Dense(units=6, activation="leaky_relu")),
    ),
}


def network(kind: str) -> keras.Model:
    """Build a network whose every weight says something, those of normalisations too."""
    model = build(NETWORKS[kind], seed=5)
    rng = np.random.default_rng(3)
    model.set_weights([array + rng.uniform(0, 0.3, array.shape) for array in model.get_weights()])
    return model


def names_of(kind: str) -> tuple[str, ...]:
    return NAMES if NETWORKS[kind].classes == 3 else TWO_NAMES


def probe(shape: Sequence[int], count: int = 5) -> NDArray[np.float32]:
    """Images (count, height, width, channels) of noise in 0..255."""
    return np.random.default_rng(11).integers(0, 256, (count, *shape)).astype(np.float32)


def outputs_of(model: keras.Model, images: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(model(images, training=False))


# One process does all jobs; each ends with its report's last line.
ALL_JOBS = """
import os, sys
from cnnviz.export.converter import main
report = os.dup(1)
for job in sys.argv[1:]:
    os.dup2(report, 1)
    main([job])
"""
MODELS = [name for name, each in FORMATS.items() if each.model]
CASES = [(name, kind) for name in MODELS for kind in NETWORKS]
Converted = dict[tuple[str, str], tuple[Path, dict[str, Any]]]


@pytest.fixture(scope="session")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Converted:
    """The file of each case, its script beside it, and the last message about it."""
    top = tmp_path_factory.mktemp("converted")
    jobs = {}
    for name, kind in CASES:
        folder = top / f"{name}-{kind.replace(' ', '-')}"
        folder.mkdir()
        shape = NETWORKS[kind].input_shape
        network(kind).save(folder / "source.keras")
        np.save(folder / "images.npy", probe(shape).astype(np.uint8))
        (folder / "classify.py").write_text(classify_script(FORMATS[name], shape), encoding="utf-8")
        job = {
            "format": name,
            "run": None,
            "snapshot": None,
            "model": str(folder / "source.keras"),
            "images": str(folder / "images.npy"),
            "script": str(folder / "classify.py"),
            "to": str(folder / f"model{FORMATS[name].ending}"),
            "about": {"class_names": list(names_of(kind)), "made_by": "cnnviz"},
        }
        (folder / "job.json").write_text(json.dumps(job))
        jobs[name, kind] = (Path(job["to"]), folder / "job.json")
    command = [sys.executable, "-c", ALL_JOBS, *(str(path) for _, path in jobs.values())]
    with (
        open(top / "log", "w+", encoding="utf-8") as log,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdout is not None
        printed = process.stdout.read()  # standard input stays open: the converter ends with it
        assert process.wait() == 0, (top / "log").read_text()[-3000:]
    ends = [message for message in map(json.loads, printed.splitlines()) if "step" not in message]
    assert len(ends) == len(jobs)
    return {case: (path, end) for (case, (path, _)), end in zip(jobs.items(), ends, strict=True)}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go, to see that none is left."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "home"
    write_tiny(folder)
    return folder


@pytest.fixture(scope="session")
def run(trained_home: Path) -> Run:
    """A completed run of four classes."""
    from cnnviz.training.execute import train

    return train(tiny_spec(epochs=1), trained_home)


@pytest.fixture(scope="session")
def binary_run(trained_home: Path) -> Run:
    """A completed run of two of them, with one output."""
    from cnnviz.training.execute import train

    spec = RunSpec(
        data=DataSpec(name="tiny", classes=("3", "1"), validation=0.2),
        model=ModelSpec(input_shape=(8, 8, 1), layers=PLAIN, classes=2, output="sigmoid"),
        train=TrainSpec(epochs=2, batch_size=8, seed=2, label_smoothing=0.05, class_weights=(1.0, 2.5)),
    )
    return train(spec, trained_home)


def python(code: str, *arguments: object, without: Sequence[str] = (), cwd: Path, timeout_s: float = 300) -> str:
    """Run code in a process that knows nothing of cnnviz or of other packages named, and return what it printed."""
    hidden = f"import sys; sys.modules.update(dict.fromkeys({['cnnviz', *without]!r})); "
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("CNNVIZ", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-c", hidden + code, *map(str, arguments)],
        cwd=cwd,
        env={**environment, "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def last_json(printed: str) -> Any:
    return json.loads(printed.strip().splitlines()[-1])
