"""The Time machine page's parts: what is pinned, what is computed in the background, the view, what can be saved."""

from cnnviz.ui.time_machine.view import STYLE, time_machine_view

__all__ = ["STYLE", "time_machine_view"]
