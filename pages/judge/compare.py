"""Compare: two to four runs side by side, what differs, which is better, and whether that may be chance."""

from cnnviz.ui.judge.compare.page import show_compare
from cnnviz.ui.messages import reported
from cnnviz.ui.pages import COMPARE

with reported(COMPARE, label="Choose runs"):
    show_compare()
