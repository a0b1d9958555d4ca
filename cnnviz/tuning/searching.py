"""Working on a study: in this process, or in one of its own that no browser can end."""

import argparse
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from cnnviz.cluster import ClusterWorkers, cluster_address, connect
from cnnviz.errors import CnnvizError, StudyError
from cnnviz.files import storage_errors
from cnnviz.home import HOME_VARIABLE
from cnnviz.runs.processes import start_times
from cnnviz.training.launcher import worker_environment
from cnnviz.training.stopping import stop_on_signals
from cnnviz.tuning.study import Budget, Study, StudyStore, Tuner
from cnnviz.tuning.study_spec import StudySpec
from cnnviz.tuning.workers import LocalWorkers, usual_places

if TYPE_CHECKING:
    from cnnviz.tuning.tuner import OnChange

__all__ = ["main", "search", "start", "tune"]


def tune(spec: StudySpec, budget: Budget, home: str | Path | None = None, on_change: "OnChange | None" = None) -> Study:
    """Search for settings, from the first trial to the last; the dashboard does the same in a process of its own.

    A study of that name goes on where it was, if it has these settings.

    Args:
        spec: what is tried, and by what is chosen.
        budget: how many trials, and for how long.
        home: the home folder; None for `$CNNVIZ_HOME` or `~/.cnnviz`.
        on_change: called with the study whenever something is new.

    Returns:
        The study; `study.best()` has the best trials, whose runs are like any other. The best was measured on the test
        images, once.

    Raises:
        StudyError: there is a study of that name with other settings, or its storage cannot be reached.
        MissingExtraError: Optuna is not installed.
        StorageError: the home cannot be written.
    """
    store = StudyStore(home)
    if spec.name in store.names():
        study = store.get(spec.name)
        if study.spec != spec:
            raise StudyError(f"there is a study called {spec.name} with other settings; choose another name")
        study.budget = budget
    else:
        study = store.create(spec, budget)
    study.allow()
    search(study, on_change)
    return study


def search(study: Study, on_change: "OnChange | None" = None, cluster: str | None = None) -> None:
    """Work on a study in this process, with as many worker processes as suit the machine; unless it is asked to stop.

    Args:
        study: which.
        on_change: called whenever something is new.
        cluster: the address of a Ray cluster that trains instead; None for `$CNNVIZ_CLUSTER`, or none.

    Raises:
        MissingExtraError: Optuna is not installed.
        StudyError: its storage cannot be reached.
        StorageError: the home cannot be written.
    """
    _ = study.optuna  # without Optuna that says so
    from cnnviz.tuning.tuner import work_on

    if address := cluster_address(cluster):
        most = min(study.budget.beside or study.spec.behind, study.spec.behind)
        work_on(study, ClusterWorkers(connect(address, study.home), study.home, most), on_change)
        return
    places = min(study.budget.beside or usual_places(), study.spec.behind)
    threads = max(1, usual_places() // places)
    work_on(study, LocalWorkers(study.home, study.folder / "tuner.log", places, threads), on_change)


def start(study: Study) -> None:
    """Work on a study in a process of its own, which goes on when this one ends.

    Raises:
        StudyError: somebody works on it already.
        StorageError: no process can be started.
    """
    with study.alone():
        if any(study.tuners()):
            raise StudyError(f"the study {study.name} is {study.state} already; wait for it, or stop it")
        study.allow()
        path = study.folder / "tuner.log"
        with storage_errors(path), open(path, "ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "cnnviz.tuning.searching", "--home", str(study.home), "--study", study.name],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**worker_environment(), HOME_VARIABLE: str(study.home)},
                start_new_session=True,  # the end of the dashboard's terminal must not end a search
            )
        with suppress(psutil.Error):  # it has ended already, and its log says why
            started, since_boot = start_times(psutil.Process(process.pid))
            fields = {"pid": process.pid, "process_started": started, "process_since_boot": since_boot}
            Tuner(study, {**fields, "host": socket.gethostname()}).say()
        threading.Thread(target=process.wait, daemon=True).start()  # leaves no zombie behind


def main(arguments: Sequence[str] | None = None) -> None:
    """Work on a study until its budget is spent.

    Args:
        arguments: `--home DIR --study NAME`; the process's own when None.
    """
    parser = argparse.ArgumentParser(description="Works on a study.")
    parser.add_argument("--home", required=True)
    parser.add_argument("--study", required=True)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    log = logging.getLogger("cnnviz.tuner")
    try:
        study = StudyStore(options.home).get(options.study)
    except CnnvizError as error:
        log.error("%s", error)
        sys.exit(2)
    try:
        with stop_on_signals(study.folder):
            search(study)
    except CnnvizError as error:
        log.error("%s", error)
        with suppress(CnnvizError):
            study.problem = error.sentence
        sys.exit(2)


if __name__ == "__main__":
    main()
