import dataclasses
import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from cnnviz import download
from cnnviz.data import list_datasets, load_dataset, published
from cnnviz.data.known import KNOWN, KnownSet
from cnnviz.download import RemoteFile
from cnnviz.errors import DataError, StorageError
from tests.data.helpers import HAS_CIFAR10, REAL_HOME, Server, make_arrays, make_cifar10_tar

Small = tuple[KnownSet, Path]
NAMES = ["cifar10-sample", "digits", "cifar10", "cifar100", "mnist", "fashion-mnist"]


def test_a_fresh_home_lists_the_known_sets_and_stays_untouched(tmp_path: Path) -> None:
    infos = list_datasets(tmp_path / "home")
    assert [info.name for info in infos] == NAMES
    assert [info.name for info in infos if info.available] == ["cifar10-sample", "digits"]
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("name", ["cifar10-sample", "digits"])
def test_what_is_listed_of_an_embedded_set_is_what_loads(tmp_path: Path, name: str) -> None:
    info = next(info for info in list_datasets(tmp_path) if info.name == name)
    dataset = load_dataset(name, tmp_path)
    assert (len(dataset.train), len(dataset.test)) == (info.n_train, info.n_test)
    assert (dataset.shape, dataset.class_names) == (info.shape, info.classes)
    assert dataset.source == info.source


def test_known_facts_are_consistent() -> None:
    for known in KNOWN.values():
        assert len(set(known.class_names)) == len(known.class_names)
        assert all(re.fullmatch("[0-9a-f]{64}", remote.sha256) for remote in known.files)
    assert len(KNOWN["cifar100"].class_names) == 100
    assert list(KNOWN["cifar100"].class_names) == sorted(KNOWN["cifar100"].class_names)


def test_imported_sets_are_listed_with_their_problems(save: Callable[..., Path]) -> None:
    save("flowers")
    save("broken").write_text("hello")
    home = save("Not A Name").parents[1]
    infos = {info.name: info for info in list_datasets(home)}
    assert list(infos) == [*NAMES, "broken", "flowers"]
    assert infos["flowers"].available
    assert (infos["flowers"].n_train, infos["flowers"].shape) == (50, (8, 8, 3))
    assert not infos["broken"].available
    assert "cannot be read as a NumPy archive" in infos["broken"].problem


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "", ".", "CIFAR10", "a b", "a" * 65, "-a", "x\n", "a\x00b", "C:\\x", None, 5]
)
def test_a_name_that_could_be_a_path_is_refused(tmp_path: Path, name: Any) -> None:
    with pytest.raises(DataError, match="is not a data set's name; use 1 to 64 small letters") as caught:
        load_dataset(name, tmp_path)
    assert "\n" not in str(caught.value)


def test_an_unknown_name_says_what_there_is(save: Callable[..., Path]) -> None:
    home = save("flowers").parents[1]
    with pytest.raises(DataError, match=r"no data set 'trees'; choose one of cifar10-sample, .*, flowers, or"):
        load_dataset("trees", home)


# --- cifar10 ---


def check(dataset: Any, arrays: dict[str, np.ndarray]) -> None:
    assert dataset.name == "cifar10"
    assert dataset.class_names[3] == "cat"
    assert np.array_equal(dataset.train.images, arrays["x_train"])
    assert np.array_equal(dataset.test.labels, arrays["y_test"])
    assert not dataset.train.images.flags.writeable


