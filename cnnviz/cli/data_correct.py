"""`cnnviz data correct`: the labels that were corrected on Mistakes, as a data set of its own."""

from typing import Annotated

import typer

from cnnviz.cli.data import row
from cnnviz.cli.options import AsJson, Home, RunName, home_flag
from cnnviz.cli.output import emit, say
from cnnviz.cli.progress import file_progress
from cnnviz.cli.runs import find

__all__ = ["correct"]


def correct(
    run: RunName,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What to call the new data set.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make a data set like a run's, with the labels that were corrected on its test images."""
    from cnnviz.evaluation.correcting import correct_labels

    opened = find(run, home)
    with file_progress(f"copying {opened.spec.data.name}") as report:
        made = correct_labels(opened, name, home, report)
    if as_json:
        emit({**row(made.info), "notes": made.notes})
        return
    for note in made.notes:
        say(note)
    say(f"{name} is kept; choose it on Train, or look at it: cnnviz data show {name}{home_flag(home)}")
