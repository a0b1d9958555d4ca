"""The example in docs/own-data/README.md works as it stands."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.dashboard import ROOT

PAGE = ROOT / "docs" / "own-data" / "README.md"


def test_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(20):
        file = tmp_path / "pets" / ("cat", "dog")[number % 2] / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((20, 40, 3), 10 * number, np.uint8)).save(file)
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    printed = capsys.readouterr().out
    assert "('cat', 'dog') 20 ()" in printed
    assert "16 4 ()" in printed
    assert names["dataset"].shape == (64, 64, 3)  # type: ignore[attr-defined]
