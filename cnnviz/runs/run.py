"""Run: one training, read from its folder."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz.arrays import Arrays
from cnnviz.errors import RunError, SpecError
from cnnviz.files import read_json, storage_errors
from cnnviz.runs.about import ABOUT, LONGEST_NAME, checked_notes, checked_tags, read_about
from cnnviz.runs.additions import Additions
from cnnviz.runs.events import EventReader
from cnnviz.runs.history import History, Snapshot, Timeline
from cnnviz.runs.live import LiveView, live_view
from cnnviz.runs.predictions import Predictions, predictions_path
from cnnviz.runs.status import Status, read_status
from cnnviz.runs.weights import Weights, read_named, snapshot_path
from cnnviz.spec import RunSpec
from cnnviz.spec.base import one_line

if TYPE_CHECKING:
    import keras

__all__ = ["Run"]

_LARGEST = 1e300


class Run:
    """One training, with its folder. Everything is read from the files, so any number of processes see the same.

    Attributes:
        folder: the run's folder.
        bundled: whether it came with cnnviz and is read-only.
        home: the home folder it belongs to: that in which it lies, and for a bundled run the one it was asked for.
    """

    def __init__(self, folder: Path, *, bundled: bool = False, home: str | Path | None = None) -> None:
        self.folder = folder
        self.bundled = bundled
        self._additions = Additions.of(folder, bundled=bundled, home=home)
        self.home = self._additions.home
        self._reader = EventReader(folder / "events.jsonl")
        self._timeline = Timeline()
        self._reading = threading.Lock()  # a dashboard reads one run from many sessions

    def __repr__(self) -> str:
        return f"Run({self.id!r})"

    @property
    def id(self) -> str:
        """The run's id: its folder's name."""
        return self.folder.name

    @cached_property
    def spec(self) -> RunSpec:
        """The settings it trains with.

        Raises:
            RunError: spec.json is missing, damaged, or written by a newer cnnviz.
        """
        values = read_json(self.folder / "spec.json")
        if values is None:
            raise RunError(f"the run {self.id} has no readable spec.json; delete it and train again")
        if values.get("format") != 1:
            raise RunError(
                f"the run {self.id} has format {values.get('format')!r:.20} and this cnnviz reads format 1; "
                "update cnnviz"
            )
        try:
            return RunSpec(**values)
        except SpecError as error:
            raise RunError(
                f"the run {self.id} has a spec.json that cannot be used ({error}); delete it and train again"
            ) from error

    @property
    def name(self) -> str:
        """What people call it: the name given last, else the spec's, else its preset or id."""
        return self.given_name or self.name_in_spec or self.id

    @property
    def given_name(self) -> str:
        """The name it was given after it was made; empty where it was given none."""
        return read_about(self.folder).name

    @property
    def name_in_spec(self) -> str:
        """The name in its settings, else its preset; empty where it has neither."""
        return one_line(self.spec.name or self.spec.preset or "")

    @property
    def tags(self) -> tuple[str, ...]:
        """The words people sort it by, read anew at each call."""
        return read_about(self._additions.folder).tags

    @property
    def notes(self) -> str:
        """What people wrote down about it, perhaps in several lines; read anew at each call."""
        return read_about(self._additions.folder).notes

    @property
    def caveat(self) -> str:
        """What its percentages are worth, where it came from elsewhere and had none; empty for others."""
        told = (read_json(self.folder / "adoption.json") or {}).get("caveat") if self.spec.model.foreign else None
        return told if isinstance(told, str) else ""

    @property
    def status(self) -> Status:
        """Where it is, read anew at each call."""
        return read_status(self.folder)

    @property
    def state(self) -> str:
        """The state's name, read anew at each call."""
        return self.status.state

    @contextmanager
    def _events_so_far(self) -> Iterator[Timeline]:
        """Hold the timeline, brought up to date; each call reads only what is new."""
        with self._reading:
            self._timeline.extend(self._reader.read())
            yield self._timeline

    def history(self) -> History:
        """Return the curves so far; the same object while nothing is new, so look at it and do not change it."""
        with self._events_so_far() as timeline:
            return timeline.history

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Return the snapshots that can be opened, oldest first."""
        return tuple(item for item in self._announced() if snapshot_path(self.folder, item.number).is_file())

    def _announced(self) -> tuple[Snapshot, ...]:
        with self._events_so_far() as timeline:
            return timeline.snapshots

    def additions(self, home: str | Path | None = None) -> Additions:
        """Return what is added to it.

        Args:
            home: where the additions to a read-only run are; None for the run's own home.

        Raises:
            StorageError: the home has a name that no system takes.
        """
        return self._additions if home is None else Additions.of(self.folder, bundled=self.bundled, home=home)

    def at(self, snapshot: int | None = None) -> Weights:
        """Return the run at a moment: the weights of one network.

        Args:
            snapshot: a snapshot's number, or None for the run's chosen model.

        Raises:
            RunError: there are none.
        """
        return Weights(self, snapshot).checked()

    def weights(self, snapshot: int) -> Arrays:
        """Read a snapshot's weights without Keras.

        Args:
            snapshot: its number.

        Returns:
            Arrays by the weight's path in the model, such as "conv2d_1/kernel".

        Raises:
            RunError: there is no such snapshot, or its file is damaged.
        """
        return Weights(self, snapshot).arrays()

    def predictions(self, snapshot: int | None = None) -> Predictions:
        """Read what the network said about every test image.

        Args:
            snapshot: its number, or None for the run's model, which keeps all probabilities.

        Raises:
            RunError: they have not been made yet, or the file is damaged.
        """
        what = "final predictions" if snapshot is None else f"predictions of snapshot {snapshot}"
        arrays = read_named(self.id, predictions_path(self.folder, snapshot), what)
        try:
            return Predictions(
                arrays["predicted"], arrays["confidence"], arrays.get("probabilities"), arrays.get("labels")
            )
        except KeyError as error:
            raise RunError(f"the {what} of the run {self.id} lack {error}; train it again") from error

    @property
    def has_final_predictions(self) -> bool:
        """Whether the test set was measured with the run's model, as is done once, at the end."""
        return predictions_path(self.folder, None).is_file()

    def predicted_snapshots(self) -> tuple[Snapshot, ...]:
        """Return the snapshots with predictions of the test images, oldest first.

        Of a large network that comes with cnnviz some of them have no weights, so that `snapshots` leaves them out.
        """
        return tuple(item for item in self._announced() if predictions_path(self.folder, item.number).is_file())

    def live(self) -> LiveView | None:
        """Return what the Train page looks at, or None before the first report and where its file makes no sense."""
        try:
            arrays = read_named(self.id, self.folder / "live.npz", "live view")
        except RunError:
            return None
        try:
            model = self.spec.model
        except RunError:
            model = None
        return live_view(arrays, model)

    def evaluation(self) -> dict[str, Any] | None:
        """Return the report's numbers: n_test, n_mistakes, accuracy in [0, 1], loss.

        Returns:
            None before the test set was measured, and where the file holds anything but these numbers.
        """
        values = read_json(self.folder / "evaluation.json") or {}
        report: dict[str, Any] = {key: values.get(key) for key in ("n_test", "n_mistakes", "accuracy", "loss")}
        n_test, n_mistakes, accuracy, loss = report.values()
        if not (type(n_test) is type(n_mistakes) is int and 0 <= n_mistakes <= n_test < _LARGEST):
            return None
        if not all(type(value) in (int, float) and abs(value) < _LARGEST for value in (accuracy, loss)):
            return None
        return report if 0 <= accuracy <= 1 else None

    def model(self, snapshot: int | None = None) -> "keras.Model":
        """Open the run's Keras model.

        Args:
            snapshot: a snapshot's number, or None for the run's chosen model.

        Raises:
            RunError: it does not exist yet, or is damaged.
        """
        return Weights(self, snapshot).open()

    def request_stop(self) -> None:
        """Ask the run to stop; it does so within a moment and can be resumed. Asking twice is asking once.

        Raises:
            RunError: it is neither waiting nor running.
        """
        status = self.status
        if not status.active:
            raise RunError(f"the run {self.name} is {status.state}; only a waiting or running one can be stopped")
        with storage_errors(self.folder):
            (self.folder / "stop").touch()

    def rename(self, name: str) -> None:
        """Give the run another name.

        Args:
            name: 1 to 80 characters; shown as text, never as markup.

        Raises:
            RunError: the run is bundled, or the name is empty or too long.
            StorageError: the home cannot be written.
        """
        cleaned = one_line(name, len(name))
        if self.bundled:
            raise RunError(f"the run {self.name} came with cnnviz and cannot be renamed; train one of your own")
        if not 1 <= len(cleaned) <= LONGEST_NAME:
            raise RunError(f"the name has {len(cleaned)} characters; give 1 to {LONGEST_NAME}")
        self._say(name=cleaned)

    def describe(self, *, tags: Iterable[str] | None = None, notes: str | None = None) -> None:
        """Say something about the run, also about a bundled one: that is kept in the home.

        Args:
            tags: at most 12 of 1 to 30 characters; None leaves those it has.
            notes: at most 5,000 characters; None leaves those it has.

        Raises:
            SpecError: too many or too long ones.
            RunError: the run does not exist any more, or its about.json is damaged.
            StorageError: the home cannot be written.
        """
        new_tags = {} if tags is None else {"tags": checked_tags(tags)}
        self._say(**new_tags, **({} if notes is None else {"notes": checked_notes(notes)}))

    def _say(self, **values: Any) -> None:
        if not self.folder.is_dir():  # deleted in another tab
            raise RunError(f"the run {self.id} does not exist any more; choose another")
        self._additions.change(ABOUT, lambda about: {**about, **values})
