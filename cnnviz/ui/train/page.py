"""The page: the settings beside the network and the newest run, or a chosen run that fills it."""

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.figures import loss_and_accuracy
from cnnviz.runs import History, Run
from cnnviz.runs.presets import own_presets
from cnnviz.spec import PRESETS
from cnnviz.ui import loaders
from cnnviz.ui.address import arrived, chosen_run, go, page_link, read, remember
from cnnviz.ui.components import live_chart
from cnnviz.ui.messages import plain
from cnnviz.ui.pages import KERNELS
from cnnviz.ui.styles import style
from cnnviz.ui.train.editor import Editor, current_editor, find_dataset, look_at
from cnnviz.ui.train.network import network
from cnnviz.ui.train.panel import setup_panel
from cnnviz.ui.train.place import TrainPlace
from cnnviz.ui.train.run_view import CHART_HEIGHT, run_header, run_view

__all__ = ["show_train"]

# The empty element keeps the rules in their place, before what they lay out; alone they would arrive after it.
_STYLE = f'{style(__file__)}<i class="train-style"></i>'


def show_train() -> None:
    """Draw the run that the URL names, or what a new one is set up with.

    Raises:
        CnnvizError: there is no such run, or its settings cannot be read.
    """
    st.markdown(_STYLE, unsafe_allow_html=True)
    editor = current_editor()
    _take_link(editor)
    run_id = chosen_run()
    if run_id is None:
        _set_up(editor)
    else:
        run = loaders.open_run(run_id)
        remember(run=run.id)
        _watch(run, editor)


def _take_link(editor: Editor) -> None:
    """Begin with the data set and the preset that a link names; then the address is the page's own again."""
    wanted = read(TrainPlace)
    if wanted.data is None or not arrived():
        return
    if find_dataset(wanted.data) is None:
        st.warning(
            f"There is no data set called {plain(repr(wanted.data[:80]))}; choose one below.",
            icon=":material/link_off:",
        )
        return
    preset = wanted.preset if wanted.preset in (*PRESETS, *own_presets(loaders.home())) else "two-conv"
    editor.choose(wanted.data, preset)
    editor.loads += 1
    go(data=None, preset=None, run=None)
    st.rerun()


def _set_up(editor: Editor) -> None:
    """Draw the editor beside its network, and below that the newest run."""
    newest = next(loaders.readable(loaders.run_ids()), None)  # a bundled one where nothing was trained here
    with st.container(horizontal=True, gap="medium", key="train-page"):
        with st.container(key="train-left", width=360):
            phone = _on_a_phone()
            fold = st.expander("Set up a run", expanded=not phone, icon=":material/tune:", key="train-fold")
            fold.space(1)  # a fragment may write into a container from outside once something is in it
        with st.container(key="train-right", width="stretch"):
            drawing = st.container(key="train-drawing")
            drawing.markdown("**Your network**")
            if newest is None:
                _what_will_appear()
            else:
                _newest(newest)
    _edit(editor, fold, drawing, tall=newest is None)


@st.fragment
def _edit(
    editor: Editor, panel: st.delta_generator.DeltaGenerator, drawing: st.delta_generator.DeltaGenerator, tall: bool
) -> None:
    """The part that follows every edit; the curves beside it stay as they are."""
    table = editor.draft.table()
    with panel:
        setup_panel(editor, table)
    with drawing:
        draft = editor.draft
        network(draft.shape, table.rows, draft.frozen, height=260 if tall else 140, problem=table.problem)


def _on_a_phone() -> bool:
    """Whether the browser says it is a phone's; there the settings begin folded, below the picture."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


def _what_will_appear() -> None:
    st.markdown(
        "**Start training** and this side comes alive: loss and accuracy point by point, the first layer's kernels "
        "as they take shape, and eight test images with what the network makes of them."
    )
    empty = loss_and_accuracy(History(), 10)
    for column, figure, name in zip(st.columns(2, gap="small"), empty, ("loss", "accuracy"), strict=True):
        with column:  # the axes that will fill; the browser has Plotly by then
            live_chart(figure, key=f"train-empty-{name}", height=CHART_HEIGHT, alt=f"The {name} will grow here")


def _newest(run: Run) -> None:
    try:
        with st.container(horizontal=True, vertical_alignment="center", key="train-newest"):
            st.markdown(f"**Newest run: {plain(run.name)}**", width="content")
            st.space("stretch")
            if st.button("Open this run", icon=":material/open_in_full:", key="train-open-newest"):
                look_at(run.id)
        run_view(run, wide=False)
    except CnnvizError:  # deleted or damaged at this very moment: the network above is enough to look at
        _what_will_appear()


def _watch(run: Run, editor: Editor) -> None:
    """Draw a run with all that can be done with it."""
    run_header(run, editor)
    if run.spec.model.foreign:
        _from_elsewhere(run)
        return
    run_view(run)
    spec = run.spec
    if spec.beginning is not None:
        st.markdown("**Its network**")
        network(spec.model.input_shape, spec.model.rows, spec.frozen, height=140)


def _from_elsewhere(run: Run) -> None:
    st.info(
        f"{plain(run.name)} came from elsewhere as it is: it was not trained here, so there are no curves, and its "
        "network cannot be trained again. Look into it, or set up a new run above.",
        icon=":material/upload:",
    )
    page_link(KERNELS, "Look at its kernels", run=run.id)
