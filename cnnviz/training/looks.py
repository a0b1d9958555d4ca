"""What is looked at while a network learns: validation, snapshots, predictions of the test set, the live view.

Where a run averages its weights, everything here looks at the averaged ones: they are what becomes the model.
"""

import math
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cnnviz.arrays import pack_arrays
from cnnviz.data import Prepared
from cnnviz.data.views import mean_over_views
from cnnviz.files import write_atomically
from cnnviz.models import assign_weights, named_weights
from cnnviz.runs import Run, Snapshot, Weights
from cnnviz.runs.predictions import predictions_path
from cnnviz.runs.views import ViewsScore
from cnnviz.runs.weights import snapshot_path
from cnnviz.training.forward import Forward, probabilities_of
from cnnviz.training.normalising import Statistics
from cnnviz.training.parts import learned_weights
from cnnviz.training.recorder import Recorder
from cnnviz.training.remembering import Features
from cnnviz.training.step import TrainingStep

__all__ = ["Looks"]

WATCHED = 8


class Looks:
    """Looks at a network without changing it.

    Args:
        run: whose folder the files go to.
        model: the network that is trained.
        step: for its losses.
        data: prepared images.
        recorder: where snapshots are announced.
        features: what a frozen body makes of the images, which are then not looked at themselves.
    """

    def __init__(
        self,
        run: Run,
        model: keras.Model,
        step: TrainingStep,
        data: Prepared,
        recorder: Recorder,
        features: Features | None = None,
    ) -> None:
        self.run, self.model, self.step, self.data, self.recorder = run, model, step, data, recorder
        parts, train = step.parts, data.train.images
        self._validation: Any = data.validation.images if features is None else features.validation
        self._test: Any = data.test.images if features is None else features.test
        self.forward = Forward(model) if features is None else Forward(parts.head, "float32")
        inputs, body = (train, parts.body) if features is None else (features.train[:, 0], None)
        self._statistics = Statistics(parts.head, run.spec, inputs, body)
        self._every = 1 if parts.body is None or parts.once else _epochs_between(len(data.train), len(data.test))
        self.watched = _watched(data.test.labels, len(data.class_names))
        convolutions = (layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
        self._first_convolution = next(convolutions, None)
        self._next_snapshot = 0
        self._pending: list[int] = []
        self.seconds = 0.0  # what the last validation and prediction took

    def resume(self, position: float) -> None:
        """Go on numbering after the snapshots up to `position` (in epochs), and catch up on their predictions."""
        kept = [item for item in self.run.snapshots() if item.position <= position]
        self._next_snapshot = kept[-1].number + 1 if kept else 0
        missing = (item for item in kept if not self._predictions_path(item.number).exists())
        self._pending = [item.number for item in missing if self._due(item.position)]

    def refresh(self) -> None:
        """Bring the means and variances of batch normalisations up to date, before the network is looked at."""
        with self.step.averages.in_place():
            self._statistics.measure()
            self.step.averages.begin()

    def validate(self) -> dict[str, float]:
        """Return val_loss and val_accuracy, or nothing without validation images; refreshes what it looks at."""
        began = time.perf_counter()
        self.refresh()
        if not len(self.data.validation):
            return {}
        with self.step.averages.in_place():
            loss, accuracy = self._measured(self._validation, self.data.validation.labels)
        self.seconds = time.perf_counter() - began
        return {"val_loss": loss, "val_accuracy": accuracy}

    def _measured(self, inputs: NDArray[Any], labels: NDArray[np.int64]) -> tuple[float, float]:
        """Return mean loss, weighed by class and with penalties like that of training, and accuracy.

        What is kept as the best has to be the best by what the training asks for: with class weights both count alike.
        """
        logits = self.forward(inputs)
        losses = np.asarray(self.step.weighed(self.step.losses(logits, labels), labels), dtype=np.float64)
        accuracy = float((probabilities_of(logits).argmax(1) == labels).mean())
        return float(losses.mean() + float(self.step.penalty())), accuracy

    def snapshot(self, position: float, step: int) -> None:
        """Write the present weights and announce them; their predictions are made at the end of the epoch."""
        snapshot = Snapshot(self._next_snapshot, position, step)
        path = snapshot_path(self.run.folder, snapshot.number)
        with self.step.averages.in_place():
            weights = named_weights(self.model, learned_weights(self.model))
        write_atomically(path, pack_arrays(weights), within=self.run.folder)
        self.recorder.event("snapshot", number=snapshot.number, position=position, step=step)
        if self._due(position):
            self._pending.append(snapshot.number)
        self._next_snapshot += 1

    def _due(self, position: float) -> bool:
        """Whether a snapshot's predictions of the test images are made; most are not where that takes too long."""
        if self.run.spec.train.tests != "epoch":
            return False
        return self._every == 1 or position % self._every == 0

    def predict_pending(self) -> None:
        """Predict the test set with every snapshot that has no predictions yet; the network is afterwards as before."""
        began = time.perf_counter()
        learned = learned_weights(self.model)
        present = named_weights(self.model, learned)
        for number in self._pending:
            assign_weights(self.model, Weights(self.run, number).own_arrays(), learned)
            self._write_predictions(self._predictions_path(number), self.forward(self._test), whole=False)
        assign_weights(self.model, present, learned)
        self.seconds += (time.perf_counter() - began) / max(len(self._pending), 1)
        self._pending = []

    def final(self) -> dict[str, Any]:
        """Measure the model on the test set, once, and keep all probabilities.

        Returns:
            The report's numbers: n_test, n_mistakes, accuracy, loss.
        """
        test = self.data.test
        logits = self.forward(self._test)
        losses = np.asarray(self.step.losses(logits, test.labels), dtype=np.float64)
        self._write_predictions(self._predictions_path(None), logits, whole=True)
        mistakes = int((probabilities_of(logits).argmax(1) != test.labels).sum())
        return {
            "n_test": len(test),
            "n_mistakes": mistakes,
            "accuracy": (len(test) - mistakes) / len(test),
            "loss": _writable(losses.mean() + float(self.step.penalty())),
        }

    def views(self, count: int) -> ViewsScore:
        """Measure the model on the test set once more, with several views of each image."""
        test = self.data.test
        forward = Forward(self.model)  # of images, also where features were enough so far
        said = mean_over_views(lambda images: probabilities_of(forward(images)), test.images, count)
        return ViewsScore(count, len(test), int((said.argmax(1) != test.labels).sum()))

    def live(self, position: float) -> None:
        """Renew the live view: the first kernels and the watched images' present guesses."""
        with self.step.averages.in_place():
            self.recorder.live(self._live(position))

    def _live(self, position: float) -> dict[str, NDArray[Any]]:
        images = self.data.test.images[self.watched]
        arrays: dict[str, NDArray[Any]] = {
            "position": np.array(position),
            "watched": self.watched,
            "images": images,
            "labels": self.data.test.labels[self.watched],
            "probabilities": probabilities_of(self.forward(self._test[self.watched])),
        }
        if self._first_convolution is not None:
            arrays["kernels"] = self._first_convolution.kernel.numpy()
        return arrays

    def measure(self) -> float:
        """Return the seconds that validation and prediction take after an epoch."""
        self.forward(self._test[:2])  # compiles
        began = time.perf_counter()
        self.forward(self._test[:500])
        each = (time.perf_counter() - began) / max(len(self._test[:500]), 1)
        tested = len(self.data.test) if self.run.spec.train.tests == "epoch" else 0
        return each * (len(self.data.validation) + tested)

    def _predictions_path(self, number: int | None) -> Path:
        return predictions_path(self.run.folder, number)

    def _write_predictions(self, path: Path, logits: NDArray[np.float32], *, whole: bool) -> None:
        probabilities = probabilities_of(logits)
        arrays: dict[str, NDArray[Any]] = {
            "predicted": probabilities.argmax(1).astype(np.uint16),
            "confidence": probabilities.max(1),
        }
        if whole:  # the true classes too, so that a report needs no data set
            arrays |= {"probabilities": probabilities, "labels": self.data.test.labels.astype(np.uint16)}
        write_atomically(path, pack_arrays(arrays), within=self.run.folder)


def _epochs_between(train: int, test: int) -> int:
    """How many epochs lie between two predictions of the test images, so that these take no longer than learning.

    To learn from an image takes about as long as to predict three.
    """
    return max(1, math.ceil(test / (3 * max(train, 1))))


def _writable(loss: float) -> float:
    """Return a loss that JSON can hold: of a network about to diverge it may be infinite on images it never saw."""
    largest = float(np.finfo(np.float32).max)
    return float(np.nan_to_num(loss, nan=largest, posinf=largest))


def _watched(labels: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Choose test images to watch: the first of every class in turn, until there are enough."""
    by_class = [np.flatnonzero(labels == label)[:WATCHED] for label in range(classes)]
    in_turn = [group[turn] for turn in range(WATCHED) for group in by_class if turn < len(group)]
    return np.array(in_turn[:WATCHED], dtype=np.int64)
