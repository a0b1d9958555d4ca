"""The network as an editable list: each row is a layer and what it makes of one image."""

from html import escape

import streamlit as st

from cnnviz.figures.network_blocks import short_number, shown_shape
from cnnviz.spec import (
    FUNCTIONS,
    Activation,
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    GlobalPooling,
    Layer,
    LayerRow,
    Pooling,
    Scaling,
    Shape,
)
from cnnviz.training.draft import Table
from cnnviz.ui.glossary import meaning, words
from cnnviz.ui.train.editor import LAYER_TITLES, Editor
from cnnviz.ui.train.fields import Fields

__all__ = ["SETTING_UP", "layer_list"]

_PADDING = {"valid": "valid: shrinks", "same": "same: keeps size"}
_POOLING = {"max": "largest value", "average": "mean"}
_INITIAL = {
    "random": "random numbers",
    "identity": "what passes its input on",
    "whitened": "whitened patches (first layer)",
}
_MOMENTUM = "The share of its moving mean and spread that a step keeps; 0.99 is usual, short trainings need less."
_SMALLEST_PRESET = "one-conv"
SETTING_UP = (
    "convolution",
    "filter",
    "pooling",
    "batch normalisation",
    "dropout",
    "activation",
    "parameters",
    "multiply-adds",
)


def layer_list(editor: Editor, table: Table) -> None:
    """Draw the list, with the settings of the open layer unfolded below its row; the table is of the editor's draft."""
    with st.container(key="train-layers", gap=None):
        _fixed("Layer", _cells_html("output", "parameters", "multiply-adds"), kind="head")
        if table.below:
            _taken_over(editor, table)
        for index, (layer, row) in enumerate(zip(editor.draft.layers, table.layers, strict=True)):
            broken = row is None and (index == 0 or table.layers[index - 1] is not None)
            with st.container(gap=None):  # one place a layer: unfolding one moves no other's
                _row(editor, index, layer, row, broken)
                if editor.open_layer == index:
                    _settings(editor, index, layer)
        for row in table.output:
            name = "Global mean" if row.name == "output_pooling" else _output_in_words(editor)
            _fixed(name, _cells(row.output_shape, row.parameters, row.multiply_adds))
        if not table.problem:
            parameters = sum(row.parameters for row in table.rows)
            multiply_adds = sum(row.multiply_adds for row in table.rows)
            _fixed("Together", _cells((), parameters, multiply_adds), kind="total")
            frozen = editor.draft.frozen
            if frozen:
                learning = parameters - sum(row.parameters for row in table.rows if row.name in frozen)
                _fixed("Of these learn", _cells((), learning, 0), kind="total")
    with st.container():
        if table.problem:  # said beside the Start button, which is always in view
            _way_out(editor)
    with st.container(horizontal=True, gap="small"):
        st.menu_button(
            "Add a layer",
            list(LAYER_TITLES),
            icon=":material/add:",
            key=f"train-add-{editor.version}",
            width="stretch",
            on_click=_add,
            args=(editor, f"train-add-{editor.version}"),
            help="Goes below the open layer, or to the last place where it works.",
        )
        words(*SETTING_UP, key="train-layer-words")


def _taken_over(editor: Editor, table: Table) -> None:
    """The row of what is taken over from another network."""
    beginning = editor.draft.beginning
    title = (beginning.title or beginning.network) if beginning else ""
    sums = (sum(row.parameters for row in table.below), sum(row.multiply_adds for row in table.below))
    _fixed(title, _cells(table.below[-1].output_shape, *sums))


def _way_out(editor: Editor) -> None:
    """Offer the preset that fits the smallest images, where the images are not the problem."""
    if editor.draft.preset == _SMALLEST_PRESET or editor.draft.data_problem:
        return
    st.button(
        f"Use {_SMALLEST_PRESET} instead",
        icon=":material/auto_fix_high:",
        key="train-smallest",
        on_click=editor.take_preset,
        args=(_SMALLEST_PRESET,),
        width="stretch",
    )


def _output_in_words(editor: Editor) -> str:
    draft = editor.draft
    return "Output 1 · sigmoid" if draft.output == "sigmoid" else f"Output {draft.classes} · softmax"


def _add(editor: Editor, key: str) -> None:
    kind = st.session_state[key]
    if kind in LAYER_TITLES:
        editor.add(kind)


