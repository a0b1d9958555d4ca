"""A step that cannot fit the memory is refused in a sentence, not ended by the system."""

from pathlib import Path

import psutil
import pytest

from cnnviz.errors import SpecError
from cnnviz.runs import RunStore
from cnnviz.spec import BatchNormalization, Convolution, ModelSpec, RunSpec, TrainSpec, preset
from cnnviz.training.execute import train
from cnnviz.training.memory import refuse_too_large
from tests.training.helpers import tiny_spec

HUGE = RunSpec(
    model=ModelSpec(layers=(Convolution(filters=4096, kernel_size=1), *(BatchNormalization(),) * 8)),
    train=TrainSpec(batch_size=4096),
)


def test_what_cannot_fit_names_the_batch_the_layer_and_what_to_lower() -> None:
    with pytest.raises(SpecError) as caught:
        refuse_too_large(HUGE, images=50_000)
    said = str(caught.value)
    assert said.startswith("one step with 4096 images needs at least 1,237 GB of memory and this machine has ")
    assert said.endswith("; lower the batch size, or the size of the largest layer, conv2d_1 (32x32x4096)")


@pytest.mark.parametrize("name", ["two-conv", "regularised", "big-kernels", "one-conv"])
def test_presets_fit_a_small_machine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"total": 10**9}))
    refuse_too_large(preset(name), images=50_000)


def test_a_batch_has_no_more_images_than_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"total": 10**9}))
    refuse_too_large(HUGE, images=2)


def test_it_is_refused_before_anything_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"total": 1000}))
    with pytest.raises(SpecError, match="lower the batch size"):
        train(tiny_spec(), home)
    assert RunStore(home).ids() == ()
