"""What `import cnnviz` promises other people's scripts."""

import importlib
import subprocess
import sys

import pytest

import cnnviz

CONTRACT = {
    "CnnvizError",
    "DataError",
    "RunError",
    "SpecError",
    "StorageError",
    "DataSpec",
    "ModelSpec",
    "RunSpec",
    "TrainSpec",
    "preset",
    "Dataset",
    "load_dataset",
    "train",
    "open_run",
    "evaluate",
    "explain",
}

PACKAGES = (
    "cnnviz.errors",
    "cnnviz.files",
    "cnnviz.home",
    "cnnviz.spec",
    "cnnviz.runs",
    "cnnviz.models",
    "cnnviz.training",
    "cnnviz.data",
    "cnnviz.evaluation",
    "cnnviz.explain",
    "cnnviz.export",
    "cnnviz.figures",
)
MODULES = {"evaluation", "explain", "export"}


def test_the_contract_is_kept() -> None:
    assert set(cnnviz.__all__) >= CONTRACT
    assert set(dir(cnnviz)) >= CONTRACT


@pytest.mark.parametrize("name", sorted({*cnnviz.__all__} - {"__version__", *MODULES}))
def test_a_public_name_is_a_thing_with_a_docstring(name: str) -> None:
    thing = getattr(cnnviz, name)
    assert thing.__doc__
    assert thing.__name__ == name
    assert thing.__module__.startswith("cnnviz.")


def test_explain_is_there_without_a_second_import() -> None:
    code = (
        "import sys, cnnviz; assert cnnviz.explain.METHODS['gradcam'].title == 'Grad-CAM'; "
        "from cnnviz import explain; assert explain is cnnviz.explain; print(explain.__name__)"
    )
    light = (
        "import sys, cnnviz; cnnviz.explain.filter_norms; cnnviz.explain.METHODS; "
        "print([n for n in ('keras',) if n in sys.modules])"
    )
    for lines, printed in ((code, "cnnviz.explain"), (light, "[]")):
        done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, timeout=60)
        assert (done.stdout.strip(), done.returncode) == (printed, 0), done.stderr


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
