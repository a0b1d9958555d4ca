"""The bar above a page: which run, which of its snapshots, and where a page shows them, image, layer and filter."""

from cnnviz.ui.bar.network import BAR_STYLE, ShownRun, asked_run, run_bar
from cnnviz.ui.bar.pinned import Pinned, looked_run, pinned_bar

__all__ = ["BAR_STYLE", "Pinned", "ShownRun", "asked_run", "looked_run", "pinned_bar", "run_bar"]
