"""`cnnviz data`: which data sets there are, what is in one, and getting or importing one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnviz.cli.codes import MISTAKE
from cnnviz.cli.options import AsJson, Home, home_flag
from cnnviz.cli.output import complain, emit, pairs, say, table
from cnnviz.errors import DataError

if TYPE_CHECKING:
    from cnnviz.data import AboutDataset, Dataset, DatasetInfo

__all__ = ["delete", "fetch", "fetch_where_missing", "find", "get", "list_", "row", "show"]

DatasetName = Annotated[str, typer.Argument(metavar="NAME", help="A data set's name, as `cnnviz data list` has it.")]


def list_(home: Home = None, as_json: AsJson = False) -> None:
    """List the data sets."""
    from cnnviz.data import list_datasets

    infos = list_datasets(home)
    if as_json:
        emit([row(info) for info in infos])
        return
    table(
        ("name", "train", "test", "classes", "shape", "here", "source"),
        [
            (
                info.name,
                f"{info.n_train:,}",
                f"{info.n_test:,}",
                f"{len(info.classes)}",
                "x".join(map(str, info.shape)),
                "damaged" if info.problem else "yes" if info.available else "no",
                info.problem or info.source,
            )
            for info in infos
        ],
        right=("train", "test", "classes"),
        whole=("name", "shape", "here"),
        cut=("source",),
    )


def show(name: DatasetName, home: Home = None, as_json: AsJson = False) -> None:
    """Show what is in a data set."""
    from cnnviz.data import about_dataset

    info = find(name, home)
    dataset = _loaded(info, home)
    if as_json:
        emit({**row(info), **(_measured(dataset) if dataset else {}), **_wrong(info, dataset, home)})
        return
    wrong = _wrong(info, dataset, home)
    pairs(
        [
            ("name", info.name),
            ("images", _counts_in_words(info)),
            ("shape", "x".join(map(str, info.shape)) + " (height x width x channels)"),
            ("source", info.source),
            *_origin(about_dataset(name, home)),
            *(("doubtful", sentence) for sentence in wrong["doubts"]),
            *(("found", found["title"]) for found in wrong["findings"] or ()),
        ]
    )
    if dataset is None:
        say(f"\n{len(info.classes)} classes: {', '.join(info.classes)}")
        say(f"Its images are not on this machine; get them with: cnnviz data get {name}{home_flag(home)}")
        return
    measured = _measured(dataset)
    for key in ("mean", "spread"):
        values = "  ".join(f"{value:.1f}" for value in measured[key])
        say(f"{key:<6}  {values}  (of each channel, in 0..255)")
    say("")
    splits = [name for name in ("train", "validation", "test") if measured[f"{name}_counts"] is not None]
    counts = zip(info.classes, *(measured[f"{name}_counts"] for name in splits), strict=True)
    table(
        ("class", *splits), [(name, *(f"{number:,}" for number in numbers)) for name, *numbers in counts], right=splits
    )


def get(name: DatasetName, home: Home = None, as_json: AsJson = False) -> None:
    """Get a data set.

    From the network, or from the published archive where that lies in the home's datasets folder.
    """
    dataset = fetch(name, home)
    info = find(name, home)
    if as_json:
        emit(row(info))
        return
    say(f"{name} is here: {len(dataset.train):,} train and {len(dataset.test):,} test images.")


def delete(
    name: DatasetName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Delete a data set, after asking. Runs that were trained on it keep what they hold."""
    from cnnviz.data import delete_dataset, runs_with
    from cnnviz.data.deleting import used_by_in_words

    runs = [run.id for run in runs_with(name, home)]
    if not yes:
        _ask(name, runs)
    delete_dataset(name, home)
    if as_json:
        emit({"name": name, "deleted": True, "runs": runs})
        return
    say(f"{name} is deleted.")
    if runs:
        say(used_by_in_words(runs))


