"""What the microscope writes adds up: on every pixel, in the line and in the cells, as a class would add it by hand."""

import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from playwright.sync_api import Page

import cnnviz
from cnnviz import explain
from cnnviz.data.example_photos import example_photo
from cnnviz.explain.decimals import written_sum
from cnnviz.figures.specimens import CLASSIC_KERNELS, convolution_data, output_data, playground_data, pooling_data
from cnnviz.inference.crops import prepare_photo
from cnnviz.runs import Run
from cnnviz.ui.components.scripts import bundled
from tests.modules import FOLDER, called

MODULES = ["kit/dom.js", *(f"microscope/{name}.js" for name in ("arithmetic", "sums", "products", "map"))]
BUNDLED = Path(cnnviz.__file__).parent / "assets" / "runs"
READ = """
    if (kernel) { bench.kernel = Float32Array.from(kernel); bench.before = correlate(bench); }
    const scales = scalesOf(bench);
    const between = element("div", "between");
    const line = element("div", "line", between);
    for (const name of ["heads", "rows", "cell-line"]) element("div", name, between);
    const products = new Products(between, { cell() {}, channel() {} });
    products.build(bench);
    const texts = (root, what) => [...root.querySelectorAll(what)].map((one) => one.textContent);
    const found = [];
    for (let row = 0; row < bench.high; row++)
      for (let column = 0; column < bench.wide; column++) {
        const terms = apart(bench, row, column);
        const written = (bench.kernel ? addedUp : pooledUp)(bench, terms, asked);
        products.fill(terms, written, scales, asked, null);
        (bench.kernel ? sumLine : poolLine)(line, bench, terms, scales, written);
        const rows = [...between.querySelectorAll(".row")].map((one) => ({
          sum: texts(one, ".sum")[0], products: texts(one, ".product .cell"), window: texts(one, ".window .cell"),
          patch: texts(one, ".patch .cell"),
        }));
        products.point(between.querySelectorAll(".cell")[4], { cell() {} });
        found.push({
          line: texts(line, ".op:not(.arrow):not(.word), .chip b"), rows, exact: terms.before ?? terms.after,
          told: between.querySelector(".cell-line").textContent, values: [...terms.parts[0].patch],
        });
      }
    return found;
"""


def read(page: Page, data: dict[str, Any], kernel: tuple[float, ...] | None = None, asked: int | None = None) -> Any:
    """Everything that is written of every output pixel."""
    given = {"data": data, "kernel": kernel, "asked": asked}
    return called(page, MODULES, given, "const { kernel, asked } = given; const bench = unpack(given.data);" + READ)


def number(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


def decimals(text: str) -> int:
    return len(text.partition(".")[2])


def added(line: list[str]) -> tuple[Decimal, str, list[str]]:
    """Add a line up by hand: the sum of what stands before "=", what stands after it, and all numbers."""
    end = line.index("=")
    total = number(line[0])
    for sign, text in zip(line[1:end:2], line[2:end:2], strict=True):
        total += number(text) if sign == "+" else -number(text)
    return total, line[end + 1], [*line[:end:2], *line[end + 1 :]]


def check(found: list[Any], *, activated: bool = False, cells: bool = True) -> None:
    assert found
    for pixel in found:
        total, result, numbers = added(pixel["line"])
        assert total == number(result), pixel["line"]
        assert len({decimals(text) for text in numbers}) == 1, numbers
        assert abs(number(result) - Decimal(pixel["exact"])) <= Decimal(1).scaleb(-decimals(result)) / 2
        if activated:
            assert number(numbers[-1]) == max(Decimal(0), number(result))
        for row in pixel["rows"] if cells else ():
            written = row["sum"].removeprefix("sum ").replace("+", "")
            assert sum(map(number, row["products"])) == number(written), row
            assert {decimals(text) for text in row["products"]} == {decimals(written)}


def photo() -> np.ndarray[Any, np.dtype[np.uint8]]:
    return prepare_photo(example_photo("cat").pixels, (32, 32, 3))


@pytest.fixture(scope="module")
def two_conv() -> Any:
    return Run(BUNDLED / "bundled-two-conv", bundled=True).model()


@pytest.mark.parametrize(("name", "kernel"), [(name, kernel) for name, kernel, _ in CLASSIC_KERNELS])
def test_every_pixel_of_the_playground_adds_up(page: Page, name: str, kernel: tuple[float, ...]) -> None:
    found = read(page, playground_data(photo()), kernel)
    assert len(found) == 30 * 30
    check(found)
    for pixel in found:
        [row] = pixel["rows"]
        in_line = [pixel["line"][0], *pixel["line"][2:-2:2]]
        assert [abs(number(text)) for text in row["products"]] == [abs(number(text)) for text in in_line]
        for text, value in zip(row["patch"], pixel["values"], strict=True):
            assert abs(number(text) - Decimal(value)) <= Decimal(1).scaleb(-decimals(text)) / 2


def test_a_product_of_the_playground_comes_out(page: Page) -> None:
    for pixel in read(page, playground_data(photo()), CLASSIC_KERNELS[0][1]):
        factors, _, product = pixel["told"].partition(" · ")[0].partition(" = ")
        one, other = map(number, factors.split(" × "))
        unit = Decimal(1).scaleb(-decimals(product))
        assert abs(one * other - number(product)) <= unit / 2, pixel["told"]


@pytest.mark.parametrize(("layer", "unit"), [("conv2d_1", 0), ("conv2d_1", 17), ("conv2d_2", 3), ("conv2d_2", 40)])
@pytest.mark.parametrize("asked", [None, 2])
def test_every_pixel_of_two_conv_adds_up(page: Page, two_conv: Any, layer: str, unit: int, asked: int | None) -> None:
    on_photo = explain.convolution_layer(two_conv, layer, photo())
    data = convolution_data(on_photo, unit, picture=layer == "conv2d_1", title=layer)
    found = read(page, data, asked=asked)
    assert len(found) == on_photo.activation[..., 0].size
    check(found, activated=True)


def test_wide_kernels_add_up_in_the_line(page: Page) -> None:
    model = Run(BUNDLED / "bundled-big-kernels", bundled=True).model()
    [name] = [layer.name for layer in model.layers if "conv2d" in layer.name][:1]
    layer = explain.convolution_layer(model, name, photo())
    check(read(page, convolution_data(layer, 1, picture=True, title=name)), cells=False)


def test_every_pooling_of_two_conv_comes_out(page: Page, two_conv: Any) -> None:
    data = pooling_data(explain.pooling_layer(two_conv, "max_pooling2d_1", photo()), 5, title="pooling")
    for pixel in read(page, data):
        *values, _, result = pixel["line"]
        assert max(map(number, values)) == number(result)
        assert pixel["rows"][0]["window"] == values


def test_every_mean_comes_out(page: Page) -> None:
    model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.AveragePooling2D(2)])
    data = pooling_data(explain.pooling_layer(model, 0, photo()), 1, title="pooling")
    for pixel in read(page, data):
        *values, _, result = pixel["line"]
        unit = Decimal(1).scaleb(-decimals(result))
        assert abs(sum(map(number, values)) / len(values) - number(result)) <= unit / 2


