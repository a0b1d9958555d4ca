"""A Plotly chart that keeps its node, zoom and hover while its data grows in a ticking fragment."""

import plotly.graph_objects as go
import streamlit as st

from cnnviz.figures.theme import recolouring
from cnnviz.ui.components.component import component
from cnnviz.ui.components.live_chart.plotly_script import plotly_address

__all__ = ["live_chart"]

# Plotly writes its styles into the page, so the chart lives in the page and not in a shadow root.
_component = component(__file__, isolate_styles=False)


def live_chart(figure: go.Figure, *, key: str, height: int = 260, alt: str) -> None:
    """Draw a figure, or update in place the one drawn under the same key.

    Colours follow the browser's theme, whichever of the two the figure was made for. Where the server has no
    route to Plotly's script, `st.plotly_chart` draws the figure: right, but its zoom does not survive new data.

    Args:
        figure: from `cnnviz.figures`; a constant `uirevision` in its layout keeps the zoom.
        key: unique on the page.
        height: pixels.
        alt: what the chart shows, for those who do not see it.
    """
    source = plotly_address()
    if source is None:
        figure = go.Figure(figure).update_layout(height=height)
        st.plotly_chart(figure, key=f"{key}-static", theme=None, config={"displaylogo": False})
        return
    _component(
        key=key,
        data={
            "figure": figure.to_json(),
            "height": height,
            "alt": alt,
            "source": source,
            "recolouring": {"light": recolouring("light"), "dark": recolouring("dark")},
        },
    )
