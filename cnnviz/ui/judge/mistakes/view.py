"""Which test images are shown, in which order, and which one is open: kept in the URL, so that a link shows the same.

Beside `?run=` and `?snapshot=`, which are the bar's: `show=` mistakes (the usual), correct, all or suspects; `true=`
and `predicted=`, names of classes or their numbers; `confidence=50-90`, in per cent; `sort=`, a key of SORTS;
`group=pair`; and `image=test-17`, the one that is open.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from cnnviz.errors import DataError, SpecError
from cnnviz.evaluation import Query
from cnnviz.evaluation.mistakes import Sort
from cnnviz.ui.judge.address import Address, asked_label
from cnnviz.ui.judge.links import mistakes_link

__all__ = ["ADDRESS", "SORTS", "USUAL", "Order", "Show", "View", "asked_view", "mistakes_link"]

Show = Literal["mistakes", "correct", "all", "suspects"]
SHOWN: tuple[Show, ...] = get_args(Show)

ADDRESS = Address("mistakes", ("show", "true", "predicted", "confidence", "sort", "group", "image"))

Known = TypeVar("Known", bound=str)

_IMAGE = re.compile(r"(?:test-)?(\d{1,7})")
_RANGE = re.compile(r"(\d{1,3})-(\d{1,3})")


@dataclass(frozen=True)
class Order:
    """An order of the images.

    Attributes:
        label: what it is called in the list.
        words: the same within a sentence.
        sort, descending: as `Query` has them.
    """

    label: str
    words: str
    sort: Sort
    descending: bool = False


SORTS: Mapping[str, Order] = {
    "confidence-high": Order("Surest first", "the most confident first", "confidence", True),
    "confidence-low": Order("Least sure first", "the least confident first", "confidence"),
    "loss-high": Order("Highest loss", "the highest loss first", "loss", True),
    "loss-low": Order("Lowest loss", "the lowest loss first", "loss"),
    "margin-low": Order("Furthest from right", "the lowest margin first", "margin"),
    "margin-high": Order("Furthest from wrong", "the highest margin first", "margin", True),
    "learned-late": Order("Latest learned", "the latest learned first", "learned", True),
    "learned-early": Order("Earliest learned", "the earliest learned first", "learned"),
    "number": Order("By number", "by number", "index"),
}
USUAL = "confidence-high"


@dataclass(frozen=True)
class View:
    """What the page shows.

    Attributes:
        show: which images.
        true, predicted: labels, None for all.
        least, most: confidence in per cent.
        sort: a key of SORTS.
        by_pair: whether pairs of true and predicted class stand together.
        image: the number of the test image that is open; None for none.
    """

    show: Show = "mistakes"
    true: int | None = None
    predicted: int | None = None
    least: int = 0
    most: int = 100
    sort: str = USUAL
    by_pair: bool = False
    image: int | None = None

    @property
    def order(self) -> Order:
        """How the images are ordered."""
        return SORTS[self.sort]

    @property
    def filtered(self) -> bool:
        """Whether some images are left out by class or confidence."""
        return (self.true, self.predicted, self.least, self.most) != (None, None, 0, 100)

    def query(self) -> Query:
        """Return what `cnnviz.evaluation.select` takes; suspects are chosen among all images."""
        return Query(
            true=self.true,
            predicted=self.predicted,
            least=self.least / 100,
            most=self.most / 100,
            shown="all" if self.show == "suspects" else self.show,
            sort=self.order.sort,
            descending=self.order.descending,
            by_pair=self.by_pair,
        )


def asked_view(class_names: tuple[str, ...], images: int) -> View:
    """Read the URL.

    Args:
        class_names: by label.
        images: how many test images there are.

    Raises:
        SpecError: it asks for a class, an order or anything else that there is not.
        DataError: it asks for an image that there is not.
    """
    asked = ADDRESS.asked()
    least, most = _confidence(asked.get("confidence"))
    return View(
        show=_one_of("show", asked.get("show", "mistakes"), SHOWN),
        true=asked_label("true class", asked.get("true"), class_names),
        predicted=asked_label("predicted class", asked.get("predicted"), class_names),
        least=least,
        most=most,
        sort=_one_of("order", asked.get("sort", USUAL), tuple(SORTS)),
        by_pair=_one_of("grouping", asked.get("group", "none"), ("none", "pair")) == "pair",
        image=_image(asked.get("image"), images),
    )


def _one_of(what: str, text: str, known: tuple[Known, ...]) -> Known:
    for one in known:
        if one == text:
            return one
    raise SpecError(f"the link asks for the {what} {text[:40]!r}; choose one of {', '.join(known)}")


def _confidence(text: str | None) -> tuple[int, int]:
    if text is None:
        return 0, 100
    match = _RANGE.fullmatch(text)
    if not match or not int(match[1]) <= int(match[2]) <= 100:
        raise SpecError(f"the link asks for a confidence of {text[:40]!r}; give two per cents such as 50-90")
    return int(match[1]), int(match[2])


def _image(text: str | None, images: int) -> int | None:
    if text is None or text.startswith(("upload-", "example-")):  # a photo is no test image
        return None
    match = _IMAGE.fullmatch(text)
    if not match or int(match[1]) >= images:
        raise DataError(f"the link asks for the image {text[:40]!r}; there are test-0 to test-{images - 1}; open one")
    return int(match[1])