def test_the_local_file_is_proved_once_and_remembered(
    datasets: Path, arrays: dict, small_cifar10: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = datasets / "cifar10.npz"
    np.savez(path, **{**arrays, "y_train": arrays["y_train"][:, np.newaxis].astype(np.int64)})
    check(load_dataset("cifar10", datasets.parent), arrays)
    assert (datasets / ".cifar10.verified.json").is_file()
    compared: list[Path] = []
    monkeypatch.setattr(published, "_compare", lambda _, path, __: compared.append(path))
    load_dataset("cifar10", datasets.parent)
    assert compared == []
    os.utime(path, ns=(1, 1))
    load_dataset("cifar10", datasets.parent)
    assert compared == [path]


def test_another_set_by_that_name_is_refused(datasets: Path, small_cifar10: Small) -> None:
    wrong = make_arrays()
    wrong["x_train"][0, 0, 0, 0] ^= 1
    np.savez(datasets / "cifar10.npz", **wrong)
    with pytest.raises(
        DataError, match=r"does not hold the published cifar10 \(x_train differs .*give it another name"
    ):
        load_dataset("cifar10", datasets.parent)
    assert not (datasets / ".cifar10.verified.json").exists()


@pytest.mark.parametrize("protocol", [0, 4])
def test_the_dropped_archive_becomes_the_file(
    datasets: Path, arrays: dict, small_cifar10: Small, protocol: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = make_cifar10_tar(datasets / "cifar-10-python.tar.gz", arrays, protocol)
    info = next(info for info in list_datasets(datasets.parent) if info.name == "cifar10")
    assert info.available
    check(load_dataset("cifar10", datasets.parent), arrays)
    assert archive.is_file()
    archive.unlink()
    monkeypatch.setenv("CNNVIZ_CIFAR10_URL", "file:///never/asked")
    check(load_dataset("cifar10", datasets.parent), arrays)


def test_a_dropped_archive_loads_where_nothing_can_be_written(
    datasets: Path, arrays: dict, small_cifar10: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise StorageError("cannot write there: the disk is read-only")

    monkeypatch.setattr(published, "write_npz", refuse)
    make_cifar10_tar(datasets / "cifar-10-python.tar.gz", arrays)
    check(load_dataset("cifar10", datasets.parent), arrays)


def test_a_dropped_archive_of_other_images_is_refused(datasets: Path, small_cifar10: Small) -> None:
    make_cifar10_tar(datasets / "cifar-10-python.tar.gz", make_arrays(n_train=40))
    with pytest.raises(DataError, match=r"tar.gz does not hold the published cifar10"):
        load_dataset("cifar10", datasets.parent)
    assert not (datasets / "cifar10.npz").exists()


def test_a_dropped_cifar100_that_is_no_archive(datasets: Path) -> None:
    (datasets / KNOWN["cifar100"].files[0].filename).write_bytes(b"\x1f\x8bnot this")
    with pytest.raises(DataError, match=r"gz is damaged or not the published file"):
        load_dataset("cifar100", datasets.parent)


def test_dropped_idx_files_that_are_damaged(datasets: Path) -> None:
    for remote in KNOWN["fashion-mnist"].files:
        (datasets / remote.filename).write_bytes(b"\x1f\x8bnot this")
    with pytest.raises(DataError, match=r"train-labels.*gz cannot be read as an idx file .*copy it again"):
        load_dataset("fashion-mnist", datasets.parent)


def test_the_download_becomes_the_file_and_leaves_nothing_else(
    datasets: Path, arrays: dict, small_cifar10: Small, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.content = small_cifar10[1].read_bytes()
    server.cut_after = [50_000]
    monkeypatch.setenv("CNNVIZ_CIFAR10_URL", server.address)
    seen: list[tuple[int, int | None]] = []
    dataset = load_dataset("cifar10", datasets.parent, on_progress=lambda *now: seen.append(now))
    check(dataset, arrays)
    assert seen[-1] == (len(server.content), len(server.content))
    assert {path.name for path in datasets.iterdir()} - {".cifar10.lock"} == {
        "cifar10.npz",
        ".cifar10.verified.json",
    }
    check(load_dataset("cifar10", datasets.parent), arrays)
    assert len(server.asked) == 2


def test_whatever_the_caller_raises_ends_the_download_unchanged_and_keeps_what_came(
    datasets: Path, arrays: dict, small_cifar10: Small, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.content = small_cifar10[1].read_bytes()
    monkeypatch.setenv("CNNVIZ_CIFAR10_URL", server.address)
    for error in (OSError(28, "no"), ValueError("no"), DataError("no")):

        def refuse(done: int, total: int | None, error: Exception = error) -> None:
            if done:
                raise error

        with pytest.raises(type(error)) as caught:
            load_dataset("cifar10", datasets.parent, on_progress=refuse)
        assert caught.value is error
        assert (datasets / "cifar-10-python.tar.gz.part").stat().st_size > 0
    check(load_dataset("cifar10", datasets.parent), arrays)


def test_a_set_of_several_files_reports_one_progress(
    datasets: Path, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arrays = make_arrays(shape=(28, 28))
    np.savez(tmp_path / "small.npz", **arrays)
    server.content = (tmp_path / "small.npz").read_bytes()
    file = RemoteFile("a.npz", server.address + "/", len(server.content), hashlib.sha256(server.content).hexdigest())
    files = (file, dataclasses.replace(file, filename="b.npz"))
    known = dataclasses.replace(KNOWN["mnist"], files=files, sha256={})
    monkeypatch.setattr("cnnviz.data.catalogue.KNOWN", {**KNOWN, "mnist": known})
    seen: list[tuple[int, int | None]] = []
    dataset = load_dataset("mnist", datasets.parent, on_progress=lambda *now: seen.append(now))
    assert np.array_equal(dataset.test.images[..., 0], arrays["x_test"])
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (2 * file.size, 2 * file.size)
    assert [path.name for path in sorted(datasets.glob("[a-z]*"))] == ["mnist.npz"]


def test_a_download_that_decodes_to_something_else_is_kept_nowhere(
    datasets: Path, small_cifar10: Small, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.content = small_cifar10[1].read_bytes()
    monkeypatch.setenv("CNNVIZ_CIFAR10_URL", server.address)
    monkeypatch.setitem(published.DECODERS, "cifar10", lambda _: make_arrays(n_train=40))
    with pytest.raises(DataError, match="does not hold the published cifar10"):
        load_dataset("cifar10", datasets.parent)
    assert {path.name for path in datasets.iterdir()} <= {".cifar10.lock"}


def test_no_network_is_one_sentence_with_two_ways_out(
    datasets: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.status = 503
    monkeypatch.setenv("CNNVIZ_CIFAR10_URL", server.address)
    with pytest.raises(DataError) as caught:
        load_dataset("cifar10", datasets.parent)
    assert str(caught.value) == (
        "cifar10 could not be downloaded from 127.0.0.1: the server answered 503 Service Unavailable; use "
        "cifar10-sample, which needs no network, or put cifar10.npz or cifar-10-python.tar.gz into "
        f"{datasets}"
    )


def test_two_processes_do_not_download_at_once(
    datasets: Path, monkeypatch: pytest.MonkeyPatch, small_cifar10: Small
) -> None:
    monkeypatch.setattr(download, "LOCK_WAIT_S", 0.05)
    with (
        FileLock(datasets / ".cifar10.lock"),
        pytest.raises(DataError, match=r"is being downloaded by another process; wait .* cifar10-sample meanwhile"),
    ):
        load_dataset("cifar10", datasets.parent)


def test_what_another_process_finished_meanwhile_is_used(
    datasets: Path, arrays: dict, small_cifar10: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = published.alone

    def slow(*arguments: Any) -> Any:
        np.savez(datasets / "cifar10.npz", **arrays)
        return alone(*arguments)

    monkeypatch.setattr(published, "alone", slow)
    check(load_dataset("cifar10", datasets.parent), arrays)


def test_a_home_that_cannot_be_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    with pytest.raises(StorageError, match="cannot write"):
        load_dataset("cifar10", tmp_path / "home")
    assert len(list_datasets(tmp_path / "home")) == len(NAMES)


@pytest.mark.slow
@pytest.mark.skipif(not HAS_CIFAR10, reason="the full CIFAR-10 is not in this home")
def test_the_real_set_is_proved_and_loads_from_an_archive(datasets: Path) -> None:
    full = load_dataset("cifar10", REAL_HOME)
    arrays = {
        "x_train": full.train.images,
        "y_train": full.train.labels,
        "x_test": full.test.images,
        "y_test": full.test.labels,
    }
    make_cifar10_tar(datasets / "cifar-10-python.tar.gz", arrays)
    check(load_dataset("cifar10", datasets.parent), arrays)
