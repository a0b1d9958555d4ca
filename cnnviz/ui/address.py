"""The URL: the one module that reads and writes it; and what a session looked at, which goes with it from page to page.

What the URL says of a page is a `cnnviz.ui.place.Place`.
"""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal, NoReturn, TypeVar

import streamlit as st

from cnnviz.errors import RunError
from cnnviz.runs import RUN_ID
from cnnviz.ui.loaders import run_ids
from cnnviz.ui.messages import ASTRAY
from cnnviz.ui.pages import HOME, Page
from cnnviz.ui.place import Carried, Known, Param, Place, decoded, params_of, place_of
from cnnviz.ui.streamlit_private import going_back

__all__ = [
    "arrive",
    "arrived",
    "asked",
    "bind",
    "carried",
    "carry",
    "chosen_run",
    "go",
    "leave",
    "link",
    "page_link",
    "read",
    "remember",
    "rerun",
    "settle",
    "switch",
]

P = TypeVar("P", bound=Place)

Query = dict[str, list[str]]

_PAGE = "cnnviz.page"  # session state: the page that is open
_ARRIVED = "cnnviz.arrived"  # session state: whether this run of the script is the page's first
_ALONG = "cnnviz.along"  # session state: what the session brought to a page just opened, and the URL does not say yet
_CARRIED = "cnnviz.carried"  # session state: what was looked at last, as the URL says it
_KEPT = "cnnviz.kept"  # session state: by page, what a session that comes back finds as it was
_KNOWN = "cnnviz.known"  # session state: what the open page's place was held against
_CHANGED = "cnnviz.changed"  # session state: (when, the page, the queries before, the query wanted) of the last change
_LEAVING = "cnnviz.leaving"  # session state: the page that a callback goes to, and the values of its link
_TICKED = "cnnviz.ticked"  # session state: whether a fragment asked for this run, not a person
_SETTLING_S = 1.5  # longer, and the browser's way back would not work where Streamlit does not tell it

_SHARED = params_of(Carried)


# --- coming to a page -------------------------------------------------------------------------------------------


def arrive(page: Page) -> None:
    """Settle the URL, and carry along what the session looked at; called by app.py at every run, before the page.

    Args:
        page: the page that is about to run.
    """
    _leave()
    state = st.session_state
    came = state.get(_PAGE) != page
    state[_PAGE], state[_ARRIVED], state[_ALONG] = page, came, {}
    if came:
        state.pop(_CHANGED, None)
    if state.pop(ASTRAY, False) and not came and not st.query_params:
        st.query_params.clear()  # a link to the page that is open leaves the browser's address as it was
        state.pop(_CHANGED, None)
        carry(run=None)
    settle()
    state.pop(_TICKED, None)
    run = st.query_params.get("run")
    if run and run in run_ids():  # a wrong link is not remembered
        carry(run=run)
    if came:
        state[_ALONG] = _brought(page)


def _brought(page: Page) -> Query:
    """Return what the session brings to a page, as far as the URL does not say it and it belongs together."""
    url, shown = _url(), carried()
    if shown.get("run") not in run_ids():
        shown.pop("run", None)
    along: Query = {}
    there = {name: texts[-1] for name, texts in url.items()}
    for name, one in _SHARED.items():
        together = not one.per or (one.per in shown and there.get(one.per) == shown[one.per])
        if name in page.takes and name in shown and name not in url and together:
            along[name], there[name] = [shown[name]], shown[name]
    kept: dict[str, Query] = st.session_state.get(_KEPT, {})
    return along | {name: texts for name, texts in kept.get(page.path, {}).items() if name not in url}


def arrived() -> bool:
    """Say whether the session came to this page just now, so that what it looked at may be written into the URL.

    Later the URL is the truth: filled in again, it would make the browser's way back a dead end.
    """
    return bool(st.session_state.get(_ARRIVED, True))


def carried() -> dict[str, str]:
    """Return what the session looked at last: of run, snapshot, image, layer and filter what there was."""
    return dict(st.session_state.get(_CARRIED, {}))


def carry(**shown: Any) -> None:
    """Keep what a page shows for the next one.

    Args:
        shown: of run, snapshot, image, layer and filter what the page shows; None for none. Of another run, or another
            layer, what belonged to the old one goes.
    """
    now = carried()
    changed = {name for name, value in shown.items() if now.get(name) != (None if value is None else str(value))}
    for name, one in _SHARED.items():  # filter comes after layer, and layer after run
        if name in shown and shown[name] is not None:
            now[name] = str(shown[name])
        elif name in shown or one.per in changed:
            now.pop(name, None)
            changed.add(name)
    st.session_state[_CARRIED] = now


