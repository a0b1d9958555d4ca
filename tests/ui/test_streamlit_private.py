"""The names of Streamlit that are not public: they are there, and what happens where they are gone."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile, UploadedFileRec
from streamlit.testing.v1 import AppTest

from cnnviz.ui import streamlit_private as private


def test_what_is_installed_was_tried() -> None:
    """A newer version: run all tests, then write its number into `TRIED`."""
    assert ".".join(st.__version__.split(".")[:2]) == private.TRIED


def test_a_session_has_a_manager_of_uploads() -> None:
    def script() -> None:
        import streamlit as st
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        st.write(hasattr(get_script_run_ctx().uploaded_file_mgr, "remove_file"))

    assert AppTest.from_function(script).run().main.get("markdown")[0].value == "`True`"


def test_an_upload_is_told_from_one_that_was_let_go_of() -> None:
    record = UploadedFileRec("file", "a.png", "image/png", b"1")
    assert isinstance(UploadedFile(record, FileURLs()), private.UploadedFile)
    assert not isinstance(DeletedFile("file"), private.UploadedFile)


def test_a_run_knows_whether_the_browser_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def script() -> None:
        import streamlit as st
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        st.write(get_script_run_ctx().is_history_navigation)

    assert AppTest.from_function(script).run().main.get("markdown")[0].value == "`False`"
    for context, back in (
        (SimpleNamespace(is_history_navigation=True), True),
        (SimpleNamespace(), False),
        (None, False),
    ):
        monkeypatch.setattr(private, "get_script_run_ctx", lambda context=context, **_: context)
        assert private.going_back() is back


def test_an_upload_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = MemoryUploadedFileManager("/upload")
    manager.add_file("session", UploadedFileRec("file", "a.png", "image/png", b"1"))
    context = SimpleNamespace(session_id="session", uploaded_file_mgr=manager)
    monkeypatch.setattr(private, "get_script_run_ctx", lambda **_: context)
    assert private.let_go_of_upload("file")
    assert manager.get_files("session", ["file"]) == []
    for gone in (None, SimpleNamespace(session_id="session"), SimpleNamespace(uploaded_file_mgr=object())):
        monkeypatch.setattr(private, "get_script_run_ctx", lambda gone=gone, **_: gone)
        assert not private.let_go_of_upload("file")


def test_the_old_pages_are_switched_off_where_they_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hasattr(PagesManager, "uses_pages_directory")
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    private.without_old_pages()
    assert PagesManager.uses_pages_directory is False
    gone: Any = None
    monkeypatch.setitem(sys.modules, "streamlit.runtime.pages_manager", gone)
    private.without_old_pages()
