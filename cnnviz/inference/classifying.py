"""Classifying: images to logits, probabilities and the top classes, by any Keras classifier of images."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.grounds import Ground, run_ground
from cnnviz.data.levels import nothing_to_see
from cnnviz.data.names import class_names_of
from cnnviz.data.photos import fit
from cnnviz.data.stored import is_stored
from cnnviz.errors import DataError, SpecError
from cnnviz.inference.abstaining import Abstention, independent, soft
from cnnviz.runs import Run

if TYPE_CHECKING:
    import keras

__all__ = ["Classification", "Classifier", "Ranked", "classify"]

OnProgress = Callable[[float], None]

_AT_ONCE = 256  # images on the disk that are read at a time

Images = NDArray[Any] | Sequence[NDArray[Any]]


@dataclass(frozen=True)
class Ranked:
    """A class and its probability.

    Attributes:
        class_name: the class.
        class_index: its number.
        probability: in [0, 1].
    """

    class_name: str
    class_index: int
    probability: float


@dataclass(frozen=True, eq=False)
class Classification:
    """What a network makes of one image.

    Attributes:
        top: the likeliest classes, the likeliest first.
        probabilities: (classes,) float64 in [0, 1]; their sum is 1, unless the classes are independent of each other.
        abstained: whether it had better not answer.
        reason: why it abstained, a sentence; empty where it answered.
    """

    top: tuple[Ranked, ...]
    probabilities: NDArray[np.float64]
    abstained: bool = False
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the shape of `cnnviz classify --json`, without the file."""
        top = [{"class": one.class_name, "probability": one.probability} for one in self.top]
        return {"top": top, "abstained": self.abstained, "reason": self.reason or None}