def remember(**shown: Any) -> None:
    """Keep what a page shows for the next one, and write it into the URL of a page just opened.

    Args:
        shown: as for `carry`.
    """
    carry(**shown)
    if arrived():
        query = _query()
        for name, value in shown.items():
            query.pop(name, None)
            if value is not None:
                query[name] = [str(value)]
        _write(query)


# --- reading ----------------------------------------------------------------------------------------------------


def read(kind: type[P], known: Known | None = None) -> P:
    """Return the page's place, as its URL says it.

    Args:
        kind: its class.
        known: what it is held against.

    Raises:
        CnnvizError: the URL asks for what there is not; one sentence.
    """
    _leave()  # a fragment runs without app.py
    settle()
    known = known or Known()
    query = _query()
    page: Page = st.session_state.get(_PAGE, HOME)
    if arrived() and not page.takes:  # there is no bar, which writes the rest too
        _write(query)
    kept: Query = st.session_state.setdefault(_KEPT, {}).setdefault(page.path, {})
    for one in params_of(kind).values():
        kept.pop(one.name, None)
        if one.kept and one.name in query:
            kept[one.name] = query[one.name]
    st.session_state[_KNOWN] = known
    return decoded(kind, query, known)


def asked(name: str) -> tuple[str | None, bool]:
    """Return what is asked for, and whether a link asks for it: what is merely carried may be passed over.

    Args:
        name: of the parameter: run, snapshot, image, layer or filter, or any other as it stands there.
    """
    texts = _query().get(name, [])
    said = texts[-1] if texts and texts[-1] else None
    return said, said is not None and name in st.query_params and carried().get(name) != said


def chosen_run() -> str | None:
    """Return the run that the URL names as `?run=`, or the session brought along; None where there is none.

    Returns:
        A well-formed run id (or "latest"); whether there is such a run, `cnnviz.ui.loaders.open_run` says.

    Raises:
        RunError: the URL holds something that cannot be a run id.
    """
    said, _ = asked("run")
    if said is not None and not RUN_ID.fullmatch(said):
        raise RunError(
            f"the link asks for the run {said[:80]!r}, which is no run id; choose a run from the list instead"
        )
    return said


# --- changing ---------------------------------------------------------------------------------------------------


def go(**changes: Any) -> None:
    """Look at something else on this page: in a callback, or before it runs again.

    The URL changes at once, one step of the browser's way back. Another run or layer takes away what belonged to the
    old one.

    Args:
        changes: new values of the fields of the page's place, and of run, snapshot, image, layer and filter; None, an
            empty value or the default takes one out of the URL. A click on a page that was left meanwhile, whose
            fields the open one has not, changes nothing.
    """
    settle()
    page: Page = st.session_state.get(_PAGE, HOME)
    params, known = _params(page), st.session_state.get(_KNOWN) or Known()
    if not changes.keys() <= params.keys():
        return
    before = _url()
    # What the page shows belongs into its address, though a bare one does not say it.
    query = {name: [value] for name, value in carried().items() if name in page.takes} | _query()
    old = dict(query)
    for name, value in changes.items():
        query.pop(params[name].name, None)
        if texts := params[name].encode(value, known):
            query[params[name].name] = texts
    given = {params[name].name for name in changes}
    changed = {name for name in given if query.get(name) != old.get(name)}
    for one in params.values():
        if one.per in changed and one.name not in given:
            changed.add(one.name)
            query.pop(one.name, None)
    carry(**{name: changes[name] for name in changes if params[name] is _SHARED.get(name)})
    _, where, befores, _ = _last_change()
    earlier = befores if where == page else []
    st.session_state[_CHANGED] = (time.monotonic(), page, [*earlier, before], query)
    _write(query)


def settle() -> None:
    """Keep a change that a rerun which began before it would take back.

    A fragment that waits or ticks runs, and reruns the page, with the URL as the browser knew it a moment ago.
    """
    if going_back():
        st.session_state.pop(_CHANGED, None)
    _, page, befores, wanted = _last_change()
    if page == st.session_state.get(_PAGE) and _url() in befores:
        _write(wanted)


