"""Folders of photos, arranged in any of the usual ways; see `cnnviz.data.sources.layouts`."""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.photo_formats import ACCEPTED_IN_WORDS
from cnnviz.data.records import Labels
from cnnviz.data.sources.label_tables import Labelled, column_of_tables, labelled_by_tables, unmatched
from cnnviz.data.sources.layouts import Layout, Place, divided, labelled_by_folders, labelled_by_names, settle
from cnnviz.data.sources.pictures import FilePictures, Picture, find_pictures, is_archive, levels_of
from cnnviz.data.sources.trees import Entry, FolderTree, Tree
from cnnviz.data.sources.understood import Reading, Understood
from cnnviz.errors import DataError

__all__ = ["recognises", "understand", "understand_tree"]

_LONGEST_PATTERN = 200
_HOW = (
    "put them into a folder for each class, or begin their names with the class as in cat.1.jpg, or add a labels.csv "
    "with the columns file_name and label"
)

Groups = NDArray[np.str_]


def recognises(path: Path, start: bytes) -> bool:
    """Say whether it is a folder."""
    return path.is_dir()


def understand(path: Path, reading: Reading) -> Understood:
    """Understand a folder of photos.

    Raises:
        DataError: nothing tells the classes, or there is a single one: what was found, and how to arrange it.
        MissingExtraError: all are DICOM, and pydicom is not installed.
    """
    return understand_tree(FolderTree(path), reading)


def understand_tree(tree: Tree, reading: Reading) -> Understood:
    """Understand the photos of a folder or an archive; see `understand`."""
    pictures, others = find_pictures(tree)
    if not pictures:
        raise DataError(_nothing(tree, others))
    layout = divided(list(dict.fromkeys(picture.entry.path for picture in pictures)), tree.skips)
    form, said = _labelled(tree, others, layout, reading)
    settle(layout)
    places = {place.path: place for place in layout.places}
    kept = [picture for picture in pictures if picture.entry.path in places]
    names, labels = _classes([str(places[picture.entry.path].label) for picture in kept], reading.names, tree)
    span, notes = _levels(tree, kept, reading)
    groups, more = _groups(tree, others, layout, kept, reading)
    _pass_over(tree, others, pictures, said.tables if said else ())
    return Understood(
        tree.path,
        f"{form} in {layout.division}" if layout.division else form,
        names,
        labels,
        np.array([places[picture.entry.path].part for picture in kept], np.str_),
        FilePictures(tree, kept, window=reading.window, span=span, invert=reading.invert),
        groups,
        notes=(*layout.notes, *notes, *more),
        doubts=(*layout.doubts, *(said.doubts if said else ()), *_untrained(places.values(), reading)),
        skipped=tree.skips.sentences(),
        columns=said.columns if said else (),
        reading=_found_out(reading, said, span, kept),
    )


def _found_out(
    reading: Reading, said: Labelled | None, span: tuple[float, float] | None, pictures: Sequence[Picture]
) -> Reading:
    """Return how the files were read, with what was found out; a window would take the place of DICOM files' own."""
    if said:
        reading = dataclasses.replace(reading, image=said.image, label=said.label or None)
    if span and not any(picture.kind == "DICOM" for picture in pictures):
        reading = dataclasses.replace(reading, window=span)
    return reading


def _untrained(places: Iterable[Place], reading: Reading) -> list[str]:
    """Doubt classes that nothing is there to learn from."""
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for place in places:
        names[place.part in ("", "train")].add(reading.names.get(str(place.label), str(place.label)))
    return [
        f"The class {name!r} has pictures to test or to validate on and none to train on; add some, or leave these out."
        for name in sorted(names[False] - names[True])
    ]


