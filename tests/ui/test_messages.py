import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.errors import CnnvizError
from cnnviz.ui.messages import plain

WORD_JOINER = "\u2060"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "**bold** _under_ `code` ~~gone~~",
        "[a link](http://evil.example) ![a picture](x.png)",
        ":red[colour] :smile: :material/home:",
        "$x^2$",
        "# heading",
        "&lt; &amp;",
        "T-shirt/top",
    ],
)
def test_plain_escapes_all_punctuation_and_loses_nothing(text: str) -> None:
    escaped = plain(text)
    assert escaped.replace("\\", "").replace(WORD_JOINER, "") == text
    for before, letter in zip(" " + escaped, escaped, strict=False):
        assert letter == "\\" or letter.isalnum() or letter in " " + WORD_JOINER or before == "\\"


@pytest.mark.parametrize("text", ["http://evil.example", "www.evil.example", "someone@evil.example", ":smile:", "a->b"])
def test_plain_parts_what_is_found_after_the_escapes(text: str) -> None:
    assert WORD_JOINER in plain(text)


def test_plain_is_one_line_without_control_characters() -> None:
    assert plain("a\nb\tc\u202ed") == "a b c d"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("there is no run called 'x'; train one", "There is no run called 'x'; train one."),
        ("cifar10 could not be had; use the sample", "cifar10 could not be had; use the sample."),
        ("It ended.", "It ended."),
        ("", "Something went wrong."),
    ],
)
def test_sentence(message: str, expected: str) -> None:
    assert CnnvizError(message).sentence == expected


def _page_with_an_error() -> None:
    import streamlit as st

    from cnnviz.errors import RunError
    from cnnviz.ui.messages import reported

    with reported(way_back=None):
        st.write("before")
        raise RunError("there is no run called '<b>'; choose one")
    st.write("after")


def test_reported_says_one_sentence_and_ends_the_run() -> None:
    at = AppTest.from_function(_page_with_an_error, default_timeout=60).run()
    assert [error.value for error in at.error] == [plain("There is no run called '<b>'; choose one.")]
    assert [text.value for text in at.markdown] == ["before"]
    assert not at.exception


def _page_with_a_bug() -> None:
    from cnnviz.ui.messages import reported

    with reported(way_back=None):
        raise KeyError("ours")


def test_reported_leaves_a_bug_to_streamlit() -> None:
    at = AppTest.from_function(_page_with_a_bug, default_timeout=60).run()
    assert at.exception
    assert not at.error
