"""Handwriting as people photograph it: digits of scikit-learn, large, dark on white paper; and who reads them."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from cnnviz import load_dataset, preset
from cnnviz.runs import Run

COUNT = 12  # test images that are written down


def train_reader(home: Path) -> Run:
    """Train a network that reads nine of ten digits, bright on dark, in three seconds."""
    from cnnviz.training.execute import train

    digits = load_dataset("digits")
    spec = preset("one-conv").for_data("digits", digits.shape, digits.class_names)
    return train(spec.changed(train=spec.train.changed(epochs=8, batch_size=32, seed=1)), home)


def labels() -> list[str]:
    return [str(label) for label in load_dataset("digits").test.labels[:COUNT]]


def on_paper(number: int, *, bright_on_dark: bool = False) -> bytes:
    """A test image, 160x160, as a PNG file: dark on white, or as it is."""
    image = Image.fromarray(load_dataset("digits").test.images[number, :, :, 0]).resize(
        (160, 160), Image.Resampling.BOX
    )
    pixels = np.asarray(image)
    content = io.BytesIO()
    Image.fromarray(pixels if bright_on_dark else 255 - pixels).save(content, "PNG")
    return content.getvalue()