class Classifier:
    """A model with the names of its classes, ready to be asked again and again.

    Args:
        model: any Keras classifier of images; a single output counts as the probability of the second class. What
            its outputs mean is found out, see `cnnviz.explain.answers_of`.
        class_names: by index; None numbers them.

    Attributes:
        answers: what the outputs mean: whether they are probabilities, independent of each other, or always the same.
        note: what whoever reads its answers should know, in a sentence; empty where there is nothing.

    Raises:
        SpecError: the model is no classifier of images, or has another number of classes than names.
    """

    def __init__(self, model: "keras.Model", class_names: Sequence[str] | None = None) -> None:
        from cnnviz.explain.answers import answers_of  # imports Keras, which takes seconds
        from cnnviz.explain.network import image_shape

        self.model = model
        self.shape = image_shape(model)
        self.answers = answers_of(model, self.shape)  # refuses what is no classifier
        self.note = self.answers.note
        classes = self.answers.classes
        self.class_names = tuple(class_names) if class_names is not None else _numbered(classes)
        if len(self.class_names) != classes:
            raise SpecError(
                f"{len(self.class_names)} class names were given for a model that tells {classes} classes apart; give "
                f"{classes}"
            )

    @classmethod
    def of(cls, model_or_run: "keras.Model | Run", class_names: Sequence[str] | None = None) -> "Classifier":
        """Return a classifier of a model, or of a run's model with its own class names.

        Raises:
            RunError: the run has no model yet.
            SpecError: as for the class.
        """
        if isinstance(model_or_run, Run):
            run = model_or_run
            classifier = cls(run.model(), class_names if class_names is not None else class_names_of(run, run.home))
            classifier.note = classifier.note or run.caveat
            return classifier
        return cls(model_or_run, class_names)

    def prepared(self, images: Images) -> NDArray[Any]:
        """Bring images into the model's form; a photo of another size is cut to its centre and made small.

        Args:
            images: one (height, width, channels), a batch of them, or a list of any sizes; uint8 or float in 0..255,
                those of another size than the model's uint8.

        Returns:
            (n, height, width, channels).

        Raises:
            DataError: something that is no image.
        """
        from cnnviz.explain.network import image_batch

        if isinstance(images, np.ndarray) and images.ndim == 4 and images.shape[1:] == self.shape:
            return image_batch(self.model, images)
        alone = isinstance(images, np.ndarray) and images.ndim < 4
        each = [self._one(image) for image in ([images] if alone else images)]
        return np.stack(each) if each else np.zeros((0, *self.shape), np.float32)

    def logits(self, images: Images, on_progress: OnProgress | None = None) -> NDArray[np.float64]:
        """Return what goes into the softmax, (n, classes); a single output becomes two logits with the same meaning.

        Of independent classes each logit goes into a sigmoid of its own.

        Args:
            images: as for `prepared`.
            on_progress: called with the share that is done, in [0, 1].

        Raises:
            DataError: something that is no image.
        """
        from cnnviz.explain.batching import batches
        from cnnviz.explain.subject import scores_of

        if is_stored(images) and len(images) > _AT_ONCE:
            return self._logits_in_blocks(images, on_progress)
        prepared = np.asarray(self.prepared(images), np.float32)
        parts: list[NDArray[np.float64]] = [np.zeros((0, len(self.class_names)))]
        done = 0
        for batch in batches(self.model, prepared) if len(prepared) else []:
            logits, _, _ = scores_of(self.model, batch, self.shape)
            parts.append(logits.astype(np.float64) / (2 if self.answers.units == 1 else 1))  # (-u, u) stands for u
            done += len(batch)
            if on_progress:
                on_progress(done / len(prepared))
        return np.concatenate(parts)

    def _logits_in_blocks(self, images: Any, on_progress: OnProgress | None) -> NDArray[np.float64]:
        """Return the logits of images on the disk, some of which are in memory at a time."""
        parts = []
        for start in range(0, len(images), _AT_ONCE):
            parts.append(self.logits(images[start : start + _AT_ONCE]))
            if on_progress:
                on_progress(min(start + _AT_ONCE, len(images)) / len(images))
        return np.concatenate(parts)

    def probabilities(self, images: Images, on_progress: OnProgress | None = None) -> NDArray[np.float64]:
        """Return probabilities (n, classes); arguments as for `logits`."""
        return self._shares(self.logits(images, on_progress))

    def __call__(
        self,
        images: Images,
        top: int = 5,
        abstention: Abstention | None = None,
        on_progress: OnProgress | None = None,
    ) -> tuple[Classification, ...]:
        """Classify images.

        Args:
            images: as for `prepared`.
            top: how many of the likeliest classes, 1 or more.
            abstention: when to abstain for being unsure; None always answers.
            on_progress: called with the share that is done, in [0, 1].

        Returns:
            One for each image. With an abstention, its calibrated probabilities.

        Raises:
            DataError: something that is no image.
            SpecError: `top` is below 1, or an abstention was given for independent classes.
        """
        return self.judge(self.logits(images, on_progress), top, abstention)

    def judge(
        self,
        logits: NDArray[np.floating[Any]],
        top: int = 5,
        abstention: Abstention | None = None,
        distances: NDArray[np.floating[Any]] | None = None,
    ) -> tuple[Classification, ...]:
        """Make classifications of logits, for who has them already.

        Args:
            logits: (n, classes), from `logits`.
            top: how many of the likeliest classes, 1 or more.
            abstention: when to abstain; None always answers.
            distances: (n,) of each image to the training images; None does not ask whether it is like them.

        Returns:
            One for each image. With an abstention, its calibrated probabilities.

        Raises:
            SpecError: `top` is below 1, or an abstention was given for independent classes.
        """
        if top < 1:
            raise SpecError(f"top is {top}; ask for 1 class or more")
        if abstention is not None and self.answers.independent:
            raise SpecError(
                'this network\'s classes do not exclude each other, so "none of my classes" is already among its '
                "answers: all of them improbable; leave abstaining out"
            )
        shares = (abstention.probabilities if abstention else self._shares)(logits)
        found = [self._classification(row, top) for row in shares]
        if abstention is None:
            return tuple(found)
        reasons = _reasons(abstention, logits, distances, found)
        return tuple(replace(one, abstained=bool(why), reason=why) for one, why in zip(found, reasons, strict=True))

    def _shares(self, logits: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return probabilities (n, classes) of logits."""
        return independent(logits) if self.answers.independent else soft(logits)

    def _classification(self, probabilities: NDArray[np.float64], top: int) -> Classification:
        order = np.argsort(-probabilities, kind="stable")[:top]
        ranked = tuple(Ranked(self.class_names[i], int(i), float(probabilities[i])) for i in order)
        return Classification(ranked, probabilities)

    def _one(self, image: Any) -> NDArray[Any]:
        from cnnviz.explain.network import one_image

        array = np.asarray(image)
        if array.dtype == np.uint8 and array.ndim == 2:
            array = array[:, :, None]
        if array.dtype == np.uint8 and array.ndim == 3 and array.shape != self.shape and array.shape[2] in (1, 3):
            array = fit(array, self.shape)
        if array.ndim == 4:
            raise DataError(f"a batch of shape {array.shape} stands where one image is expected; give a list of images")
        return np.asarray(one_image(self.model, array)[0])


def classify(
    model_or_run: "keras.Model | Run", images: Images, top: int = 5, class_names: Sequence[str] | None = None
) -> tuple[Classification, ...]:
    """Classify images; what makes an answer worth little is warned of.

    That is a picture that is all black or white, and, of a run's model, one whose ground is bright where that of the
    images it learned from is dark, or the other way round: see `cnnviz.data.grounds`.

    Args:
        model_or_run: any Keras classifier of images, or a run, whose model is opened for it; whoever asks often keeps
            a `Classifier`.
        images: one (height, width, channels), a batch, or a list of any sizes; uint8 or float in 0..255. Photos of
            another size than the model's are cut to their centre and made small.
        top: how many of the likeliest classes.
        class_names: by index; None takes the run's, or numbers them.

    Returns:
        One classification for each image.

    Raises:
        RunError: the run has no model yet.
        DataError: something that is no image, or fractions up to 1 for a model that takes 0..255.
        SpecError: the model is no classifier of images.
    """
    from cnnviz.explain.network import scales_pixels

    classifier = Classifier.of(model_or_run, class_names)
    prepared = images if is_stored(images) else classifier.prepared(images)
    if scales_pixels(classifier.model):
        ground = run_ground(model_or_run) if isinstance(model_or_run, Run) else None
        for note in filter(None, dict.fromkeys(_note(image, ground) for image in prepared)):
            warnings.warn(note, stacklevel=2)
    return classifier(prepared, top)


def _note(image: NDArray[Any], ground: Ground | None) -> str:
    """Say what makes the answer to an image worth little; empty where nothing does."""
    hint = ground.hint(image) if ground else ""
    return nothing_to_see(image) or (hint and f"{hint}; give 255 minus the image.")


def _reasons(
    rule: Abstention,
    logits: NDArray[np.floating[Any]],
    distances: NDArray[np.floating[Any]] | None,
    found: Sequence[Classification],
) -> list[str]:
    """Say of each image why there is no answer; nothing where there is one."""
    unsure = rule.unsure(logits)
    strange = np.zeros(len(logits), bool) if distances is None else rule.strange(distances)
    reasons = [[_unsure(rule, one)] if refused else [] for one, refused in zip(found, unsure, strict=True)]
    for number in np.flatnonzero(strange):
        assert distances is not None
        reasons[number].append(
            f"Unlike what it was trained on: its nearest training images are {distances[number]:.2g} away, and it "
            f"answers up to {rule.distance:.2g} (cosine distance of its features)."
        )
    return [" ".join(sentences) for sentences in reasons]


def _unsure(rule: Abstention, one: Classification) -> str:
    first = one.top[0]
    measure = (
        f"it answers from {100 * rule.threshold:.0f} %"
        if rule.score == "probability"
        else ("by the energy of its logits it was surer of nearly all images it was checked on")
    )
    return f"Not sure enough: {first.class_name} would be first with {100 * first.probability:.0f} %; {measure}."


def _numbered(classes: int) -> tuple[str, ...]:
    return tuple(f"class {number}" for number in range(classes))
