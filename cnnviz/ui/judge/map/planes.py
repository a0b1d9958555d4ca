"""The maps of one run, on its page: read, or made in the background; see `cnnviz.inference.planes`."""

import time

from cnnviz.evaluation.plane import Projection
from cnnviz.inference.planes import MappedImages, Placed, PlacedImages
from cnnviz.runs import Run, Weights
from cnnviz.ui import derived
from cnnviz.ui.jobs import Job, Report, job
from cnnviz.ui.loaders import home

__all__ = ["Maker"]

_QUICK_S = 3.0  # snapshots that take no longer are made ready before anybody asks


class Maker:
    """Reads, or makes in the background, the maps of one run.

    Args:
        run: the run.
        newest: the snapshot whose axes all share: None for the run's model, which a run that was stopped has not.
        shown: the images.

    Attributes:
        count: n, how many points a map has.
    """

    def __init__(self, run: Run, newest: int | None, shown: MappedImages) -> None:
        self.run, self.shown, self._newest = run, shown, Weights(run, newest)
        self._home = home()
        self.count = len(shown.labels)

    def of(self, method: Projection, snapshot: int | None) -> PlacedImages:
        """Return the map at a snapshot, to be read or made."""
        return PlacedImages(Weights(self.run, snapshot), method, self._newest, self.shown, self._home)

    def kept(self, method: Projection, snapshot: int | None) -> Placed | None:
        """Return a map that was made before; None where there is none, or it is of other weights or images."""
        return derived.kept(self.of(method, snapshot))

    def start(self, method: Projection, snapshot: int | None) -> Job:
        """Make a map in the background, or return the job that does so already; needs the images, and Keras."""
        return derived.start(self.of(method, snapshot))

    def going(self, method: Projection, snapshot: int | None) -> Job | None:
        """Return the job that makes a map, or ended without one."""
        return derived.going(self.of(method, snapshot))

    def prepare(self, snapshots: tuple[int | None, ...]) -> None:
        """Make the PCA of other snapshots in the background too, where one takes a moment only."""
        missing = [self.of("pca", one) for one in snapshots if self.kept("pca", one) is None]
        if missing:
            key = f"maps|{self.run.folder}|{len(snapshots)} others|{self._newest.digest}|{self.shown.digest}"
            job(key, lambda report: _make_all(missing, report))


def _make_all(missing: list[PlacedImages], report: Report) -> None:
    for done, one in enumerate(missing):
        begun = time.monotonic()
        report(done / len(missing), "")
        one.make()
        if time.monotonic() - begun > _QUICK_S:
            return
