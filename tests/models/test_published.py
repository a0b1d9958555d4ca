"""Networks that Keras publishes, by name: their weights come, are checked, or are said to be missing; never a hang."""

import hashlib
import importlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from filelock import FileLock

from cnnviz import download
from cnnviz.adoption.published import beginning_with_published
from cnnviz.data import load_dataset
from cnnviz.errors import DataError, SpecError
from cnnviz.explain import layers_of
from cnnviz.keras_private import write_h5_weights
from cnnviz.models import published
from cnnviz.models.published import PUBLISHED, open_published
from cnnviz.spec import DataSpec, ModelSpec, RunSpec
from cnnviz.training.execute import train
from tests.data.helpers import Server

NAME = "MobileNetV3Small"  # the smallest that has a checksum
SHAPE = (32, 32, 3)
FILE = PUBLISHED[NAME].filename


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[keras.Model, bytes]:
    """Keras' own network with weights of chance, and these in a file like the published one."""
    keras.utils.set_random_seed(3)
    model = keras.applications.MobileNetV3Small(include_top=False, weights=None, input_shape=SHAPE)
    for weight in model.weights:  # so that statistics of normalisations differ, too
        weight.assign(np.random.default_rng(len(weight.path)).uniform(0.2, 1.0, weight.shape) * 0.2 + 0.1 * weight)
    return model, h5_of(model, tmp_path_factory.mktemp("made") / "made.h5")


def h5_of(model: keras.Model, path: Path) -> bytes:
    """What the older format holds at its top; a whole model has it in a group."""
    import h5py

    assert write_h5_weights(model, path)
    with h5py.File(path, "r") as whole, h5py.File(path.with_suffix(".flat"), "w") as flat:
        for name in whole["model_weights"]:
            whole.copy(f"model_weights/{name}", flat)
        flat.attrs.update(whole["model_weights"].attrs)
    return path.with_suffix(".flat").read_bytes()