def _row(editor: Editor, index: int, layer: Layer, row: LayerRow | None, broken: bool) -> None:
    is_open = editor.open_layer == index
    with st.container(horizontal=True, gap=None, wrap=False, vertical_alignment="center", key=f"train-row-{index}"):
        st.button(
            layer.in_words,
            key=f"train-layer-{index}",
            type="tertiary",
            icon=":material/expand_less:" if is_open else ":material/expand_more:",
            width="stretch",
            wrap=False,
            on_click=editor.toggle,
            args=(index,),
        )
        cells = _cells_html("cannot work" if broken else "–", "–", "–")
        if row is not None:
            cells = _cells(row.output_shape, row.parameters, row.multiply_adds)
        st.html(cells, width=178)


def _cells(shape: Shape, parameters: int, multiply_adds: int) -> str:
    """The three numbers of a row as HTML, exact ones for the pointer."""
    exact = f"{parameters:,} parameters, {multiply_adds:,} multiply-adds an image"
    numbers = (short_number(number) if number else "–" for number in (parameters, multiply_adds))
    return _cells_html(shown_shape(shape), *numbers, title=exact)


def _cells_html(*texts: str, title: str = "") -> str:
    cells = "".join(f"<span>{escape(text)}</span>" for text in texts)
    return f'<div class="train-cells" title="{escape(title)}">{cells}</div>'


def _fixed(name: str, cells: str, kind: str = "fixed") -> None:
    """A row that is not a layer of the list."""
    st.html(f'<div class="train-fixed {kind}"><span>{escape(name)}</span>{cells}</div>')


def _settings(editor: Editor, index: int, layer: Layer) -> None:
    """The settings of the open layer, and what can be done with it."""
    with st.container(key="train-open", gap="xsmall"):
        fields = editor.fields(layer, lambda **values: editor.set_layer(index, **values), str(index))
        match layer:
            case Convolution():
                _convolution(fields)
            case Pooling():
                with st.container(horizontal=True):
                    fields.number("Size", "size", tip="2 halves height and width.")
                    fields.choice("Takes the", "mode", _POOLING)
            case BatchNormalization():
                fields.number("Momentum", "momentum", tip=_MOMENTUM)
                fields.toggle("Learn a factor for each channel", "scale", tip="Else only an offset is learned.")
            case Scaling():
                fields.number("Times", "factor", tip=meaning("scaling"))
            case Dropout():
                fields.number("Share of values silenced", "rate", tip=f"0.25 is 25 %. {meaning('dropout')}")
            case Activation():
                fields.choice("Function", "function", FUNCTIONS, tip=meaning("activation function"))
            case GlobalPooling():
                fields.choice("One number a channel: the", "mode", {"average": "mean", "max": "largest value"})
            case Dense():
                with st.container(horizontal=True):
                    fields.number("Units", "units", step=8)
                    fields.choice("Activation", "activation", FUNCTIONS, tip=meaning("activation function"))
                fields.number("L2 penalty", "l2", step=0.001, tip=_l2())
            case _:
                st.caption(f"{meaning(layer.title)} There is nothing to set.".strip())
        _actions(editor, index)


def _convolution(fields: Fields) -> None:
    with st.container(horizontal=True):
        fields.number("Filters", "filters", step=8, tip=f"How many learn side by side. {meaning('filter')}")
        fields.number("Kernel size", "kernel_size", tip="3 is a kernel of 3×3 pixels.")
    with st.container(horizontal=True):
        fields.number("Stride", "stride", tip=meaning("stride"))
        fields.choice("Padding", "padding", _PADDING, tip=meaning("padding"))
    with st.container(horizontal=True):
        fields.choice("Activation", "activation", FUNCTIONS, tip=meaning("activation function"))
        fields.number("L2 penalty", "l2", step=0.001, tip=_l2())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        fields.choice("Kernels begin as", "initial", _INITIAL, tip=meaning("whitening"))
        fields.toggle("Stay so", "frozen", tip="The kernels do not learn; the bias does.")
    fields.toggle("Add a bias", "bias", tip=meaning("bias"))


def _l2() -> str:
    return f"0 for none, 0.001 is usual. {meaning('L2 penalty')}"


def _actions(editor: Editor, index: int) -> None:
    last = len(editor.draft.layers) - 1
    with st.container(horizontal=True, gap="xsmall", horizontal_alignment="distribute", key="train-layer-actions"):
        for word, icon, action, arguments, disabled in (
            ("Up", "arrow_upward", editor.move, (index, index - 1), index == 0),
            ("Down", "arrow_downward", editor.move, (index, index + 1), index == last),
            ("Copy", "content_copy", editor.copy, (index,), False),
            ("Remove", "delete", editor.remove, (index,), False),
        ):
            st.button(
                word,
                key=f"train-{word.lower()}-{editor.version}",
                icon=f":material/{icon}:",
                on_click=action,
                args=arguments,
                disabled=disabled,
                type="tertiary",
            )
