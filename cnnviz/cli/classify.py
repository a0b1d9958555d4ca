"""`cnnviz classify`: what a run's network makes of photos."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnviz.cli.codes import MISTAKE
from cnnviz.cli.options import AsJson, Home, RunName
from cnnviz.cli.output import complain, complain_of, count, emit, percent, say, table
from cnnviz.cli.quiet_import import silent_start
from cnnviz.cli.runs import find
from cnnviz.errors import CnnvizError, SpecError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.cli.photo_files import PhotoFile
    from cnnviz.data.grounds import Ground
    from cnnviz.inference import Abstention, Classifier, Crop
    from cnnviz.runs import Run

__all__ = ["classify"]

_AT_ONCE = 256  # photos between two calls of the network; each is kept in the network's small size


def classify(
    run: RunName,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Photos, folders, patterns such as 'photos/*.jpg', or -: standard input."
        ),
    ],
    top: Annotated[int, typer.Option("--top", metavar="N", help="How many of the likeliest classes.")] = 5,
    whole: Annotated[
        bool, typer.Option("--whole", help="Take all of a photo, with grey bars, instead of its centre.")
    ] = False,
    invert: Annotated[
        bool,
        typer.Option("--invert", help="Dark becomes bright: dark writing for a network that learned bright on dark."),
    ] = False,
    abstain: Annotated[
        bool, typer.Option("--abstain", help="Say 'none of my classes' where the network is not sure enough.")
    ] = False,
    keep: Annotated[
        float, typer.Option("--keep", metavar="SHARE", help="With --abstain: share of validation images to answer.")
    ] = 0.95,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say what a run's network makes of photos.

    One bad file among good ones does not stop the others; the exit code is 2 then. What else lies in a folder is named
    and passed over.
    """
    from cnnviz.cli.photo_files import photo_files
    from cnnviz.data.grounds import run_ground
    from cnnviz.inference import Crop

    opened = find(run, home)
    if top < 1:
        raise SpecError(f"--top is {top}; ask for 1 class or more")
    photos, passed_over = photo_files(files)
    classifier = _classifier(opened)
    rule = _rule(opened, classifier, home, keep) if abstain else None
    seeing = _Seeing(classifier.shape, Crop(mode="whole" if whole else "centre"), invert, run_ground(opened, home))
    rows = _classified(photos, classifier, top, seeing, rule)
    if classifier.note:
        complain(classifier.note)
    if as_json:
        emit(rows)
    else:
        _tell(rows, rule)
    _tell_notes(rows, classifier.note)
    complain_of(passed_over)
    bad = sum(row["error"] is not None for row in rows)
    if bad:
        complain(f"{count(bad, 'photo')} of {len(rows):,} could not be classified")
        raise typer.Exit(MISTAKE)


def _classifier(run: "Run") -> "Classifier":
    from cnnviz.inference import Classifier

    with silent_start():
        import keras  # noqa: F401 - the first import, which prints notices
    return Classifier.of(run)


def _rule(run: "Run", classifier: "Classifier", home: Path | None, keep: float) -> "Abstention":
    from cnnviz.cli.progress import file_progress
    from cnnviz.inference.calibrating import abstention_of

    with file_progress("measuring when to abstain") as report:
        return abstention_of(
            run, classifier, home, keep=keep, on_progress=lambda share: report(round(100 * share), 100)
        )


@dataclass(frozen=True)
class _Seeing:
    """What a network gets to see of photos: its shape, which part, whether inverted; and the ground that it knows."""

    shape: tuple[int, int, int]
    crop: "Crop"
    invert: bool
    ground: "Ground | None"

    def prepared(self, photo: "PhotoFile") -> "NDArray[np.uint8] | str":
        """Return what the network sees of a photo, or what is wrong with it."""
        from cnnviz.inference import prepare_photo

        try:
            return prepare_photo(photo.read().pixels, self.shape, self.crop, invert=self.invert)
        except CnnvizError as error:
            return str(error)

    def note(self, image: "NDArray[np.uint8] | str") -> str:
        """Say what makes the answer worth little; empty where nothing does."""
        from cnnviz.data.levels import nothing_to_see

        if isinstance(image, str):
            return ""
        hint = self.ground.hint(image) if self.ground else ""
        return nothing_to_see(image) or (hint and f"{hint}; {'leave out' if self.invert else 'try'} --invert.")


def _classified(
    photos: "list[PhotoFile]", classifier: "Classifier", top: int, seeing: _Seeing, rule: "Abstention | None"
) -> list[dict[str, Any]]:
    """Return a row for each photo, in their order; a bad one gets its error."""
    from cnnviz.cli.progress import file_progress
    from cnnviz.inference.answered import photo_json

    rows: list[dict[str, Any]] = []
    with file_progress("classifying") as report:
        for start in range(0, len(photos), _AT_ONCE):
            some = photos[start : start + _AT_ONCE]
            prepared: list[NDArray[np.uint8] | str] = []
            for photo in some:
                prepared.append(seeing.prepared(photo))
                report(start + len(prepared), len(photos))
            images = [image for image in prepared if not isinstance(image, str)]
            answers = iter(classifier(images, top, rule))
            rows += [
                {
                    **photo_json(photo.name, one if isinstance(one, str) else next(answers)),
                    "note": " ".join(filter(None, (classifier.note, seeing.note(one)))) or None,
                }
                for photo, one in zip(some, prepared, strict=True)
            ]
    return rows


def _tell(rows: list[dict[str, Any]], rule: "Abstention | None") -> None:
    good = [row for row in rows if row["error"] is None]
    if good:
        table(("photo", "class", "probability", "then"), [_cells(row) for row in good], right=("probability",))
    if rule is not None:
        say(rule.cost)
    for row in rows:
        if row["error"] is not None:
            complain(f"error: {row['error']}")


def _tell_notes(rows: list[dict[str, Any]], of_all: str) -> None:
    """Say what is noted of single photos, each sentence once."""
    notes: dict[str, list[str]] = {}
    for row in rows:
        said = (row["note"] or "").removeprefix(of_all).strip()
        if said:
            notes.setdefault(said, []).append(row["file"])
    for said, files in notes.items():
        others = f" and {count(len(files) - 1, 'other')}" if len(files) > 1 else ""
        complain(f"{files[0]}{others}: {said}")


def _cells(row: dict[str, Any]) -> tuple[str, str, str, str]:
    first, *others = row["top"]
    name = f"none of my classes ({first['class']}?)" if row["abstained"] else first["class"]
    then = ", ".join(f"{one['class']} {percent(one['probability'])}" for one in others[:2])
    return row["file"], name, percent(first["probability"]), then
