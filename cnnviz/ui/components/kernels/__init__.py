"""Kernels that change as they learn: a canvas that fades from old weights to new, sharp at any width."""

from cnnviz.figures.mosaic import Mosaic, in_digits
from cnnviz.figures.packing import packed
from cnnviz.ui.components.component import component

__all__ = ["live_kernels"]

_component = component(__file__)


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
            "tiles": packed(mosaic.tiles),
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
