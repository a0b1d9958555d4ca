"""Tables of numbers in colours, such as a kernel's weights; they can be saved like a picture."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from cnnviz.figures.saving import Saving, saving_data
from cnnviz.ui.components.component import component

__all__ = ["NumberCell", "NumberTable", "numbers"]

_component = component(__file__)


@dataclass(frozen=True)
class NumberCell:
    """One number.

    Attributes:
        text: as it is written.
        exact: all its digits, for who points at it.
        color: behind it, `#RRGGBB`.
        ink: of the letters, `#RRGGBB`.
    """

    text: str
    exact: str
    color: str
    ink: str


@dataclass(frozen=True)
class NumberTable:
    """Numbers in rows.

    Attributes:
        name: above it.
        rows: its cells, row by row.
    """

    name: str
    rows: Sequence[Sequence[NumberCell]]


def numbers(tables: Sequence[NumberTable], *, key: str, caption: str, saved: Saving | None = None) -> None:
    """Draw tables side by side.

    Args:
        tables: of equal size.
        key: unique on the page.
        caption: one sentence.
        saved: what the figure is called when it is saved; None where it cannot be.
    """
    _component(
        key=key,
        data={"tables": [asdict(table) for table in tables], "caption": caption, "saved": saving_data(saved)},
    )
