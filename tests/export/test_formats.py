"""Every format with every kind of network, each file opened by what it is made for and by nothing of ours."""

import json
import zipfile

import numpy as np
import pytest

from cnnviz.errors import MissingExtraError, SpecError
from cnnviz.export import FORMATS, find_format
from cnnviz.export.formats import require
from tests.export.conftest import CASES, NETWORKS, Converted, names_of, network, outputs_of, probe
from tests.export.readers import READERS


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_the_check_says_how_equal_file_and_network_are(name: str, kind: str, converted: Converted) -> None:
    _, end = converted[name, kind]
    assert "result" in end, end
    assert 0 <= end["result"]["largest_difference"] < 1e-5


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kind in CASES if name in READERS])
def test_a_file_gives_the_same_probabilities_and_knows_its_classes(name: str, kind: str, converted: Converted) -> None:
    predict, names = READERS[name](converted[name, kind][0])
    assert tuple(names) == names_of(kind)
    for count in (1, 4, 7):  # whatever the batch
        images = probe(NETWORKS[kind].input_shape, count)
        np.testing.assert_allclose(predict(images), outputs_of(network(kind), images), atol=1e-5)


@pytest.mark.parametrize("kind", NETWORKS)
def test_weights_fit_a_network_of_the_same_layers(kind: str, converted: Converted) -> None:
    from cnnviz.models import build

    model = build(NETWORKS[kind], seed=77)
    model.load_weights(converted["h5-weights", kind][0])
    for ours, theirs in zip(model.get_weights(), network(kind).get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_litert_file_is_one_and_a_zip_too(
    converted: Converted,
) -> None:
    path, _ = converted["litert", "grey"]
    assert path.read_bytes()[4:8] == b"TFL3"
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("classes.json"))["class_names"] == list(names_of("grey"))


def test_an_unknown_format_is_one_sentence() -> None:
    with pytest.raises(SpecError, match="there is no format 'pb'; choose one of keras, h5, h5-weights, onnx, litert"):
        find_format("pb")


@pytest.mark.parametrize(
    ("name", "hidden", "says"),
    [
        ("onnx", {"tf2onnx", "onnx"}, "onnx and tf2onnx, which are not installed; run: pip install onnx tf2onnx"),
        ("litert", {"ai_edge_litert"}, "ai-edge-litert, which is not installed; run: pip install ai-edge-litert"),
        ("keras", {"tensorflow"}, "tensorflow, which is not installed; run: pip install tensorflow"),
    ],
)
def test_a_missing_package_is_one_sentence(
    name: str, hidden: set[str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz.export.formats.find_spec", lambda package: None if package in hidden else package)
    with pytest.raises(MissingExtraError) as refusal:
        require(FORMATS[name])
    assert str(refusal.value) == f"exporting as {name} needs {says}"


def test_scripts_need_nothing() -> None:
    require(FORMATS["script"])
    require(FORMATS["notebook"])
