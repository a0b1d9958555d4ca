"""A RunSpec as a plain Keras script that trains the same run: the same first weights, images, order and steps."""

import textwrap
from pathlib import Path

from cnnviz.export.beginning_code import beginning_settings, body_code, features_code
from cnnviz.export.data_code import DataPlace, data_code, data_settings
from cnnviz.export.learning_code import Plan, learning_code
from cnnviz.export.network_code import network_code
from cnnviz.export.views_code import views_code
from cnnviz.export.whitening_code import whitening_code
from cnnviz.runs.weights import BEGINNING, NETWORK
from cnnviz.spec import RunSpec

__all__ = ["CELL", "Plan", "training_script"]

CELL = "# %% "  # begins a cell: editors know it, and the notebook is cut there


_HEAD = '''\
"""Trains a network in plain Keras{origin}.

The layers, their first weights, the images, their order and every step are the same.
{along}
    python train.py

Needs: pip install {packages}
Only rounding differs. The network is kept as trained.keras beside this file.
"""
'''

_ALONG = (
    "It begins with a trained network, which lies in the run's folder. On another machine this file needs beside it "
    "a folder {folder} with the run's {network} and {weights}{and_data}."
)

_SETTINGS = """\
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from pathlib import Path

import keras
import numpy as np
{imports}
HERE = Path(globals().get("__file__", "notebook")).absolute().parent
{data}{beginning}SEED = {seed}
EPOCHS = {epochs}
BATCH_SIZE = {batch_size}
LEARNING_RATE = {learning_rate!r}
{more}"""

_RUN = """\
history = model.fit(
    batches,
    epochs=EPOCHS,
    shuffle=False,  # they have their order
    callbacks=callbacks,
{validation})
{whole}loss, accuracy = {network}.evaluate(x_test, targets(y_test), batch_size=100, verbose=0)
print(f"test loss {{loss:.4f}}, test accuracy {{accuracy:.1%}}")
keras.Model(inputs, outputs, name="cnn").save(HERE / "trained.keras")  # without the optimizer
"""

_WHOLE = 'network.compile(loss=model.loss, metrics=["accuracy"], jit_compile=False)  # from images on\n'


def training_script(
    spec: RunSpec, place: DataPlace, plan: Plan | None = None, run_id: str = "", begun: Path | None = None
) -> str:
    """Return the script.

    Args:
        spec: what it trains.
        place: where the images are.
        plan: how long the run was trained; None for what the spec says.
        run_id: of the run, for its first line; empty where there is none.
        begun: the folder that holds the network that it begins with; None for one that begins with random weights.
    """
    plan = plan or Plan(spec.train.epochs)
    packages = ["keras", "tensorflow", "numpy", *([] if place.file else ["scikit-learn"])]
    network = "network" if spec.computes_once else "model"  # which takes images
    cells = (
        ("Settings", _settings(spec, place, plan, begun)),
        ("The images", data_code(place)),
        ("The network", body_code(spec) if begun else network_code(spec.model)),
        *((("The first kernels", whitening),) if (whitening := whitening_code(spec.model)) else ()),
        *((("What the frozen layers make of the images", features_code(spec)),) if spec.computes_once else ()),
        ("How it learns", learning_code(spec, plan)),
        ("Train and measure", _run(spec, network)),
        *((("Several views", views_code(spec.train.views, network)),) if spec.train.views > 1 else ()),
    )
    head = _HEAD.format(
        origin=f", as the run {run_id} of cnnviz" if run_id else "",
        along=_along(begun, place) if begun else "",
        packages=" ".join(packages),
    )
    return head + "".join(f"{_space_before(code)}{CELL}{title}\n{code.rstrip()}\n" for title, code in cells)


def _along(begun: Path, place: DataPlace) -> str:
    """Return which files another machine needs, in words."""
    and_data = f", and {place.file} with the images" if place.only_here else ""
    along = _ALONG.format(folder=begun.name, network=NETWORK, weights=BEGINNING, and_data=and_data)
    return textwrap.fill(along, 110, break_long_words=False, break_on_hyphens=False) + "\n"


def _space_before(code: str) -> str:
    return "\n\n" if code.startswith(("def ", "class ")) else "\n"


def _settings(spec: RunSpec, place: DataPlace, plan: Plan, begun: Path | None) -> str:
    train, change = spec.train, spec.train.augmentation
    changes = change.active and not (spec.computes_once and not spec.copies)
    more = []
    if train.schedule == "one_cycle":
        more.append(f"WARM_UP, FINAL_RATE = {train.warm_up!r}, {train.final_rate!r}  # shares")
    if train.offset_rate != 1:
        more.append(f"OFFSET_RATE = {train.offset_rate!r}")
    if train.averaging != "none":
        more.append(f"AVERAGING_DECAY, AVERAGING_EVERY = {train.averaging_decay!r}, {train.averaging_every}")
    if train.label_smoothing:
        more.append(f"LABEL_SMOOTHING = {train.label_smoothing!r}")
    if changes:
        more.append(f"FLIP, SHIFT, ROTATION = {change.flip}, {change.shift!r}, {change.rotation!r}")
        more.append(f"ZOOM, CONTRAST = {change.zoom!r}, {change.contrast!r}")
    if train.seconds is not None and plan.images is None:
        more.append(f"# The run was given {train.seconds:g} seconds instead of a number of epochs.")
    imports = "import tensorflow as tf\n" if changes else ""
    imports += "" if place.file else "from sklearn.datasets import load_digits\n"
    return _SETTINGS.format(
        imports=imports,
        data=data_settings(place),
        beginning=beginning_settings(spec, begun) if begun else "",
        seed=train.seed,
        epochs=plan.epochs,
        batch_size=train.batch_size,
        learning_rate=train.learning_rate,
        more="\n".join(more),
    )


def _run(spec: RunSpec, network: str) -> str:
    validation = ""
    if spec.data.validation:
        inputs = "val_features" if spec.computes_once else "x_val"
        weights = ", class_weights[y_val]" if spec.train.class_weights is not None else ""
        validation = f"    validation_data=({inputs}, targets(y_val){weights}),\n    validation_batch_size=100,\n"
    return _RUN.format(validation=validation, network=network, whole=_WHOLE if spec.computes_once else "")
