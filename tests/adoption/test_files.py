"""What is refused before any process is asked to open it: by parts, sizes, and what the configuration names."""

import json
import re
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cnnviz.adoption.architecture import cleaned
from cnnviz.adoption.archive import copy_weights, read_archive
from cnnviz.adoption.recognising import recognised
from cnnviz.errors import DataError
from tests.adoption.made import Config, changed, layer_of, packed, parts, saved
from tests.explain.toys import make


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved("sequential", tmp_path_factory.mktemp("models"))


def _read(path: Path) -> Config:
    """What is done with a file without Keras."""
    recognised(path, path.name)
    archive = read_archive(path, path.name)
    copy_weights(path, path.with_name("copied.h5"), path.name)
    return cleaned(archive.config, path.name)


def refusal(path: Path) -> str:
    """The sentence with which a file is refused without Keras."""
    with pytest.raises(DataError) as caught:
        _read(path)
    message = str(caught.value)
    assert repr(path.name) in message
    assert "\n" not in message
    return message


def test_a_good_file_is_read_and_loses_what_is_not_needed(good: Path) -> None:
    archive = read_archive(good, "mine.keras")
    assert archive.keras_version.startswith("3.")
    copy_weights(good, good.with_name("copied.h5"), "mine.keras")
    assert good.with_name("copied.h5").read_bytes() == parts(good)["model.weights.h5"]
    config = cleaned(archive.config, "mine.keras")
    assert config["class_name"] == "Sequential"
    assert [layer["class_name"] for layer in config["config"]["layers"]][:3] == ["InputLayer", "Rescaling", "Conv2D"]
    assert "registered_name" not in json.dumps(config)


@pytest.mark.parametrize("kind", ["functional", "operators", "nested", "combined", "normalised", "sigmoid", "logits"])
def test_every_kind_of_good_model_passes(kind: str, tmp_path: Path) -> None:
    path = saved(kind, tmp_path)
    assert cleaned(read_archive(path, path.name).config, path.name)["config"]["layers"]


