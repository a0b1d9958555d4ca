"""The training script as a notebook: the same code, cut into cells."""

import ast
import json
import re

from cnnviz.export.training_script import CELL

__all__ = ["notebook"]


def notebook(script: str) -> str:
    """Return a script as a notebook of format 4.5.

    Args:
        script: as `training_script` makes it: its docstring becomes the first text, each cell's title a heading.
    """
    head, *cells = re.split(rf"^{re.escape(CELL)}", script, flags=re.MULTILINE)
    said = ast.get_docstring(ast.parse(head)) or ""
    said = said.replace("    python train.py\n\n", "").replace("this file", "this notebook")
    parts = [("markdown", f"# Training the network\n\n{said}")]
    for cell in cells:
        title, _, code = cell.partition("\n")
        parts += [("markdown", f"## {title}"), ("code", code.strip())]
    values = {
        "cells": [_cell(number, kind, text) for number, (kind, text) in enumerate(parts)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def _cell(number: int, kind: str, text: str) -> dict[str, object]:
    source = text.splitlines(keepends=True)
    cell: dict[str, object] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source}
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell
