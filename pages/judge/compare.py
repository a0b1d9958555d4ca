"""Compare: two to four runs side by side, what differs, which is better, and whether that may be chance."""

from cnnviz.ui.judge.compare import compare_view
from cnnviz.ui.messages import reported

THIS_PAGE = "pages/judge/compare.py"

with reported(way_back=THIS_PAGE, label="Choose runs"):
    compare_view()
