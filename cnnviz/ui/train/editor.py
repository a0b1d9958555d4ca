"""Editor: what this session is setting up. It outlives a page change, and every edit goes through it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import streamlit as st

from cnnviz.data import DatasetInfo
from cnnviz.errors import CnnvizError
from cnnviz.runs import Run
from cnnviz.spec import LAYER_KINDS, Layer, RunSpec, Settings
from cnnviz.training import start
from cnnviz.training.draft import Draft
from cnnviz.ui import loaders
from cnnviz.ui.address import go
from cnnviz.ui.train.fields import Fields

__all__ = ["LAYER_TITLES", "Editor", "current_editor", "look_at", "start_once"]

LAYER_TITLES: dict[str, type[Layer]] = {kind.title: kind for kind in LAYER_KINDS}

_STATE = "cnnviz.train.editor"
_TWIN_S = 5.0


@dataclass
class Editor:
    """The settings that a session edits.

    Attributes:
        draft: the settings; immutable, replaced by every edit.
        version: part of every widget's key; grows when the draft is changed by something else than those widgets,
            which then take their values from it anew.
        loads: the same for the choice of data set and preset, which keep their place while somebody chooses.
        open_layer: the layer whose settings are unfolded.
        starts: part of the Start button's key; grows with every start, so that the second half of a double click
            hits a button that is no more.
        problem: what went wrong with the last start or upload, in one sentence.
        rate_search: the key of the search for a learning rate that is shown; empty for none.
    """

    draft: Draft
    version: int = 0
    loads: int = 0
    open_layer: int | None = None
    starts: int = 0
    problem: str = ""
    rate_search: str = ""

    def key(self, name: str) -> str:
        """Return the key of a widget that shows part of the draft as it is now."""
        return f"train-{self.version}-{name}"

    def shows(self, key: str) -> bool:
        """Whether a widget shows the present draft: the browser may still report one of the draft before."""
        return key.startswith(self.key(""))

    def fields(self, settings: Settings, change: Callable[..., None], name: str) -> Fields:
        """Return the widgets for some settings of the draft.

        Args:
            settings: what is shown.
            change: called with one setting's name and new value, as long as the draft is the one that is shown.
            name: of the group, in their keys.
        """
        key = self.key(name)

        def change_shown(**values: Any) -> None:
            if self.shows(key):
                change(**values)

        return Fields(settings, change_shown, key)

    def load(self, draft: Draft) -> None:
        """Begin anew with another draft."""
        self.replace_layers(draft, None)
        self.loads += 1
        self.problem = ""

    def load_spec(self, spec: RunSpec, **values: Any) -> None:
        """Begin anew with the settings of a run, with some parts of the draft changed."""
        self.load(replace(Draft.of(spec, find_dataset(spec.data.name)), **values))

    def replace_layers(self, draft: Draft, open_layer: int | None) -> None:
        """Take a draft in which layers have come, gone or moved."""
        self.draft, self.open_layer = draft, open_layer
        self.version += 1

    def choose(self, dataset: str, preset: str) -> None:
        """Begin anew with a preset as it is for a data set, chosen with the widgets for both."""
        info = find_dataset(dataset)
        if info is not None:
            self.replace_layers(Draft.from_preset(preset, info, loaders.home()), None)
            self.problem = ""

    def begin_with(self, dataset: str, run_id: str) -> None:
        """Begin anew with the network of a run, for a data set."""
        info = find_dataset(dataset)
        if info is None:
            return
        self.problem = ""
        try:
            self.replace_layers(Draft.from_run(loaders.open_run(run_id), info), None)
        except CnnvizError as error:
            self.problem = error.sentence
            self.loads += 1  # the choice goes back to what is still set up

    def set_beginning(self, **values: Any) -> None:
        """Change what is frozen of the network that it begins with, and how that learns."""
        train = self.draft.train
        self._attempt(lambda: self.draft.with_beginning(**values))
        if self.draft.train != train:  # how it learns has followed; else the widgets stay, and with them the focus
            self.version += 1

    def take_preset(self, preset: str) -> None:
        """Begin anew with another preset for the same data set."""
        self.choose(self.draft.data.name, preset)
        self.loads += 1

    def toggle(self, index: int) -> None:
        """Unfold a layer's settings, or fold them."""
        self.open_layer = None if self.open_layer == index else index

    def add(self, kind: str) -> None:
        """Add a layer of a kind below the open one, or at the last place where it works."""
        layer = LAYER_TITLES[kind]()
        at = self.draft.place_for(layer) if self.open_layer is None else self.open_layer + 1
        self.replace_layers(self.draft.inserted(layer, at), at)

    def move(self, index: int, to: int) -> None:
        """Move a layer."""
        self.replace_layers(self.draft.moved(index, to), to)

    def copy(self, index: int) -> None:
        """Put a copy of a layer below it."""
        self.replace_layers(self.draft.inserted(self.draft.layers[index], index + 1), index + 1)

    def remove(self, index: int) -> None:
        """Remove a layer."""
        self.replace_layers(self.draft.without_layer(index), None)

    def set_layer(self, index: int, **values: Any) -> None:
        """Change a layer's settings."""
        self._attempt(lambda: self.draft.with_layer(index, **values))

    def set_train(self, **values: Any) -> None:
        """Change how it learns."""
        self._attempt(lambda: self.draft.with_train(**values))

    def take_rate(self, rate: float) -> None:
        """Learn at the rate that a search suggests."""
        self.set_train(learning_rate=rate)
        self.version += 1  # its field takes it

    def forget_rate_search(self) -> None:
        """Show no search for a rate any more."""
        self.rate_search = ""

    def set_augmentation(self, **values: Any) -> None:
        """Change the random changes to training images."""
        augmentation = self.draft.train.augmentation
        self._attempt(lambda: self.draft.with_train(augmentation=augmentation.changed(**values)))

    def set_data(self, **values: Any) -> None:
        """Change which images it learns from."""
        self._attempt(lambda: self.draft.with_data(**values))

    def set_draft(self, **values: Any) -> None:
        """Change the name or the output."""
        self.draft = replace(self.draft, **values)

    def read_file(self, content: bytes) -> None:
        """Begin anew with a spec from a file; where it cannot be used, say why and change nothing."""
        try:
            spec = RunSpec.from_json(content)
        except CnnvizError as error:
            self.problem = error.sentence
        else:
            self.load_spec(spec, name=spec.name)

    def _attempt(self, change: Callable[[], Draft]) -> None:
        """Change the draft; a value that cannot be is refused and its widget goes back."""
        self.problem = ""
        try:
            self.draft = change()
        except CnnvizError as error:
            self.problem = error.sentence
            self.version += 1


