"""The Learning order page: what a run learned first, late, what it forgot, and what it never learned."""

from cnnviz.ui.judge.learning_order.shown import show_learning_order

__all__ = ["show_learning_order"]
