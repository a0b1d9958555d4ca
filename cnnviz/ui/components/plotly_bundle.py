"""Plotly's own JavaScript, out of the Python package, served by Streamlit as a static file."""

from pathlib import Path

import plotly
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.errors import StorageError
from cnnviz.files import write_atomically

__all__ = ["BUNDLE", "bundle_url", "install_bundle"]

BUNDLE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def install_bundle(folder: Path, bundle: Path = BUNDLE) -> Path:
    """Put the bundle into a folder of static files, unless it is there already.

    Args:
        folder: the app's `static` folder; made when missing.
        bundle: the file to serve.

    Returns:
        The served file; the same size as `bundle`.

    Raises:
        StorageError: the folder cannot be written.
    """
    target = folder / bundle.name
    if not (target.is_file() and target.stat().st_size == bundle.stat().st_size):
        write_atomically(target, bundle.read_bytes(), durable=False)
    return target


def bundle_url() -> str | None:
    """Where the browser gets Plotly.

    Returns:
        A path on this server, or None where static files are not served or the folder cannot be written.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not st.get_option("server.enableStaticServing"):
        return None
    try:
        file = install_bundle(Path(context.main_script_path).parent / "static")
    except StorageError:
        return None
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    # The version keeps a browser from using an older bundle out of its cache.
    return f"{'/' + base if base else ''}/app/static/{file.name}?v={plotly.__version__}"