def find_dataset(name: str) -> DatasetInfo | None:
    """Return what is known of a data set, or None where there is none of that name."""
    return next((info for info in loaders.datasets() if info.name == name), None)


def current_editor() -> Editor:
    """Return this session's editor; a new one holds the reference network on the embedded sample."""
    editor = st.session_state.get(_STATE)
    if not isinstance(editor, Editor):
        info = find_dataset(loaders.SAMPLE) or loaders.datasets()[0]
        editor = st.session_state[_STATE] = Editor(Draft.from_preset("two-conv", info))
    return editor


_starting = threading.Lock()


def start_once(spec: RunSpec) -> Run:
    """Start a run, unless the same one was started a moment ago, from another tab or by a nervous finger.

    Raises:
        StorageError: the home cannot be written.
    """
    with _starting:
        run = _twin(spec) or start(spec, loaders.home())
    loaders.look_again()
    return run


def _twin(spec: RunSpec) -> Run | None:
    """The run made last, where it is a few seconds old, active, and the same."""
    try:
        run = loaders.open_run("latest")
        young = time.time() - (run.folder / "spec.json").stat().st_mtime < _TWIN_S
        same = run.spec.changed(versions={}) == spec.changed(versions={})
    except (CnnvizError, OSError):  # there is none yet, or it cannot be read
        return None
    return run if young and same and run.status.active else None


def look_at(run_id: str | None) -> NoReturn:
    """Show a run, or the editor, and write it into the URL; ends this run of the page.

    Args:
        run_id: the run, or None for the editor.
    """
    go(run=run_id)
    st.rerun()
