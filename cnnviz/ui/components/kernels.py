"""Kernels that change as they learn: a canvas that fades from old weights to new, sharp at any width."""

import base64

import streamlit as st

from cnnviz.figures.mosaic import Mosaic, in_digits
from cnnviz.figures.theme import css_variables
from cnnviz.ui.components.assets import read_asset

__all__ = ["live_kernels"]

_component = st.components.v2.component(
    "cnnviz_live_kernels",
    html=(
        '<figure><canvas role="img"></canvas><div class="scale" aria-hidden="true"><span class="low"></span>'
        '<span class="ramp"></span><span class="high"></span></div><figcaption></figcaption></figure>\n'
    ),
    css=css_variables() + read_asset("kernels.css"),
    js=read_asset("kernels.js"),
)


def live_kernels(mosaic: Mosaic, *, key: str, smallest: int = 40) -> None:
    """Draw a mosaic with its scale and caption; under the same key, fade from the weights before to these.

    One byte a weight goes to the browser, which enlarges by the largest whole number that fits its column.

    Args:
        mosaic: from `cnnviz.figures.kernel_mosaic`.
        key: unique on the page.
        smallest: pixels; where kernels would be smaller than that, on a phone, a row gets fewer of them.
    """
    filters, height, width, _ = mosaic.tiles.shape
    _component(
        key=key,
        data={
            "tiles": base64.b64encode(mosaic.tiles.tobytes()).decode("ascii"),
            "filters": filters,
            "height": height,
            "width": width,
            "columns": mosaic.columns,
            "smallest": smallest,
            "low": f"−{in_digits(mosaic.limit)}",
            "high": f"+{in_digits(mosaic.limit)}",
            "ramp": list(mosaic.ramp),
            "caption": mosaic.caption,
        },
    )