def test_the_browser_writes_as_the_library_does(page: Page) -> None:
    random = np.random.default_rng(7)
    lists = [(random.normal(size=count) * 10.0 ** random.integers(-4, 4)).tolist() for count in (1, 3, 9, 33) * 40] + [
        [0.5, 0.25, 0.125],
        [0.0, 0.0],
        [2.5, -2.5],
        [0.0625] * 9,
    ]
    sums = [float(np.sum(terms)) for terms in lists]
    body = "return given.lists.map((terms, at) => writtenSum(terms, given.sums[at]));"
    found = called(page, MODULES, {"lists": lists, "sums": sums}, body)
    for terms, total, written in zip(lists, sums, found, strict=True):
        wanted = written_sum(terms, total)
        assert written["decimals"] == wanted.decimals
        assert [number(text) for text in written["terms"]] == list(wanted.terms)
        assert number(written["total"]) == wanted.total


def test_the_softmax_adds_up(page: Page, two_conv: Any) -> None:
    script = """async ([text, data]) => {
        const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
        const { default: steps } = await import(address);
        const parentElement = document.createElement("div");
        parentElement.innerHTML = '<section class="steps"></section>';
        steps({ data: [data], parentElement });
        const texts = (root, what) => [...root.querySelectorAll(what)].map((one) => one.textContent);
        const rows = [...parentElement.querySelectorAll(".class")];
        const said = rows.map((row) => {
            row.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
            return [...texts(parentElement, ".line .chip b"), ...texts(parentElement, ".line .chip small")];
        });
        return { column: texts(parentElement, ".bar.one b"), heads: texts(parentElement, ".heads span"), said };
    }"""
    terms = explain.output_terms(two_conv, photo())
    names = [f"class {unit}" for unit in range(10)]
    found = page.evaluate(
        script,
        [bundled(FOLDER / "microscope/output.js"), {**output_data(terms, names, 3), "version": "1", "saved": None}],
    )
    assert sum(map(number, found["column"])) == number(found["heads"][3].rpartition(" ")[2])
    for said in found["said"]:
        logit, raised, per_cent, _, _, divided = said
        left, difference = logit.split(" = ")
        one, _, other = left.partition(" − ")
        assert number(one) - number(other.strip("()")) == number(difference)
        if "e" in raised or not per_cent[0].isdigit():  # too little to be divided by hand
            continue
        e, total = number(raised), number(divided.removeprefix("divided by "))
        assert abs(math.exp(number(difference)) - float(e)) <= 10.0 ** -decimals(raised) / 2
        shown = number(per_cent.removesuffix(" %"))
        assert abs(100 * e / total - shown) <= Decimal(1).scaleb(-decimals(str(shown))) / 2
