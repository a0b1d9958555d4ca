"""`cnnviz export`: take a network away as a file that others can use, checked."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnviz.cli.options import AsJson, Home, RunName
from cnnviz.cli.output import count, emit, say
from cnnviz.cli.progress import step_progress
from cnnviz.cli.runs import find

if TYPE_CHECKING:
    from cnnviz.export import Exported

__all__ = ["FORMAT_NAMES", "export"]

# As in cnnviz.export.FORMATS: --help need not import what it needs.
FORMAT_NAMES = ("keras", "h5", "h5-weights", "onnx", "litert", "script", "notebook")

_STEPS = 4  # opening, writing, checking, putting it in its place


def export(
    run: RunName,
    format_name: Annotated[str, typer.Option("--format", metavar="FORMAT", help=f"One of {', '.join(FORMAT_NAMES)}.")],
    out: Annotated[
        str,
        typer.Option(
            "--out", metavar="PATH", help="A file of that format; or a folder or .zip, with a README and more."
        ),
    ],
    snapshot: Annotated[
        int | None, typer.Option("--snapshot", metavar="N", help="A snapshot's weights instead of the last ones.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take a network away: as a file for others, or as a script that trains it again.

    Real images go through the network and through the file first; where their probabilities differ, nothing is written.
    """
    from cnnviz.export import export as exported

    opened = find(run, home)
    with step_progress(_STEPS) as on_step:
        done = exported(opened, format_name, out, snapshot=snapshot, home=home, on_step=on_step)
    if as_json:
        emit(_values(done))
        return
    replaced = ", in place of an older file" if done.replaced else ""
    say(f"{opened.id} as {done.format}: {done.path} ({done.size_in_words}){replaced}")
    if done.largest_difference is not None:
        say(
            f"{count(done.images_checked, 'image')} ({done.images_from}) gave the same probabilities to "
            f"{done.largest_difference:.1g}."
        )
    if done.companions:
        say(f"Beside it: {', '.join(done.companions)}")


def _values(done: "Exported") -> dict[str, Any]:
    return {
        "run_id": done.run_id,
        "format": done.format,
        "path": str(done.path),
        "bytes": done.bytes,
        "largest_difference": done.largest_difference,
        "images_checked": done.images_checked,
        "images_from": done.images_from,
        "companions": list(done.companions),
        "replaced": done.replaced,
    }
