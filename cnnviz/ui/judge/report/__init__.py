"""The Report page: how good a network is, how sure that is, and what it confuses."""

from cnnviz.ui.judge.report.view import show_report

__all__ = ["show_report"]
