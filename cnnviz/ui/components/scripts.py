"""The JavaScript of components: modules joined to one script each, which the server has at an address of its own.

A message to the browser holds the address only: the script is fetched once, however often its component gets new data
or is on a page. Where no server of ours has it, a script of somebody's own for instance, the message holds the script.
"""

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cnnviz.ui.routes import address_of, script_answer

__all__ = ["bundled", "module_text", "modules_of", "script_of", "script_routes"]

_UI = Path(__file__).parent.parent
_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";$', re.MULTILINE)
# What is for those who read the files, a third of the text: types and other comments, and the room before a line.
_LEFT_OUT = re.compile(r"""/\*.*?\*/|^\s*//[^\n]*\n|^\s+| +// [^\n"'`]*$""", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const|let) (\w+))", re.MULTILINE)
_served = False  # whether this process's server has the route
_told: dict[str, Path] = {}  # the components whose addresses a browser may have, by their place


def script_of(entry: Path) -> str:
    """Return what Streamlit is to take for a component's script: one that fetches it, or the script itself.

    Streamlit imports it from a `blob:` address, where only a whole address can be imported; the browser knows the host.

    Args:
        entry: the component's JavaScript file.
    """
    if not _served:
        return bundled(entry)
    _told[_place(entry)] = entry
    path = f"{address_of('/scripts')}/{_place(entry)}?v={_version(entry)}"
    return f'const script = await import(new URL("{path}", location.origin));\nexport default script.default;\n'


def script_routes() -> list[Route]:
    """Return the route that app.py adds to the server."""
    global _served
    _served = True
    return [Route(address_of("/scripts/{place:path}"), _answer, methods=["GET"])]


def modules_of(entry: Path) -> list[Path]:
    """Return a module and all that it imports, each after those that it imports from.

    Args:
        entry: a JavaScript file.

    Raises:
        ValueError: modules import each other in a circle.
    """
    found: list[Path] = []

    def visit(module: Path, waiting: tuple[Path, ...]) -> None:
        if module in waiting:
            raise ValueError(f"{module} imports itself, by way of {', '.join(one.name for one in waiting)}")
        if module not in found:
            for _, path in _IMPORT.findall(module_text(module)):
                visit((module.parent / path).resolve(), (*waiting, module))
            found.append(module)

    visit(entry.resolve(), ())
    return found


@cache
def bundled(entry: Path) -> str:
    """Join a module with all that it imports; each keeps a scope of its own, so that names may be alike.

    Args:
        entry: a JavaScript file with a default export.

    Returns:
        One module without imports.
    """
    modules = modules_of(entry)
    return "\n".join(map(_scoped, modules)) + f"\nexport default {_name(modules[-1])}.default;\n"


@cache
def module_text(file: Path) -> str:
    """Return a file of JavaScript or CSS without what is only for those who read it."""
    return _LEFT_OUT.sub("", file.read_text(encoding="utf-8"))


@cache
def _scoped(module: Path) -> str:
    text = module_text(module)
    exported = [name for _, name in _EXPORT.findall(text)]
    text = _EXPORT.sub(r"\1", text)
    if "\nexport default " in text:
        text = text.replace("\nexport default ", "\nconst $default = ")
        exported.append("default: $default")
    text = _IMPORT.sub(lambda found: _taken(found[1], (module.parent / found[2]).resolve()), text)
    return f"const {_name(module)} = (() => {{\n{text}return {{ {', '.join(exported)} }};\n}})();"


def _taken(names: str, module: Path) -> str:
    return f"const {{{names.replace(' as ', ': ')}}} = {_name(module)};"


def _name(module: Path) -> str:
    return "$" + re.sub(r"\W", "_", _place(module.with_suffix("")))


def _place(module: Path) -> str:
    return module.relative_to(_UI).as_posix()


@cache
def _version(entry: Path) -> str:
    return hashlib.blake2s(bundled(entry).encode(), digest_size=8).hexdigest()


@cache
def _packed(entry: Path) -> bytes:
    return gzip.compress(bundled(entry).encode(), compresslevel=9)


def _answer(request: Request) -> Response:
    entry = _told.get(request.path_params["place"])
    if entry is None or request.query_params.get("v") != _version(entry):  # that of an earlier server is not this one
        return Response("no such script", 404, media_type="text/plain")
    return script_answer(request, bundled(entry).encode(), _packed(entry))
