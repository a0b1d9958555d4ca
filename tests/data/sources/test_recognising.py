"""The form is chosen by what is there."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz.data.sources import understand
from cnnviz.errors import DataError


def test_a_folder_is_understood(tmp_path: Path) -> None:
    for name, value in (("cat", 10), ("dog", 200)):
        for number in range(2):
            path = tmp_path / "pets" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("L", (5, 4), value + number).save(path)
    found = understand(tmp_path / "pets")
    assert (found.form, found.class_names, len(found)) == ("class folders", ("cat", "dog"), 4)
    assert found.labels.tolist() == [0, 0, 1, 1]
    assert set(found.parts) == {""}
    assert found.pictures.name(2) == "dog/0.png"
    assert np.array_equal(found.pictures.read(3), np.full((4, 5, 1), 201, np.uint8))


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [("a.png", b"%PDF-1.7", "PDF"), ("b.zip", b"Rar!\x1a\x07", "a RAR archive"), ("c", b"", "nothing")],
)
def test_a_file_of_no_form_is_refused_by_what_it_holds(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name} holds {kind}; accepted are"):
        understand(tmp_path / name)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nothing cannot be read \(No such file or directory\)"):
        understand(tmp_path / "nothing")
