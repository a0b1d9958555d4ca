"""Plotly's own JavaScript, served from beside app.py."""

from pathlib import Path

import pytest

from cnnviz.errors import StorageError
from cnnviz.ui.components.plotly_bundle import BUNDLE, bundle_url, install_bundle


def test_bundle_is_copied_when_missing_or_of_another_size(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.js"
    bundle.write_bytes(b"new")
    served = install_bundle(tmp_path / "static", bundle)
    assert served.read_bytes() == b"new"
    bundle.write_bytes(b"NEW")
    install_bundle(tmp_path / "static", bundle)
    assert served.read_bytes() == b"new"  # the same size: nothing is written every second
    bundle.write_bytes(b"newer")
    install_bundle(tmp_path / "static", bundle)
    assert [file.read_bytes() for file in (tmp_path / "static").iterdir()] == [b"newer"]


def test_bundle_says_when_the_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "static").write_text("a file in the way")
    with pytest.raises(StorageError, match=r"cannot write .*plotly\.min\.js"):
        install_bundle(tmp_path / "static")


def test_bundle_comes_with_plotly_and_has_no_address_outside_a_page() -> None:
    assert BUNDLE.stat().st_size > 1_000_000
    assert bundle_url() is None
