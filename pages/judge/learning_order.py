"""Learning order: what a network learned first, late, what it forgot, and what it never learned."""

from cnnviz.ui.judge.learning_order import show_learning_order
from cnnviz.ui.messages import reported
from cnnviz.ui.pages import LEARNING_ORDER

with reported(LEARNING_ORDER, label="Show the newest run"):
    show_learning_order()
