"""What is written beside a network."""

from cnnviz.export.writing import labels_text


def test_a_line_for_each_class_whatever_its_name_holds() -> None:
    names = ["cat", "two\nlines", "a\r\nb", "\u2028", "<b>"]
    assert labels_text(names).splitlines() == ["cat", "two lines", "a b", "", "<b>"]
