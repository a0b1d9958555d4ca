"""The Kernels page: the wall of kernels, and what is known of the one that is clicked."""

from cnnviz.ui.kernels.dead import known_dead, tell_dead
from cnnviz.ui.kernels.facts import kernel_facts
from cnnviz.ui.kernels.inspector import inspector
from cnnviz.ui.kernels.strip import history_strip
from cnnviz.ui.kernels.wall import controls, wall

__all__ = ["controls", "history_strip", "inspector", "kernel_facts", "known_dead", "tell_dead", "wall"]
