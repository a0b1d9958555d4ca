"""`cnnviz explain`: write a picture of where a photo speaks for a class."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnviz.cli.options import AsJson, Home, RunName
from cnnviz.cli.output import emit, percent, say
from cnnviz.cli.quiet_import import silent_start
from cnnviz.cli.runs import find
from cnnviz.cli.target import check_target, write_target
from cnnviz.errors import DataError, SpecError
from cnnviz.explain.methods import METHODS, find_method
from cnnviz.explain.methods import explain as explained

if TYPE_CHECKING:
    from cnnviz.data import Photo
    from cnnviz.explain import Heatmap
    from cnnviz.runs import Run

__all__ = ["explain"]


def explain(
    run: RunName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A photo: JPEG, PNG, WebP, GIF, BMP or TIFF.")],
    out: Annotated[Path, typer.Option("--out", metavar="PNG", help="The picture to write.")],
    method: Annotated[
        str, typer.Option("--method", metavar="METHOD", help=f"One of {', '.join(METHODS)}.")
    ] = "gradcam",
    layer: Annotated[
        str | None,
        typer.Option(
            "--layer", metavar="NAME", help="Where Grad-CAM looks; without it the last maps before the pooling."
        ),
    ] = None,
    class_name: Annotated[
        str | None, typer.Option("--class", metavar="NAME", help="The class to explain; without it the predicted one.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a picture of where a photo speaks for a class."""
    from cnnviz.data import class_names_of

    opened = find(run, home)
    photo = _photo(file)
    _check_out(out, file)
    names = class_names_of(opened, home)
    class_index = None if class_name is None else _class_index(class_name, names, opened)
    answer = _explained(opened, photo, method, class_index, layer)
    _write(answer, names, out)
    values = _values(opened, file, answer, names, out, photo)
    if as_json:
        emit(values)
        return
    at = f" at {values['layer']}" if values["layer"] else ""
    say(f"{answer.title}{at} for {values['class']} ({percent(values['probability'])}): {out}")
    if values["class"] != values["predicted"]:
        say(f"The network predicts {values['predicted']}.")
    if values["empty"]:
        say(f"Nothing lights up: {values['empty']}.")
    for sentence in filter(None, (photo.note, opened.caveat)):
        say(sentence)


@dataclass(frozen=True, eq=False)
class _Answer:
    title: str
    image: Any  # (height, width, channels) uint8, as the network sees it
    heatmap: "Heatmap"


def _photo(file: Path) -> "Photo":
    from cnnviz.data.photos import MOST_BYTES, open_photo

    try:
        with open(file, "rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise DataError(f"cannot read {str(file)!r}: {error.strerror or error}; give the path of a photo") from error
    return open_photo(content, file.name)


def _check_out(out: Path, file: Path) -> None:
    """Refuse a target before the work is done."""
    check_target(out, (".png",), "the picture is a PNG")
    if out.exists() and out.samefile(file):
        raise SpecError(f"--out is {str(out)!r}, the photo itself; give another name, so that the photo stays")


def _class_index(name: str, names: tuple[str, ...], run: "Run") -> int:
    for index, known in enumerate(names):
        if name.strip().lower() == known.lower():
            return index
    more = "" if len(names) <= 20 else f" and {len(names) - 20} more"
    raise SpecError(
        f"the run {run.id} knows no class {name!r:.60}; choose one of {', '.join(names[:20])}{more}, or leave "
        "--class out"
    )


def _explained(run: "Run", photo: "Photo", method: str, class_index: int | None, layer: str | None) -> _Answer:
    from cnnviz.data import fit

    image = fit(photo.pixels, run.spec.model.input_shape)
    found = find_method(method)
    with silent_start():
        import keras  # noqa: F401 - what it prints while it starts is kept from the screen
    return _Answer(found.title, image, explained(run.model(), image, found.name, class_index, layer))


def _write(answer: _Answer, names: tuple[str, ...], out: Path) -> None:
    from cnnviz.figures.heatmap import heatmap_picture, sheet
    from cnnviz.figures.pictures import to_png

    picture = heatmap_picture(answer.heatmap, answer.image, answer.title, names[answer.heatmap.class_index])
    write_target(out, to_png(sheet(picture)))


def _values(
    run: "Run", file: Path, answer: _Answer, names: tuple[str, ...], out: Path, photo: "Photo"
) -> dict[str, Any]:
    heatmap = answer.heatmap
    return {
        "run_id": run.id,
        "file": str(file),
        "method": heatmap.method,
        "class": names[heatmap.class_index],
        "layer": heatmap.layer or None,
        "probability": heatmap.verdict.probability,
        "predicted": names[heatmap.verdict.predicted],
        "out": str(out),
        "empty": heatmap.empty or None,
        "note": photo.note,
    }
