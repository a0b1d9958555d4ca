"""Test images to show: a data set's own where it is on this machine, else the copies that come with cnnviz."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cnnviz.data.catalogue import list_datasets, load_dataset
from cnnviz.data.compact import COMPACT_FOLDER, COPIED, compact_test
from cnnviz.data.known import KNOWN
from cnnviz.data.preparation import of_classes
from cnnviz.data.records import Dataset, Split
from cnnviz.errors import DataError

__all__ = ["Held", "Pictures", "find_pictures", "held_pictures", "how_to_get"]

Held = Literal["exact", "compressed"]


@dataclass(frozen=True, eq=False)
class Pictures:
    """Test images to show.

    Attributes:
        split: the images and their labels, in the data set's order; the labels are always exact.
        exact: whether these are the data set's own images. False for compressed copies, of which a network says
            something else now and then: whoever shows them says so, and nothing is measured on them.
    """

    split: Split
    exact: bool


def held_pictures(name: str, home: str | Path | None = None) -> Held | None:
    """Say which test images of a data set can be shown here; reads none of them.

    Args:
        name: of the data set.
        home: the home folder; see `cnnviz.home.resolve_home`.

    Returns:
        "exact" for the data set's own, "compressed" for copies that come with cnnviz, None for none.
    """
    if any(info.name == name and info.available for info in list_datasets(home)):
        return "exact"
    return "compressed" if name == COPIED and (COMPACT_FOLDER / "MANIFEST.json").is_file() else None


def find_pictures(
    name: str,
    home: str | Path | None = None,
    classes: tuple[str, ...] | None = None,
    *,
    load: Callable[[str], Dataset] | None = None,
) -> Pictures:
    """Return the test images of a data set, as far as they can be shown here; never starts a download.

    Args:
        name: of the data set.
        home: the home folder; see `cnnviz.home.resolve_home`.
        classes: only images of these classes, numbered in this order, as `prepare` does; None for all.
        load: loads a data set that is on this machine; None for `load_dataset`, which reads it anew.

    Raises:
        DataError: there are none here; it says what is missing and how to get it.
        SpecError: the data set has no such class.
    """
    held = held_pictures(name, home)
    if held is None:
        raise DataError(
            f"the data set {name} is not on this machine, so its images cannot be shown; {how_to_get(name)}"
        )
    if held == "exact":
        whole = load(name) if load else load_dataset(name, home)
        test, names = whole.test, whole.class_names
    else:
        test, names = compact_test(), KNOWN[name].class_names
    return Pictures(test if classes is None else of_classes(test, names, classes, name), held == "exact")


def how_to_get(name: str) -> str:
    """Say how a data set comes to this machine, to end a sentence with."""
    if name in KNOWN:
        return f"get it on the Data page or with `cnnviz data get {name}`"
    return f"import it again with `cnnviz data import PATH --name {name}`"
