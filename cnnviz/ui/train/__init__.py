"""The Train page's parts: setting a run up, watching it learn, and what can be done with it."""

from cnnviz.ui.train.editor import current_editor
from cnnviz.ui.train.setup import STYLE, setup_view
from cnnviz.ui.train.watch import watch_view

__all__ = ["STYLE", "current_editor", "setup_view", "watch_view"]
