"""`cnnviz data check`: what is wrong with a data set."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnviz.cli.data import DatasetName, fetch, row
from cnnviz.cli.options import AsJson, Home
from cnnviz.cli.output import count, emit, say
from cnnviz.cli.progress import file_progress, share_progress
from cnnviz.errors import DataError

if TYPE_CHECKING:
    from cnnviz.data import Dataset
    from cnnviz.data.findings import Examined, Place

__all__ = ["check", "looked_through"]


def check(
    name: DatasetName,
    again: Annotated[bool, typer.Option("--again", help="Look again, even where that was done before.")] = False,
    leave_out: Annotated[
        list[str] | None,
        typer.Option("--leave-out", metavar="KIND", help="Leave out what a finding names, or all; can be repeated."),
    ] = None,
    keep_as: Annotated[str | None, typer.Option("--as", metavar="NAME", help="As what the rest is kept.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong with a data set.

    Copies, test images among the training images, images that show little, classes that cannot be learned.
    """
    from cnnviz.data.findings import kept_examined

    if (leave_out is None) != (keep_as is None):
        raise DataError("--leave-out and --as belong together; say what goes, and as what the rest is kept")
    dataset = fetch(name, home)
    examined = None if again else kept_examined(name, home)
    if examined is None:
        examined = looked_through(dataset, home)
    if leave_out and keep_as:
        _keep_without(dataset, examined, leave_out, keep_as, home, as_json)
        return
    if as_json:
        emit(
            {
                "name": name,
                "findings": [
                    {
                        "kind": found.kind,
                        "title": found.title,
                        "sentence": found.sentence,
                        "images": found.images,
                        "beside": found.beside,
                        "leave_out": found.leave_out,
                    }
                    for found in examined.findings
                ],
                "leaked": examined.leaked.tolist(),
            }
        )
        return
    if not examined.findings:
        say(f"Nothing was found that is wrong with {name}.")
    for found in examined.findings:
        kind = f" (--leave-out {found.kind})" if found.leave_out else ""
        say(f"{found.title}: {found.sentence}{kind}")
        shown = ", ".join(f"{place.split} image {place.position}" for place in found.images[:5])
        if shown:
            say(f"  {shown}{', ...' if len(found.images) > 5 else ''}")


def looked_through(dataset: "Dataset", home: Path | None) -> "Examined":
    """Look through a data set, with its progress."""
    from cnnviz.data.findings import look_through

    with share_progress(f"looking through {dataset.name}") as report:
        return look_through(dataset, home, lambda done, of: report(done / of))


def _keep_without(
    dataset: "Dataset", examined: "Examined", kinds: list[str], name: str, home: Path | None, as_json: bool
) -> None:
    """Keep a data set without what findings name."""
    from cnnviz.data.again import keep_without

    leave_out: dict[str, tuple[Place, ...]] = {
        found.kind: found.leave_out for found in examined.findings if found.leave_out
    }
    for kind in kinds:
        if kind not in leave_out and kind != "all":
            known = f"there are {', '.join([*leave_out, 'all'])}" if leave_out else "nothing was found to leave out"
            raise DataError(f"--leave-out is {kind!r:.80}; {known}")
    if not leave_out:
        raise DataError(f"nothing was found in {dataset.name} to leave out; it can be used as it is")
    places = {place for kind in (leave_out if "all" in kinds else kinds) for place in leave_out[kind]}
    with file_progress(f"copying {dataset.name}") as report:
        made = keep_without(dataset, places, name, home, report)
    if as_json:
        emit({**row(made.info), "left_out": len(places)})
        return
    say(f"{made.sentence} {count(len(places), 'image')} of {dataset.name} left out.")
