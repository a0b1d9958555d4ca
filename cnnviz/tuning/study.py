"""Study: a search for settings, its folder in the home and its trials in a database.

studies/<name>/
  study.json     the StudySpec, written once
  budget.json    how many trials and seconds, which may grow
  spent.json     for how many seconds it was worked on
  trials.db      the trials, as Optuna keeps them, unless another storage was asked for
  tuners/        a file for each process that works on it, renewed every second
  stop           written by anyone who asks it to stop
  problem.json   why the last process ended that could not go on
  tuner.log
"""

import errno
import os
import secrets
import shutil
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from filelock import FileLock, Timeout

from cnnviz.errors import MissingExtraError, SpecError, StudyError
from cnnviz.files import read_json, read_regular, stamp, storage_errors, write_json
from cnnviz.home import resolve_home, studies_folder
from cnnviz.runs.processes import is_alive, process_fields
from cnnviz.tuning.records import Trial, best_of, trial_of
from cnnviz.tuning.study_spec import StudySpec

if TYPE_CHECKING:
    import optuna
    from optuna.trial import FrozenTrial

__all__ = ["STORAGE_VARIABLE", "Budget", "Study", "StudyStore", "Tuner", "database_errors"]

State = Literal["running", "stopping", "stopped", "completed", "interrupted"]

STORAGE_VARIABLE = "CNNVIZ_STORAGE"  # the database of new studies, where none is named

_SILENCE_S = 30.0  # a tuner of another machine that said nothing for so long is gone
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Budget:
    """How much a study may take.

    Attributes:
        trials: how many are trained.
        seconds: for how long it works, pauses left out; None for as long as the trials take.
        beside: how many trials run at once in one process; None for what suits the machine.
    """

    trials: int
    seconds: float | None = None
    beside: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.trials, int) or isinstance(self.trials, bool) or not 1 <= self.trials <= 100_000:
            raise SpecError(f"{self.trials} trials were asked for; give a number from 1 to 100,000")
        if self.seconds is not None and not 1 <= self.seconds <= 30 * 24 * 3600:
            raise SpecError(f"{self.seconds:g} seconds were asked for; give 1 to {30 * 24 * 3600:,}")
        if self.beside is not None and not (isinstance(self.beside, int) and 1 <= self.beside <= 64):
            raise SpecError(f"{self.beside} trials beside each other were asked for; give 1 to 64")


