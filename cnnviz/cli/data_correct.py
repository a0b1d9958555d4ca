"""`cnnviz data correct`: labels that were corrected, as a data set of its own."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnviz.cli.data import row
from cnnviz.cli.options import AsJson, Home, home_flag
from cnnviz.cli.output import emit, say
from cnnviz.cli.progress import file_progress
from cnnviz.cli.runs import find
from cnnviz.errors import DataError

if TYPE_CHECKING:
    from cnnviz.data import Imported

__all__ = ["correct"]


def correct(
    of: Annotated[str, typer.Argument(metavar="RUN", help="A run, or the name of a data set.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What to call the new data set.")],
    label: Annotated[
        list[str] | None,
        typer.Option(
            "--label",
            metavar="SPLIT:IMAGE=CLASS",
            help="Correct the label of an image first, such as train:120=cat; can be repeated.",
        ),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make a data set like a run's, or like another data set, with the labels that were corrected.

    Labels are corrected on Mistakes and on the Data page, or with --label; which ones is kept beside the data set.
    """
    from cnnviz.data import list_datasets

    source = of if any(info.name == of for info in list_datasets(home)) else ""
    if label:
        _write(source or find(of, home).spec.data.name, label, home)
    made = _made(source, of, name, home)
    if as_json:
        emit({**row(made.info), "notes": made.notes})
        return
    for note in made.notes:
        say(note)
    say(f"{name} is kept; choose it on Train, or look at it: cnnviz data show {name}{home_flag(home)}")


def _made(source: str, run: str, name: str, home: Path | None) -> "Imported":
    from cnnviz.data.correcting import correct_dataset
    from cnnviz.evaluation.correcting import correct_labels

    opened = None if source else find(run, home)
    copied = source if opened is None else opened.spec.data.name
    with file_progress(f"copying {copied}") as report:
        if opened is None:
            return correct_dataset(source, name, home, report)
        return correct_labels(opened, name, home, report)


def _write(source: str, labels: list[str], home: Path | None) -> None:
    """Keep what is said of single images."""
    from cnnviz.data import load_dataset
    from cnnviz.data.corrections import write_correction
    from cnnviz.data.findings import Place

    dataset = load_dataset(source, home)
    for said in labels:
        found = re.fullmatch(r"(train|validation|test):(\d{1,9})=(.+)", said)
        if found is None:
            raise DataError(f"--label is {said!r:.80}, expected SPLIT:IMAGE=CLASS such as train:120=cat")
        write_correction(dataset, Place(found[1], int(found[2])), found[3], home)  # type: ignore[arg-type]  # one of them
