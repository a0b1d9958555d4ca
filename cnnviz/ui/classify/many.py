"""Many photos at once: a gallery or a table, sorted and filtered, saved; one of them is opened by a click."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from cnnviz.figures.guesses import percent
from cnnviz.inference import Crop
from cnnviz.inference.refusing import Rule
from cnnviz.ui.address import read, rerun
from cnnviz.ui.classify.address import ClassifyPlace
from cnnviz.ui.classify.answers import Answers, Row, session_answers
from cnnviz.ui.classify.bar import Using
from cnnviz.ui.classify.choices import choices_bar, chosen_rows
from cnnviz.ui.classify.fold import abstain_popover, pending_rules, tell_measuring
from cnnviz.ui.classify.intake import show_photo
from cnnviz.ui.classify.networks import Network
from cnnviz.ui.classify.notes import tell_notes
from cnnviz.ui.classify.saved import answers_csv, answers_json
from cnnviz.ui.classify.shelf import Item, session_shelf
from cnnviz.ui.classify.table import show_table
from cnnviz.ui.classify.words import NONE_OF_MY_CLASSES, answer_in_words
from cnnviz.ui.components.photo_wall import WallPhoto, photo_wall
from cnnviz.ui.jobs import Job, forget
from cnnviz.ui.messages import plain
from cnnviz.ui.network import wait_for_keras

__all__ = ["show_many"]

_TICK_S = 0.5
_LATEST = 18  # photos that are shown while others are still to come


@dataclass(frozen=True, eq=False)
class _Asked:
    """A network that is asked about all photos.

    Attributes:
        network: which.
        crop: which part of each photo it gets.
        rule: when it abstains; None where it always answers.
    """

    network: Network
    crop: Crop
    rule: Rule | None


def show_many(using: Using) -> None:
    """Draw the page for all photos of the session.

    Args:
        using: the network that is asked, and perhaps a second one.

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
        _Asked(network, crop, rule if isinstance(rule, Rule) else None)
        for network, rule in zip(using.networks, found, strict=True)
    ]
    for one in asked:
        going = answers.work(one.network, one.crop, one.rule)
        if going is not None and not going.progress.ended:
            st.fragment(_watch, run_every=_TICK_S)(going, answers, one)
            return
        if going is not None:  # stopped or failed: the second one is not begun
            _ended(going, answers)
            break
    rows = _rows(answers, asked)
    shown = chosen_rows(rows, choices)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="classify-filters"):
        choices_bar(rows, choices, abstains=asked[0].rule is not None, two=using.second is not None)
        abstain_popover(using.networks, wish, found)
        _save(shown, using.first)
    tell_measuring(found)
    st.caption(_caption(rows, shown, using, choices))
    tell_notes(using.networks)
    if choices.table:
        show_table(shown)
    else:
        _wall([row.item for row in shown], {row.item.key: row for row in shown})


def _rows(answers: Answers, asked: Sequence[_Asked]) -> list[Row]:
    """What is known so far of all photos, with what the second network says."""
    first, *others = (answers.rows(one.network, one.crop, one.rule) for one in asked)
    beside = {row.item.key: row.answer for rows in others for row in rows}
    return [replace(row, other=beside.get(row.item.key)) for row in first]


def _before_keras(answers: Answers) -> None:
    """Draw the photos while TensorFlow is imported; those yet to be opened are opened meanwhile."""
    if answers.open_photos() is None:
        _wall(session_shelf().photos, {})
    else:
        st.fragment(_watch_opening, run_every=_TICK_S)(answers)


def _watch_opening(answers: Answers) -> None:
    _wall(session_shelf().photos[-_LATEST:], {})
    if not session_shelf().pending:
        rerun()


# --- while it goes on -------------------------------------------------------------------------------------------


def _watch(going: Job, answers: Answers, one: _Asked) -> None:
    """Draw how far it is, a way to stop it, and the photos that were classified last."""
    now = going.progress
    if now.ended:
        rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        waits = "waits for other work on this server" if now.state == "waiting" else now.phrase
        st.progress(now.fraction, text=plain(f"Classifying: {waits}" if waits else "Classifying …"))
        st.button("Stop", key="classify-stop", icon=":material/stop_circle:", on_click=going.stop)
    rows = answers.rows(one.network, one.crop, one.rule)[-_LATEST:]
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
    also = "" if row.other is None else f"{'≠' if row.differs else '='} {' '.join(answer_in_words(row.other))}".strip()
    return WallPhoto(
        item.key, item.thumbnail, item.name, word, share, row.confidence, row.answer.abstained, hint, also, row.differs
    )  # fmt: skip


def _caption(rows: Sequence[Row], shown: Sequence[Row], using: Using, choices: ClassifyPlace) -> str:
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


def _agreeing(rows: Sequence[Row], second: Network | None) -> str:
    """Say how often the second network says the same."""
    both = [row for row in rows if row.other is not None]
    if second is None or not both:
        return ""
    same = sum(not row.differs for row in both)
    return f" {second.title}, says the same (=) of {same:,} of {len(both):,}."


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
