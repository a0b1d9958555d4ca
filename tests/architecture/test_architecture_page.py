"""docs/architecture.md names files: all of them are there, and the short journey stays short."""

import re

from tests.dashboard import ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`((?:cnnviz|pages|tests)/[\w./]+?)`")
MOST_FILES = 12  # from a photo to its verdict and its heatmap


def test_the_files_that_it_names_are_there() -> None:
    named = set(NAMED.findall(TEXT))
    assert len(named) > 40
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_a_photo_comes_to_its_verdict_in_few_files() -> None:
    journey = TEXT.split("**A photo to its verdict and its heatmap.**")[1].split("**A filter on Mistakes")[0]
    assert 5 < len(set(NAMED.findall(journey))) <= MOST_FILES
