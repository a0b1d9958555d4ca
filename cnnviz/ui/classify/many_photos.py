"""Many photos at once: a gallery or a table, sorted and filtered, saved; one of them is opened by a click."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from cnnviz.figures.answer_words import NONE_OF_MY_CLASSES, answer_in_words
from cnnviz.figures.guesses import percent
from cnnviz.inference import Classification, Crop
from cnnviz.inference.answered import AnsweredPhoto, answers_csv, answers_json, arranged
from cnnviz.inference.refusing import Rule
from cnnviz.ui import styles
from cnnviz.ui.address import bind, go, read, rerun
from cnnviz.ui.choosers import dropdown, segments
from cnnviz.ui.classify.abstaining import abstain_popover, pending_rules, tell_measuring
from cnnviz.ui.classify.answers import Answers, PhotoQuestion, session_answers
from cnnviz.ui.classify.networks import Network, Using, tell_notes
from cnnviz.ui.classify.photos import PhotoItem, session_shelf, show_photo
from cnnviz.ui.classify.place import ORDERS, SHOWN, ClassifyPlace
from cnnviz.ui.components.photo_wall import WallPhoto, photo_wall
from cnnviz.ui.jobs import Job, forget
from cnnviz.ui.messages import plain
from cnnviz.ui.network import wait_for_keras
from cnnviz.ui.styles import style

__all__ = ["show_many"]

_TICK_S = 0.5
_LATEST = 18  # photos that are shown while others are still to come
_OF_TWO = "differ"  # only where two networks are asked
_VIEWS = {False: ":material/grid_view: Gallery", True: ":material/table_rows: Table"}
_TABLES = "classify-tables"  # session state: counts up with every row that is opened


def show_many(using: Using) -> None:
    """Draw the page for all photos of the session.

    Raises:
        CnnvizError: the network cannot be opened, or the URL asks for something that there is not.
    """
    answers = session_answers()
    if not wait_for_keras("What the network says of your photos", draw=lambda: _before_keras(answers)):
        return
    choices = read(ClassifyPlace)
    wish = choices.wish
    crop = Crop(mode="whole" if choices.whole else "centre")
    found = pending_rules(using.networks, wish)
    asked = [
        PhotoQuestion(network, crop, rule if isinstance(rule, Rule) else None, choices.invert)
        for network, rule in zip(using.networks, found, strict=True)
    ]
    for one in asked:
        going = answers.work(one)
        if going is not None and not going.progress.ended:
            st.fragment(_watch, run_every=_TICK_S)(going, answers, one)
            return
        if going is not None:  # stopped or failed: the second one is not begun
            _ended(going, answers)
            break
    rows = _rows(answers, asked)
    shown = arranged(rows, show=choices.show, predicted=choices.predicted, sort=choices.sort)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="classify-filters"):
        _choices_bar(rows, choices, abstains=asked[0].rule is not None, two=using.second is not None)
        other_ground = _other_ground(rows, using.first)
        if other_ground or choices.invert:
            st.toggle("Invert", **bind("invert", choices.invert, key="classify-invert"))
        abstain_popover(using.networks, wish, found)
        _save(shown, using.first)
    if other_ground and not choices.invert:
        st.info(f"{other_ground} Invert them: dark becomes bright, and bright dark.", icon=":material/invert_colors:")
    tell_measuring(found)
    st.caption(_caption(rows, shown, using, choices))
    tell_notes(using.networks)
    if choices.table:
        _table(shown)
    else:
        _wall(map(_answered, shown))


def _other_ground(rows: Sequence[AnsweredPhoto], network: Network) -> str:
    """Say how many photos have another ground than what the network learned from, as they came; empty for none."""
    ground, items = network.ground, session_shelf().items
    count = sum(bool(ground.hint(items[row.key].pixels)) for row in rows) if ground else 0
    if not count:
        return ""
    return (
        f"{count:,} of {len(rows):,} photos have another ground, dark or bright, than the images that this network "
        "knows, so these answers mean little."
    )


def _rows(answers: Answers, asked: Sequence[PhotoQuestion]) -> list[AnsweredPhoto]:
    """What is known so far of all photos, with what the second network says."""
    first, *others = (answers.rows(one) for one in asked)
    beside = {row.key: row.answer for rows in others for row in rows}
    return [replace(row, other=beside.get(row.key)) for row in first]


def _before_keras(answers: Answers) -> None:
    """Draw the photos while TensorFlow is imported; those yet to be opened are opened meanwhile."""
    if answers.open_photos() is None:
        _wall(map(_unanswered, session_shelf().photos))
    else:
        st.fragment(_watch_opening, run_every=_TICK_S)(answers)


def _watch_opening(answers: Answers) -> None:
    _wall(map(_unanswered, session_shelf().photos[-_LATEST:]))
    if not session_shelf().pending:
        rerun()


# --- while it goes on ----------------------------------------------------------------------------------------


def _watch(going: Job, answers: Answers, one: PhotoQuestion) -> None:
    """Draw how far it is, a way to stop it, and the photos that were classified last."""
    now = going.progress
    if now.ended:
        rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        waits = "waits for other work on this server" if now.state == "waiting" else now.phrase
        st.progress(now.fraction, text=plain(f"Classifying: {waits}" if waits else "Classifying …"))
        st.button("Stop", key="classify-stop", icon=":material/stop_circle:", on_click=going.stop)
    _wall(map(_answered, answers.rows(one)[-_LATEST:]))


def _ended(going: Job, answers: Answers) -> None:
    """Say why not all photos are classified, and offer to go on."""
    failed = going.progress.state == "failed"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if failed:
            st.error(plain(going.progress.error), icon=":material/error:")
        else:
            left = sum(item.content is not None for item in answers.shelf.everything())
            st.caption(f"Stopped; {left:,} photos are yet to be opened." if left else "Stopped.")
        st.button(
            "Try again" if failed else "Go on",
            key="classify-go-on",
            icon=":material/play_arrow:",
            on_click=forget,
            args=(going,),
        )


# --- what is known -------------------------------------------------------------------------------------------


def _wall(photos: Iterable[WallPhoto]) -> None:
    photo_wall(list(photos), key="classify-wall", on_open=show_photo)


def _unanswered(item: PhotoItem) -> WallPhoto:
    return WallPhoto(item.key, item.thumbnail, item.name)


def _answered(row: AnsweredPhoto) -> WallPhoto:
    word, share = answer_in_words(row.answer)
    hint = row.answer.reason or ", ".join(f"{one.class_name} {percent(one.probability)}" for one in row.answer.top[:3])
    also = "" if row.other is None else f"{'≠' if row.differs else '='} {' '.join(answer_in_words(row.other))}".strip()
    return WallPhoto(
        row.key,
        session_shelf().items[row.key].thumbnail,
        row.name,
        word,
        share,
        row.confidence,
        row.answer.abstained,
        hint,
        also,
        row.differs,
    )


def _caption(
    rows: Sequence[AnsweredPhoto], shown: Sequence[AnsweredPhoto], using: Using, choices: ClassifyPlace
) -> str:
    if not rows:
        return ""
    counted = Counter(NONE_OF_MY_CLASSES.lower() if row.answer.abstained else row.predicted for row in rows)
    said = ", ".join(f"{name} {count:,}" for name, count in counted.most_common(8))
    rest = len(counted) - 8
    more = f" and {rest} {'class' if rest == 1 else 'classes'} more" if rest > 0 else ""
    part = "all of each, with grey bars," if choices.whole else "the centre of each"
    left_out = f" {len(shown):,} of {len(rows):,} are shown." if len(shown) < len(rows) else ""
    return plain(
        f"{using.first.title}, says of {len(rows):,} photos ({part} is seen): {said}{more}."
        f"{_agreeing(rows, using.second)}{left_out} Click one to take it apart."
    )


def _agreeing(rows: Sequence[AnsweredPhoto], second: Network | None) -> str:
    """Say how often the second network says the same."""
    both = [row for row in rows if row.other is not None]
    if second is None or not both:
        return ""
    same = sum(not row.differs for row in both)
    return f" {second.title}, says the same (=) of {same:,} of {len(both):,}."


def _save(rows: Sequence[AnsweredPhoto], network: Network) -> None:
    name, refused = f"{network.run.id}-photos", [(item.name, item.error) for item in session_shelf().bad]
    with st.popover("Save", icon=":material/download:", key="classify-save"):
        for what, kind, mime, made in (
            ("CSV, for a spreadsheet", "csv", "text/csv", answers_csv),
            ("JSON, as cnnviz classify prints it", "json", "application/json", answers_json),
        ):
            st.download_button(
                what,
                partial(made, rows, refused),
                f"{name}.{kind}",
                mime,
                key=f"classify-save-{kind}",
                on_click="ignore",
                width="stretch",
            )


# --- which of them, in which order: the URL decides ----------------------------------------------------------


def _choices_bar(rows: Sequence[AnsweredPhoto], choices: ClassifyPlace, *, abstains: bool, two: bool = False) -> None:
    """Draw the choices; each of them changes the URL."""
    segments("As", "table", choices.table, _VIEWS)
    dropdown("Order", "sort", choices.sort, ORDERS, width=134)
    counts = Counter(row.predicted for row in rows)
    names = sorted({*counts, *([choices.predicted] if choices.predicted else [])})
    dropdown("Class", "predicted", choices.predicted, names, every="All classes", width=134)
    offered = {
        show: words
        for show, words in SHOWN.items()
        if show in ("all", choices.show) or (two if show == _OF_TWO else abstains)
    }
    if len(offered) > 1:
        segments("Which", "show", choices.show, offered)
    whole = {True: Crop(mode="whole"), False: None}
    st.toggle(
        "Whole photos", **bind("crop", choices.whole, key="classify-whole", change=lambda on: {"crop": whole[on]})
    )


# --- as a table: a row that is clicked is opened -------------------------------------------------------------


def _table(rows: Sequence[AnsweredPhoto]) -> None:
    """Draw the table."""
    if not rows:
        return
    # Streamlit's own download writes a file called =1+1 as a formula; the page's does not.
    st.html(style(styles.__file__, "no_export"))
    serial = st.session_state.get(_TABLES, 0)
    shares = ["probability", "other probability"]
    event = st.dataframe(
        _columns(rows),
        column_config={
            "photo": st.column_config.ImageColumn("photo", width="small"),
            **{
                name: st.column_config.ProgressColumn(name, min_value=0, max_value=1, format="percent")
                for name in shares
            },
        },
        row_height=56,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"classify-table-{serial}",
    )
    chosen = event["selection"]["rows"]
    if chosen and chosen[0] < len(rows):
        st.session_state[_TABLES] = serial + 1  # back from the photo nothing is chosen
        go(image=rows[chosen[0]].key)
        st.rerun()


def _columns(rows: Sequence[AnsweredPhoto]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        "photo": [session_shelf().items[row.key].thumbnail for row in rows],
        "class": [_word(row.answer) for row in rows],
        "probability": [row.confidence for row in rows],
        "then": [_then(row) for row in rows],
    }
    if any(row.other is not None for row in rows):
        columns |= {
            "the other says": [row.other and _word(row.other) for row in rows],
            "other probability": [row.other and row.other.top[0].probability for row in rows],
        }
    return {**columns, "file": [row.name for row in rows]}


def _word(answer: Classification) -> str:
    return NONE_OF_MY_CLASSES if answer.abstained else answer.top[0].class_name


def _then(row: AnsweredPhoto) -> str:
    others = row.answer.top if row.answer.abstained else row.answer.top[1:]
    return ", ".join(f"{one.class_name} {percent(one.probability)}" for one in others[:2])
