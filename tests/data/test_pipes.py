"""Pipes, folders and broken links where files should be: nothing may hang."""

import os
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import list_datasets, load_dataset
from cnnviz.data.known import KnownSet
from cnnviz.errors import DataError

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of Unix")


@needs_pipes
@pytest.mark.parametrize("name", ["mine", "cifar10", "digits"])
def test_a_pipe_is_shown_as_damaged_and_never_opened(datasets: Path, name: str) -> None:
    os.mkfifo(datasets / f"{name}.npz")
    info = next(info for info in list_datasets(datasets.parent) if info.name == name)
    assert not info.available
    assert "is not a file but a folder, pipe or device; remove it" in info.problem
    with pytest.raises(DataError, match=f"{name}.npz is not a file but"):
        load_dataset(name, datasets.parent)


def test_a_folder_and_a_broken_link_are_shown_as_damaged(datasets: Path) -> None:
    (datasets / "folder.npz").mkdir()
    (datasets / "link.npz").symlink_to("nowhere")
    problems = {info.name: info.problem for info in list_datasets(datasets.parent)}
    assert "is not a file but a folder" in problems["folder"]
    assert "cannot be read (No such file or directory)" in problems["link"]
    with pytest.raises(DataError, match="cannot be read"):
        load_dataset("link", datasets.parent)


@needs_pipes
def test_a_pipe_in_the_place_of_the_archive_is_neither_opened_nor_passed_by(datasets: Path) -> None:
    os.mkfifo(datasets / "cifar-10-python.tar.gz")
    info = next(info for info in list_datasets(datasets.parent) if info.name == "cifar10")
    assert "cifar-10-python.tar.gz is not a file but" in info.problem
    with pytest.raises(DataError, match=r"cifar-10-python.tar.gz is not a file but"):
        load_dataset("cifar10", datasets.parent)


@needs_pipes
def test_a_pipe_in_the_place_of_the_record_is_not_opened(
    datasets: Path, arrays: dict, small_cifar10: tuple[KnownSet, Path]
) -> None:
    np.savez(datasets / "cifar10.npz", **arrays)
    os.mkfifo(datasets / ".cifar10.verified.json")
    assert len(load_dataset("cifar10", datasets.parent).train) == len(arrays["x_train"])
