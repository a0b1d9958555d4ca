"""The Attribution page's parts: choosing a class and methods, heatmaps side by side, the randomised-weights check."""

from cnnviz.ui.attribution.view import show_attribution

__all__ = ["show_attribution"]