def test_how_it_was_trained_is_neither_built_nor_in_the_way(tmp_path: Path) -> None:
    model = make("sequential")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.save(tmp_path / "trained.keras")
    assert "Adam" in json.dumps(read_archive(tmp_path / "trained.keras", "trained.keras").config)
    theirs = {"optimizer": {"module": "os", "class_name": "system", "config": "rm"}, "steps": 10**9}
    for path in (
        tmp_path / "trained.keras",
        changed(tmp_path / "trained.keras", lambda config: config.update(compile_config=theirs)),
    ):
        config = cleaned(read_archive(path, path.name).config, path.name)
        assert "compile_config" not in config
        assert config["config"]["layers"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("m.keras", b"", "is empty; copy or download it again"),
        ("m.keras", b"hello", "no .keras file and no HDF5 file, or a damaged one; save it with model.save"),
        ("m.keras", b"PK\x03\x04" + bytes(40), "no .keras file, or a damaged one"),
        ("m.keras", b"<!DOCTYPE html><html>", "is a web page, not a model; download the file itself"),
        ("m.h5", b"version https://git-lfs.github.com/spec/v1\n", "fetch it with git lfs pull"),
        ("m.json", b'{"class_name": "Sequential"}', "an architecture at most and no weights"),
        ("m.tflite", b"\x1c\x00\x00\x00TFL3" + bytes(40), "bring the Keras model that it was converted from"),
        ("m.onnx", b"\x08\x08\x12\x07pytorch", "bring the Keras model that it was exported from"),
        ("saved_model.pb", b"\x08\x01\x12\x07", "is part of a SavedModel"),
        ("m.pth", b"\x80\x02\x8a\n", "is a PyTorch file, which holds code of its own"),
        ("m.pkl", b"\x80\x04\x95", "is a pickle, which runs code when it is opened"),
        ("m.safetensors", bytes(8) + b"{}", "weights without a network"),
    ],
)
def test_what_is_no_keras_file_is_named_with_the_way_out(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert said in refusal(tmp_path / name)


def test_archives_and_folders_of_other_programs_are_named(good: Path, tmp_path: Path) -> None:
    assert "is a PyTorch file" in refusal(packed({"archive/data.pkl": b"x"}, tmp_path / "m.pt"))
    assert "is a packed SavedModel" in refusal(packed({"mine/saved_model.pb": b"x"}, tmp_path / "m.zip"))
    assert "round 'mine/good.keras'; unpack it" in refusal(packed({"mine/good.keras": b"x"}, tmp_path / "mine.zip"))
    (tmp_path / "mine").mkdir()
    assert "is a folder; give the .keras or .h5 file itself" in refusal(tmp_path / "mine")
    (tmp_path / "mine" / "saved_model.pb").write_bytes(b"x")
    assert "is a SavedModel, which is a program of TensorFlow's; open it where it was made" in refusal(
        tmp_path / "mine"
    )


def test_a_file_that_is_cut_off(good: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.keras").write_bytes(good.read_bytes()[:-200])
    assert "damaged" in refusal(tmp_path / "cut.keras")


def test_a_file_with_a_flipped_bit(good: Path, tmp_path: Path) -> None:
    content = bytearray(good.read_bytes())
    at = content.index(b'"Conv2D"')
    content[at + 2] ^= 1
    (tmp_path / "flipped.keras").write_bytes(content)
    assert "damaged" in refusal(tmp_path / "flipped.keras")  # the zip's own checksum


@pytest.mark.parametrize("extra", ["../evil.py", "/etc/passwd", "assets/vocabulary.txt", "config.json "])
def test_members_that_do_not_belong(extra: str, good: Path, tmp_path: Path) -> None:
    assert "and nothing else" in refusal(packed({**parts(good), extra: b"x"}, tmp_path / "more.keras"))


def test_members_that_are_missing_double_or_many(good: Path, tmp_path: Path) -> None:
    members = parts(good)
    weights = members.pop("model.weights.h5")
    assert "a .keras file has" in refusal(packed(members, tmp_path / "less.keras"))
    with zipfile.ZipFile(tmp_path / "twice.keras", "w") as archive:
        archive.writestr("config.json", weights)
        archive.writestr("model.weights.h5", weights)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("config.json", weights)
    assert "a .keras file has" in refusal(tmp_path / "twice.keras")
    many = {f"{number}": b"" for number in range(5000)}
    assert "and 4990 more" in refusal(packed(many, tmp_path / "many.keras"))


def test_a_part_that_unpacks_to_too_much(good: Path, tmp_path: Path) -> None:
    bomb = {**parts(good), "config.json": b" " * (300 * 2**20)}
    path = packed(bomb, tmp_path / "bomb.keras", zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 2**20
    assert "config.json of the model 'bomb.keras' has more than 4 MiB" in refusal(path)


def test_a_part_that_lies_about_its_size(good: Path, tmp_path: Path) -> None:
    bomb = {**parts(good), "config.json": b" " * (6 * 2**20)}
    path = packed(bomb, tmp_path / "lies.keras", zipfile.ZIP_DEFLATED)
    content = bytearray(path.read_bytes())
    size = struct.pack("<I", 6 * 2**20)
    for match in list(re.finditer(re.escape(size), bytes(content))):
        content[match.start() : match.end()] = struct.pack("<I", 100)
    path.write_bytes(content)
    assert refusal(path)


def test_an_encrypted_file(good: Path, tmp_path: Path) -> None:
    path = packed(parts(good), tmp_path / "locked.keras")
    content = bytearray(path.read_bytes())
    for match in list(re.finditer(b"PK\x01\x02", bytes(content))):
        content[match.start() + 8] |= 1  # the flag in the central directory
    path.write_bytes(content)
    assert "encrypted" in refusal(path)


def test_parts_of_another_kind(good: Path, tmp_path: Path) -> None:
    members = parts(good)
    for config, said in ((b"[1]", "no JSON object"), (b"{", "no JSON"), (b"\xff\xfe", "no JSON")):
        assert said in refusal(packed({**members, "config.json": config}, tmp_path / "config.keras"))
    assert "no HDF5 file" in refusal(packed({**members, "model.weights.h5": b"PK"}, tmp_path / "weights.keras"))


def _into(kind: str, **values: Any) -> Any:
    return lambda config: layer_of(config, kind).update(values)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_into("Rescaling", class_name="Lambda"), "'Lambda' in it, which holds code of its own; write it with layers"),
        (_into("Rescaling", class_name="TFSMLayer"), "'TFSMLayer' in it, which runs a program of TensorFlow's"),
        (_into("Rescaling", class_name="StringLookup"), "'StringLookup'"),
        (_into("Rescaling", class_name="Embedding"), "'Embedding', which is for texts, series or volumes"),
        (_into("Rescaling", class_name="TorchModuleWrapper"), "'TorchModuleWrapper'"),
        (_into("Rescaling", module="os", class_name="system"), "'system' of 'os'"),
        (_into("Rescaling", module="builtins", class_name="function", config="eval"), "'function' of 'builtins'"),
        (_into("Rescaling", module="keras.utils", class_name="get_file"), "'get_file'"),
        (_into("Rescaling", module=None, class_name="Rescaling"), "'Rescaling'"),
        (_into("Rescaling", registered_name="mine>Rescaling"), "'Rescaling'"),
        (_into("Rescaling", class_name="<b>Layer</b>"), "'<b>Layer</b>'"),
        (_into("Rescaling", class_name=["Lambda"]), "'list'"),
        (_into("Rescaling", class_name="__lambda__", module=None), "'__lambda__' in it, which holds code of its own"),
        (lambda c: layer_of(c, "Conv2D")["config"].update(activation={"class_name": "function"}), "activation 'dict'"),
        (lambda c: layer_of(c, "Conv2D")["config"].update(activation="my_activation"), "activation 'my_activation'"),
        (lambda c: layer_of(c, "Conv2D")["config"].update(activation=["relu"]), "activation 'list'"),
        (lambda c: layer_of(c, "Conv2D")["config"].update(filters=10**10), "'filters' 1e+10"),
        (lambda c: layer_of(c, "InputLayer")["config"].update(batch_shape=[None, 10**12, 8, 3]), "'batch_shape' 1e+12"),
        (lambda c: layer_of(c, "InputLayer")["config"].update(batch_shape=[[[10**12]]]), "'batch_shape' 1e+12"),
        (lambda c: c.update(class_name="Mine", module="mine"), "is a 'Mine'; a Sequential or functional"),
        (lambda c: c.update(class_name="Dense", module="keras.layers"), "is a 'Dense'; a Sequential or functional"),
        (lambda c: c["config"].update(layers=[layer_of(c, "Rescaling")] * 2000), "has 2,000 layers"),
    ],
)
def test_configurations_that_name_what_they_should_not(change: Any, said: str, good: Path) -> None:
    assert said in refusal(changed(good, change))


def test_a_configuration_nested_150_deep(good: Path) -> None:
    def nest(config: Config) -> None:
        value: Any = {}
        for _ in range(150):
            value = {"config": value}
        layer_of(config, "Rescaling")["config"] = value

    assert "nested deeper than 40" in refusal(changed(good, nest))
    members = parts(good)
    bottomless = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    assert "no JSON" in refusal(packed({**members, "config.json": bottomless}, good.with_name("deep.keras")))


def test_a_large_seed_is_no_size(good: Path) -> None:
    path = changed(good, lambda c: layer_of(c, "Conv2D")["config"].update(seed=2**31))
    assert cleaned(read_archive(path, path.name).config, path.name)
