"""What `import cnnviz` promises other people's scripts."""

import importlib

import pytest

import cnnviz

CONTRACT = {
    "CnnvizError", "DataError", "RunError", "SpecError", "StorageError",
    "DataSpec", "ModelSpec", "RunSpec", "TrainSpec", "preset",
    "Dataset", "load_dataset", "train", "open_run",
}  # fmt: skip

PACKAGES = (
    "cnnviz.errors",
    "cnnviz.files",
    "cnnviz.home",
    "cnnviz.spec",
    "cnnviz.runs",
    "cnnviz.models",
    "cnnviz.training",
    "cnnviz.data",
    "cnnviz.figures",
)


def test_the_contract_is_kept() -> None:
    assert set(cnnviz.__all__) >= CONTRACT
    assert set(dir(cnnviz)) >= CONTRACT


@pytest.mark.parametrize("name", [name for name in cnnviz.__all__ if name != "__version__"])
def test_a_public_name_is_a_thing_with_a_docstring(name: str) -> None:
    thing = getattr(cnnviz, name)
    assert thing.__doc__
    assert thing.__name__ == name
    assert thing.__module__.startswith("cnnviz.")


def test_an_unknown_name_is_refused_as_python_does() -> None:
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = cnnviz.trian  # type: ignore[attr-defined]


@pytest.mark.parametrize("package", PACKAGES)
def test_what_a_package_lists_exists(package: str) -> None:
    module = importlib.import_module(package)
    assert sorted(set(module.__all__)) == sorted(module.__all__)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


@pytest.mark.parametrize("error", ["SpecError", "DataError", "RunError", "StorageError"])
def test_every_error_is_caught_by_the_base(error: str) -> None:
    assert issubclass(getattr(cnnviz, error), cnnviz.CnnvizError)


def test_a_spec_error_is_a_value_error() -> None:
    assert issubclass(cnnviz.SpecError, ValueError)


def test_the_version_is_a_version() -> None:
    assert all(part.isdigit() for part in cnnviz.__version__.split("."))