def _last_change() -> tuple[float, Page | None, list[Query], Query]:
    """Return the last change while it counts; nothing afterwards."""
    none: tuple[float, Page | None, list[Query], Query] = (-math.inf, None, [], {})
    found: tuple[float, Page | None, list[Query], Query] = st.session_state.get(_CHANGED, none)
    recent = time.monotonic() - found[0] < _SETTLING_S
    return found if recent or st.session_state.get(_TICKED) else none


def rerun() -> NoReturn:
    """Run the page again from a fragment that ticks, with what was chosen since, however long ago it ticked."""
    st.session_state[_TICKED] = True
    st.rerun()


def bind(
    field: str,
    value: Any,
    *,
    key: str = "",
    change: Callable[[Any], Mapping[str, Any]] | None = None,
    options: Any = None,
) -> dict[str, Any]:
    """Bind a widget to a field of the page's place: it shows its value at every run, and a choice goes into the URL.

    Args:
        field: the field's name.
        value: what the widget shows.
        key: the widget's key; empty for the page's name and the field's.
        change: makes changes for `go` of what was chosen; None for the field's new value. No changes change nothing.
        options: what may be chosen; something else, such as a name from before somebody changed it, changes nothing.

    Returns:
        `key` and `on_change`, for the widget.
    """
    page: Page = st.session_state.get(_PAGE, HOME)
    name = key or f"{page.prefix}-{field}"
    st.session_state[name] = value

    def chosen() -> None:
        choice = st.session_state[name]
        if st.session_state.get(_PAGE) != page:
            return  # a browser may tell of it when the page is left already
        if options is not None and choice is not None and choice not in options:
            return
        changes = {field: choice} if change is None else change(choice)
        if changes:
            go(**changes)

    return {"key": name, "on_change": chosen}


# --- links ------------------------------------------------------------------------------------------------------


def link(page: Page, **values: Any) -> dict[str, str | list[str]]:
    """Return the query of a link.

    Args:
        page: where it leads to.
        values: of the fields of that page's place, and of run, snapshot, image, layer and filter; None for none. A
            class may be given by its name.
    """
    params = _params(page) if values.keys() - _SHARED.keys() else _SHARED  # else nothing of that page is imported
    texts = {params[name].name: params[name].encode(value, Known()) for name, value in values.items()}
    return {name: said[0] if len(said) == 1 else said for name, said in texts.items() if said}


def page_link(
    page: Page,
    words: str,
    /,
    *,
    icon: str | None = "",
    help: str | None = None,  # noqa: A002 - Streamlit's word
    icon_position: Literal["left", "right"] = "left",
    **values: Any,
) -> None:
    """Draw a link to a page.

    Args:
        page: where it leads to.
        words: what it is called, as Markdown.
        icon: in place of the page's own; None for none.
        help: as `st.page_link` has it.
        icon_position: as `st.page_link` has it.
        values: as for `link`.
    """
    st.page_link(
        page.path,
        label=words,
        icon=page.icon if icon == "" else icon,
        help=help,
        icon_position=icon_position,
        query_params=link(page, **values),
    )


def switch(page: Page, **values: Any) -> NoReturn:
    """Go to another page.

    Args:
        page: where to.
        values: as for `link`.
    """
    st.switch_page(page.path, query_params=link(page, **values))


def leave(page: Page, **values: Any) -> None:
    """Go to another page as soon as this one would run again: in a callback, where Streamlit lets nobody switch.

    Args:
        page: where to.
        values: as for `link`.
    """
    st.session_state[_LEAVING] = (page, values)


def _leave() -> None:
    page, values = st.session_state.pop(_LEAVING, (None, {}))
    if page is not None:
        switch(page, **values)


# --- the query itself -------------------------------------------------------------------------------------------


def _params(page: Page) -> Mapping[str, Param]:
    own = place_of(page)
    return {**_SHARED, **(params_of(own) if own else {})}


def _url() -> Query:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _query() -> Query:
    """Return what the URL says, and what the session brought along."""
    return {**st.session_state.get(_ALONG, {}), **_url()}


def _write(query: Query) -> None:
    """Put a query into the URL, all at once: each change of it is a step that the browser's way back has to go."""
    st.session_state[_ALONG] = {}
    if query != _url():
        st.query_params.from_dict({name: texts[0] if len(texts) == 1 else texts for name, texts in query.items()})
