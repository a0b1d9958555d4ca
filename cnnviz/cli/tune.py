"""`cnnviz tune`: search for settings; begun again with the same --study, it goes on."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cnnviz.cli.codes import INTERRUPTED
from cnnviz.cli.options import AsJson, Home, home_flag
from cnnviz.cli.output import complain, count, emit, pairs, percent, say, table
from cnnviz.cli.settings import Flags, spec_of, with_flags
from cnnviz.errors import RunError, SpecError, StudyError

if TYPE_CHECKING:
    from cnnviz.spec import RunSpec
    from cnnviz.tuning import Range, Study, StudySpec, Trial

__all__ = ["tune"]

_TRIALS = 20


@with_flags
def tune(
    flags: Flags,
    study: Annotated[
        str | None, typer.Option("--study", metavar="NAME", help="Its name; one that exists goes on where it was.")
    ] = None,
    trials: Annotated[
        int | None, typer.Option("--trials", metavar="N", help=f"How many to train in all; usually {_TRIALS}.")
    ] = None,
    search: Annotated[
        list[str] | None,
        typer.Option(
            "--search",
            metavar="SETTING[=RANGE]",
            help="What to try: learning_rate=0.001..0.1, filters=16..64/8, optimizer=adam,sgd; again for more.",
        ),
    ] = None,
    objective: Annotated[
        list[str] | None,
        typer.Option(
            "--objective", metavar="NAME", help="accuracy, loss, parameters or milliseconds; again for several."
        ),
    ] = None,
    sampler: Annotated[
        Literal["tpe", "random", "grid"] | None,
        typer.Option("--sampler", metavar="tpe|random|grid", help="How settings are chosen; usually tpe."),
    ] = None,
    pruner: Annotated[
        Literal["median", "hyperband", "none"] | None,
        typer.Option("--pruner", metavar="median|hyperband|none", help="What ends trials early; usually median."),
    ] = None,
    most_parameters: Annotated[
        int | None, typer.Option("--most-parameters", metavar="N", help="Pass over larger networks.")
    ] = None,
    train_images: Annotated[
        int | None, typer.Option("--train-images", metavar="N", help="Training images of a trial; usually all.")
    ] = None,
    beside: Annotated[
        int | None, typer.Option("--beside", metavar="N", help="Trials at once; usually one for each core.")
    ] = None,
    behind: Annotated[
        int | None,
        typer.Option(
            "--behind", metavar="N", help="Choose each trial by all but the last N, so many may run at once; usually 4."
        ),
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option("--storage", metavar="URL", help="A database for several machines, as SQLAlchemy writes it."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="ADDRESS", help="A Ray cluster that trains; else CNNVIZ_CLUSTER, or none."),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Search for settings: try some, each trial a run; Ctrl-C stops it, to go on later.

    Takes the options of cnnviz train for what every trial has; --epochs is of one trial, --seconds of the whole search.
    Chosen is by validation images. The best is measured on the test images, once.
    """
    from cnnviz.cli.quiet_import import silent_start
    from cnnviz.training.stopping import stop_on_signals
    from cnnviz.tuning import Budget, StudyStore

    with silent_start():
        from cnnviz.tuning.searching import search as work
    store = StudyStore(home)
    given = {
        "search": search,
        "objective": objective,
        "sampler": sampler,
        "pruner": pruner,
        "most_parameters": most_parameters,
        "train_images": train_images,
        "behind": behind,
        "storage": storage,
    }
    asked = {name: value for name, value in given.items() if value is not None}
    bare = replace(flags, seconds=None)
    if study is not None and study in store.names():
        opened = store.get(study)
        if bare.given or asked:
            _refuse_others(opened.spec, _study_spec(study, bare, asked, home))
        try:
            budget = opened.budget
        except StudyError:
            if trials is None:
                raise
            budget = Budget(trials)
    else:
        from cnnviz.cli.data import fetch_where_missing

        spec = _study_spec(study, bare, asked, home)
        fetch_where_missing(spec.base.data.name, home)
        if study is None:
            spec = spec.changed(name=store.free_name(_base_name(spec.base)))
        budget = Budget(trials if trials is not None else _TRIALS, flags.seconds, beside)
        opened = store.create(spec, budget)
    changes: dict[str, Any] = {"trials": trials, "seconds": flags.seconds, "beside": beside}
    opened.budget = Budget(**{**asdict(budget), **{name: one for name, one in changes.items() if one is not None}})
    opened.allow()
    # A cluster tells of its nodes on standard output, where the result goes.
    with stop_on_signals(opened.folder), _progress(opened) as on_change, contextlib.redirect_stdout(sys.stderr):
        work(opened, on_change, cluster)
    _tell(opened, home, as_json)


def _study_spec(name: str | None, flags: Flags, asked: dict[str, Any], home: Path | None) -> "StudySpec":
    """Make the settings of a study of what was asked for."""
    from cnnviz.cli.data import find
    from cnnviz.data import are_characters
    from cnnviz.tuning import STORAGE_VARIABLE, StudySpec, usual_space

    base = spec_of(replace(flags, epochs=None), home)
    wanted = asked.pop("search", None)
    if wanted is None:
        characters = are_characters(base.data.classes or find(base.data.name, home).classes)
        space: dict[str, Range] = dict(usual_space(base, characters=characters))
    else:
        space = dict(_tried(one, base) for one in wanted)
    objectives = tuple(asked.pop("objective", None) or ("accuracy",))
    usual: dict[str, Any] = {
        "pruner": "none" if len(objectives) > 1 else "median",
        "storage": os.environ.get(STORAGE_VARIABLE, ""),
    }
    return StudySpec(
        name=name or "study",
        base=base,
        space=space,
        objectives=objectives,
        epochs=flags.epochs,
        seed=base.train.seed,
        **{**usual, **asked},
    )


