"""A RunSpec as a plain Keras script that trains the same run: the same first weights, images, order and steps."""

from cnnviz.export.data_code import DataPlace, data_code, data_settings
from cnnviz.export.learning_code import Plan, learning_code
from cnnviz.export.network_code import network_code
from cnnviz.export.views_code import views_code
from cnnviz.export.whitening_code import whitening_code
from cnnviz.spec import RunSpec

__all__ = ["CELL", "Plan", "training_script"]

CELL = "# %% "  # begins a cell: editors know it, and the notebook is cut there


_HEAD = '''\
"""Trains a network in plain Keras{origin}.

The layers, their first weights, the images, their order and every step are the same.

    python train.py

Needs: pip install {packages}
Only rounding differs. The network is kept as trained.keras beside this file.
"""
'''

_SETTINGS = """\
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from pathlib import Path

import keras
import numpy as np
{imports}
HERE = Path(globals().get("__file__", "notebook")).absolute().parent
{data}SEED = {seed}
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
loss, accuracy = model.evaluate(x_test, targets(y_test), batch_size=100, verbose=0)
print(f"test loss {loss:.4f}, test accuracy {accuracy:.1%}")
keras.Model(inputs, outputs, name="cnn").save(HERE / "trained.keras")  # without the optimizer
"""


def training_script(spec: RunSpec, place: DataPlace, plan: Plan | None = None, run_id: str = "") -> str:
    """Return the script.

    Args:
        spec: what it trains.
        place: where the images are.
        plan: how long the run was trained; None for what the spec says.
        run_id: of the run, for its first line; empty where there is none.
    """
    plan = plan or Plan(spec.train.epochs)
    packages = ["keras", "tensorflow", "numpy", *([] if place.file else ["scikit-learn"])]
    cells = (
        ("Settings", _settings(spec, place, plan)),
        ("The images", data_code(place)),
        ("The network", network_code(spec.model)),
        *((("The first kernels", whitening),) if (whitening := whitening_code(spec.model)) else ()),
        ("How it learns", learning_code(spec, plan)),
        ("Train and measure", _RUN.replace("{validation}", _validation(spec))),
        *((("Several views", views_code(spec.train.views)),) if spec.train.views > 1 else ()),
    )
    head = _HEAD.format(origin=f", as the run {run_id} of cnnviz" if run_id else "", packages=" ".join(packages))
    return head + "".join(f"{_space_before(code)}{CELL}{title}\n{code.rstrip()}\n" for title, code in cells)


def _space_before(code: str) -> str:
    return "\n\n" if code.startswith(("def ", "class ")) else "\n"


def _settings(spec: RunSpec, place: DataPlace, plan: Plan) -> str:
    train, change = spec.train, spec.train.augmentation
    more = []
    if train.schedule == "one_cycle":
        more.append(f"WARM_UP, FINAL_RATE = {train.warm_up!r}, {train.final_rate!r}  # shares")
    if train.offset_rate != 1:
        more.append(f"OFFSET_RATE = {train.offset_rate!r}")
    if train.averaging != "none":
        more.append(f"AVERAGING_DECAY, AVERAGING_EVERY = {train.averaging_decay!r}, {train.averaging_every}")
    if train.label_smoothing:
        more.append(f"LABEL_SMOOTHING = {train.label_smoothing!r}")
    if change.active:
        more.append(f"FLIP, SHIFT, ROTATION = {change.flip}, {change.shift!r}, {change.rotation!r}")
        more.append(f"ZOOM, CONTRAST = {change.zoom!r}, {change.contrast!r}")
    if train.seconds is not None and plan.images is None:
        more.append(f"# The run was given {train.seconds:g} seconds instead of a number of epochs.")
    imports = "import tensorflow as tf\n" if change.active else ""
    imports += "" if place.file else "from sklearn.datasets import load_digits\n"
    return _SETTINGS.format(
        imports=imports,
        data=data_settings(place),
        seed=train.seed,
        epochs=plan.epochs,
        batch_size=train.batch_size,
        learning_rate=train.learning_rate,
        more="\n".join(more),
    )


def _validation(spec: RunSpec) -> str:
    if not spec.data.validation:
        return ""
    weights = ", class_weights[y_val]" if spec.train.class_weights is not None else ""
    return f"    validation_data=(x_val, targets(y_val){weights}),\n    validation_batch_size=100,\n"
