"""The panel in which a run is set up and started: a few settings in sight, the rest in folds."""

import json

import streamlit as st

from cnnviz.data import DatasetInfo
from cnnviz.errors import CnnvizError
from cnnviz.runs.presets import own_presets
from cnnviz.spec import PRESETS, DataSpec, TrainSpec
from cnnviz.training.draft import Draft, Table
from cnnviz.ui import loaders
from cnnviz.ui.glossary import meaning
from cnnviz.ui.guard import permitted
from cnnviz.ui.messages import plain
from cnnviz.ui.train.beginning import beginning_panel
from cnnviz.ui.train.editor import Editor, find_dataset, look_at, start_once
from cnnviz.ui.train.fields import Fields
from cnnviz.ui.train.layer_list import layer_list
from cnnviz.ui.train.rate import rate_finder

__all__ = ["setup_panel"]

_PATIENCE = {
    "regularised": "It sees every image twenty times: about 15 minutes for the full CIFAR-10 on two quiet cores.",
    "strong": "The best accuracy here. It takes patience: about 25 minutes for the full CIFAR-10 on two quiet cores.",
}
_NETWORK = "network:"  # before the id of a run whose network is begun with
_OPTIMIZERS = {"adam": "Adam", "sgd": "SGD"}
_SCHEDULES = {
    "constant": "the same all the time",
    "cosine": "falls to zero (cosine)",
    "one_cycle": "rises, then falls (one cycle)",
    "plateau": "falls when learning stalls (plateau)",
}
_AVERAGING = {"none": "no", "ema": "beside the training (EMA)", "lookahead": "and go on from there (lookahead)"}
_VIEWS = {1: "one view", 2: "two views at the end, too", 6: "six views at the end, too"}
_KEEP = {"last": "the last", "best": "the best by validation loss"}
_LARGEST_FILE_MB = 1
_STRETCHED = {  # schedules that are as long as the run
    "one_cycle": "One cycle: over the whole run the rate rises to this one and falls again",
    "cosine": "Cosine: over the whole run the rate falls from this one to 0",
}


def setup_panel(editor: Editor, table: Table) -> None:
    """Draw the panel: data and preset, layers, how it learns, Start; the table is of the editor's draft."""
    _data_and_preset(editor)
    layer_list(editor, table)
    _learning(editor, table)
    _folds(editor)
    _start(editor, table)


def _data_and_preset(editor: Editor) -> None:
    known = {info.name: info for info in loaders.datasets()}
    draft = editor.draft
    data_key, preset_key = f"train-{editor.loads}-dataset", f"train-{editor.loads}-preset"
    names = list(known) if draft.data.name in known else [draft.data.name, *known]
    chosen = f"{_NETWORK}{draft.beginning.network}" if draft.beginning else draft.preset or ""
    networks = [_NETWORK + run_id for run_id in loaders.trained()]
    options = list(dict.fromkeys([*PRESETS, *own_presets(loaders.home()), *networks, chosen]))

    def change() -> None:
        dataset, begin = st.session_state[data_key], st.session_state[preset_key] or "two-conv"
        if begin.startswith(_NETWORK):
            editor.begin_with(dataset, begin.removeprefix(_NETWORK))
        else:
            editor.choose(dataset, begin)

    def in_words(option: str) -> str:
        if not option.startswith(_NETWORK):
            return option or "own settings"
        return f"{loaders.run_label(option.removeprefix(_NETWORK))}, trained"

    with st.container(horizontal=True):
        st.selectbox(
            "Data set",
            names,
            index=names.index(draft.data.name),
            format_func=lambda name: _in_words(name, known.get(name)),
            key=data_key,
            on_change=change,
        )
        st.selectbox(
            "Begin with",
            options,
            index=options.index(chosen),
            format_func=in_words,
            key=preset_key,
            on_change=change,
            help="A preset: a network with random weights, and how it learns. Or a network that was trained before: it "
            "gets a new last layer for your classes. Choosing one begins anew.",
        )
    info = known.get(draft.data.name)
    with st.container():
        beginning_panel(editor)
        if info is not None and not info.available and not info.problem:
            st.caption("Not on this computer yet: it is downloaded when the run starts.")
        if draft.preset in _PATIENCE:
            st.caption(_PATIENCE[draft.preset])


def _in_words(name: str, info: DatasetInfo | None) -> str:
    if info is None or info.problem:
        return f"{name} (cannot be used)"
    return name if info.available else f"{name} (download)"


def _start(editor: Editor, table: Table) -> None:
    with st.container(key="train-start", gap="xsmall"):
        with st.container():
            if editor.problem or table.problem:
                st.error(plain(editor.problem or table.problem), icon=":material/error:")
        clicked = st.button(
            "Start training",
            type="primary",
            icon=":material/play_arrow:",
            key=f"train-start-{editor.starts}",
            width="stretch",
            disabled=bool(table.problem),
            help=plain(table.problem) if table.problem else None,
        )
        busy = loaders.active_runs()
        if busy:
            others = "another run is training" if len(busy) == 1 else f"{len(busy)} runs are before it"
            st.caption(f"It will wait its turn: {others}.")
    if clicked and permitted("start a run"):
        _start_now(editor)


