"""Many photos at once: a gallery or a table, sorted and filtered, saved; one of them is opened by a click."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import streamlit as st

from cnnviz.figures.guesses import percent
from cnnviz.inference import Crop
from cnnviz.ui.classify.address import ADDRESS, asked_wish
from cnnviz.ui.classify.answers import Answers, Row, session_answers
from cnnviz.ui.classify.choices import Choices, asked_choices, choices_bar, chosen_rows
from cnnviz.ui.classify.fold import abstain_popover, pending_rules, tell_measuring
from cnnviz.ui.classify.intake import show_photo
from cnnviz.ui.classify.networks import Network
from cnnviz.ui.classify.refusing import Rule
from cnnviz.ui.classify.saved import answers_csv, answers_json
from cnnviz.ui.classify.shelf import Item, session_shelf
from cnnviz.ui.classify.words import NONE_OF_MY_CLASSES, answer_in_words
from cnnviz.ui.components.photo_wall import WallPhoto, photo_wall
from cnnviz.ui.jobs import Job, forget
from cnnviz.ui.look import wait_for_keras
from cnnviz.ui.messages import plain

__all__ = ["show_many"]

_TICK_S = 0.5
_LATEST = 18  # photos that are shown while others are still to come


def show_many(network: Network) -> None:
    """Draw the page for all photos of the session.

    Args:
        network: the one that is asked.

    Raises:
        CnnvizError: the network cannot be opened, or the URL asks for something that there is not.
    """
    answers = session_answers()
    if not wait_for_keras("What the network says of your photos", draw=lambda: _before_keras(answers)):
        return
    choices = asked_choices()
    wish = asked_wish()
    crop = Crop(mode="whole" if choices.whole else "centre")
    (found,) = pending_rules((network,), wish)
    rule = found if isinstance(found, Rule) else None
    going = answers.work(network, crop, rule)
    if going is not None and not going.progress.ended:
        st.fragment(_watch, run_every=_TICK_S)(going, answers, network, crop, rule)
        return
    if going is not None:
        _ended(going, answers)
    rows = answers.rows(network, crop, rule)
    shown = chosen_rows(rows, choices)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="classify-filters"):
        choices_bar(rows, choices, abstains=rule is not None)
        abstain_popover((network,), wish, (found,))
        _save(shown, network)
    tell_measuring((found,))
    st.caption(_caption(rows, shown, network, choices))
    if choices.table:
        _table(shown)
    else:
        _wall([row.item for row in shown], {row.item.key: row for row in shown})


def _before_keras(answers: Answers) -> None:
    """Draw the photos while TensorFlow is imported; those yet to be opened are opened meanwhile."""
    if answers.open_photos() is None:
        _wall(session_shelf().photos, {})
    else:
        st.fragment(_watch_opening, run_every=_TICK_S)(answers)


def _watch_opening(answers: Answers) -> None:
    _wall(session_shelf().photos[-_LATEST:], {})
    if not session_shelf().pending:
        st.rerun()


# --- while it goes on -------------------------------------------------------------------------------------------


def _watch(going: Job, answers: Answers, network: Network, crop: Crop, rule: Rule | None) -> None:
    """Draw how far it is, a way to stop it, and the photos that were classified last."""
    now = going.progress
    if now.ended:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        waits = "waits for other work on this server" if now.state == "waiting" else now.phrase
        st.progress(now.fraction, text=plain(f"Classifying: {waits}" if waits else "Classifying …"))
        st.button("Stop", key="classify-stop", icon=":material/stop_circle:", on_click=going.stop)
    rows = answers.rows(network, crop, rule)[-_LATEST:]
    _wall([row.item for row in rows], {row.item.key: row for row in rows})


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
            "Try again" if failed else "Go on", key="classify-go-on", icon=":material/play_arrow:", on_click=forget,
            args=(going,),
        )  # fmt: skip


# --- what is known ----------------------------------------------------------------------------------------------


def _wall(items: Sequence[Item], rows: dict[str, Row]) -> None:
    photo_wall(
        [_photo(item, rows.get(item.key)) for item in items],
        key="classify-wall",
        on_open=show_photo,
    )


def _photo(item: Item, row: Row | None) -> WallPhoto:
    if row is None:
        return WallPhoto(item.key, item.thumbnail, item.name)
    word, share = answer_in_words(row.answer)
    hint = row.answer.reason or ", ".join(f"{one.class_name} {percent(one.probability)}" for one in row.answer.top[:3])
    return WallPhoto(
        item.key, item.thumbnail, item.name, word, share, row.confidence, row.answer.abstained, hint
    )  # fmt: skip


def _table(rows: Sequence[Row]) -> None:
    """Draw a table; a row that is clicked is opened."""
    if not rows:
        return
    serial = st.session_state.get("classify-tables", 0)
    event = st.dataframe(
        {
            "photo": [row.item.thumbnail for row in rows],
            "class": [NONE_OF_MY_CLASSES if row.answer.abstained else row.predicted for row in rows],
            "probability": [row.confidence for row in rows],
            "then": [_then(row) for row in rows],
            "file": [row.item.name for row in rows],
        },
        column_config={
            "photo": st.column_config.ImageColumn("photo", width="small"),
            "probability": st.column_config.ProgressColumn("probability", min_value=0, max_value=1, format="percent"),
        },
        row_height=56,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"classify-table-{serial}",
    )
    chosen = event["selection"]["rows"]
    if chosen and chosen[0] < len(rows):
        st.session_state["classify-tables"] = serial + 1  # back from the photo nothing is chosen
        ADDRESS.change(image=rows[chosen[0]].item.key)
        st.rerun()


def _then(row: Row) -> str:
    others = row.answer.top if row.answer.abstained else row.answer.top[1:]
    return ", ".join(f"{one.class_name} {percent(one.probability)}" for one in others[:2])


def _caption(rows: Sequence[Row], shown: Sequence[Row], network: Network, choices: Choices) -> str:
    if not rows:
        return ""
    counted = Counter(NONE_OF_MY_CLASSES.lower() if row.answer.abstained else row.predicted for row in rows)
    said = ", ".join(f"{name} {count:,}" for name, count in counted.most_common(8))
    rest = len(counted) - 8
    more = f" and {rest} {'class' if rest == 1 else 'classes'} more" if rest > 0 else ""
    part = "all of each, with grey bars," if choices.whole else "the centre of each"
    left_out = f" {len(shown):,} of {len(rows):,} are shown." if len(shown) < len(rows) else ""
    return plain(
        f"{network.title}, says of {len(rows):,} photos ({part} is seen): {said}{more}.{left_out} Click one to "
        "take it apart."
    )


def _save(rows: Sequence[Row], network: Network) -> None:
    bad, name = session_shelf().bad, f"{network.run.id}-photos"
    with st.popover("Save", icon=":material/download:", key="classify-save"):
        for what, kind, mime, made in (
            ("CSV, for a spreadsheet", "csv", "text/csv", answers_csv),
            ("JSON, as cnnviz classify prints it", "json", "application/json", answers_json),
        ):
            st.download_button(
                what, partial(made, rows, bad), f"{name}.{kind}", mime, key=f"classify-save-{kind}",
                on_click="ignore", width="stretch",
            )  # fmt: skip
