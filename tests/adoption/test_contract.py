"""A contract on every kind of network: imported by the command line, it says what plain Keras says of the pixels.

In what it classifies, sees and explains, in its report, served, and in every file that it is taken away as.
"""

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

import cnnviz
from cnnviz.adoption import sandbox
from cnnviz.cli import main
from cnnviz.evaluation import judge
from cnnviz.export.portable import HALVES_TOLERANCE
from cnnviz.runs import Run
from cnnviz.serving import engine_of, opening
from cnnviz.serving.application import make_application
from tests.adoption.kinds import Kind
from tests.adoption.opener import Asked, forking
from tests.adoption.reference import Floats, Reference, probabilities, reference
from tests.adoption.zoo import KINDS
from tests.export.readers import READERS
from tests.export.writer import written_together
from tests.processors import skip_without_channels_first
from tests.serving.inside import asked_inside

pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1 of a tensor of shape")

IMAGES = 4
LEAST = 1e-12  # below that, two ways to the same probability differ by more than it is
# What is opened as everywhere else, by a process that starts anew: a kind of each sort of file.
STARTED_ANEW = ("sequential", "a whole .h5", "a whole .h5 of Keras 2", "a .keras of TensorFlow 2.13")


@dataclass(frozen=True)
class Brought:
    """A kind of network, brought in.

    Attributes:
        kind: what it is.
        run: the run that it became.
        told: what the import told.
        pixels: uint8, (n, height, width, channels) that the run takes.
        labels: (n,) of them, in the data set that it was measured on.
        theirs: what plain Keras says.
        expected: (n, classes) probabilities that follow from it.
    """

    kind: Kind
    run: Run
    told: dict[str, Any]
    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    theirs: Reference
    expected: Floats


@dataclass
class Bench:
    """Brings kinds of networks in, and takes them away again, each once."""

    folder: Path
    asked: Asked
    brought: dict[str, Brought] = field(default_factory=dict)
    taken: dict[tuple[str, str], Path] = field(default_factory=dict)

    def bring(self, name: str) -> Brought:
        if name not in self.brought:
            self.brought[name] = self._bring(name, KINDS[name])
        return self.brought[name]

    def take(self, name: str, format_name: str) -> Path:
        if (name, format_name) not in self.taken:
            run, number = self.bring(name).run, list(KINDS).index(name)
            path = self.folder / f"{number}.{'tflite' if format_name == 'litert' else format_name}"
            self.told("export", run.id, "--format", format_name, "--out", str(path))
            self.taken[name, format_name] = path
        return self.taken[name, format_name]

    def told(self, *arguments: str) -> Any:
        """What a command tells as JSON."""
        with redirect_stdout(io.StringIO()) as out:
            assert main((*arguments, "--home", str(self.folder / "home"), "--json")) == 0
        return json.loads(out.getvalue())

    def _bring(self, name: str, kind: Kind) -> Brought:
        if name == "channels first":
            skip_without_channels_first()
        keras.utils.set_random_seed(3)
        model = kind.build()
        path = self.folder / str(list(KINDS).index(name)) / kind.file
        path.parent.mkdir()
        kind.save(model, path)
        pixels = pixels_for(model, kind.size)
        theirs = reference(model, pixels.astype(np.float64), kind.scaling, kind.score)
        expected = probabilities(theirs.outputs, kind.behind)
        labels = np.arange(IMAGES) % expected.shape[1]
        scaling = ("--scaling", kind.scaling) if kind.scaling else ()
        dataset = ("--dataset", self._dataset(pixels, labels, expected.shape[1]))
        with pytest.MonkeyPatch.context() as patch:
            if name not in STARTED_ANEW:
                patch.setattr(sandbox, "asked", self.asked)
            told = self.told("models", "import", str(path), *scaling, *dataset, *kind.options)
        run = cnnviz.open_run(told["run_id"], self.folder / "home")
        return Brought(kind, run, told, pixels, labels, theirs, expected)

    def _dataset(self, pixels: NDArray[np.uint8], labels: NDArray[np.int64], classes: int) -> str:
        """A data set of these images, its name."""
        folder = self.folder / "home" / "datasets"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"set-{len(list(folder.iterdir()))}"
        train = {"x_train": np.resize(pixels, (classes, *pixels.shape[1:])), "y_train": np.arange(classes)}
        names = np.array([f"kind {number}" for number in range(classes)])
        np.savez(folder / f"{name}.npz", **train, x_test=pixels, y_test=labels, class_names=names)
        return name


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with forking() as asked, written_together():
        yield Bench(tmp_path_factory.mktemp("contract"), asked)


