"""The network that comes along: whole, right to the number, and named."""

import hashlib
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz import inference
from cnnviz.adoption import adoption_of, rows_of
from cnnviz.data.example_photos import example_photo
from cnnviz.explain import convolution_of
from cnnviz.inference.crops import prepare_photo
from cnnviz.runs import Run, RunStore
from cnnviz.runs.kernels_inside import kernels_inside
from tests.runs.test_bundled import RUNS

RUN_ID = "efficientnet-lite0"
Array = NDArray[np.float32]


@pytest.fixture(scope="module")
def run() -> Run:
    return RunStore(None, RUNS).get(RUN_ID)


@pytest.fixture(scope="module")
def model(run: Run) -> Any:
    return run.model()


@pytest.fixture(scope="module")
def cat() -> NDArray[np.uint8]:
    return prepare_photo(example_photo("cat").pixels, (224, 224, 3))


def test_it_comes_last_and_is_no_larger_than_it_is_said_to_be(home: Path) -> None:
    store = RunStore(home, RUNS)
    assert store.ids()[-1] == RUN_ID
    [row] = [row for row in store.list() if row.run_id == RUN_ID]
    assert (row.name, row.bundled, row.problem, row.state) == ("EfficientNet-Lite0", True, "", "completed")
    assert row.test_accuracy is None
    assert sum(path.stat().st_size for path in (RUNS / RUN_ID).iterdir()) < 10e6


def test_its_licence_and_what_was_changed_lie_beside_it(run: Run) -> None:
    assert "Apache License" in (run.folder / "LICENSE").read_text()
    said = " ".join((run.folder / "README.md").read_text().split())
    for word in ("ML Illustrated", "Apache License 2.0", "What was changed", "WordNet", "MIT"):
        assert word in said
    found = adoption_of(run)
    assert found is not None
    assert (found.scaling, found.meaning, run.caveat) == ("pixels", "exclusive", "")


def test_the_files_are_those_that_were_converted(run: Run) -> None:
    record = json.loads((run.folder / "bundled.json").read_text())
    for name, digest in record["sha256"].items():
        assert hashlib.sha256((run.folder / name).read_bytes()).hexdigest() == digest, name
    halved = record["changed_by_half_precision"]
    assert halved["images"] == 1000
    assert halved["answers"] <= 0.003
    assert halved["most_of_a_probability"] < 0.01


def test_its_names_are_those_of_imagenets_classes(run: Run) -> None:
    names = run.spec.data.classes
    assert names is not None
    assert len({name.lower() for name in names}) == 1000
    # a few whose places everybody who works with ImageNet knows
    known = {0: "tench", 1: "goldfish", 7: "cock", 207: "golden retriever", 281: "tabby", 285: "Egyptian cat"}
    known |= {388: "giant panda", 562: "fountain", 817: "sports car", 954: "banana", 967: "espresso"}
    known |= {999: "toilet tissue", 134: "crane (bird)", 517: "crane (machine)", 264: "Cardigan Welsh corgi"}
    assert {number: names[number] for number in known} == known
    # of the 1,000 classes the first 398 are animals, and these end with 397
    assert (names[397], names[398]) == ("puffer", "abacus")


def test_its_table_is_that_of_its_model(run: Run, model: Any) -> None:
    rows = run.spec.model.rows
    assert rows == rows_of(model)
    assert run.spec.model.parameters == model.count_params() == 4_694_024  # those of 1,000 classes, statistics too
    assert len([row for row in rows if row.kind == "convolution"]) == 49
    assert 380e6 < run.spec.model.multiply_adds < 410e6  # 407 million, as it was published


def test_it_knows_a_cat_and_an_espresso(run: Run, cat: NDArray[np.uint8]) -> None:
    classifier = inference.Classifier.of(run)
    [probabilities] = classifier.probabilities([cat])
    by_name = dict(zip(classifier.class_names, probabilities.tolist(), strict=True))
    assert 0.85 < by_name["tabby"] + by_name["tiger cat"] + by_name["Egyptian cat"] < 0.95
    [coffee] = classifier.probabilities([prepare_photo(example_photo("coffee").pixels, (224, 224, 3))])
    assert classifier.class_names[int(coffee.argmax())] == "espresso"
    assert coffee.max() > 0.9


