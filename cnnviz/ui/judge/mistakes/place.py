"""Which test images are shown, in which order, and which one is open: kept in the URL, so that a link shows the same.

Beside `?run=` and `?snapshot=`, which are the bar's: `show=` mistakes (the usual), correct, all or suspects; `true=`
and `predicted=`, names of classes or their numbers; `confidence=50-90`, in per cent; `sort=`, a key of SORTS;
`group=pair`; `leaked=only`; and `image=test-17`, the one that is open.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from cnnviz.errors import DataError, SpecError
from cnnviz.evaluation import Query
from cnnviz.evaluation.mistakes import Sort
from cnnviz.ui.place import Codec, Known, Place, choice, label, pair, param

__all__ = ["SORTS", "USUAL", "ImageOrder", "MistakesPlace", "Show"]

Show = Literal["mistakes", "correct", "all", "suspects"]

_IMAGE = re.compile(r"(?:test-)?(\d{1,7})(?:-inverted)?")  # here it is shown as it is
_PER_CENTS = pair("confidence", 3, "give two per cents such as 50-90")


def _read_image(said: str, known: Known) -> int | None:
    if said.startswith(("upload-", "example-")):  # a photo is no test image
        return None
    match = _IMAGE.fullmatch(said)
    if not match or int(match[1]) >= known.images:
        raise DataError(
            f"the link asks for the image {said[:40]!r}; there are test-0 to test-{known.images - 1}; open one"
        )
    return int(match[1])


def _read_confidence(said: str, known: Known) -> tuple[int, int]:
    least, most = _PER_CENTS.read(said, known)
    if not least <= most <= 100:
        raise SpecError(f"the link asks for the confidence {said[:40]!r}; give two per cents such as 50-90")
    return least, most


@dataclass(frozen=True)
class ImageOrder:
    """An order of the images.

    Attributes:
        label: what it is called in the list.
        sort, descending: as `Query` has them.
    """

    label: str
    sort: Sort
    descending: bool = False


SORTS: Mapping[str, ImageOrder] = {
    "confidence-high": ImageOrder("Surest first", "confidence", True),
    "confidence-low": ImageOrder("Least sure first", "confidence"),
    "loss-high": ImageOrder("Highest loss", "loss", True),
    "loss-low": ImageOrder("Lowest loss", "loss"),
    "margin-low": ImageOrder("Furthest from right", "margin"),
    "margin-high": ImageOrder("Furthest from wrong", "margin", True),
    "learned-late": ImageOrder("Latest learned", "learned", True),
    "learned-early": ImageOrder("Earliest learned", "learned"),
    "number": ImageOrder("By number", "index"),
}
USUAL = "confidence-high"


@dataclass(frozen=True)
class MistakesPlace(Place):
    """What the page shows.

    Attributes:
        show: which images.
        true, predicted: labels, None for all.
        confidence: the least and the most, in per cent.
        sort: a key of SORTS.
        by_pair: whether pairs of true and predicted class stand together.
        leaked: whether only images that are among the training images too are shown.
        image: the number of the test image that is open; None for none.
    """

    show: Show = param(choice("show", get_args(Show)), "mistakes")
    true: int | None = param(label("true class"), per="run")
    predicted: int | None = param(label("predicted class"), per="run")
    confidence: tuple[int, int] = param(Codec(_read_confidence, _PER_CENTS.write), (0, 100), per="run")
    sort: str = param(choice("order", tuple(SORTS)), USUAL)
    by_pair: bool = param(choice("grouping", {False: "none", True: "pair"}), False, name="group")
    leaked: bool = param(choice("leaked images", {False: "all", True: "only"}), False, per="run")
    image: int | None = param(
        Codec(_read_image, lambda number, _: number if isinstance(number, str) else f"test-{number}"), per="run"
    )

    @property
    def order(self) -> ImageOrder:
        """How the images are ordered."""
        return SORTS[self.sort]

    @property
    def filtered(self) -> bool:
        """Whether some images are left out by class, confidence, or for being among the training images."""
        return self.query().filtered

    def query(self) -> Query:
        """Return what `cnnviz.evaluation.select` takes; suspects are chosen among all images."""
        least, most = self.confidence
        return Query(
            true=self.true,
            predicted=self.predicted,
            least=least / 100,
            most=most / 100,
            shown="all" if self.show == "suspects" else self.show,
            sort=self.order.sort,
            descending=self.order.descending,
            by_pair=self.by_pair,
            leaked=self.leaked,
        )