def _labelled(tree: Tree, others: Mapping[Entry, str], layout: Layout, reading: Reading) -> tuple[str, Labelled | None]:
    """Give the pictures their labels; return in a few words by what, and what tables said.

    Raises:
        DataError: nothing tells at least two classes.
    """
    asked = reading.label is not None or reading.image is not None
    if said := labelled_by_tables(tree, others, layout, reading, tree.skips, metadata=not asked):
        return _by_table(said), said
    if asked:
        column = reading.label if reading.label is not None else reading.image
        raise DataError(f"no table in {tree.path} names its pictures and has a column {column!r}; {_HOW}")
    if labelled_by_folders(layout, tree.skips):
        return "class folders", None
    if said := labelled_by_tables(tree, others, layout, reading, tree.skips):
        return _by_table(said), said
    if labelled_by_names(layout, tree.skips):
        return "photos with their class in the name", None
    if other := unmatched(tree, others, reading):
        raise DataError(f"{tree.path} holds {_pictures(len(layout.places))}, and {other}")
    raise DataError(_unlabelled(tree, layout))


def _by_table(said: Labelled) -> str:
    return f"photos with the table {' and '.join(said.tables[:3])}"


def _unlabelled(tree: Tree, layout: Layout) -> str:
    """Say what was found where nothing tells the classes, and how to arrange it."""
    parts = Counter(place.part for place in layout.places)
    classes = sorted({place.folders[0] for place in layout.places if place.folders})
    if layout.division:
        where = ", ".join(f"{count:,} to {_TO.get(part, 'train')}" for part, count in parts.items())
        if len(classes) == 1:
            return (
                f"{tree.path} holds pictures ({where}) of a single class {classes[0]!r}; put a folder of another class "
                "beside it in each part"
            )
        found = f"holds pictures ({where}) directly in {layout.division}, and nothing tells their classes"
        return f"{tree.path} {found}; {_HOW}"
    count = len(layout.places)
    inside = [place for place in layout.places if place.folders]
    if inside:
        return (
            f"{tree.path} holds a single folder with images, {classes[0]!r} ({len(inside):,}), and "
            f"{count - len(inside):,} beside it, expected a folder for each of at least two classes; {_HOW}"
        )
    if layout.within:
        return (
            f"{tree.path} holds {_pictures(count)} in the single folder {layout.within!r}, expected at least two "
            f"classes; put a folder of another class beside it, or {_HOW}"
        )
    return f"{tree.path} holds {_pictures(count)} in no folder of a class, expected at least two classes; {_HOW}"


_TO = {"train": "train on", "validation": "validate on", "test": "test on"}


def _pictures(count: int) -> str:
    return f"{count:,} {'picture' if count == 1 else 'pictures'}"


def _classes(given: Sequence[str], renamed: Mapping[str, str], tree: Tree) -> tuple[tuple[str, ...], Labels]:
    """Return the names of the classes, numbers in their order, and the label of each picture.

    Raises:
        DataError: there is a single class, or two differ only by case.
    """
    labels = [renamed.get(name, name) for name in given]
    names = sorted(set(labels), key=lambda name: (0, int(name), name) if name.isdecimal() else (1, 0, name))
    folded: dict[str, str] = {}
    for name in names:
        other = folded.setdefault(name.casefold(), name)
        if other != name:
            raise DataError(
                f"the classes {other!r} and {name!r} of {tree.path} differ only by case; rename one, or put their "
                "images into one folder"
            )
    if len(names) < 2:
        raise DataError(
            f"{tree.path} holds pictures of a single class {', '.join(map(repr, names))}, expected at least two; {_HOW}"
        )
    index = {name: at for at, name in enumerate(names)}
    return tuple(names), np.array([index[name] for name in labels], np.int64)


def _levels(tree: Tree, pictures: Sequence[Picture], reading: Reading) -> tuple[tuple[float, float] | None, list[str]]:
    """Return what is black and white in grey of more than 8 bits where files do not say so, and sentences on it."""
    levels = levels_of(tree, pictures)
    if levels is None:
        return None, []
    if reading.window:
        low, high = reading.window
        return None, [f"In grey of more than 8 bits, {low:g} was taken for black and {high:g} for white."]
    notes = []
    if levels.own:
        notes.append("DICOM files that say which values are black and white are shown so.")
    if levels.span:
        low, high = levels.span
        of = "all" if levels.measured == levels.of else f"{levels.measured:,} of {levels.of:,}"
        notes.append(
            f"Grey of more than 8 bits goes from {low:g} (black) to {high:g} (white), the lowest and the highest value "
            f"of {of} such pictures; a window can be given instead."
        )
    return levels.span, notes


