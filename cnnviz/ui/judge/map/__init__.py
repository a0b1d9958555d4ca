"""The Map page: all test images as points, near each other where the network finds them alike."""

from cnnviz.ui.judge.map.shown import show_map

__all__ = ["show_map"]