class Study:
    """A search for settings.

    Args:
        folder: its folder.

    Raises:
        StudyError: its settings cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder.parent.parent
        try:
            self.spec = StudySpec.from_json(read_regular(folder / "study.json"))
        except OSError as error:
            raise StudyError(
                f"there is no study called {folder.name!r:.80}; it may have been deleted, so choose another"
            ) from error
        except SpecError as error:
            raise StudyError(f"the settings of the study {folder.name} cannot be read: {error}") from error
        if self.spec.name != folder.name:
            raise StudyError(
                f"the folder {folder.name!r:.80} holds the study {self.spec.name}; give it that name, or delete it"
            )
        self._opened: optuna.Study | None = None
        self._seen: tuple[tuple[int, ...], tuple[Trial, ...]] | None = None

    @property
    def name(self) -> str:
        """Its name, which is its folder's."""
        return self.spec.name

    @property
    def budget(self) -> Budget:
        """How much it may take.

        Raises:
            StudyError: nobody can read it.
        """
        values = read_json(self.folder / "budget.json") or {}
        try:
            return Budget(**{key: values[key] for key in ("trials", "seconds", "beside") if key in values})
        except (TypeError, SpecError) as error:
            self._still_there()
            raise StudyError(f"budget.json of the study {self.name} is damaged; give it trials anew") from error

    @budget.setter
    def budget(self, budget: Budget) -> None:
        write_json(self.folder / "budget.json", asdict(budget), within=self.folder)

    @property
    def spent(self) -> float:
        """For how many seconds it was worked on so far."""
        spent = (read_json(self.folder / "spent.json") or {}).get("seconds", 0.0)
        return float(spent) if isinstance(spent, int | float) and 0 <= spent < 1e9 else 0.0

    @spent.setter
    def spent(self, seconds: float) -> None:
        write_json(self.folder / "spent.json", {"seconds": round(seconds, 1)}, durable=False, within=self.folder)

    @property
    def optuna(self) -> "optuna.Study":
        """Its trials, as Optuna has them.

        Raises:
            MissingExtraError: Optuna, or what the storage needs, is not installed.
            StudyError: the storage cannot be reached.
        """
        if self._opened is None:
            self._opened = _open(self.spec, self.folder)
        return self._opened

    def frozen(self) -> "list[FrozenTrial]":
        """Return the trials as Optuna has them, in their order.

        Raises:
            StudyError: the storage cannot be reached.
        """
        with _storage_errors(self.spec):
            self._still_there()
            return self.optuna.get_trials(deepcopy=False)

    def trials(self) -> tuple[Trial, ...]:
        """Return the trials in their order; read again only where something is new.

        Raises:
            StudyError: the storage cannot be reached.
        """
        version = () if self.spec.storage else stamp(self.folder / "trials.db")
        if self._seen is None or not version or self._seen[0] != version:
            self._seen = version, tuple(map(trial_of, self.frozen()))
        return self._seen[1]

    def best(self) -> tuple[Trial, ...]:
        """Return the best trials so far, the best first; more than one only with several objectives."""
        return best_of(self.trials(), self.spec)

    @property
    def state(self) -> State:
        """Where it is: somebody works on it, or why nobody does."""
        asked = (self.folder / "stop").exists()
        if any(self.tuners()):
            return "stopping" if asked else "running"
        if asked:
            return "stopped"
        return "completed" if self.is_done(self.trials()) else "interrupted"

    def is_done(self, trials: Sequence[Trial]) -> bool:
        """Say whether its budget is spent."""
        budget = self.budget
        if budget.seconds is not None and self.spent >= budget.seconds:
            return True
        if self.spec.sampler == "grid" and _trained_or_passed(trials) >= self.spec.whole_grid:
            return True
        return sum(trial.ended for trial in trials) >= budget.trials

    def tuners(self) -> Iterator[dict[str, Any]]:
        """Name the processes that work on it, as they described themselves."""
        for path in (self.folder / "tuners").glob("*.json"):
            values = read_json(path)
            if values is not None and _lives(values):
                yield values

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes of this machine from taking a trial meanwhile.

        Raises:
            StudyError: another one holds it for very long.
            StorageError: the home cannot be written.
        """
        lock = FileLock(self.folder / ".lock")
        with storage_errors(self.folder):
            self._still_there()  # else its folder comes back with a lock in it
            try:
                lock.acquire(timeout=_PATIENCE_S)
            except Timeout as error:
                raise StudyError(f"another process holds the study {self.name}; end it and try again") from error
        try:
            yield
        finally:
            lock.release()

    def _still_there(self) -> None:
        """Refuse to go on with a study that was deleted.

        Raises:
            StudyError: its folder is gone.
        """
        if not (self.folder / "study.json").exists():
            raise StudyError(f"the study {self.name} was deleted; begin another")

    def request_stop(self) -> None:
        """Ask it to stop; its trials keep what they have and go on when it is resumed.

        Raises:
            StudyError: nobody works on it.
        """
        if not any(self.tuners()):
            raise StudyError(f"the study {self.name} is {self.state}; only a running one can be stopped")
        with storage_errors(self.folder):
            (self.folder / "stop").touch()

    def allow(self) -> None:
        """Take back a request to stop, and what kept it from going on before."""
        for name in ("stop", "problem.json"):
            with storage_errors(self.folder), suppress(FileNotFoundError):
                os.unlink(self.folder / name)

    @property
    def problem(self) -> str:
        """Why the last process that worked on it could not go on, a sentence; empty where none said so."""
        told = (read_json(self.folder / "problem.json") or {}).get("message")
        return told if isinstance(told, str) else ""

    @problem.setter
    def problem(self, sentence: str) -> None:
        write_json(self.folder / "problem.json", {"message": sentence}, within=self.folder)


def _trained_or_passed(trials: Sequence[Trial]) -> int:
    return sum(trial.ended or trial.state == "passed over" for trial in trials)


def _lives(values: dict[str, Any]) -> bool:
    """Say whether a process that described itself still lives, as far as this machine can see."""
    if values.get("host") not in ("", socket.gethostname()):
        seen = values.get("heartbeat")
        return isinstance(seen, int | float) and time.time() - seen < _SILENCE_S
    try:
        return is_alive(values["pid"], values["process_started"], values.get("process_since_boot"))
    except (KeyError, TypeError):
        return False


class Tuner:
    """A process, as a study's folder says that it works on it.

    Args:
        study: which.
        fields: of the process, as `process_fields` returns them; None for this one.
    """

    def __init__(self, study: Study, fields: dict[str, Any] | None = None) -> None:
        self.fields = fields or process_fields()
        self.name = f"{self.fields['host']}-{self.fields['pid']}"[:100]
        self._path = study.folder / "tuners" / f"{self.name}.json"
        self._study = study

    def is_other(self, name: object) -> bool:
        """Say whether a name is that of another process that works on the study now."""
        others = [f"{one.get('host')}-{one.get('pid')}"[:100] for one in self._study.tuners()]
        return name != self.name and name in others

    def say(self, **values: Any) -> None:
        """Say that it lives, and where it is."""
        write_json(
            self._path, {**self.fields, "heartbeat": time.time(), **values}, durable=False, within=self._study.folder
        )

    def leave(self) -> None:
        """Say that it works on the study no more."""
        with suppress(OSError):
            os.unlink(self._path)


class StudyStore:
    """The studies of a home.

    Args:
        home: the home folder, or None for the usual one.
    """

    def __init__(self, home: str | Path | None = None) -> None:
        self.home = resolve_home(home)
        self.folder = studies_folder(home)

    def names(self) -> tuple[str, ...]:
        """Return the names of all studies, the newest first."""
        try:
            found = [
                path
                for path in self.folder.iterdir()
                if not path.name.startswith(".") and (path / "study.json").is_file()  # those with a dot are half made
            ]
        except OSError:
            return ()
        return tuple(path.name for path in sorted(found, key=lambda one: stamp(one / "study.json")[2:3], reverse=True))

    def get(self, name: str) -> Study:
        """Open a study.

        Raises:
            StudyError: there is none of that name, or it is damaged.
        """
        if name not in self.names():
            known = ", ".join(self.names()[:5])
            raise StudyError(
                f"there is no study called {name!r:.80}; "
                + (f"choose one of {known}" if known else "there are none yet, so begin one")
            )
        return Study(self.folder / name)

    def free_name(self, base: str) -> str:
        """Return a name that no study has, from a beginning."""
        number = 1
        while os.path.lexists(self.folder / f"{base}-{number}"):
            number += 1
        return f"{base}-{number}"

    def create(self, spec: StudySpec, budget: Budget) -> Study:
        """Make a study.

        Raises:
            StudyError: there is one of that name, or its storage cannot be reached.
            MissingExtraError: Optuna, or what the storage needs, is not installed.
            StorageError: the home cannot be written.
        """
        folder = self.folder / spec.name
        if folder.exists():
            raise StudyError(_taken(spec.name))
        partial = self.folder / f".new-{spec.name}-{secrets.token_hex(4)}"
        try:
            with storage_errors(folder):
                partial.mkdir(parents=True)
            write_json(partial / "study.json", spec.model_dump(mode="json"))
            write_json(partial / "budget.json", asdict(budget))
            _open(spec, partial)  # before anybody sees it: a storage that cannot be reached leaves nothing
            with storage_errors(folder):
                try:
                    os.rename(partial, folder)
                except OSError as error:
                    if error.errno in (errno.ENOTEMPTY, errno.EEXIST):  # somebody was faster
                        raise StudyError(_taken(spec.name)) from error
                    raise
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        return Study(folder)

    def delete(self, name: str) -> None:
        """Remove a study; the runs of its trials stay.

        Raises:
            StudyError: it does not exist, or somebody works on it.
            StorageError: the home cannot be written.
        """
        study = self.get(name)
        if any(study.tuners()):
            raise StudyError(f"the study {name} is running; stop it before deleting it")
        if study.spec.storage:
            import optuna

            with _storage_errors(study.spec):
                optuna.delete_study(study_name=name, storage=study.spec.storage)
        grave = self.folder / f".deleted-{name}-{os.getpid()}"
        with storage_errors(study.folder):
            os.replace(study.folder, grave)
            shutil.rmtree(grave)


def _need_optuna() -> None:
    try:
        import optuna  # noqa: F401 - whether it is there
    except ImportError as error:
        raise MissingExtraError(
            'searching for settings needs Optuna, which is not installed; install it with: pip install "cnnviz[tune]"'
        ) from error


def _taken(name: str) -> str:
    return f"there is a study called {name} already; choose another name, or go on with it"


def _open(spec: StudySpec, folder: Path) -> "optuna.Study":
    _need_optuna()
    import optuna

    from cnnviz.tuning.choosing import directions
    from cnnviz.tuning.decided import Decided

    url = spec.storage or f"sqlite:///{folder / 'trials.db'}"
    with _storage_errors(spec):
        patience = {} if spec.storage else {"connect_args": {"timeout": _PATIENCE_S}}
        storage = optuna.storages.RDBStorage(url, engine_kwargs=patience)
        with suppress(KeyError):  # there is none yet; whoever only looks need not be able to write
            return optuna.load_study(study_name=spec.name, storage=storage, sampler=Decided())
        return optuna.create_study(
            study_name=spec.name,
            storage=storage,
            sampler=Decided(),
            directions=directions(spec),
            load_if_exists=True,
        )


@contextmanager
def _storage_errors(spec: StudySpec) -> Iterator[None]:
    """Turn what a database says into a sentence; its address may hold a name, so no password is ever part of it."""
    _need_optuna()
    try:
        with database_errors(spec):
            yield
    except ImportError as error:
        package = getattr(error.__cause__ or error, "name", None)
        if package is None:
            raise MissingExtraError(f"the storage {spec.storage} cannot be used: {error}") from error
        raise MissingExtraError(
            f"the storage {spec.storage} needs the package {package}, which is not installed; install it with: "
            f"pip install {package}"
        ) from error
    except KeyError as error:
        raise StudyError(
            f"{_where(spec)} does not know the study {spec.name} any more; begin it anew, under another name"
        ) from error


@contextmanager
def database_errors(spec: StudySpec) -> Iterator[None]:
    """Turn what a database refuses while it is worked with into a StudyError."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (StorageInternalError, SQLAlchemyError) as error:
        cause = error.__cause__ or error
        reason = " ".join(str(cause).split())[:200]
        raise StudyError(
            f"{_where(spec)} cannot be used ({reason}); check that it is there and that writing is permitted"
        ) from error


def _where(spec: StudySpec) -> str:
    return spec.storage or f"trials.db of the study {spec.name}"
