"""Many photos and what networks say of them: computed in the background, kept with the session."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from cnnviz.inference import Classifier, Crop, prepare_photo
from cnnviz.inference.answered import AnsweredPhoto
from cnnviz.inference.refusing import Rule
from cnnviz.ui.classify.networks import Network, Scored
from cnnviz.ui.classify.photos import PhotoItem, PhotoShelf, session_shelf
from cnnviz.ui.jobs import Job, Report, forget, job, known_job

__all__ = ["Answers", "PhotoQuestion", "session_answers"]

_AT_A_TIME = 8  # photos between two reports
_PATIENCE_S = 0.4  # what takes less is not worth a progress bar
_PREPARE_S = 0.006  # a photo that is decoded
_QUESTIONS_KEPT = 4  # a network and a crop each
_ANSWERS = "cnnviz.classify.answers"


@dataclass(frozen=True, eq=False)
class PhotoQuestion:
    """A network that is asked about all photos.

    Attributes:
        network: which.
        crop: which part of each photo it gets.
        rule: when it abstains; None where it always answers.
        invert: whether dark becomes bright and bright dark.
    """

    network: Network
    crop: Crop
    rule: Rule | None
    invert: bool = False

    @property
    def key(self) -> tuple[str, str, bool, bool]:
        """What tells it from others: whether the distance to the training images counts, but no threshold."""
        return self.network.key, self.crop.mode, self.invert, self.rule is not None and self.rule.features is not None


@dataclass(eq=False)
class Answers:
    """What networks made of a session's photos.

    Attributes:
        shelf: the photos.
        known: by question, and then by photo.
    """

    shelf: PhotoShelf
    known: dict[tuple[str, str, bool, bool], dict[str, Scored]] = field(default_factory=dict)
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    def rows(self, asked: PhotoQuestion) -> list[AnsweredPhoto]:
        """Return what is known so far, in the order in which the photos came; needs Keras."""
        scored = self._of(asked)
        items = [item for item in self.shelf.photos if item.key in scored]
        if not items:
            return []
        parts = [scored[item.key] for item in items]
        logits = np.concatenate([part.logits for part in parts])
        far = [part.distances for part in parts if part.distances is not None]
        both = Scored(logits, np.concatenate(far) if len(far) == len(parts) else None)
        return [
            AnsweredPhoto(item.key, item.name, answer)
            for item, answer in zip(items, asked.network.judge(both, asked.rule), strict=True)
        ]

    def work(self, asked: PhotoQuestion) -> Job | None:
        """Start whatever is still to be done, or return the job that does it; little is done at once. Needs Keras.

        Returns:
            The job, which may have ended without doing all of it; None where all is known.
        """
        scored = self._of(asked)
        key = "|".join(("photos", self.name, *map(str, asked.key)))
        going = known_job(key)
        todo = self._todo(scored)
        if going is not None and (not todo or going.progress.state == "done"):
            forget(going)
            going = None
        if going is not None or not todo:
            return going
        classifier = asked.network.classifier  # opened with a session: the job has none
        task = _Task(classifier, asked.crop, asked.rule, scored, asked.invert)
        if not self.shelf.pending and asked.network.takes_s(len(todo)) + _PREPARE_S * len(todo) < _PATIENCE_S:
            task.answer(todo)
            return None
        return job(key, lambda report: self._work(task, report))

    def open_photos(self) -> Job | None:
        """Start decoding what is yet to be decoded, or return the job that does; None where nothing is. Any time."""
        if not self.shelf.pending:
            return None
        key = f"photos|{self.name}|opened"
        going = known_job(key)
        if going is not None and going.progress.state == "done":
            forget(going)
        return job(key, self._open)

    def _open(self, report: Report) -> None:
        """In a job: no Streamlit."""
        done = 0
        while pending := self.shelf.pending:
            report(done / (done + len(pending)), f"{done:,} of {done + len(pending):,} photos opened")
            pending[0].decode(self.shelf.side)
            done += 1

    def _todo(self, scored: dict[str, Scored]) -> list[PhotoItem]:
        """The photos that are yet to be decoded or to be answered."""
        return [item for item in self.shelf.everything() if item.content or (item.photo and item.key not in scored)]

    def _of(self, asked: PhotoQuestion) -> dict[str, Scored]:
        scored = self.known.pop(asked.key, {})
        self.known[asked.key] = scored  # the newest last
        while len(self.known) > _QUESTIONS_KEPT:
            self.known.pop(next(iter(self.known)))
        return scored

    def _work(self, task: "_Task", report: Report) -> None:
        """In a job: no Streamlit. Photos that are added meanwhile are taken along."""
        done = 0
        while todo := self._todo(task.scored):
            some, count = todo[:_AT_A_TIME], done + len(todo)
            for item in some:
                report(done / count, f"{done:,} of {count:,} photos")
                item.decode(self.shelf.side)
                done += 1
            task.answer([item for item in some if item.photo])


@dataclass(frozen=True, eq=False)
class _Task:
    """A question about photos, with what it needs to be asked outside a session."""

    classifier: Classifier
    crop: Crop
    rule: Rule | None
    scored: dict[str, Scored]
    invert: bool

    def answer(self, items: Sequence[PhotoItem]) -> None:
        """Ask the network about photos that are decoded."""
        if not items:
            return
        classifier, rule = self.classifier, self.rule
        shape, crop = classifier.shape, self.crop
        images = np.stack([prepare_photo(item.pixels, shape, crop, invert=self.invert) for item in items])
        logits = classifier.logits(images)
        far = rule.distances(classifier.model, images) if rule else None
        for number, item in enumerate(items):
            one = slice(number, number + 1)
            self.scored[item.key] = Scored(logits[one], None if far is None else far[one])


def session_answers() -> Answers:
    """Return what is known of this session's photos."""
    answers: Answers = st.session_state.setdefault(_ANSWERS, Answers(session_shelf()))
    return answers