def _groups(
    tree: Tree, others: Mapping[Entry, str], layout: Layout, pictures: Sequence[Picture], reading: Reading
) -> tuple[Groups | None, list[str]]:
    """Return what each picture belongs to, and sentences on it; pages of a file belong to it at least.

    Raises:
        DataError: what was asked for is no column and no regular expression that fits.
    """
    paths = [picture.entry.path for picture in pictures]
    notes = []
    paged = Counter(path for path, picture in zip(paths, pictures, strict=True) if picture.number)
    if paged:
        first = next(iter(paged))
        notes.append(
            f"Each page of a file is a picture of its class ({first!r} has {paged[first]:,}); they stay together when "
            "pictures are divided."
        )
    if reading.group is None:
        return (np.array(paths, np.str_) if paged else None), notes
    column = column_of_tables(tree, others, layout, reading, reading.group)
    values = column if column is not None else _in_names(paths, reading.group)
    groups = [values.get(path) or path for path in paths]
    alone = sum(path not in values for path in paths)
    notes.append(
        f"Pictures belong to {len(set(groups)):,} groups"
        + (f", {alone:,} of them to none other than themselves." if alone else ".")
    )
    return np.array(groups, np.str_), notes


def _in_names(paths: Iterable[str], pattern: str) -> dict[str, str]:
    """Return what the first group of a regular expression finds in paths."""
    try:
        found = re.compile(pattern[:_LONGEST_PATTERN])
    except re.error as error:
        raise DataError(
            f"{pattern!r:.80} is neither a column nor a regular expression ({error}); give one such as (patient\\d+)"
        ) from error
    if found.groups < 1:
        raise DataError(
            f"{pattern!r:.80} is no column of a table here and, as a regular expression, has no group; give one with "
            r"brackets round what belongs together, such as (patient\d+)"
        )
    values = {path: match[1] for path in paths if (match := found.search(path)) and match[1]}
    if not values:
        raise DataError(f"{pattern!r:.80} finds nothing in the names of the pictures; give another regular expression")
    return values


def _nothing(tree: Tree, others: Mapping[Entry, str]) -> str:
    """Say what is there in place of pictures."""
    archives = [repr(entry.path) for entry, kind in others.items() if is_archive(kind)]
    if archives:
        return (
            f"{tree.path} holds no pictures but archives ({', '.join(archives[:5])}); unpack it and give one of these"
        )
    skipped = tree.skips.sentences()
    if skipped:
        return f"{tree.path} holds no pictures that can be read ({len(skipped)} passed over: {skipped[0]}, ...)"
    if others:
        named = ", ".join(f"{entry.path!r} ({kind})" for entry, kind in list(others.items())[:3])
        files = "1 other file" if len(others) == 1 else f"{len(others):,} other files"
        return f"{tree.path} holds no pictures but {files} ({named}); accepted are {ACCEPTED_IN_WORDS}"
    return f"{tree.path} holds no folders with images and no images; give the folder of your pictures"


def _pass_over(tree: Tree, others: Mapping[Entry, str], pictures: Sequence[Picture], tables: Sequence[str]) -> None:
    """Say which files and folders hold no pictures."""
    full = {""}
    for picture in pictures:
        at = picture.entry.path
        while at := at.rpartition("/")[0]:
            if at in full:
                break
            full.add(at)
    empty = [folder for folder in tree.folders if folder not in full and folder.rpartition("/")[0] in full]
    for folder in empty:
        tree.skips.add(folder, "holds no pictures", "hold no pictures")
    for entry, kind in others.items():
        if entry.path in tables or entry.path.rpartition("/")[0] not in full:
            continue
        if is_archive(kind):
            tree.skips.add(entry.path, f"holds {kind}, which is not opened; unpack it", "are archives; unpack them")
        else:
            tree.skips.add(entry.path, f"holds {kind}, which is no picture", f"hold {kind}, which is no picture")
