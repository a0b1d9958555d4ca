"""The Classify page's parts: taking photos in, one photo taken apart, many photos at once, and abstaining."""

from cnnviz.ui.classify.page import show_classify

__all__ = ["show_classify"]
