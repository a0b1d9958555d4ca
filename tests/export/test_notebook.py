"""The training script as a notebook: it is one, and it runs."""

import ast
import json
from pathlib import Path

import nbformat

from cnnviz.export import FORMATS, export
from cnnviz.export.recipes import recipe
from cnnviz.runs import Run
from tests.export.conftest import last_json, python

RUN_CELLS = """
import json
cells = json.load(open(sys.argv[1], encoding="utf-8"))["cells"]
names = {}
for cell in cells:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), names)
print()
print(json.dumps(names["history"].history["loss"]))
"""


def test_it_is_a_notebook_and_runs(run: Run, trained_home: Path, tmp_path: Path) -> None:
    done = export(run, "notebook", tmp_path / "train.ipynb", home=trained_home)
    assert (done.largest_difference, done.images_checked, done.companions) == (None, 0, ())
    assert done.bytes == done.path.stat().st_size
    nbformat.validate(nbformat.read(done.path, as_version=nbformat.NO_CONVERT))
    losses = last_json(python(RUN_CELLS, done.path, cwd=tmp_path))
    assert abs(losses[0] - run.history().epochs["loss"][0]) < 1e-4
    assert (tmp_path / "trained.keras").is_file()  # in the notebook's folder


def test_it_has_the_script_cell_by_cell(run: Run, trained_home: Path) -> None:
    script = recipe(run, FORMATS["script"], trained_home)
    cells = json.loads(recipe(run, FORMATS["notebook"], trained_home))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert ast.dump(ast.parse(code)) == ast.dump(ast.Module(ast.parse(script).body[1:], []))
    headings = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert headings[0].startswith("# Training the network\n")
    assert run.id in headings[0]
    assert "train.py" not in headings[0]
    assert headings[1:] == [
        "## Settings",
        "## The images",
        "## The network",
        "## How it learns",
        "## Train and measure",
    ]
