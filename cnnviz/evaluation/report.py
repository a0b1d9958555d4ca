"""The honest report of a run: how good it is, how sure that is, on which classes, and what it confuses."""

from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation.calibration import Calibration, calibration_of
from cnnviz.evaluation.confusion import Pair, confusion_matrix, most_confused
from cnnviz.evaluation.judged import Judged, judge
from cnnviz.runs import Run

__all__ = ["ClassScore", "Evaluation", "evaluate", "evaluate_judged", "wilson"]

_INDEPENDENT = (
    "The classes do not exclude each other: an image counts as right where its label is the most probable class, and "
    "loss is the mean binary cross-entropy over the classes."
)
Z95 = 1.959963984540054  # 95 % of a normal distribution lie within so many standard deviations


@dataclass(frozen=True)
class ClassScore:
    """How well one class is recognised.

    Attributes:
        name: the class.
        precision: of the images taken for it, the share that are; 0 where none is taken for it.
        recall: of its images, the share taken for it.
        f1: the harmonic mean of both.
        support: how many test images it has. Without any, the three are None: there is nothing to measure.
    """

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The report of a run on its test images.

    Attributes:
        run_id: the run.
        snapshot: whose predictions these are; None for the run's model.
        class_names: by label.
        n_test: how many images.
        n_mistakes: how many of them are predicted wrongly.
        accuracy: the share of the others, in [0, 1].
        interval: (low, high), the 95 % interval of the accuracy (Wilson 1927).
        loss: mean cross-entropy in nats, without penalties and label smoothing; None without probabilities.
        top3: share of images whose true class is among the three most probable; None without probabilities, and for
            three classes or fewer, of which it says nothing.
        precision_macro, recall_macro, f1_macro: means over the classes that have test images.
        per_class: one score for each class, by label.
        confusion: (classes, classes) int64, rows are true classes.
        pairs: the most confused pairs, the largest first.
        calibration: how far confidence can be believed.
        independent: whether the classes do not exclude each other; then `loss` is the mean over images and classes of
            the binary cross-entropy.
        n_leaked: how many test images are among the data set's training images too, exactly or nearly; None where
            nobody has looked.
        accuracy_without_leaked: the share that is right of the others; None where that is not known or none are left.
    """

    run_id: str
    snapshot: int | None
    class_names: tuple[str, ...]
    n_test: int
    n_mistakes: int
    accuracy: float
    interval: tuple[float, float]
    loss: float | None
    top3: float | None
    precision_macro: float
    recall_macro: float
    f1_macro: float
    per_class: tuple[ClassScore, ...]
    confusion: NDArray[np.int64]
    pairs: tuple[Pair, ...]
    calibration: Calibration
    independent: bool = False
    n_leaked: int | None = None
    accuracy_without_leaked: float | None = None

    @property
    def absent(self) -> tuple[str, ...]:
        """The classes without a test image."""
        return tuple(score.name for score in self.per_class if not score.support)

    @property
    def remark(self) -> str:
        """What whoever reads the numbers must know, in a sentence or two; empty where there is nothing."""
        return " ".join(filter(None, (_INDEPENDENT if self.independent else "", self._absent, self._leaked)))

    @property
    def _absent(self) -> str:
        if not self.absent:
            return ""
        named = ", ".join(self.absent[:5]) + (f" and {len(self.absent) - 5} more" if len(self.absent) > 5 else "")
        return f"No test image shows {named}, so there is nothing to measure, and the means leave that out."

    @property
    def _leaked(self) -> str:
        if not self.n_leaked or self.accuracy_without_leaked is None:
            return ""
        images, are = ("image", "is") if self.n_leaked == 1 else ("images", "are")
        return (
            f"{self.n_leaked:,} test {images} ({100 * self.n_leaked / self.n_test:.1f} %) {are} among the data set's "
            f"training images too, exactly or nearly; without {'it' if self.n_leaked == 1 else 'them'} the accuracy is "
            f"{100 * self.accuracy_without_leaked:.1f} %."
        )

    def to_json(self) -> dict[str, Any]:
        """Return the report in the shape of `cnnviz evaluate --json`."""
        scores = [(score, score.precision, score.recall, score.f1, score.support) for score in self.per_class]
        return {
            "run_id": self.run_id,
            "snapshot": self.snapshot,
            "n_test": self.n_test,
            "n_mistakes": self.n_mistakes,
            "accuracy": self.accuracy,
            "accuracy_interval": list(self.interval),
            "loss": self.loss,
            "top3": self.top3,
            "precision_macro": self.precision_macro,
            "recall_macro": self.recall_macro,
            "f1_macro": self.f1_macro,
            "expected_calibration_error": self.calibration.expected_error,
            "per_class": [
                {"class": score.name, "precision": precision, "recall": recall, "f1": f1, "support": support}
                for score, precision, recall, f1, support in scores
            ],
            "confusion": self.confusion.tolist(),
            "most_confused": [
                {
                    "true": self.class_names[pair.true],
                    "predicted": self.class_names[pair.predicted],
                    "count": pair.count,
                    "sentence": pair.sentence,
                }
                for pair in self.pairs
            ],
            "independent": self.independent,
            "n_leaked": self.n_leaked,
            "accuracy_without_leaked": self.accuracy_without_leaked,
            "remark": self.remark,
        }


def evaluate(run: Run, snapshot: int | None = None, home: str | Path | None = None) -> Evaluation:
    """Report how good a run is on its test images.

    Args:
        run: the run.
        snapshot: a snapshot's number; None for the run's model, or where it has not been measured (as in a run that
            was stopped early) for the newest snapshot with predictions.
        home: where the data set is, needed only where the run did not keep the true classes; None for the run's home.

    Raises:
        RunError: nothing was predicted yet, a file is damaged, or the data set is gone or has changed.
    """
    return evaluate_judged(judge(run, snapshot, home))


def evaluate_judged(judged: Judged) -> Evaluation:
    """Report on predictions that were read already; see `evaluate`."""
    matrix = confusion_matrix(judged)
    scores = _class_scores(judged)
    present = [score for score in scores if score.support]
    n_right = int(judged.right.sum())
    return Evaluation(
        run_id=judged.run_id,
        snapshot=judged.snapshot,
        class_names=judged.class_names,
        n_test=len(judged),
        n_mistakes=len(judged) - n_right,
        accuracy=n_right / len(judged),
        interval=wilson(n_right, len(judged)),
        loss=None if judged.losses is None else float(judged.losses.mean()),
        top3=_top(judged, 3),
        precision_macro=float(np.mean([score.precision for score in present])),
        recall_macro=float(np.mean([score.recall for score in present])),
        f1_macro=float(np.mean([score.f1 for score in present])),
        per_class=scores,
        confusion=matrix,
        pairs=most_confused(matrix, judged.class_names),
        calibration=calibration_of(judged),
        independent=judged.independent,
        n_leaked=None if judged.leaked is None else len(judged.leaked),
        accuracy_without_leaked=_accuracy_without_leaked(judged),
    )


def _accuracy_without_leaked(judged: Judged) -> float | None:
    if judged.leaked is None or len(judged.leaked) == len(judged):
        return None
    return float(np.delete(judged.right, judged.leaked).mean())


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927), which unlike the usual one never leaves [0, 1].

    Args:
        successes: 0 to `trials`.
        trials: at least 1.
    """
    share, extra = successes / trials, Z95**2 / trials
    centre = (share + extra / 2) / (1 + extra)
    half = sqrt(share * (1 - share) * extra + (extra / 2) ** 2) / (1 + extra)
    # At the ends they are exactly 0 and 1; rounding would leave something of them.
    return centre - half if successes else 0.0, centre + half if successes < trials else 1.0


def _class_scores(judged: Judged) -> tuple[ClassScore, ...]:
    from sklearn.metrics import precision_recall_fscore_support

    every = np.arange(len(judged.class_names))
    columns = precision_recall_fscore_support(judged.labels, judged.predicted, labels=every, zero_division=0)
    rows = zip(judged.class_names, *(column.tolist() for column in columns), strict=True)
    return tuple(
        ClassScore(name, precision, recall, f1, support) if support else ClassScore(name, None, None, None, 0)
        for name, precision, recall, f1, support in rows
    )


def _top(judged: Judged, most: int) -> float | None:
    """Return the share of images whose true class has fewer than `most` more probable ones."""
    if judged.probabilities is None or len(judged.class_names) <= most:
        return None
    true = np.take_along_axis(judged.probabilities, judged.labels[:, None], axis=1)
    return float(((judged.probabilities > true).sum(axis=1) < most).mean())
