"""Learning order: what a network learned first, late, what it forgot, and what it never learned."""

from cnnviz.ui.judge.learning_order import show_learning_order
from cnnviz.ui.messages import reported

THIS_PAGE = "pages/judge/learning_order.py"

with reported(way_back=THIS_PAGE, label="Show the newest run"):
    show_learning_order()
