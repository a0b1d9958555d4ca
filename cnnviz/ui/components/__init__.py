"""Streamlit components: what Streamlit's own elements cannot do, in the page and without a build step.

Each is a Python function with its JavaScript and CSS in files of the same name beside it. They keep their
node over reruns, follow the light and the dark theme, and insert what comes from data as text only.
"""

from cnnviz.ui.components.live_chart import live_chart
from cnnviz.ui.components.watched import watched

__all__ = ["live_chart", "watched"]
