"""The dashboard's JavaScript modules in a browser, one by one: what they export, called from a test."""

from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from playwright.sync_api import Page, Route

import cnnviz.ui.components

FOLDER = Path(cnnviz.ui.components.__file__).parent
ORIGIN = "http://modules.test"  # there is no such server: the test answers
CALL = """async ([addresses, given, body]) => {
    const exported = Object.assign({}, ...(await Promise.all(addresses.map((address) => import(address)))));
    return new Function("exported", "given", `const { ${Object.keys(exported).join(", ")} } = exported; ${body}`)(
        exported, given);
}"""


def _answer(route: Route) -> None:
    file = FOLDER / urlparse(route.request.url).path.removeprefix("/")
    headers = {"Access-Control-Allow-Origin": "*"}
    route.fulfill(path=file, content_type="text/javascript", headers=headers)


def called(page: Page, modules: list[str], given: object, body: str) -> Any:
    """Run a function in a page and return what it returns.

    Args:
        page: any.
        modules: such as `microscope/sums.js`; the function sees all that they export but for `default`.
        given: what it gets, as JSON.
        body: of the function.
    """
    page.route(f"{ORIGIN}/**", _answer)
    return page.evaluate(CALL, [[f"{ORIGIN}/{module}" for module in modules], given, body])
