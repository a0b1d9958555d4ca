"""Every way in which a run's folder is read, tried on damaged ones; used by `damages.py` and by the tests."""

import contextlib
import io
import json
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.damaging import DAMAGE, PLANTED, WEIGHTS
from cnnviz.errors import CnnvizError
from cnnviz.runs import Run

_LONGEST = 4000  # characters: a sentence with a path and a reason

Way = Callable[[Run], object]


@dataclass(frozen=True)
class Wrong:
    """A reading that ended as none should.

    Attributes:
        damage: what was done to which file.
        way: how it was read.
        said: the exception, or what else was wrong.
    """

    damage: str
    way: str
    said: str


def make_run(home: Path) -> Run:
    """Train a small run, and add all that people can add to one."""
    from cnnviz.evaluation import write_mark
    from cnnviz.inference.calibrating import abstention_of
    from cnnviz.inference.classifying import Classifier
    from cnnviz.inference.views import measure_views
    from cnnviz.spec import preset
    from cnnviz.training.execute import train

    spec = preset("one-conv")
    data, fit = spec.data.changed(train_images=200, validation=0.2), spec.train.changed(epochs=2, seed=1)
    run = train(spec.changed(name="to be damaged", data=data, train=fit), home)
    run.rename("a name")
    run.describe(tags=("one", "two"), notes="two\nlines")
    write_mark(run, 3, "wrong", "a note")
    measure_views(run, 2)
    abstention_of(run, Classifier.of(run))
    return run


def ways() -> dict[str, Way]:
    """Return every way in which a run is read; each takes a run that nobody has read yet."""
    from cnnviz import evaluation
    from cnnviz.data.grounds import run_ground
    from cnnviz.export.formats import find_format
    from cnnviz.export.recipes import recipe
    from cnnviz.inference.calibrating import abstention_of
    from cnnviz.inference.classifying import Classifier
    from cnnviz.runs import RunStore, load_checkpoint, overviews, read_class_names
    from cnnviz.runs.showcase import read_showcase
    from cnnviz.runs.views import read_views

    return {
        "list": lambda run: RunStore(run.home).list(),
        "overviews": lambda run: [(row.parameters, row.accuracies) for row in overviews(run.home)],
        "get": lambda run: RunStore(run.home).get("latest"),
        "spec": lambda run: run.spec,
        "name, tags, notes": lambda run: (run.tags, run.notes, run.given_name, run.name),
        "status": lambda run: (run.status, run.state),
        "history": lambda run: run.history().epochs,
        "snapshots": lambda run: [run.weights(item.number) for item in run.snapshots()] or run.weights(0),
        "predictions": lambda run: run.predictions(),
        "predictions of snapshots": lambda run: [run.predictions(one.number) for one in run.predicted_snapshots()],
        "live view": lambda run: run.live(),
        "evaluation": lambda run: run.evaluation(),
        "judge": lambda run: evaluation.find_suspects(evaluation.judge(run)),
        "report": lambda run: evaluation.report_csv(evaluation.evaluate(run)),
        "learning order": lambda run: evaluation.stages_of(evaluation.learning_order(run)),
        "marks": lambda run: evaluation.marks_csv(evaluation.judge(run), evaluation.read_marks(run)),
        "views": lambda run: read_views(run),
        "class names": lambda run: read_class_names(run.folder),
        "ground": lambda run: run_ground(run),
        "showcase": lambda run: read_showcase(run),
        "checkpoint": lambda run: load_checkpoint(run.folder / "checkpoint"),
        "model": lambda run: run.model(),
        "model of a snapshot": lambda run: run.model(1),
        "abstention": lambda run: abstention_of(run, Classifier.of(run)),
        "recipe": lambda run: recipe(run, find_format("notebook"), run.home),
        **{
            f"cnnviz {' '.join(words)}": _command(*words)
            for words in (
                ("runs", "list"),
                ("runs", "show"),
                ("runs", "show", "--json"),
                ("evaluate",),
                ("evaluate", "--json"),
                ("evaluate", "--snapshot", "1"),
            )
        },
    }


class _CommandError(Exception):
    pass


def _command(*words: str) -> Way:
    """A command of the command line, in this process: done, or one line that says what is wrong."""

    def call(run: Run) -> str:
        from cnnviz.cli import main

        named = [] if words == ("runs", "list") else [run.id]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([*words, *named, "--home", str(run.home)])
        if code not in (0, 2) or "Traceback" in err.getvalue():
            raise _CommandError(f"exit {code}: {err.getvalue()[-300:]}")
        if code == 0 and "--json" in words:
            json.loads(out.getvalue())
        return out.getvalue()

    return call


def damaged_readings(
    whole: Run, damages: int, seed: int, read: dict[str, Way], kinds: Sequence[str] = tuple(DAMAGE)
) -> Iterator[tuple[str, str, Wrong | None]]:
    """Damage copies of a run, and read each in every way.

    Args:
        whole: the run, which stays as it is.
        damages: how many.
        seed: of what is chosen.
        read: the ways.
        kinds: of damage to choose from.

    Yields:
        For each reading the kind of damage, how it ended ("value" or "sentence"), and what was wrong, if anything.
    """
    chance = random.Random(seed)
    files = sorted(path.relative_to(whole.folder) for path in whole.folder.rglob("*") if path.is_file())
    for _ in range(damages):
        (kind,) = chance.choices(kinds, [WEIGHTS.get(name, 1) for name in kinds])
        file = chance.choice(files)
        with tempfile.TemporaryDirectory(prefix="cnnviz-damages-") as home:
            copy = Path(home) / "runs" / whole.id
            shutil.copytree(whole.folder, copy)
            DAMAGE[kind](copy / file, chance)
            for way, call in read.items():
                ended, said = _ended(call, Run(copy))
                if any(Path(home).rglob(PLANTED)):
                    said = "a planted pickle was carried out"
                yield kind, ended, Wrong(f"{file}: {kind}", way, said) if said else None


def _ended(call: Way, run: Run) -> tuple[str, str]:
    """Return how a reading ended, and what was wrong; nothing where it ended as it should."""
    try:
        call(run)
    except CnnvizError as error:
        told = str(error)
        return "sentence", "" if told and "\n" not in told and len(told) < _LONGEST else f"no sentence: {told[:300]!r}"
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return "exception", f"{type(error).__name__}: {str(error)[:300]}"
    return "value", ""
