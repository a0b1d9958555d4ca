"""Tables of numbers in colours, such as a kernel's weights; they can be saved like a picture."""

from collections.abc import Sequence
from dataclasses import asdict

from cnnviz.figures.number_tables import NumberTable
from cnnviz.figures.saving import Saving, saving_data
from cnnviz.ui.components.component import component

__all__ = ["numbers"]

_component = component(__file__)


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
