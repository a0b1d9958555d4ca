"""Components made of several JavaScript files: joined in an order that works, with names of their own."""

import ast
import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from cnnviz.ui import components
from cnnviz.ui.components.assets import read_asset
from cnnviz.ui.components.modules import bundled

FOLDER = Path(components.__file__).parent


def bundles() -> list[tuple[str, ...]]:
    """The files of every component that is made of several."""
    found: list[tuple[str, ...]] = []
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "bundled":
                names = vars(import_module(f"{components.__name__}.{path.stem}"))
                found.append(eval(ast.unparse(node), {**names, "bundled": lambda *parts: parts}))
    return found


@pytest.mark.parametrize("names", bundles(), ids=lambda names: names[-1])
def test_modules_become_one_text_in_which_no_name_is_used_twice(names: tuple[str, ...]) -> None:
    for at, name in enumerate(names):
        imported = re.findall(r'from "\./(\w+\.js)"', read_asset(name))
        assert set(imported) <= set(names[:at]), name
    text = bundled(*names)
    assert text.count("export default") == 1
    assert not re.search(r"^import\b|^export (?!default)", text, flags=re.MULTILINE)
    found = Counter(re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", text, flags=re.MULTILINE))
    assert [name for name, count in found.items() if count > 1] == []
