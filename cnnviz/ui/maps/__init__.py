"""The Feature maps page: the network from left to right on one image, and the map that is clicked, large."""

from cnnviz.ui.maps.choices import MapView, choices
from cnnviz.ui.maps.shown import show

__all__ = ["MapView", "choices", "show"]
