"""A drawing of `cnnviz.figures` on a page: in the colours of the theme, with exact numbers under the pointer."""

import streamlit as st

from cnnviz.figures.svg import STYLE, Drawing
from cnnviz.figures.theme import css_variables
from cnnviz.ui.components.assets import read_asset
from cnnviz.ui.components.modules import bundled
from cnnviz.ui.components.saving import SAVE_SCRIPTS, SAVE_STYLE, Saving, saving_data

__all__ = ["drawing"]

_component = st.components.v2.component(
    "cnnviz_drawing",
    html=(
        '<figure><div class="stage"></div><div class="tip" role="status" data-unsaved hidden></div>'
        "<figcaption></figcaption></figure>\n"
    ),
    css=css_variables() + read_asset("figure.css") + SAVE_STYLE + STYLE + read_asset("drawing.css"),
    js=bundled(*SAVE_SCRIPTS, "drawing.js"),
)


def drawing(picture: Drawing, *, key: str, caption: str, largest: int = 560, saved: Saving | None = None) -> None:
    """Show a drawing as wide as there is room, and one sentence on how to read it.

    Args:
        picture: the drawing.
        key: unique on the page.
        caption: one sentence.
        largest: how wide it may become, in pixels.
        saved: what the figure is called when it is saved; None where it cannot be.
    """
    data = {"svg": str(picture), "caption": caption, "largest": largest, "saved": saving_data(saved)}
    _component(key=key, data=data)
