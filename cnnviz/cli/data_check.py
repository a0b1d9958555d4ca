"""`cnnviz data check`: what is wrong with a data set."""

from typing import Annotated

import typer

from cnnviz.cli.data import DatasetName, fetch
from cnnviz.cli.options import AsJson, Home
from cnnviz.cli.output import emit, say
from cnnviz.cli.progress import share_progress

__all__ = ["check"]


def check(
    name: DatasetName,
    again: Annotated[bool, typer.Option("--again", help="Look again, even where that was done before.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong with a data set.

    Copies, test images among the training images, images that show little, classes that cannot be learned.
    """
    from cnnviz.data.findings import examine, keep_examined, kept_examined, places_of
    from cnnviz.data.originals import originals_of

    dataset = fetch(name, home)
    examined = None if again else kept_examined(name, home)
    if examined is None:
        with share_progress(f"looking through {name}") as report:
            originals = originals_of(name, len(places_of(dataset)), home)
            examined = examine(dataset, lambda done, of: report(done / of), originals=originals)
        keep_examined(name, examined, home)
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
        say(f"{found.title}: {found.sentence}")
        shown = ", ".join(f"{place.split} image {place.position}" for place in found.images[:5])
        if shown:
            say(f"  {shown}{', ...' if len(found.images) > 5 else ''}")