def _ask(name: str, runs: Sequence[str]) -> None:
    """Ask at the terminal whether to delete.

    Raises:
        DataError: there is no terminal to ask at.
        Exit: the answer is no.
    """
    import sys

    from cnnviz.data.deleting import used_by_in_words

    if not sys.stdin.isatty():
        raise DataError(f"deleting {name} is asked for at a terminal; add --yes to delete it without being asked")
    if runs:
        complain(used_by_in_words(runs))
    if not typer.confirm(f"Delete the data set {name}?", err=True):
        complain("nothing was deleted")
        raise typer.Exit(MISTAKE)


def fetch(name: str, home: Path | None) -> "Dataset":
    """Load a data set, with its progress on standard error where it has to be downloaded.

    Raises:
        DataError: there is none of that name, or it cannot be had.
    """
    from cnnviz.cli.progress import download_progress
    from cnnviz.data import load_dataset

    with download_progress(name) as report:
        return load_dataset(name, home, on_progress=report)


def fetch_where_missing(name: str, home: Path | None) -> None:
    """Download a data set that is not on this machine, as `fetch` does.

    Raises:
        DataError: there is none of that name, or it cannot be had.
    """
    if not find(name, home).available:
        fetch(name, home)


def find(name: str, home: Path | None) -> "DatasetInfo":
    """Find what is known of a data set without loading it.

    Raises:
        DataError: there is none of that name, or its file cannot be used.
    """
    from cnnviz.data import DatasetInfo, list_datasets, load_dataset

    for info in list_datasets(home):
        if info.name == name and not info.problem:
            return info
    dataset = load_dataset(name, home)  # says what is wrong; only a file that appeared just now is loaded
    return DatasetInfo(
        name,
        len(dataset.train),
        len(dataset.test),
        dataset.class_names,
        dataset.shape,
        True,
        dataset.source,
    )


def _loaded(info: "DatasetInfo", home: Path | None) -> "Dataset | None":
    """Load a data set that needs no download."""
    from cnnviz.data import load_dataset

    return load_dataset(info.name, home) if info.available else None


def _counts_in_words(info: "DatasetInfo") -> str:
    held = f"{info.n_validation:,} validation, " if info.n_validation else ""
    return f"{info.n_train:,} train, {held}{info.n_test:,} test"


def _origin(about: "AboutDataset | None") -> list[tuple[str, str]]:
    """What it was made of, as rows; nothing of a data set that was not imported."""
    if about is None:
        return []
    size = "x".join(map(str, about.size))
    rows = [("made of", f"{about.path} ({about.form})"), ("made", f"{about.made}, {about.fit} to {size}")]
    if about.left_out or about.n_skipped:
        rows.append(("without", f"{about.left_out:,} left out, {about.n_skipped:,} passed over"))
    return rows + [("note", sentence) for sentence in about.notes]


def row(info: "DatasetInfo") -> dict[str, Any]:
    """Return what is said of a data set in JSON."""
    return {
        "name": info.name,
        "n_train": info.n_train,
        "n_validation": info.n_validation,
        "n_test": info.n_test,
        "classes": info.classes,
        "shape": info.shape,
        "available": info.available,
        "source": info.source,
        "problem": info.problem,
    }


def _wrong(info: "DatasetInfo", dataset: "Dataset | None", home: Path | None) -> dict[str, Any]:
    """Say what is probably not meant, and what `cnnviz data check` found; None for findings nobody has looked for."""
    from cnnviz.data import about_dataset
    from cnnviz.data.doubts import doubts_of
    from cnnviz.data.findings import kept_examined

    about, examined = about_dataset(info.name, home), kept_examined(info.name, home)
    said = (*(about.doubts if about else ()), *(doubts_of(dataset) if dataset else ()))
    findings = None if examined is None else [{"kind": one.kind, "title": one.title} for one in examined.findings]
    return {"doubts": list(dict.fromkeys(said)), "findings": findings}


def _measured(dataset: "Dataset") -> dict[str, Any]:
    from cnnviz.data import channel_statistics, class_counts

    counts, channels = class_counts(dataset), channel_statistics(dataset.train.images)
    return {
        "train_counts": counts.train.tolist(),
        "validation_counts": None if counts.validation is None else counts.validation.tolist(),
        "test_counts": counts.test.tolist(),
        "mean": channels.mean.tolist(),
        "spread": channels.spread.tolist(),
    }
