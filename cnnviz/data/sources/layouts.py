"""How pictures are arranged in folders: what tells their class, and whether they train, validate or test.

Only paths are looked at. An arrangement is chosen for all pictures at once; a picture that does not fit it is passed
over and said.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cnnviz.data.sources.trees import Skips
from cnnviz.data.sources.understood import Part

__all__ = [
    "Layout",
    "Place",
    "class_in_name",
    "divided",
    "labelled_by_folders",
    "labelled_by_names",
    "part_of",
    "settle",
]

_PARTS: dict[str, Part] = {
    "train": "train", "training": "train", "trn": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "validate": "validation",
    "dev": "validation",
    "test": "test", "testing": "test", "tst": "test",
}  # fmt: skip
_FILLERS = "set|sets|data|dataset|images|image|imgs|img|pictures|photos|split|folder|folders"
_WORDS = "|".join(sorted(_PARTS, key=len, reverse=True))
_PART = re.compile(rf"(?:(?:{_FILLERS})[\W_]*)?({_WORDS})(?:[\W_]*(?:{_FILLERS}))*[\W_]*\d*")
_SEPARATORS = " \t._-+#~()[]{}"
# What cameras, telephones and programs begin names with; no class.
_CAMERAS = {
    "img", "image", "images", "dsc", "dscn", "dscf", "pxl", "p", "photo", "picture", "pic", "frame", "scan",
    "screenshot", "untitled", "whatsapp image", "im", "i", "file", "page", "sample", "train", "test", "val", "valid",
    "slice", "mvimg",
}  # fmt: skip


@dataclass
class Place:
    """Where a picture lies, and what that was taken for.

    Attributes:
        path: below the folder that was given.
        folders: the folders it lies in that are still to be explained, outermost first.
        part: of what it is.
        label: the name of its class; None for a picture that is passed over.
    """

    path: str
    folders: list[str]
    part: Part = ""
    label: str | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.rpartition("/")[2]


@dataclass
class Layout:
    """How pictures are arranged.

    Attributes:
        places: a place for each picture.
        within: the folder that all lie in; "" where that is the one that was given.
        division: the folders of the parts as they are called, such as "train, val and test"; "" for none.
        notes: what was supposed, in sentences.
        doubts: what is probably not meant, in sentences with the cure.
    """

    places: list[Place]
    within: str = ""
    division: str = ""
    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def labelled(self) -> list[Place]:
        """The places that have a label."""
        return [place for place in self.places if place.label is not None]


def part_of(name: str) -> Part:
    """Return what a folder, a table or a word in one is for: "train", "validation", "test"; "" for none of these."""
    match = _PART.fullmatch(name.casefold().strip())
    return _PARTS[match[1]] if match else ""


def divided(paths: Sequence[str], skips: Skips) -> Layout:
    """Find the folder that holds all, and the folders of the parts in it.

    Args:
        paths: of the pictures, with "/" between.
        skips: what lies beside the parts is added.
    """
    layout = Layout([Place(path, path.split("/")[:-1]) for path in paths])
    within = list(_unwrapped(layout.places))
    layout.within = "/".join(within)
    if within and part_of(within[-1]) and any(place.folders for place in layout.places):
        layout.notes.append(f"There is only {within[-1]!r}; a share of it is set aside for testing.")
    parts = _part_folders({place.folders[0] for place in layout.places if place.folders})
    if parts:
        _divide(layout, parts, skips)
    else:
        _divide_classes(layout)
    return layout


def _unwrapped(places: Sequence[Place]) -> Iterator[str]:
    """Take away the folders that all pictures lie in, and yield their names."""
    while places and all(place.folders for place in places):
        names = {place.folders[0] for place in places}
        if len(names) > 1:
            return
        for place in places:
            del place.folders[0]
        yield names.pop()


def _part_folders(names: set[str]) -> dict[str, Part]:
    """Return which folders are parts; none unless there is one to train on and another."""
    parts: dict[str, Part] = {name: part for name in names if (part := part_of(name))}
    if "train" in parts.values() and len(set(parts.values())) > 1:
        return parts
    loose: dict[tuple[str, ...], dict[str, Part]] = {}  # such as seg_train and seg_test: by what else is in the name
    for name in names:
        words = re.split(r"[\W_]+", name.casefold())
        known = [word for word in words if word in _PARTS]
        if len(known) == 1:
            loose.setdefault(tuple(word for word in words if word not in known), {})[name] = _PARTS[known[0]]
    return next((some for some in loose.values() if "train" in some.values() and len(set(some.values())) > 1), {})


def _divide(layout: Layout, parts: dict[str, Part], skips: Skips) -> None:
    kept, beside = [], Counter[str]()
    for place in layout.places:
        if place.folders and place.folders[0] in parts:
            place.part = parts[place.folders.pop(0)]
            kept.append(place)
        else:
            beside[_beside(layout, place)] += 1
    for name, count in beside.items():
        skips.tell(
            f"{name!r} ({count:,} {'picture' if count == 1 else 'pictures'}) is neither train, validation nor test; "
            "name it so, or move it into one of them"
        )
    layout.places = kept
    layout.division = _listed(sorted(parts, key=lambda name: (list(_PARTS.values()).index(parts[name]), name)))
    groups = [[place for place in kept if place.part == part] for part in ("train", "validation", "test")]
    deep = [some for some in groups if any(place.folders for place in some)]
    while deep and all(_wrapped(some) for some in deep):  # such as seg_train/seg_train/CLASS
        for place in (place for some in deep for place in some):
            del place.folders[0]


def _beside(layout: Layout, place: Place) -> str:
    first = place.folders[0] if place.folders else place.name
    return f"{layout.within}/{first}" if layout.within else first


def _wrapped(places: Sequence[Place]) -> bool:
    return all(len(place.folders) > 1 for place in places) and len({place.folders[0] for place in places}) == 1


def _divide_classes(layout: Layout) -> None:
    """Take the parts from within the classes' folders (CLASS/train, CLASS/test), where all have them there."""
    if not layout.places or not all(len(place.folders) > 1 for place in layout.places):
        return
    parts = {place.folders[1]: part_of(place.folders[1]) for place in layout.places}
    if all(parts.values()) and "train" in parts.values() and len(set(parts.values())) > 1:
        for place in layout.places:
            place.part = parts[place.folders.pop(1)]
        layout.division = _listed(sorted(parts))


