"""The Feature maps page: its choices, every layer as a column, and one map large over the image."""

from cnnviz.ui.maps.choices import choices
from cnnviz.ui.maps.shown import outline, show

__all__ = ["choices", "outline", "show"]