def _start_now(editor: Editor) -> None:
    """Start the run and look at it. A second click on the same button finds another button in its place."""
    editor.starts += 1
    try:
        run = start_once(editor.draft.spec())
    except CnnvizError as error:
        editor.problem = error.sentence
        st.rerun()
    editor.problem = ""
    look_at(run.id)


# --- how it learns and from what -------------------------------------------------------------------------------


def _learning(editor: Editor, table: Table) -> None:
    """Draw what is changed most: how long, how fast, by which optimiser, in which batches."""
    train = editor.draft.train
    fields = editor.fields(train, editor.set_train, "learn")
    with st.container(horizontal=True):
        if train.seconds is None:
            fields.number("Epochs", "epochs", tip=f"{meaning('epoch')} This is how many.")
        else:
            fields.number(
                "Seconds", "seconds", step=10, tip="Epochs and images are chosen so that they fit into this time."
            )
        rate = f"{meaning('learning rate')} Usual: 0.001 with Adam, 0.01 with SGD."
        fields.number("Learning rate", "learning_rate", step=train.learning_rate / 2, tip=rate)
    if train.schedule in _STRETCHED:
        length = "epochs" if train.seconds is None else "seconds"
        st.caption(f"{_STRETCHED[train.schedule]}; another number of {length} changes the rate of every step.")
    rate_finder(editor, table)
    with st.container(horizontal=True):
        fields.choice("Optimiser", "optimizer", _OPTIMIZERS, tip=meaning("optimiser"))
        fields.number("Batch", "batch_size", step=16, tip=f"{meaning('batch')} This is how many images.")


def _folds(editor: Editor) -> None:
    """Draw everything else, folded."""
    augmented = " · on" if editor.draft.train.augmentation.active else ""
    with st.expander(f"Augmentation{augmented}", icon=":material/flip:", key="train-fold-augmentation", type="compact"):
        _augmentation(editor)
    with st.expander("Data", icon=":material/photo_library:", key="train-fold-data", type="compact"):
        _data(editor)
    with st.expander("Learning, in detail", icon=":material/tune:", key="train-fold-learning", type="compact"):
        _learning_in_detail(editor)
    with st.expander("Name and file", icon=":material/description:", key="train-fold-file", type="compact"):
        _name_and_file(editor)


def _augmentation(editor: Editor) -> None:
    train = editor.draft.train
    fields = editor.fields(train.augmentation, editor.set_augmentation, "augment")
    fields.toggle("Mirror left and right", "flip", tip="Half of the time. " + meaning("augmentation"))
    if train.augmentation.flip:
        tip = "Each image in every other epoch instead of at random: two epochs show both of its sides."
        fields.toggle("In turn", "alternate", tip=tip)
    with st.container(horizontal=True):
        fields.percentage("Shift", "shift", tip="By up to this share of the side.")
        fields.number("Rotation", "rotation", step=5, tip="By up to this many degrees, both ways.")
    with st.container(horizontal=True):
        fields.percentage("Zoom", "zoom", tip="Larger or smaller by up to this share.")
        fields.percentage("Contrast", "contrast", tip="Stronger or weaker by up to this share.")
    st.caption("Every epoch shows the training images changed a little differently; 0 leaves them alone.")


def _validation(editor: Editor, fields: Fields, info: DatasetInfo | None) -> None:
    """Ask for the share that is held back, or whether to use the validation images that the data set brings."""
    if info is None or not info.n_validation:
        fields.percentage("Validation", "validation", tip=f"Share held back. {meaning('validation')}")
        return
    key = editor.key("data-own-validation")

    def change() -> None:
        editor.set_data(validation=DataSpec().validation if st.session_state[key] else 0.0)

    st.toggle(
        f"Its {info.n_validation:,} validation images",
        value=editor.draft.data.validation > 0,
        key=key,
        on_change=change,
        help=f"The data set brings them, so none are taken from the training images. {meaning('validation')}",
    )


