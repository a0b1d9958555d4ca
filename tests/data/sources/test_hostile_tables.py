"""Tables that are none, or are damaged: one sentence, with the row."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cnnviz.data.sources import delimited as reading_lines
from cnnviz.data.sources import understand
from cnnviz.errors import DataError
from tests.data.sources.helpers import again, read_all, smooth

IMAGES = smooth(10, 8, 8, 1)
LABELS = np.arange(10) % 2
HEADER = ",".join(["label", *(f"p{number}" for number in range(64))])
ROWS = [",".join(map(str, [label, *image.ravel()])) for label, image in zip(LABELS, IMAGES, strict=True)]


def refusal(path: Path, content: str | bytes | None = None, **reading: object) -> str:
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DataError) as caught:
        again(path, **reading)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 600
    return message


def table(tmp_path: Path, *changed: tuple[int, str], header: str = HEADER) -> tuple[Path, str]:
    rows = list(ROWS)
    for number, row in changed:
        rows[number] = row
    return tmp_path / "a.csv", "\n".join([header, *rows]) + "\n"


def test_the_table_is_good_without_what_follows(tmp_path: Path) -> None:
    path, content = table(tmp_path)
    path.write_text(content)
    assert np.array_equal(read_all(understand(path)), IMAGES)


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_empty(tmp_path: Path, content: str) -> None:
    assert "a.csv is empty; give a table" in refusal(tmp_path / "a.csv", content)


def test_a_header_only(tmp_path: Path) -> None:
    assert "holds a header and no rows" in refusal(tmp_path / "a.csv", HEADER + "\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_and_semicolons(tmp_path: Path, encoding: str) -> None:
    path, content = table(tmp_path)
    path.write_bytes(content.replace(",", ";").encode(encoding))
    assert np.array_equal(read_all(understand(path)), IMAGES)


def test_ragged_rows(tmp_path: Path) -> None:
    path, content = table(tmp_path, (4, ROWS[4].rpartition(",")[0]))
    assert f"row 6 of {path} has 64 values and the first row 65; give each row as many" in refusal(path, content)


def test_more_values_than_columns(tmp_path: Path) -> None:
    path, content = table(tmp_path, *((number, ROWS[number] + ",1") for number in range(10)))
    assert f"row 2 of {path} has 66 values and the first row 65" in refusal(path, content)


@pytest.mark.parametrize(
    ("value", "what"),
    [("inf", "holds inf"), ("NaN", "holds NaN"), ("-Infinity", "holds -Infinity"), ("", "holds nothing"),
     ("1e400", "holds 1e400"), ("black", "holds 'black', which is no number,")],
)  # fmt: skip
@pytest.mark.parametrize("divisor", [1, 255])
def test_infinities_and_what_is_no_number(tmp_path: Path, value: str, what: str, divisor: int) -> None:
    rows = [
        ",".join(map(str, [label, *(image.ravel() / divisor).tolist()]))
        for label, image in zip(LABELS, IMAGES, strict=True)
    ]
    broken = rows[7].split(",")
    broken[11] = value
    rows[7] = ",".join(broken)
    path = tmp_path / "a.csv"
    message = refusal(path, "\n".join([HEADER, *rows]))
    assert f"row 9 of {path} {what} in the column 'p10'; give each pixel a finite number" in message


def test_an_open_quote(tmp_path: Path) -> None:
    path, content = table(tmp_path, (3, '"' + ROWS[3]))
    assert f'row 5 of {path} has a quote (") that is not closed' in refusal(path, content)
    assert "that is not closed" in refusal(path, '"' + content)


@pytest.mark.parametrize(
    ("label", "shown"), [("1.5", "1.5"), ("1e20", "1e+20"), (str(10**20), "1e+20"), ("nan", "nan")]
)
def test_labels_that_are_no_classes(tmp_path: Path, label: str, shown: str) -> None:
    path, content = table(tmp_path, (2, label + ROWS[2][1:]))
    assert f"row 4 of a.csv has the label {shown}, expected a whole number or a word" in refusal(path, content)


def test_a_row_without_a_label(tmp_path: Path) -> None:
    path, content = table(
        tmp_path, *((number, ("" if number == 2 else "word") + row[1:]) for number, row in enumerate(ROWS))
    )
    assert "row 4 of a.csv has no label" in refusal(path, content)


def test_fifty_thousand_columns(tmp_path: Path) -> None:
    images = smooth(3, 223, 224, 1)  # 49,952
    rows = [",".join(map(str, [number, *image.ravel()])) for number, image in enumerate(images)]
    message = refusal(tmp_path / "a.csv", "\n".join(rows))
    assert "has 49,952 values for a picture, which make no square one" in message
    assert np.array_equal(read_all(again(tmp_path / "a.csv", shape=(223, 224, 1))), images)


def test_a_path_given_as_content_and_content_given_as_a_path(tmp_path: Path) -> None:
    assert "has 0 columns beside its labels" in refusal(tmp_path / "a.csv", "/data/mnist.csv\n")
    assert "cannot be read" in refusal(Path("label,p1,p2\n1,2,3"[:60].replace("\n", " ")))


@pytest.mark.parametrize("count", [63, 65, 2])
def test_pixels_that_make_no_image(tmp_path: Path, count: int) -> None:
    rows = [f"{number % 2}," + ",".join(["9"] * count) for number in range(4)]
    header = ",".join(["label", *(f"p{number}" for number in range(count))])
    message = refusal(tmp_path / "a.csv", "\n".join([header, *rows]))
    assert f"{count} values for a picture" in message or f"has {count} columns beside its labels" in message


@pytest.mark.parametrize("shape", [(8, 9, 1), (0, 0, 1), (8, 4, 2), (-8, -8, 1)])
def test_a_shape_that_does_not_fit(tmp_path: Path, shape: tuple[int, int, int]) -> None:
    path, content = table(tmp_path)
    assert "has 64 values for a picture and" in refusal(path, content, shape=shape)


def test_images_and_labels_of_different_lengths(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "input.csv", IMAGES.reshape(10, -1), delimiter=",", fmt="%d")
    np.savetxt(tmp_path / "labels.csv", LABELS[:9], fmt="%d")
    assert "input.csv has 10 images and labels.csv 9 labels; give one label for each image" in refusal(tmp_path)
    (tmp_path / "labels.csv").unlink()
    assert "has no column of labels" in refusal(tmp_path / "input.csv")


def test_a_single_class(tmp_path: Path) -> None:
    path, content = table(tmp_path, *((number, "7" + row[1:]) for number, row in enumerate(ROWS)))
    assert "the labels of a.csv holds the single class '7'" in refusal(path, content)


def test_a_list_of_files_is_no_table_of_pixels(tmp_path: Path) -> None:
    pd.DataFrame({"file": ["a.png", "b.png"], "label": ["x", "y"]}).to_csv(tmp_path / "a.csv", index=False)
    assert "if it lists the files of pictures, give the folder that holds both" in refusal(tmp_path / "a.csv")


def test_a_line_without_an_end_is_not_read_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_lines, "LONGEST_LINE", 1000)
    assert "row 1 of" in refusal(tmp_path / "a.csv", "1," * 600)


def test_something_else_called_csv(tmp_path: Path) -> None:
    assert "holds PDF, expected a table of text" in refusal(tmp_path / "a.csv", b"%PDF-1.7\n")
    assert "cannot be read as a zip archive" in refusal(tmp_path / "b.csv", b"PK\3\4")
    assert "holds PNG" in refusal(tmp_path / "c.csv", b"\x89PNG\r\n\x1a\n" + bytes(99))


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    path, content = table(tmp_path)
    assert "has no column 'mood'; it has label, p0" in refusal(path, content, label="mood")
    assert "the delimiter is ';;', expected one character" in refusal(path, content, delimiter=";;")
