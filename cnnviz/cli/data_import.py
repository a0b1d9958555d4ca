"""`cnnviz data import`: what a person's files are understood as, and keeping that as a data set."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cnnviz.cli.options import AsJson, Home, home_flag
from cnnviz.cli.output import complain, complain_of, count, emit, printable, say, table
from cnnviz.errors import DataError, SpecError

if TYPE_CHECKING:
    from cnnviz.data import Imported
    from cnnviz.data.findings import Finding
    from cnnviz.data.sources import Keeping, Reading, Understood

__all__ = ["import_"]

_MOST_ROWS, _OF_EACH = 20, 12  # classes in a picture, and images of each


def import_(
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="A folder or a zip archive of photos, a table, or arrays such as an .npz."),
    ],
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="What to call the data set.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what the files are understood as, and keep nothing.")
    ] = False,
    size: Annotated[
        str | None,
        typer.Option(
            "--size", metavar="N", help="Side of the images in pixels, or HEIGHTxWIDTH; else their own, or 32."
        ),
    ] = None,
    fit: Annotated[
        Literal["crop", "fit", "stretch"],
        typer.Option("--fit", help="The centre of a photo, all of it with bars, or all of it pulled into shape."),
    ] = "crop",
    colour: Annotated[
        bool | None, typer.Option("--rgb/--grey", help="Colour or grey for all; else grey where all are grey.")
    ] = None,
    label: Annotated[
        str | None, typer.Option("--label-column", metavar="NAME", help="The column or array that holds the labels.")
    ] = None,
    image: Annotated[
        str | None, typer.Option("--image-column", metavar="NAME", help="The column or array of names or images.")
    ] = None,
    part: Annotated[
        str | None,
        typer.Option("--part-column", metavar="NAME", help="The column that says train, validation or test."),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            "--group",
            metavar="NAME",
            help="What belongs together (a patient): a column, or a regular expression with brackets, for file names.",
        ),
    ] = None,
    shape: Annotated[
        str | None, typer.Option("--shape", metavar="HxWxC", help="Height, width and channels of a row of pixels.")
    ] = None,
    channels_first: Annotated[
        bool | None,
        typer.Option(
            "--channels-first/--channels-last",
            help="Whether all of a channel comes before the next; else what gives the smoother pictures.",
        ),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", metavar="C", help="What stands between the values of a table.")
    ] = None,
    header: Annotated[
        bool | None, typer.Option("--header/--no-header", help="Whether a table's first line names its columns.")
    ] = None,
    window: Annotated[
        tuple[float, float] | None,
        typer.Option("--window", metavar="LOW HIGH", help="What is black and white, of pictures of more than 8 bits."),
    ] = None,
    invert: Annotated[bool, typer.Option("--invert", help="Make dark bright, as networks for digits want it.")] = False,
    rename: Annotated[
        list[str] | None, typer.Option("--rename", metavar="OLD=NEW", help="What to call a class; can be repeated.")
    ] = None,
    test_share: Annotated[
        float, typer.Option("--test-share", metavar="SHARE", help="To set aside for testing where nothing is divided.")
    ] = 0.2,
    validation_share: Annotated[
        float, typer.Option("--validation-share", metavar="SHARE", help="To set aside for validation with --group.")
    ] = 0.1,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of what is drawn.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="PNG", help="With --dry-run, a picture to write: some images of each class."),
    ] = None,
    look: Annotated[
        bool, typer.Option("--check/--no-check", help="Look through the new data set, as `cnnviz data check` does.")
    ] = True,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make a data set of your own files.

    Try --dry-run first: it shows the classes, how many pictures each has, and what is doubtful.
    """
    from cnnviz.cli.target import check_target
    from cnnviz.data.sources import Keeping, Reading, understand

    if out is not None:
        check_target(out, (".png",), "the picture is a PNG")
        if not dry_run:
            raise SpecError("--out was given without --dry-run, which alone shows pictures; add it, or leave --out out")
    if name is None and not dry_run:
        raise DataError("--name is missing; see: cnnviz data import --help")
    reading = Reading(
        label,
        image,
        part,
        group,
        _shape(shape),
        channels_first,
        delimiter,
        header,
        window,
        invert,
        _renamed(rename or []),
    )
    keeping = Keeping(
        _size(size), fit, "" if colour is None else "rgb" if colour else "grey", test_share, validation_share, seed
    )
    if dry_run:
        understood = understand(path, reading)
        if out is not None:
            _picture(understood, keeping, out)
        _show(understood, as_json)
    else:
        made = _keep(path, str(name), home, reading, keeping)
        findings = _findings(made, home) if look else None
        _tell(made, findings, as_json)
        if not as_json and (findings or (findings is None and look)):
            todo = "See these images, and leave them out" if findings else "Look for what is wrong with it"
            say(f"{todo}: cnnviz data check {name}{home_flag(home)}")


