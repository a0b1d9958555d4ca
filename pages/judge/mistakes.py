"""Mistakes: the test images that the network gets wrong, all of them, and one taken apart."""

from cnnviz.ui.judge.mistakes.page import show_mistakes
from cnnviz.ui.messages import reported
from cnnviz.ui.pages import MISTAKES

with reported(MISTAKES, label="Show all mistakes of the newest run"):
    show_mistakes()
