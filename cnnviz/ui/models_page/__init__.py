"""The Models page: a run's network as files for elsewhere, and networks from elsewhere as runs."""

from cnnviz.ui.models_page.page import show_models

__all__ = ["show_models"]
