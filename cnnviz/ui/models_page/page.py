"""The page: one part takes a network away, the other brings one in."""

from dataclasses import dataclass

from cnnviz.runs import Weights
from cnnviz.ui.address import read
from cnnviz.ui.bar import network_run, run_bar
from cnnviz.ui.choosers import segments
from cnnviz.ui.models_page.bringing import show_bringing
from cnnviz.ui.models_page.taking import show_taking
from cnnviz.ui.place import Place, choice, param

__all__ = ["ModelsPlace", "show_models"]

_PARTS = {"take": ":material/download: Take it away", "bring": ":material/upload: Bring your own"}


@dataclass(frozen=True)
class ModelsPlace(Place):
    """What the URL says beside the run.

    Attributes:
        part: what to do, a key of the parts.
    """

    part: str = param(choice("part", tuple(_PARTS)), "take", lenient=True)


def show_models() -> None:
    """Draw the page for what the URL asks for.

    Raises:
        CnnvizError: it asks for a run or a snapshot that there is not.
    """
    part = read(ModelsPlace).part
    segments("What to do", "part", part, _PARTS)
    if part == "bring":
        show_bringing()
    else:
        run, offered = network_run(
            None,
            "There is no trained network to take away yet. Train one: it takes a minute, and this page then gives it "
            "to you as a file that works elsewhere.",
            icon=":material/download:",
        )
        shown, _ = run_bar(run, offered)
        show_taking(Weights(shown.run, shown.snapshot))
