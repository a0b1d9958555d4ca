"""The dashboard's settings: safe, and in the same colours as the figures."""

import json
import re
import tomllib
from typing import Any

import pytest

from cnnviz.figures.theme import Mode, palette
from tests.dashboard import ROOT


@pytest.fixture
def settings() -> dict[str, Any]:
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_only_this_machine_reaches_the_dashboard(settings: dict[str, Any]) -> None:
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["allowedHosts"] == ["localhost", "127.0.0.1"]


def test_no_traceback_reaches_a_page_and_nothing_is_reported_home(settings: dict[str, Any]) -> None:
    assert settings["client"]["showErrorDetails"] == "none"
    assert settings["browser"]["gatherUsageStats"] is False


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_pages_and_figures_have_the_same_colours(settings: dict[str, Any], mode: Mode) -> None:
    theme, colors = settings["theme"][mode], palette(mode)
    assert theme["backgroundColor"] == colors.background
    assert theme["secondaryBackgroundColor"] == colors.surface
    assert theme["textColor"] == colors.text
    assert theme["linkColor"] == colors.accent
    assert theme["chartCategoricalColors"][:2] == [colors.train, colors.validation]


def test_the_tools_for_javascript_have_one_version_each_and_name_no_registry() -> None:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("package.json", "package-lock.json", ".npmrc")]
    package = json.loads(texts[0])
    assert package["private"] is True
    assert "dependencies" not in package
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["devDependencies"].values())
    assert "http" not in "".join(texts)
