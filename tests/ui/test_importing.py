"""An import in the background: it waits for nobody, is done once, and says what went wrong."""

import sys
import threading
from pathlib import Path

import pytest

from cnnviz.errors import MissingExtraError
from cnnviz.ui.importing import BackgroundImport
from tests.training.helpers import wait_until


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which modules are imported, and forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "modules", sys.modules.copy())
    return tmp_path


def test_it_is_ready_when_the_last_module_is_imported_to_its_end(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = threading.Event()
    monkeypatch.setattr(threading, "held_by_the_test", hold, raising=False)
    (package / "first_of_two.py").write_text("")
    (package / "held_at_its_end.py").write_text("import threading\nassert threading.held_by_the_test.wait(60)\n")
    imported = BackgroundImport("Two modules", ["first_of_two", "held_at_its_end"])
    assert not imported.ready()
    wait_until(lambda: "held_at_its_end" in sys.modules, "it is being imported")
    assert not imported.ready()
    hold.set()
    wait_until(imported.ready, "it is there")


def test_it_is_begun_once(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[threading.Timer] = []
    monkeypatch.setattr(threading.Timer, "start", lambda timer: begun.append(timer))
    imported = BackgroundImport("A module", ["never_imported_by_anybody"])
    assert not imported.ready()
    assert not imported.ready()
    [timer] = begun
    assert timer.daemon


def test_what_went_wrong_is_one_sentence_at_every_call(package: Path) -> None:
    (package / "broken_module.py").write_text("raise OSError('no such instruction')")
    imported = BackgroundImport("The package", ["broken_module"])
    assert not imported.ready()
    for _ in range(2):
        with pytest.raises(MissingExtraError, match=r"The package could not be imported \(no such instruction\)"):
            wait_until(imported.ready, "it fails")