def settle(layout: Layout) -> None:
    """Leave out what has no label; where nothing is left to test on, what is there to train on is not divided yet."""
    layout.places = layout.labelled()
    parts = {place.part for place in layout.places}
    if "train" in parts and "test" not in parts:
        for place in layout.places:
            if place.part == "train":
                place.part = ""
        validated = "The validation pictures are used to validate; " if "validation" in parts else ""
        layout.notes.append(
            f"{validated}there is nothing to test on, so that a share of the training pictures is set aside for it."
            if validated
            else "There is nothing to test on, so that a share of the training pictures is set aside for it."
        )


def labelled_by_folders(layout: Layout, skips: Skips) -> bool:
    """Take the outermost folder for the class; say whether that makes at least two classes to train on.

    Args:
        layout: its places get their labels, unless it answers no.
        skips: pictures in no class's folder are added.
    """
    learnt = [place for place in layout.places if place.part in ("", "train")]
    inside = [place for place in learnt if place.folders]
    if len({place.folders[0] for place in inside}) < 2 or 2 * len(inside) < len(learnt):
        return False
    deeper = next((place for place in layout.places if len(place.folders) > 1), None)
    for place in layout.places:
        if place.folders:
            place.label = place.folders[0].strip()
        else:
            skips.add(place.path, "lies in no class's folder", "lie in no class's folder")
    if deeper:
        layout.notes.append(
            f"Folders inside a class's folder belong to that class: {deeper.path!r} is of class {deeper.label!r}."
        )
    layout.doubts.extend(_parts_as_classes(inside))
    return True


def _parts_as_classes(places: Sequence[Place]) -> Iterator[str]:
    """Doubt folders that were taken for classes where one is called like a part and all hold the same folders."""
    inner: dict[str, set[str]] = {}
    for place in places:
        inner.setdefault(place.folders[0], set()).add(place.folders[1] if len(place.folders) > 1 else "")
    first, *others = inner.values()
    if any(map(part_of, inner)) and len(first) > 1 and "" not in first and all(other == first for other in others):
        shown = [*map(repr, sorted(first))]
        yield (
            f"{_listed([*map(repr, sorted(inner))])} were taken for classes, and each holds the folders "
            f"{_listed(shown if len(shown) < 6 else [*shown[:4], 'others'])}; if those are the classes, name the outer "
            "folders train, val or test."
        )


def labelled_by_names(layout: Layout, skips: Skips) -> bool:
    """Take the class from the files' names, before their number; say whether that makes at least two classes.

    Args:
        layout: its places get their labels, unless it answers no.
        skips: pictures whose names tell no class are added.
    """
    names = [class_in_name(place.name) for place in layout.places]
    learnt = Counter(
        name for place, name in zip(layout.places, names, strict=True) if name and place.part in ("", "train")
    )
    n_learnt = sum(place.part in ("", "train") for place in layout.places)
    if len(learnt) < 2 or 2 * len(learnt) > learnt.total() or 2 * learnt.total() < n_learnt:
        return False
    for place, name in zip(layout.places, names, strict=True):
        if name in learnt:
            place.label = name
        else:
            skips.add(place.path, "tells no class in its name", "tell no class in their names")
    first = layout.labelled()[0]
    layout.notes.append(
        f"The class is in the file's name, before its number: {first.name!r} is of class {first.label!r}."
    )
    return True


def class_in_name(name: str) -> str:
    """Return the class in a file's name, as in cat.12.jpg, cat_12.jpg and "cat (12).jpg"; "" where there is none."""
    stem = name.rpartition(".")[0].rstrip(_SEPARATORS)
    unnumbered = stem.rstrip("0123456789")
    found = unnumbered.strip(_SEPARATORS)
    if unnumbered == stem or not any(map(str.isalpha, found)) or found.casefold().replace("_", " ") in _CAMERAS:
        return ""
    return found


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
