from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cnnviz.runs import Run
from cnnviz.spec import Augmentation, Dropout, RunSpec, preset
from cnnviz.ui.run_facts import can_resume, changes_in_words, name_in_words, started_in_words
from tests.ui.made import failed_run, running_run

NOW = datetime(2026, 11, 20, 15)


@pytest.mark.parametrize(
    ("run_id", "words"),
    [
        ("20261120-140509-two-conv-ab12", "today 14:05"),
        ("20261103-140509-two-conv-ab12", "3 Nov"),
        ("20251120-140509-two-conv-ab12", "20 Nov 2025"),
        ("20269920-140509-two-conv-ab12", ""),
        ("bundled-two-conv", ""),
    ],
)
def test_when_a_run_was_started(run_id: str, words: str) -> None:
    assert started_in_words(run_id, NOW) == words


def changed(name: str = "two-conv", *, layers: int = 0, data: dict[str, Any] | None = None, **train: Any) -> RunSpec:
    """A preset with its last layers left out, and other settings."""
    spec = preset(name)
    return spec.changed(
        model=spec.model.changed(layers=spec.model.layers[: len(spec.model.layers) - layers]),
        data=spec.data.changed(**data or {}),
        train=spec.train.changed(**train),
    )


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (changed(), ""),
        (changed(epochs=1), "1 epoch"),
        (changed(seconds=60), "60 s"),
        (changed(epochs=20, learning_rate=0.01, layers=1), "20 epochs, layers changed, rate 0.01"),
        (changed(optimizer="sgd", batch_size=32, seed=3, nesterov=False), "SGD, batch 32, seed 3, and more"),
        (changed(nesterov=False), "details changed"),
        (changed(schedule="cosine", augmentation=Augmentation(flip=True)), "cosine, augmented"),
        (changed("regularised", augmentation=Augmentation(flip=True)), "augmentation changed"),
        (changed("cats-vs-dogs", augmentation=Augmentation()), "not augmented"),
        (changed("cats-vs-dogs", data={"classes": ("ship", "frog")}), "ship and frog"),
        (changed(data={"train_images": 1000, "validation": 0}), "1,000 images, no validation"),
        (changed(data={"validation": 0.2, "name": "cifar10"}), "20 % validation"),
        (changed().changed(preset=None), ""),
        (changed(epochs=3).changed(preset="of another version"), ""),
    ],
)
def test_what_differs_from_the_preset(spec: RunSpec, words: str) -> None:
    assert changes_in_words(spec) == words


def layers(spec: RunSpec, *changes: tuple[int, dict[str, Any]]) -> RunSpec:
    """A spec with some settings of its layers changed."""
    found = list(spec.model.layers)
    for at, values in changes:
        found[at] = found[at].changed(**values)
    return spec.changed(model=spec.model.changed(layers=tuple(found)))


def with_dropout(spec: RunSpec) -> RunSpec:
    found = spec.model.layers
    return spec.changed(model=spec.model.changed(layers=(*found[:-1], Dropout(rate=0.5), found[-1])))


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        (changed(learning_rate=5, optimizer="sgd"), "two-conv, rate 5, SGD"),
        (changed(learning_rate=5), "two-conv, rate 5"),
        (changed(momentum=0.5, epochs=3), "two-conv, momentum 0.5, 3 epochs"),
        (changed(nesterov=False), "two-conv, no nesterov"),
        (layers(changed(), (0, {"filters": 8})), "two-conv, 8 filters"),
        (layers(changed(), (0, {"kernel_size": 5, "activation": "tanh"})), "two-conv, kernels 5×5, tanh"),
        (with_dropout(changed()), "two-conv, with dropout 50 %"),
        (changed(layers=1), "two-conv, no dense 64"),
        (changed(learning_rate=5, optimizer="sgd", batch_size=8, seed=4), "two-conv, rate 5, SGD, batch 8 and more"),
        (changed(learning_rate=5).changed(preset="of another version"), "of another version, changed"),
    ],
)
def test_a_run_is_named_by_what_differs(spec: RunSpec, name: str) -> None:
    assert name_in_words(spec) == name


def test_runs_that_differ_in_one_setting_have_different_names() -> None:
    found = [changed(learning_rate=rate, optimizer=kind) for rate in (0.1, 1, 5) for kind in ("adam", "sgd")]
    found += [layers(changed(), (0, {"filters": count})) for count in (4, 8, 16)]
    assert len({name_in_words(spec) for spec in found}) == len(found)


def test_a_name_is_never_longer_than_settings_allow() -> None:
    spec = layers(changed(label_smoothing=0.123456789, averaging_decay=0.98765), (0, {"kernel_size": 5}))
    assert len(name_in_words(spec)) <= 80
    assert name_in_words(spec).startswith("two-conv, ")


def test_what_can_be_resumed_has_a_button(home: Path) -> None:
    run = failed_run(home)
    assert can_resume(run)
    assert not can_resume(Run(run.folder, bundled=True))
    assert not can_resume(running_run(home))
