"""Mistakes: the test images that the network gets wrong, all of them, and one taken apart."""

from cnnviz.ui.judge.mistakes import show_mistakes
from cnnviz.ui.messages import reported

THIS_PAGE = "pages/judge/mistakes.py"

with reported(way_back=THIS_PAGE, label="Show all mistakes of the newest run"):
    show_mistakes()