def _data(editor: Editor) -> None:
    draft = editor.draft
    fields = editor.fields(draft.data, editor.set_data, "data")
    info = find_dataset(draft.data.name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _validation(editor, fields, info)
        fields.number("Training images", "train_images", step=100, empty="all", tip="Empty for all of them.")
    if info is None or len(info.classes) < 3:
        return
    key = editor.key("classes")
    st.multiselect(
        "Classes",
        info.classes,
        default=[name for name in draft.data.classes or () if name in info.classes],
        placeholder="all of them",
        key=key,
        on_change=_choose_classes,
        args=(editor, key),
        help="Two or more; empty for all.",
    )
    if draft.classes == 2:
        _output(editor, draft)


def _choose_classes(editor: Editor, key: str) -> None:
    chosen = st.session_state[key]
    one = len(chosen) == 1  # with one class there is nothing to tell apart; the second is on its way
    if editor.shows(key) and not one:
        editor.set_data(classes=tuple(chosen) or None)


def _output(editor: Editor, draft: Draft) -> None:
    key = editor.key("output")
    words = {"softmax": "two probabilities (softmax)", "sigmoid": "one probability (sigmoid)"}

    def change() -> None:
        if editor.shows(key):
            editor.draft = editor.draft.with_output(st.session_state[key])

    options = list(words)
    st.selectbox(
        "Output",
        options,
        index=options.index(draft.output),
        format_func=lambda one: words[one],
        key=key,
        on_change=change,
    )


def _learning_in_detail(editor: Editor) -> None:
    train = editor.draft.train

    def change_weights(*, class_weights: bool | None = None, **values: object) -> None:
        weights = {} if class_weights is None else {"class_weights": "balanced" if class_weights else None}
        editor.set_train(**weights, **values)

    fields = editor.fields(train, change_weights, "detail")
    key = editor.key("by-time")

    def change() -> None:
        if editor.shows(key):
            editor.set_train(seconds=60.0 if st.session_state[key] else None)

    st.toggle("Train for a time instead of epochs", value=train.seconds is not None, key=key, on_change=change)
    fields.choice("Learning rate over the run", "schedule", _SCHEDULES)
    if train.schedule == "plateau":
        with st.container(horizontal=True):
            fields.number("Then multiply it by", "plateau_factor", tip="0.5 halves the learning rate.")
            stalls = "After this many epochs without a lower validation loss; the count then begins anew."
            fields.number("Stalled epochs", "plateau_patience", tip=stalls)
    if train.schedule == "one_cycle":
        with st.container(horizontal=True):
            fields.percentage("Rises for", "warm_up", tip="This share of the steps; then it falls.")
            fields.percentage("Ends at", "final_rate", tip="This share of the highest learning rate.")
    if train.optimizer == "sgd":
        with st.container(horizontal=True, vertical_alignment="bottom"):
            fields.number("Momentum", "momentum", tip=meaning("momentum"))
            fields.toggle("Nesterov", "nesterov", tip="Measures the slope where the momentum is about to lead.")
    with st.container(horizontal=True):
        fields.number("Weight decay", "weight_decay", step=0.001, tip=meaning("weight decay"))
        if train.optimizer == "sgd":
            faster = "How many times faster the offsets of batch normalisations learn; 1 is usual."
            fields.number("Offsets' rate", "offset_rate", step=1, tip=faster)
    _averaging(fields, train)
    with st.container(horizontal=True):
        patience = "After this many epochs without a new lowest validation loss; empty: never."
        fields.number("Stop early", "early_stopping", empty="never", tip=patience)
        fields.number("Label smoothing", "label_smoothing", tip=meaning("label smoothing"))
    if not isinstance(train.class_weights, tuple):
        fields.toggle("Let rare classes count more", "class_weights", tip=meaning("class weights"))
    fields.choice("Weights to keep", "keep", _KEEP, tip="Which weights become the model that other pages look into.")
    fields.choice("Look at each test image in", "views", _VIEWS, tip=meaning("views"))
    fields.number("Seed", "seed", tip=meaning("seed"))


def _averaging(fields: Fields, train: TrainSpec) -> None:
    fields.choice("Average the weights", "averaging", _AVERAGING, tip=meaning("weight averaging"))
    if train.averaging != "none":
        with st.container(horizontal=True):
            kept = "Of the average, by a step at the run's end; at the beginning hardly anything is kept."
            fields.percentage("A step keeps", "averaging_decay", step=1.0, tip=kept)
            fields.number("Every so many steps", "averaging_every", tip="Between two updates of the average.")


def _name_and_file(editor: Editor) -> None:
    key = editor.key("name")

    def change() -> None:
        if editor.shows(key):
            editor.set_draft(name=" ".join(st.session_state[key].split()))

    st.text_input(
        "Name of the run",
        value=editor.draft.name,
        max_chars=80,
        placeholder=editor.draft.preset or "a run",
        key=key,
        on_change=change,
    )
    try:
        spec = editor.draft.spec()
    except CnnvizError:
        st.caption("These settings can be saved once they work.")
    else:
        content = json.dumps(spec.model_dump(mode="json", exclude={"versions"}), indent=2)
        st.download_button(
            "Save these settings",
            content,
            f"{editor.draft.preset or 'run'}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            key="train-save",
            width="stretch",
        )
    upload = editor.key("upload")
    st.file_uploader(
        "Load settings",
        type="json",
        max_upload_size=_LARGEST_FILE_MB,
        key=upload,
        on_change=_read_upload,
        args=(editor, upload),
    )


def _read_upload(editor: Editor, key: str) -> None:
    file = st.session_state[key]
    if file is not None:
        editor.read_file(file.getvalue())