@pytest.fixture
def server(made: tuple[keras.Model, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    serving = Server()
    serving.content = made[1]
    thread = threading.Thread(target=lambda: serving.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    monkeypatch.setattr(published, "_BASE", f"http://127.0.0.1:{serving.server_port}/")
    publish(monkeypatch, made[1])
    yield serving
    serving.wake.set()
    serving.shutdown()
    serving.server_close()
    thread.join()


def publish(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Let the table have the checksum of a file that was made here."""
    changed = replace(PUBLISHED[NAME], md5=hashlib.md5(content).hexdigest())
    monkeypatch.setattr(published, "PUBLISHED", {**PUBLISHED, NAME: changed})


def refused(home: Path, name: str = NAME, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        open_published(name, home, SHAPE, **options)
    return str(caught.value)


def test_a_run_begins_with_it(home: Path, made: tuple[keras.Model, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, made[1])
    (home / "networks").mkdir(parents=True)
    (home / "networks" / FILE).write_bytes(made[1])
    bare = RunSpec(data=DataSpec(name="digits", train_images=20), model=ModelSpec(input_shape=(8, 8, 1)))
    spec = beginning_with_published(NAME, bare, home, size=32)
    assert spec.beginning is not None
    assert spec.model.body is not None
    assert (spec.beginning.network, spec.beginning.frozen) == (f"keras:{NAME}", "all")
    assert spec.trained_parameters == spec.model.body.rows[-1].output_shape[-1] * 10 + 10
    open_published(NAME, home, SHAPE)  # another one of the same process: Keras would count its layers on
    run = train(spec.changed(train=spec.train.changed(epochs=1)), home)
    assert run.state == "completed", run.status.message
    body, images = run.spec.model.body, load_dataset("digits", home).test.images[:3].astype(np.float32)
    model = run.model()
    found = keras.Model(model.inputs, model.get_layer(body.rows[-1].name).output)  # type: ignore[union-attr]
    seen = keras.ops.image.resize(np.repeat(images, 3, -1), (32, 32))
    expected = open_published(NAME, home, (32, 32, 3)).predict(np.asarray(seen), verbose=0)
    np.testing.assert_allclose(found.predict(images, verbose=0), expected, rtol=1e-4, atol=1e-4)


def images() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (2, *SHAPE)).astype(np.float32)


def test_it_comes_once_is_kept_in_the_home_and_answers_as_keras_does(
    home: Path, server: Server, made: tuple[keras.Model, bytes]
) -> None:
    seen: list[tuple[int, int | None]] = []
    model = open_published(NAME, home, SHAPE, lambda done, total: seen.append((done, total)))
    np.testing.assert_allclose(model(images()), made[0](images()), rtol=1e-5, atol=1e-6)
    assert seen[-1] == (len(made[1]), len(made[1]))
    assert (home / "networks" / FILE).read_bytes() == made[1]
    asked = len(server.asked)
    again = open_published(NAME, home, (64, 48, 3))  # maps of another size, from the same file
    assert again.output_shape[1:3] == (2, 2)
    assert len(server.asked) == asked


def test_a_file_that_was_put_there_needs_no_network(
    home: Path, made: tuple[keras.Model, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "_BASE", "http://127.0.0.1:9/")
    publish(monkeypatch, made[1])
    (home / "networks").mkdir(parents=True)
    (home / "networks" / FILE).write_bytes(made[1])
    np.testing.assert_allclose(open_published(NAME, home, SHAPE)(images()), made[0](images()), rtol=1e-5, atol=1e-6)


def test_another_file_in_its_place_is_refused(home: Path, made: tuple[keras.Model, bytes]) -> None:
    path = home / "networks" / FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(made[1])
    assert refused(home) == f"{path} is not the file that Keras publishes; delete it, and it is downloaded again"


def test_where_keras_has_no_checksum_the_weights_must_fit(home: Path, made: tuple[keras.Model, bytes]) -> None:
    path = home / "networks" / PUBLISHED["MobileNetV2"].filename
    path.parent.mkdir(parents=True)
    for content in (made[1], b"nothing", b""):
        path.write_bytes(content)
        assert refused(home, "MobileNetV2").startswith(f"{path} holds no weights of MobileNetV2; delete it")


def test_without_a_network_it_is_one_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "_BASE", "http://127.0.0.1:9/")
    assert refused(home) == (
        f"the weights of {NAME} could not be downloaded from 127.0.0.1: the server refused the connection; start from "
        f"efficientnet-lite0, which comes along, or put {FILE} into {home / 'networks'}"
    )
    monkeypatch.setattr(published, "_BASE", "http://unused.invalid/")
    assert "there is no network, or the server's name is unknown" in refused(home)


@pytest.mark.parametrize("how", ["address", "proxy"])
def test_where_nobody_answers_it_is_given_up(how: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TIMEOUT_S", 0.3)
    nowhere = "http://10.255.255.1:81/"  # routed nowhere, so packets are lost
    if how == "proxy":
        monkeypatch.setenv("http_proxy", nowhere)
        monkeypatch.setattr(published, "_BASE", "http://published.example/")
    else:
        monkeypatch.delenv("http_proxy", raising=False)
        monkeypatch.setattr(published, "_BASE", nowhere)
    began = time.monotonic()
    assert "could not be downloaded" in refused(home)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("silent_after", [[-1], [10**9, -1], [10**9, 1000, -1]])
def test_a_server_that_falls_silent_is_given_up(
    silent_after: list[int], home: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "TIMEOUT_S", 0.3)
    server.silent_after = silent_after
    said = refused(home)
    assert any(word in said for word in ("no answer within", "fell silent")), said
    assert not (home / "networks" / FILE).exists()


def test_a_connection_that_breaks_is_continued(home: Path, server: Server, made: tuple[keras.Model, bytes]) -> None:
    server.cut_after = [10**9, 100_000]  # the first request asks for the size alone
    open_published(NAME, home, SHAPE)
    assert server.asked[-1] == "bytes=100000-"
    assert (home / "networks" / FILE).read_bytes() == made[1]


def test_another_file_than_the_published_is_kept_nowhere(home: Path, server: Server) -> None:
    server.content = server.content[:-1] + bytes([server.content[-1] ^ 1])
    assert "what arrived is not the published file, and was deleted" in refused(home)
    server.content = b"<html>please log in</html>"
    assert "perhaps a log-in page" in refused(home)
    server.status = 404
    assert "the server answered 404" in refused(home)
    server.status, server.length = 200, False
    assert "does not say how large" in refused(home)
    assert [path.name for path in (home / "networks").iterdir() if not path.name.startswith(".")] == []


def test_it_can_be_stopped_and_goes_on(home: Path, server: Server, made: tuple[keras.Model, bytes]) -> None:
    assert "it was stopped; what has arrived is kept" in refused(home, stop=lambda: True)
    open_published(NAME, home, SHAPE)
    (home / "networks" / FILE).unlink()
    with pytest.raises(KeyboardInterrupt):
        open_published(NAME, home, SHAPE, interrupt)
    assert not (home / "networks" / FILE).exists()


def interrupt(done: int, total: int | None) -> None:
    raise KeyboardInterrupt


def test_two_processes_do_not_download_at_once(home: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "LOCK_WAIT_S", 0.05)
    (home / "networks").mkdir(parents=True)
    with FileLock(home / "networks" / f".{NAME}.lock"):
        assert "is being downloaded by another process" in refused(home)


def test_what_cannot_be_is_refused_before_anything_is_asked(home: Path) -> None:
    with pytest.raises(SpecError, match=r"there is no published network 'AlexNet'; choose one of MobileNetV2, "):
        open_published("AlexNet", home)
    with pytest.raises(SpecError, match=r"Xception was given images of 32x32 pixels .* at least 71x71"):
        open_published("Xception", home, SHAPE)
    with pytest.raises(SpecError, match=r"MobileNetV2 .* 1 channels; it takes colour images"):
        open_published("MobileNetV2", home, (32, 32, 1))
    assert not (home / "networks").exists()


# --- all of them, against Keras ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_is_what_keras_itself_would_fetch(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class AskedError(Exception):
        pass

    def asked(fname: str, origin: str, **options: Any) -> None:
        raise AskedError(fname, origin, options.get("file_hash") or "")

    monkeypatch.setattr(importlib.import_module("keras.src.utils.file_utils"), "get_file", asked)
    with pytest.raises(AskedError) as caught:
        getattr(keras.applications, name)(include_top=False, input_shape=(224, 224, 3))
    one = PUBLISHED[name]
    assert caught.value.args == (one.filename, one.base + one.filename, one.md5)


@pytest.mark.parametrize("name", PUBLISHED)
def test_its_scaling_is_keras_own_and_its_layers_are_plain(name: str) -> None:
    one = PUBLISHED[name]
    shape = (max(one.least_side, 33), max(one.least_side, 40), 3)  # small, and not square
    body = published._body(one, shape)
    theirs = getattr(keras.applications, name)(include_top=False, weights=None, input_shape=shape)
    for mine, other in zip(body.weights, theirs.weights, strict=True):
        mine.assign(other)
    pixels = np.random.default_rng(1).integers(0, 256, (2, *shape)).astype(np.float32)
    preprocess = importlib.import_module(module_of(name)).preprocess_input
    expected = np.asarray(theirs(preprocess(pixels.copy())))
    np.testing.assert_allclose(np.asarray(body(pixels)), expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())
    assert not [layer for layer in body.layers if isinstance(layer, keras.Model)]
    places = layers_of(body)
    assert places[-1].has_maps
    assert places[-1].output_shape == body.output_shape[1:]


def module_of(name: str) -> str:
    """Where Keras has the scaling that belongs to a network."""
    told = {"ResNet50": "resnet", "ResNet50V2": "resnet_v2", "DenseNet121": "densenet", "InceptionV3": "inception_v3"}
    told |= {"EfficientNetV2B0": "efficientnet_v2", "MobileNetV2": "mobilenet_v2"}
    told |= {"MobileNetV3Small": "mobilenet_v3", "MobileNetV3Large": "mobilenet_v3"}
    return f"keras.applications.{told.get(name, name.lower())}"
