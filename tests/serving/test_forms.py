"""Forms, taken apart: what is a file, what is not, and what is no form."""

import pytest

from cnnviz.serving.forms import files_of
from cnnviz.serving.problems import Problem

TYPE = 'multipart/form-data; boundary="x"'


def part(name: str, content: str = "content") -> str:
    return (
        f'--x\nContent-Disposition: form-data; name="files"; filename="{name}"\nContent-Type: image/png\n\n{content}\n'
    )


def files(text: str, content_type: str = TYPE, most: int = 5) -> list[tuple[str, bytes]]:
    return files_of(text.replace("\n", "\r\n").encode(), content_type, most)


def test_files_keep_their_order_names_and_bytes() -> None:
    tricky = "--xy\n--x y\n\n--\n"  # begins like a boundary and is none
    found = files(
        "what stands before is nobody's\n" + part("a.png") + part("日本 ü.png", tricky) + part("", "") + "--x--"
    )
    assert found == [("a.png", b"content"), ("日本 ü.png", tricky.replace("\n", "\r\n").encode()), ("", b"")]


def test_every_byte_survives() -> None:
    content = bytes(range(256)) * 3 + b"\r\n--"
    head, _, tail = part("a", "|").replace("\n", "\r\n").encode().partition(b"|")
    assert files_of(head + content + tail + b"--x--\r\n", TYPE, 1) == [("a", content)]


def test_fields_are_passed_over_and_a_form_may_be_empty() -> None:
    field = '--x\nContent-Disposition: form-data; name="top"\n\n5\n'
    assert files(field + part("a") + field + "--x--") == [("a", b"content")]
    assert files("--x\n\nno headers\n--x--") == []
    assert files("--x--") == []
    assert files("--x  \n" + part("a").removeprefix("--x\n") + "--x--  \nwhat stands behind") == [("a", b"content")]


@pytest.mark.parametrize(
    ("text", "content_type", "said"),
    [
        ("", TYPE, "ends before its last boundary"),
        (part("a"), TYPE, "ends before its last boundary"),
        (part("a") + part("b")[:-30], TYPE, "ends before its last boundary"),
        ("--x\nno header\n--x--", TYPE, "no headers, or too long ones"),
        ("--x\n" + "A: b\n" * 3000 + "\ncontent\n--x--", TYPE, "no headers, or too long ones"),
        (part("a") * 6 + "--x--", TYPE, "more than 5 files; send 1 to 5 at a time"),
        ('--x\nContent-Disposition: form-data; name="a"\n\n1\n' * 9 + "--x--", TYPE, "more than 8 fields"),
        (part("a") + "--x--", "multipart/form-data", "no boundary"),
        (part("a") + "--x--", f"multipart/form-data; boundary={'x' * 71}", "no boundary of 1 to 70"),
    ],
)
def test_what_is_no_whole_form_is_refused(text: str, content_type: str, said: str) -> None:
    with pytest.raises(Problem, match=said) as refused:
        files(text, content_type)
    assert refused.value.status == 400