def _keep(path: Path, name: str, home: Path | None, reading: "Reading", keeping: "Keeping") -> "Imported":
    from cnnviz.cli.progress import file_progress
    from cnnviz.data import import_dataset

    with file_progress(f"reading {name}") as report:
        made = import_dataset(path, name, home, reading=reading, keeping=keeping, on_progress=report)
    complain_of(made.skipped)
    for doubt in made.doubts:
        complain(f"doubtful: {doubt}")
    return made


def _findings(made: "Imported", home: Path | None) -> "tuple[Finding, ...] | None":
    """Look for what is wrong with what was imported; None where that takes minutes."""
    from cnnviz.cli.data_check import looked_through
    from cnnviz.data import load_dataset
    from cnnviz.data.findings import AT_ONCE

    info = made.info
    if (info.n_train or 0) + (info.n_validation or 0) + (info.n_test or 0) > AT_ONCE:
        return None
    return looked_through(load_dataset(info.name, home), home).findings


def _tell(made: "Imported", findings: "tuple[Finding, ...] | None", as_json: bool) -> None:
    from cnnviz.cli.data import row

    if as_json:
        found = None if findings is None else [{"kind": one.kind, "title": one.title} for one in findings]
        told = {"notes": made.notes, "doubts": made.doubts, "skipped": made.skipped, "findings": found}
        emit({**row(made.info), **told})
        return
    say(made.sentence)
    for note in made.notes:
        say(printable(note))
    for one in findings or ():
        say(printable(f"found: {one.title}: {one.sentence}"))


def _show(understood: "Understood", as_json: bool) -> None:
    """Tell what files were understood as."""
    from cnnviz.data.sources import PARTS

    counts = understood.counts()
    parts = [part or "undivided" for part in PARTS if (understood.parts == part).any()]
    complain_of(understood.skipped)
    for doubt in understood.doubts:
        complain(f"doubtful: {doubt}")
    if as_json:
        emit(_described(understood, counts))
        return
    say(printable(f"{understood.path}: {understood.form}, {count(len(understood), 'picture')}"))
    rows = [(class_name, *(f"{of[part]:,}" for part in parts)) for class_name, of in counts.items()]
    table(("class", *parts), rows, right=parts)
    for note in understood.notes:
        say(printable(note))
    if understood.columns:
        say(printable(f"Columns: {', '.join(understood.columns)}"))
    say("Nothing was kept; the same command with --name and without --dry-run keeps it.")


def _picture(understood: "Understood", keeping: "Keeping", out: Path) -> None:
    """Write some images of each class as they would be kept, a row a class."""
    import numpy as np

    from cnnviz.cli.target import write_target
    from cnnviz.data.previewing import first_of_classes, preview
    from cnnviz.figures.pictures import sprite, to_png

    classes = range(min(len(understood.class_names), _MOST_ROWS))
    found = preview(understood, keeping, first_of_classes(understood, classes, _OF_EACH))
    labels = understood.labels[found.positions]
    rows = np.full((len(classes), _OF_EACH, *found.images.shape[1:]), 255, np.uint8)
    for label in classes:
        own = found.images[labels == label]
        rows[label, : len(own)] = own
    write_target(out, to_png(sprite(rows.reshape(-1, *found.images.shape[1:]), _OF_EACH, gutter=2)))


def _described(understood: "Understood", counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "path": str(understood.path),
        "form": understood.form,
        "n": len(understood),
        "classes": understood.class_names,
        "counts": counts,
        "shape": understood.shape,
        "n_groups": None if understood.groups is None else len(set(understood.groups.tolist())),
        "notes": understood.notes,
        "doubts": understood.doubts,
        "skipped": understood.skipped,
        "columns": list(understood.columns),
        "reading": asdict(understood.reading),
    }


def _size(text: str | None) -> tuple[int, int] | None:
    """Read 32 or 32x48, height first."""
    if text is None:
        return None
    sides = re.fullmatch(r"(\d{1,5})(?:[xX×](\d{1,5}))?", text.strip())
    if not sides:
        raise DataError(f"--size is {text!r:.80}, expected pixels such as 32, or 32x48 (height x width)")
    return int(sides[1]), int(sides[2] or sides[1])


def _shape(text: str | None) -> tuple[int, int, int] | None:
    """Read 28x28x1, or 28x28 for one channel."""
    if text is None:
        return None
    sides = re.fullmatch(r"(\d{1,5})[xX×](\d{1,5})(?:[xX×](\d{1,2}))?", text.strip())
    if not sides:
        raise DataError(f"--shape is {text!r:.80}, expected height x width x channels such as 28x28x1")
    return int(sides[1]), int(sides[2]), int(sides[3] or 1)


def _renamed(pairs: list[str]) -> dict[str, str]:
    """Read OLD=NEW."""
    for pair in pairs:
        if not all(pair.partition("=")):
            raise DataError(f"--rename is {pair!r:.80}, expected OLD=NEW")
    return {old: new for old, _, new in (pair.partition("=") for pair in pairs)}
