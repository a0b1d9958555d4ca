"""The Compare page's parts: choosing runs, and what tells them apart."""

from cnnviz.ui.judge.compare.view import compare_view

__all__ = ["compare_view"]
