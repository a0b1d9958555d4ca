"""What a run does otherwise than its preset, in words."""

from typing import Any

import pytest

from cnnviz.spec import Augmentation, RunSpec, preset
from cnnviz.spec.words import changes_in_words


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
        (changed("cats-vs-dogs", data={"train_images": 200}).changed(preset=None), "cat and dog, 200 images"),
    ],
)
def test_what_differs_from_the_preset(spec: RunSpec, words: str) -> None:
    assert changes_in_words(spec) == words


def test_layers_that_grew_with_the_images_are_not_changed() -> None:
    grew = preset("two-conv").for_data("mine", (224, 224, 3), 10)
    assert changes_in_words(grew) == ""
