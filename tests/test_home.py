"""Where the home is."""

from importlib.resources import files
from pathlib import Path

import pytest

from cnnviz.errors import StorageError
from cnnviz.home import bundled_folder, datasets_folder, resolve_home, runs_folder


def test_an_argument_wins_over_the_setting_and_the_setting_over_the_usual_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path / "setting"))
    assert resolve_home(tmp_path / "argument") == tmp_path / "argument"
    assert resolve_home() == tmp_path / "setting"
    monkeypatch.delenv("CNNVIZ_HOME")
    assert resolve_home() == Path.home() / ".cnnviz"


def test_a_relative_home_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert resolve_home("here") == tmp_path / "here"
    assert (datasets_folder("here"), runs_folder("here")) == (tmp_path / "here/datasets", tmp_path / "here/runs")


def test_a_user_nobody_knows_is_a_sentence() -> None:
    with pytest.raises(StorageError, match="the home '~nobody-of-that-name/x' cannot be found"):
        resolve_home("~nobody-of-that-name/x")


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_home_is_refused_and_an_empty_setting_is_none(monkeypatch: pytest.MonkeyPatch, empty: str) -> None:
    with pytest.raises(StorageError, match="the home is empty; give a folder"):
        resolve_home(empty)
    monkeypatch.setenv("CNNVIZ_HOME", "")
    assert resolve_home() == Path.home() / ".cnnviz"


@pytest.mark.parametrize("name", ["x" * 256, "/tmp/" + "x/" * 3000, "a\0b", "ö" * 200])
def test_a_name_that_no_system_takes_is_a_sentence(name: str) -> None:
    with pytest.raises(StorageError, match=r"is too long or no name; give a shorter path") as caught:
        resolve_home(name)
    assert len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


def test_the_runs_that_came_with_cnnviz_lie_in_the_package_unless_a_setting_names_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_BUNDLED", str(tmp_path / "setting"))
    assert bundled_folder() == tmp_path / "setting"
    assert bundled_folder(tmp_path / "argument") == tmp_path / "argument"
    for unset in ("", None):
        monkeypatch.setenv("CNNVIZ_BUNDLED", "") if unset == "" else monkeypatch.delenv("CNNVIZ_BUNDLED")
        assert bundled_folder() == Path(str(files("cnnviz") / "assets" / "runs"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CNNVIZ_BUNDLED", "here")
    assert bundled_folder() == tmp_path / "here"