def test_its_kernels_are_read_without_keras(run: Run, model: Any) -> None:
    arrays = run.at().arrays()
    convolutions = [row.name for row in run.spec.model.rows if row.kind == "convolution"]
    assert len(arrays) == 2 * len(convolutions)
    for name in convolutions:
        found = convolution_of(model, name)
        np.testing.assert_array_equal(arrays[f"{name}/kernel"].astype(np.float32), found.kernel)
        np.testing.assert_array_equal(arrays[f"{name}/bias"], found.bias)


def test_a_damaged_file_is_said_in_a_sentence(run: Run, tmp_path: Path) -> None:
    whole = (run.folder / "model.keras").read_bytes()
    for content in (b"", b"no zip", whole[: len(whole) // 2], whole[:1000] + b"\0" * 40_000 + whole[41_000:]):
        path = tmp_path / "model.keras"
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r".+"):
            kernels_inside(path)


# --- the same arithmetic without Keras --------------------------------------------------------------------------


def test_its_answers_are_those_of_plain_arithmetic(model: Any, cat: NDArray[np.uint8]) -> None:
    expected = forwarded(iter([layer.get_weights() for layer in model.layers if layer.weights]), cat)
    found = model.predict(cat[None], verbose=0)[0]
    np.testing.assert_allclose(found, expected, atol=2e-5)


def forwarded(weights: Iterator[list[Array]], pixels: NDArray[np.uint8]) -> Array:
    """EfficientNet-Lite0 as Google's table has it: (repeats, kernel, first stride, expansion) of each stage."""
    x = rectified(normed(convolved((pixels.astype(np.float32) - 127) / 128, next(weights)[0], 2), next(weights)))
    for repeats, stride, expansion in ((1, 1, 1), (2, 2, 6), (2, 2, 6), (3, 2, 6), (3, 1, 6), (4, 2, 6), (1, 1, 6)):
        for repeat in range(repeats):
            before = x
            if expansion > 1:
                x = rectified(normed(convolved(x, next(weights)[0], 1), next(weights)))
            x = rectified(normed(deep(x, next(weights)[0], stride if repeat == 0 else 1), next(weights)))
            x = normed(convolved(x, next(weights)[0], 1), next(weights))
            x = x + before if repeat else x
    x = rectified(normed(convolved(x, next(weights)[0], 1), next(weights)))
    kernel, bias = next(weights)
    scores = x.mean((0, 1)) @ kernel + bias
    assert next(weights, None) is None
    exponents = np.exp(scores - scores.max())
    return np.asarray(exponents / exponents.sum(), np.float32)


def windows(x: Array, size: int, stride: int) -> Array:
    """What each kernel's place covers: as many as the stride fits; of an odd number of pixels the end gets one more."""
    missing = max((math.ceil(len(x) / stride) - 1) * stride + size - len(x), 0)
    sides = (missing // 2, missing - missing // 2)
    padded = np.pad(x, (sides, sides, (0, 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, (size, size), (0, 1))[::stride, ::stride]


def convolved(x: Array, kernel: Array, stride: int) -> Array:
    return np.asarray(np.einsum("hwcij,ijcf->hwf", windows(x, len(kernel), stride), kernel, optimize=True))


def deep(x: Array, kernel: Array, stride: int) -> Array:
    return np.asarray(np.einsum("hwcij,ijc->hwc", windows(x, len(kernel), stride), kernel[..., 0], optimize=True))


def normed(x: Array, weights: list[Array]) -> Array:
    gamma, beta, mean, variance = weights
    return np.asarray((x - mean) / np.sqrt(variance + 1e-3) * gamma + beta)


def rectified(x: Array) -> Array:
    return np.clip(x, 0, 6)
