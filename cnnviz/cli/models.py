"""`cnnviz models`: networks from elsewhere become runs, which every command and page can look at."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnviz.cli.options import AsJson, Home, home_flag
from cnnviz.cli.output import emit, pairs, say
from cnnviz.cli.quiet_import import silent_start
from cnnviz.errors import SpecError

if TYPE_CHECKING:
    from cnnviz.runs import Run
    from cnnviz.spec import ModelSpec

__all__ = ["import_"]

# As in cnnviz.adoption: --help need not import what it needs.
SCALING_NAMES = ("pixels", "unit", "symmetric", "imagenet", "caffe")
MEANING_NAMES = ("exclusive", "independent")

_MOST_NAMES = 2**20  # bytes of a file with class names
_NONE = "none"


def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .keras file, or a whole model as .h5 or .hdf5, of Keras 2 or 3.")
    ],
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What the run is called.")] = None,
    classes: Annotated[
        Path | None,
        typer.Option("--classes", metavar="FILE", help="The names of its classes, a line each, or as a JSON list."),
    ] = None,
    dataset: Annotated[
        str,
        typer.Option(
            "--dataset", metavar="NAME", help="Measure it on these test images; else on a data set with its classes."
        ),
    ] = "auto",
    scaling: Annotated[
        str | None,
        typer.Option(
            "--scaling", metavar="KIND", help=f"Pixels as in training: {', '.join(SCALING_NAMES)}; else found."
        ),
    ] = None,
    answers: Annotated[
        str | None,
        typer.Option("--answers", metavar="KIND", help=f"What they mean: {' or '.join(MEANING_NAMES)}; else found."),
    ] = None,
    size: Annotated[
        int | None, typer.Option("--size", metavar="N", help="Pixels of a side, where it takes images of any size.")
    ] = None,
    architecture: Annotated[
        str | None,
        typer.Option("--architecture", metavar="PRESET|RUN", help="For weights alone: the network that they go into."),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make a run of a network from elsewhere.

    Its file is opened by a process of its own with little memory and time, and the network is built anew.
    """
    _check(scaling, SCALING_NAMES, "--scaling")
    _check(answers, MEANING_NAMES, "--answers")
    names = _class_names(classes)
    with silent_start():
        from cnnviz.adoption import adopt
    from cnnviz.cli.progress import share_progress

    chosen: Any = {"scaling": scaling, "meaning": answers}
    with share_progress("opening, then building anew") as on_progress:
        run = adopt(
            file,
            file.name,
            home,
            title=name,
            class_names=names,
            dataset=None if dataset == _NONE else dataset,
            size=size,
            architecture=_architecture(architecture, home),
            on_progress=on_progress,
            **chosen,
        )
    if as_json:
        emit(_values(run))
    else:
        _tell(run, home)


def _check(value: str | None, possible: tuple[str, ...], option: str) -> None:
    if value is not None and value not in possible:
        raise SpecError(f"{option} is {value!r:.60}; give one of {', '.join(possible)}")


def _class_names(path: Path | None) -> tuple[str, ...]:
    """Read the names of classes: a line each, or a JSON list."""
    if path is None:
        return ()
    try:
        if path.stat().st_size > _MOST_NAMES:
            raise SpecError(f"--classes is {str(path)!r}, which is no list of names; give a text file, a name a line")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SpecError(f"--classes is {str(path)!r}, which cannot be read ({said}); give a text file") from error
    names = _listed(text) if text.lstrip().startswith("[") else [" ".join(line.split()) for line in text.splitlines()]
    while names and not names[-1]:
        names.pop()
    if not names or "" in names or len(set(names)) < len(names):
        raise SpecError(
            f"--classes is {str(path)!r}, in which a name is missing or stands twice; give each class a line"
        )
    return tuple(names)


def _listed(text: str) -> list[str]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise SpecError("--classes begins like a JSON list and is none; give a name a line instead") from error
    return [value if isinstance(value, str) else "" for value in values]


def _architecture(name: str | None, home: Path | None) -> "ModelSpec | None":
    if name is None:
        return None
    from cnnviz.cli.runs import find
    from cnnviz.spec import PRESETS, preset

    return preset(name).model if name in PRESETS else find(name, home).spec.model


def _values(run: "Run") -> dict[str, Any]:
    from cnnviz.adoption import adoption_of

    found, report = adoption_of(run), run.evaluation()
    assert found is not None  # it was adopted a moment ago
    return {
        "run_id": run.id,
        "name": run.name,
        "input_shape": list(run.spec.model.input_shape),
        "n_classes": run.spec.model.classes,
        "classes": list(run.spec.data.classes or ()),
        "output": run.spec.model.output,
        "scaling": found.scaling,
        "scalings": found.measured,
        "keras_version": found.keras_version,
        "test_accuracy": report["accuracy"] if report else None,
        "told": list(found.told),
    }


def _tell(run: "Run", home: Path | None) -> None:
    values = _values(run)
    accuracy = values["test_accuracy"]
    pairs(
        [
            ("run", run.id),
            ("name", run.name),
            ("images", "x".join(map(str, values["input_shape"])) + " (height x width x channels)"),
            ("classes", ", ".join(values["classes"][:10]) + (" ..." if values["n_classes"] > 10 else "")),
            ("pixels", values["scaling"]),
            *(
                [("accuracy", f"{accuracy:.2%} of the test images of {run.spec.data.name}")]
                if accuracy is not None
                else []
            ),
        ]
    )
    for sentence in values["told"]:
        say(sentence)
    say(f"Try it: cnnviz classify {run.id} photo.jpg{home_flag(home)}")
