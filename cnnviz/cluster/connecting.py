"""The connection to a cluster, and what a run asks of it."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnviz.errors import CnnvizError, MissingExtraError
from cnnviz.home import HOME_VARIABLE, resolve_home
from cnnviz.training.launcher import worker_environment

__all__ = ["CLUSTER_VARIABLE", "CPUS_VARIABLE", "GPUS_VARIABLE", "Cluster", "cluster_address", "connect"]

CLUSTER_VARIABLE = "CNNVIZ_CLUSTER"
CPUS_VARIABLE = "CNNVIZ_CLUSTER_CPUS"
GPUS_VARIABLE = "CNNVIZ_CLUSTER_GPUS"

_PASSED_ON = ("TF_", "CNNVIZ_", "PYTHONPATH")  # beginnings of what a node's processes are given of the environment


@dataclass(frozen=True)
class Cluster:
    """A cluster that this process is connected to.

    Attributes:
        ray: the package.
        address: where it is.
        cpus: cores that a run asks for.
        gpus: graphics cards that a run asks for; a half lets two runs share one.
    """

    ray: Any
    address: str
    cpus: float
    gpus: float

    @property
    def places(self) -> int:
        """How many runs there is room for at once, on the nodes that it has now."""
        there = self.ray.cluster_resources()
        room = [there.get("CPU", 0.0) // self.cpus]
        if self.gpus:
            room.append(there.get("GPU", 0.0) // self.gpus)
        return max(1, int(min(room)))


def cluster_address(given: str | None = None) -> str:
    """Return where the cluster is: what was given, or `$CNNVIZ_CLUSTER`; empty for none."""
    return (given if given is not None else os.environ.get(CLUSTER_VARIABLE, "")).strip()


def connect(address: str, home: str | Path | None = None) -> Cluster:
    """Connect this process to a cluster.

    Args:
        address: as `ray start` says it, "192.168.1.10:6379", or "auto" for the one that this machine is a node of.
        home: the home folder, under the same path on every node.

    Raises:
        MissingExtraError: Ray is not installed.
        CnnvizError: there is no cluster at that address, or what a run asks for is no number.
    """
    try:
        import ray
    except ImportError as error:
        raise MissingExtraError(
            'a cluster needs Ray, which is not installed; install it with: pip install "cnnviz[cluster]"'
        ) from error
    cpus, gpus = _number(CPUS_VARIABLE, 1.0), _number(GPUS_VARIABLE, 0.0)
    if cpus <= 0:
        raise CnnvizError(f"{CPUS_VARIABLE} is {cpus:g}; a run needs a core, or a part of one")
    passed = {name: value for name, value in worker_environment().items() if name.startswith(_PASSED_ON)}
    passed[HOME_VARIABLE] = str(resolve_home(home))
    passed.pop(CLUSTER_VARIABLE, None)
    try:
        ray.init(
            address=address,
            namespace="cnnviz",
            log_to_driver=False,
            logging_level=logging.ERROR,
            ignore_reinit_error=True,
            runtime_env={"env_vars": passed},
        )
    except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
        reason = " ".join(str(error).split())[:160]
        raise CnnvizError(
            f"there is no cluster at {address!r:.80} ({reason}); start one with `ray start --head`, or leave "
            f"{CLUSTER_VARIABLE} and --cluster out"
        ) from error
    return Cluster(ray, address, cpus, gpus)


def _number(variable: str, usual: float) -> float:
    text = os.environ.get(variable, "")
    try:
        number = float(text) if text else usual
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1024:
        raise CnnvizError(f"{variable} is {text!r:.40}; give a number from 0 to 1024")
    return number
