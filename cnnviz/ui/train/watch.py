"""A chosen run fills the page; the settings have folded away."""

from cnnviz.runs import Run
from cnnviz.ui.train.editor import Editor
from cnnviz.ui.train.live import run_view
from cnnviz.ui.train.run_header import run_header

__all__ = ["watch_view"]


def watch_view(run: Run, editor: Editor) -> None:
    """Draw a run with all that can be done with it.

    Args:
        run: the run that the URL names.
        editor: of this session.

    Raises:
        RunError: its settings cannot be read.
    """
    run_header(run, editor)
    run_view(run)
