"""Presets of a home: settings that somebody gave a name, beside those that come with cnnviz."""

import os
import re
from pathlib import Path

from cnnviz.errors import SpecError
from cnnviz.files import read_regular, storage_errors, write_atomically
from cnnviz.home import presets_folder
from cnnviz.spec import PRESETS, RunSpec, preset

__all__ = ["delete_preset", "find_preset", "own_presets", "save_preset"]

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")


def own_presets(home: str | Path | None = None) -> tuple[str, ...]:
    """Return the names of a home's own presets, in the order of the alphabet.

    Args:
        home: the home folder; None for the usual one.
    """
    try:
        found = [path.stem for path in presets_folder(home).glob("*.json")]
    except OSError:
        return ()
    return tuple(sorted(name for name in found if _NAME.fullmatch(name) and name not in PRESETS))


def find_preset(name: str, home: str | Path | None = None) -> RunSpec:
    """Return a preset: one that comes with cnnviz, or one of a home.

    Args:
        name: of the preset.
        home: the home folder; None for the usual one.

    Raises:
        SpecError: there is none of that name, or its file cannot be read.
    """
    own = own_presets(home)
    if name in PRESETS or name not in own:
        if name in PRESETS or not own:
            return preset(name)
        raise SpecError(f"there is no preset called {name!r}; choose one of {', '.join((*PRESETS, *own))}")
    try:
        return RunSpec.from_json(read_regular(presets_folder(home) / f"{name}.json"))
    except (OSError, SpecError) as error:
        raise SpecError(f"the preset {name} cannot be read ({error}); delete it, or choose another") from error


def save_preset(name: str, spec: RunSpec, home: str | Path | None = None) -> None:
    """Keep settings as a preset.

    Args:
        name: lower-case letters, digits and hyphens, 2 to 60.
        spec: what is kept; its own name is left out, since runs are called after the preset.
        home: the home folder; None for the usual one.

    Raises:
        SpecError: the name cannot be one, or is taken.
        StorageError: the home cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise SpecError(f"{name!r:.80} cannot be a preset's name; use 2 to 60 of a to z, 0 to 9 and hyphens")
    if name in PRESETS or name in own_presets(home):
        raise SpecError(f"there is a preset called {name} already; choose another name")
    kept = spec.changed(name="", preset=name, versions={})
    write_atomically(presets_folder(home) / f"{name}.json", kept.to_json().encode())


def delete_preset(name: str, home: str | Path | None = None) -> None:
    """Remove one of a home's own presets.

    Raises:
        SpecError: there is none of that name.
        StorageError: the home cannot be written.
    """
    if name not in own_presets(home):
        raise SpecError(f"there is no preset of your own called {name!r:.80}; those of cnnviz stay")
    path = presets_folder(home) / f"{name}.json"
    with storage_errors(path):
        os.unlink(path)