def _tried(text: str, base: "RunSpec") -> "tuple[str, Range]":
    """Read a `--search`."""
    from cnnviz.tuning import START_FROM, OneOf, range_of, setting

    name, equals, rest = text.partition("=")
    name = name.strip().replace("-", "_")
    if name == START_FROM:
        return name, range_of(rest, OneOf(values=("nothing",)))
    usual = setting(name).usual(base)
    if usual is None:
        raise SpecError(f"--search {name} says nothing here: these settings have no such layers, so leave it out")
    try:
        return name, range_of(rest, usual) if equals else usual
    except SpecError as error:
        raise SpecError(f"--search {name}: {error}") from error


def _base_name(base: "RunSpec") -> str:
    return f"{base.data.name}-{base.preset or 'study'}".replace("_", "-")[:50]


def _refuse_others(kept: "StudySpec", asked: "StudySpec") -> None:
    """Refuse settings that are not those of the study that goes on."""
    names = (
        "base",
        "space",
        "objectives",
        "sampler",
        "pruner",
        "epochs",
        "train_images",
        "most_parameters",
        "behind",
        "seed",
        "storage",
    )
    others = [name for name in names if getattr(kept, name) != getattr(asked, name)]
    if others:
        raise StudyError(
            f"the study {kept.name} has another {' and another '.join(one.replace('_', ' ') for one in others)}; give "
            "--study, --trials and --seconds alone to go on with it, or another name to begin anew"
        )


def _tell(study: "Study", home: Path | None, as_json: bool) -> None:
    from cnnviz.runs import RunStore
    from cnnviz.tuning import written

    trials, best, state = study.trials(), study.best(), study.state
    ended = [trial for trial in trials if trial.ended]
    first = best[0] if best else None
    measured = None
    if first is not None:
        with contextlib.suppress(RunError):  # it was deleted
            measured = RunStore(home).get(first.run_id).evaluation()
    if as_json:
        emit(
            {
                "study": study.name,
                "state": state,
                "n_trials": len(ended),
                "seconds": round(study.spent, 1),
                "objectives": study.spec.objectives,
                "best": first and {**_row(first), "test": measured},
                "front": [_row(trial) for trial in best],
                "trials": [_row(trial) for trial in trials],
            }
        )
    else:
        titles = {"complete": "", "pruned": "ended early", "passed over": "passed over"}
        table(
            ("trial", *study.spec.objectives, "", "settings", "run"),
            [
                (
                    str(trial.number),
                    *(_shown(study, trial) or [""] * len(study.spec.objectives)),
                    titles.get(trial.state, f"{trial.state}: {trial.problem}" if trial.problem else trial.state),
                    ", ".join(f"{name} {written(value)}" for name, value in trial.settings.items()),
                    trial.run_id,
                )
                for trial in trials
            ],
            right=("trial", *study.spec.objectives),
            whole=("run",),
        )
        if first is not None:
            say("")
            pairs(
                [
                    ("best", f"trial {first.number}, validation {', '.join(_shown(study, first))}"),
                    ("settings", ", ".join(f"{name} {written(value)}" for name, value in first.settings.items())),
                    (
                        "test",
                        f"accuracy {percent(measured['accuracy'])}, measured once" if measured else "",
                    ),
                    ("run", first.run_id),
                ]
            )
    if ended and all(trial.state == "failed" for trial in ended):
        raise StudyError(f"all {count(len(ended), 'trial')} failed, the last one so: {ended[-1].problem}")
    if state == "stopped":
        complain(
            f"interrupted after {count(len(ended), 'trial')}; go on with: cnnviz tune --study {study.name}"
            f"{home_flag(home)}"
        )
        raise typer.Exit(INTERRUPTED)


def _row(trial: "Trial") -> dict[str, Any]:
    return {
        "number": trial.number,
        "run_id": trial.run_id,
        "state": trial.state,
        "value": trial.value,
        "values": trial.values,
        "settings": dict(trial.settings),
        "problem": trial.problem,
        "seconds": trial.seconds,
    }


def _shown(study: "Study", trial: "Trial") -> list[str]:
    from cnnviz.tuning.records import shown

    return [shown(one, value) for one, value in zip(study.spec.objectives, trial.values, strict=False)]


@contextmanager
def _progress(study: "Study") -> "Iterator[Callable[[Study], None]]":
    """Show how a search goes: a bar on a terminal, a line for each trial anywhere else."""
    told: set[int] = {trial.number for trial in study.trials() if trial.ended or trial.state == "passed over"}

    def lines(write: Callable[[str], None]) -> None:
        for trial in study.trials():
            if (trial.ended or trial.state == "passed over") and trial.number not in told:
                told.add(trial.number)
                problem = f": {trial.problem}" if trial.problem else ""
                write(f"trial {trial.number} {trial.state}{problem} {' '.join(_shown(study, trial))}".rstrip())

    if not sys.stderr.isatty():
        yield lambda _: lines(complain)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True, highlight=False)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=study.budget.trials)

        def show(_: "Study") -> None:
            with contextlib.suppress(OSError, ValueError, SystemExit):  # a terminal that went away ends no search
                lines(lambda text: bar.console.print(text, markup=False))
                best = study.best()
                running = sum(trial.state == "running" for trial in study.trials())
                description = f"{running} running, best {_shown(study, best[0])[0]}" if best else f"{running} running"
                ended = sum(trial.ended for trial in study.trials())
                bar.update(task, completed=ended, total=study.budget.trials, description=description)

        yield show