def pixels_for(model: keras.Model, size: int | None) -> NDArray[np.uint8]:
    """Images of noise, (n, height, width, 1 or 3)."""
    sides = model.input_shape[1:]
    if sides[0] == 3:
        sides = (*sides[1:], 3)
    height, width, channels = (*sides, 1)[:3]
    shape = (IMAGES, height or size, width or size, min(channels, 3))
    return np.random.default_rng(5).integers(0, 256, shape).astype(np.uint8)


def losses(one: Brought) -> Floats:
    """(n,) cross-entropies by hand; of classes that need not exclude each other the mean of one for each class."""
    shares, true = one.expected, np.eye(one.expected.shape[1])[one.labels]
    if np.allclose(shares.sum(axis=1), 1, atol=one.kind.tolerance):
        return -np.log(np.maximum((shares * true).sum(axis=1), LEAST))
    return -np.log(np.maximum(np.where(true == 1, shares, 1 - shares), LEAST)).mean(axis=1)


@pytest.mark.parametrize("name", KINDS)
def test_it_says_what_plain_keras_says(name: str, bench: Bench) -> None:
    one = bench.bring(name)
    kind, ours = one.kind, one.run.model()
    assert (one.told["name"], tuple(one.told["input_shape"])) == ("theirs", one.pixels.shape[1:])
    assert one.told["scaling"] == (kind.scaling or "pixels")
    said = np.stack([each.probabilities for each in cnnviz.classify(one.run, one.pixels)])
    np.testing.assert_allclose(said, one.expected, atol=kind.tolerance)
    maps = cnnviz.explain.feature_maps(ours, one.pixels, "first")["first"]
    np.testing.assert_allclose(maps, one.theirs.first, atol=10 * kind.tolerance, rtol=kind.tolerance)
    heat = cnnviz.explain.grad_cam(ours, one.pixels[0], one.expected.shape[1] - 1, "last")
    np.testing.assert_allclose(heat, one.theirs.heat, atol=max(1e-4, kind.tolerance))


@pytest.mark.parametrize("name", KINDS)
def test_its_report_is_of_what_plain_keras_says(name: str, bench: Bench) -> None:
    one = bench.bring(name)
    judged = judge(one.run)
    assert judged.probabilities is not None
    np.testing.assert_allclose(judged.probabilities, one.expected, atol=one.kind.tolerance)
    report = bench.told("evaluate", one.run.id)
    confusion = np.zeros((one.expected.shape[1],) * 2, int)
    np.add.at(confusion, (one.labels, one.expected.argmax(axis=1)), 1)
    assert report["confusion"] == confusion.tolist()
    assert report["n_mistakes"] == IMAGES - np.trace(confusion)
    assert judged.losses is not None
    told = np.minimum(judged.losses, -np.log(LEAST))
    np.testing.assert_allclose(told, losses(one), rtol=1e-3, atol=10 * one.kind.tolerance)
    assert report["loss"] == pytest.approx(judged.losses.mean())


@pytest.mark.parametrize("format_name", READERS)
@pytest.mark.parametrize("name", KINDS)
def test_its_files_say_what_plain_keras_says(name: str, format_name: str, bench: Bench) -> None:
    one = bench.bring(name)
    predict, names = READERS[format_name](bench.take(name, format_name))
    assert names == [f"kind {number}" for number in range(one.expected.shape[1])]
    said = np.asarray(predict(one.pixels.astype(np.float32)), float)
    said = np.concatenate([1 - said, said], axis=1) if said.shape[1] == 1 else said
    np.testing.assert_allclose(said, one.expected, atol=tolerance(one, format_name))


@pytest.mark.parametrize("name", KINDS)
def test_served_it_says_what_plain_keras_says(name: str, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    one, onnx = bench.bring(name), bench.take(name, "onnx").read_bytes()
    monkeypatch.setattr(opening, "_converted", lambda *_: onnx)
    app = make_application(engine_of(one.run, one.run.home))
    status, answer = asked_inside(app, "/v1/classify?top=3", {"images": one.pixels.tolist()})
    assert status == 200, answer
    said = [{each["class"]: each["probability"] for each in result["top"]} for result in answer["results"]]
    for found, wanted in zip(said, one.expected, strict=True):
        likeliest = sorted(wanted)[::-1][:3]
        np.testing.assert_allclose(list(found.values()), likeliest, atol=tolerance(one, "onnx"))
        by_name = [wanted[int(each.removeprefix("kind "))] for each in found]
        np.testing.assert_allclose(list(found.values()), by_name, atol=tolerance(one, "onnx"))


def tolerance(one: Brought, format_name: str) -> float:
    """By how much a file's answers may differ: by more where the network computes in half precision and it does not."""
    return HALVES_TOLERANCE if one.kind.tolerance > 1e-5 and format_name in ("onnx", "litert") else one.kind.tolerance
