"""Nodes of a cluster in place of worker processes of this machine."""

import logging
import math
from pathlib import Path
from typing import Any

from cnnviz.cluster.connecting import Cluster
from cnnviz.errors import CnnvizError
from cnnviz.runs import Run, RunStore
from cnnviz.training.tasks import TASKS, Images, Task

__all__ = ["ClusterWorkers"]

_RETRIES = 5  # times that Ray begins a run anew whose node, or process, died

log = logging.getLogger("cnnviz.cluster")

_images: Images | None = None  # of the process of a node, which does one run after the other


class ClusterWorkers:
    """Gives runs to a cluster.

    Args:
        cluster: connected.
        home: the home folder.
        most: runs at once at most; None for as many as there is room for.
    """

    here = False

    def __init__(self, cluster: Cluster, home: Path, most: int | None = None) -> None:
        self.cluster, self._home = cluster, home
        self.places = min(cluster.places, most or cluster.places)
        options = {"num_cpus": cluster.cpus, "num_gpus": cluster.gpus, "max_retries": _RETRIES}
        self._remote = cluster.ray.remote(**options)(_do)
        self._going: dict[str, Any] = {}

    def begin(self, run: Run, task: Task = "train") -> None:
        """Ask the cluster to do something with a run, on whichever node has room."""
        self._going[run.id] = self._remote.remote(task, str(self._home), run.id, math.ceil(self.cluster.cpus))

    def has(self, run_id: str) -> bool:
        """Say whether the cluster still has a run: waiting for room, or on a node."""
        if run_id not in self._going:
            return False
        ready, _ = self.cluster.ray.wait([self._going[run_id]], timeout=0)
        if not ready:
            return True
        asked = self._going.pop(run_id)
        try:
            self.cluster.ray.get(asked)
        except self.cluster.ray.exceptions.RayError as error:  # the run's folder says the rest
            log.error("the run %s: %s", run_id, " ".join(str(error).split())[:500])
        return False

    def close(self) -> None:
        """Take back what still waits, and leave the cluster."""
        for asked in self._going.values():
            self.cluster.ray.cancel(asked)
        self._going = {}
        self.cluster.ray.shutdown()


def _do(task: Task, home: str, run_id: str, threads: int) -> None:
    """Do something with a run, in a process of a node."""
    from cnnviz.training.halves import share_cores

    global _images
    if _images is None:
        _images = Images()
        share_cores(threads)
    try:
        TASKS[task](RunStore(home).get(run_id), _images)
    except CnnvizError as error:
        log.error("the run %s: %s", run_id, error)
