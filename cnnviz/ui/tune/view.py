"""A study: how far it is, the best so far, its trials drawn, and what can be done with it."""

from collections.abc import Callable
from dataclasses import replace
from html import escape

import pandas as pd
import streamlit as st

from cnnviz.errors import CnnvizError, StudyError
from cnnviz.figures.tuning import (
    curves_caption,
    draw_curves,
    draw_history,
    draw_importance,
    draw_parallel,
    draw_slice,
    draw_trade,
    history_caption,
)
from cnnviz.runs import RunStore
from cnnviz.runs.presets import save_preset
from cnnviz.tuning import OBJECTIVES, Budget, Study, StudyStore, Trial, written
from cnnviz.tuning.finishing import full_spec
from cnnviz.tuning.importance import LEAST
from cnnviz.tuning.records import shown
from cnnviz.tuning.words import progress_in_words, settings_in_words, state_in_words
from cnnviz.ui import loaders
from cnnviz.ui.acting import act
from cnnviz.ui.address import go, page_link, rerun, switch
from cnnviz.ui.choosers import segments
from cnnviz.ui.components import live_chart
from cnnviz.ui.guard import permitted
from cnnviz.ui.messages import plain, reported
from cnnviz.ui.pages import REPORT, TRAIN, TUNE
from cnnviz.ui.train.editor import start_once
from cnnviz.ui.tune.place import VIEWS, View
from cnnviz.ui.tune.readings import importance, titles

__all__ = ["show_study", "study_buttons"]

_TICK_S = 1.0
_HEIGHT = 260
_MORE = 10
_COLUMNS = 3  # of slices


def show_study(study: Study, view: View) -> None:
    """Draw a study below its buttons; while somebody works on it the drawing follows it.

    Args:
        study: shared by every tab that looks at it.
        view: how its trials are shown below.

    Raises:
        CnnvizError: it cannot be read.
    """
    active = study.state in ("running", "stopping")
    if told := st.session_state.pop("tune-told", None):
        st.toast(plain(told), icon=":material/bookmark_added:")
    st.caption(plain(settings_in_words(study.spec)))
    ticking = reported(TUNE, label="Open the newest search")(_draw)  # it may be deleted meanwhile
    st.fragment(ticking, run_every=_TICK_S if active else None)(study, view, active)


def _draw(study: Study, view: View, was_active: bool) -> None:
    """One tick."""
    state, trials, best = study.state, study.trials(), study.best()
    if was_active and state not in ("running", "stopping"):
        rerun()
    _progress(study, state, trials)
    if not any(trial.curve or trial.ended for trial in trials):
        st.info(
            _why_nothing(study) if was_active else "No trial has ended yet. **Go on** begins where it stopped.",
            icon=":material/hourglass_empty:",
        )
        return
    if best:
        _best(study, best)
    left, right = st.columns(2, gap="small")
    with left:
        _left_chart(study, trials, best)
    with right:
        live_chart(
            draw_curves(trials, study.spec, best, revision=study.name),
            key="tune-curves",
            height=_HEIGHT,
            alt=curves_caption(trials),
        )
        st.caption(curves_caption(trials))
    segments("View", "view", view, VIEWS)
    _VIEWS[view](study, trials)


def _why_nothing(study: Study) -> str:
    """Say why a search that runs has nothing to show yet."""
    if any(one.get("waits") is True for one in study.tuners()):
        return "It waits until what trains on this machine now has ended, and begins by itself."
    return "The first trials are on their way: their curves appear here after their first epoch."


def _progress(study: Study, state: str, trials: tuple[Trial, ...]) -> None:
    st.markdown(plain(progress_in_words(study, trials)))
    if state in ("running", "stopping"):
        budget = study.budget
        done = sum(trial.ended for trial in trials) / budget.trials
        if budget.seconds is not None:
            done = max(done, study.spent / budget.seconds)
        st.progress(min(done, 1.0))
    elif state == "interrupted":
        why = study.problem or "Its process ended without saying why (killed, out of memory, or the machine restarted)."
        st.warning(
            f"{plain(why)} **Go on** takes up its trials where they were.",
            icon=":material/power_off:",
        )


def _left_chart(study: Study, trials: tuple[Trial, ...], best: tuple[Trial, ...]) -> None:
    if study.spec.several:
        told = "Orange: the trials that no other beats in both."
        figure = draw_trade(trials, study.spec, best, revision=study.name)
    else:
        told = history_caption(trials, study.spec)
        figure = draw_history(trials, study.spec, revision=study.name)
    live_chart(figure, key="tune-history", height=_HEIGHT, alt=told)
    st.caption(told)


def _best(study: Study, best: tuple[Trial, ...]) -> None:
    """Draw the best trial, with its settings and what can be done with it."""
    trial, spec = best[0], study.spec
    title, value = OBJECTIVES[spec.objectives[0]][0], shown(spec.objectives[0], trial.values[0])
    rest = [
        f"{shown(one, number)} {OBJECTIVES[one][0]}"
        for one, number in zip(spec.objectives[1:], trial.values[1:], strict=True)
    ]
    run = RunStore(loaders.home()).get(trial.run_id) if trial.run_id in loaders.run_ids() else None
    report = run.evaluation() if run is not None else None
    if report is not None:
        rest.append(f"{100 * report['accuracy']:.1f} % of {report['n_test']:,} test images, measured once")
    words = " · ".join([f"{title}, trial {trial.number}", *rest])
    items = "".join(
        f"<span>{escape(titles.get(name, name))} <b>{escape(written(one))}</b></span>"
        for name, one in trial.settings.items()
    )
    with st.container(key="tune-best", gap="xsmall"):
        st.html(
            f'<p class="tune-best"><strong>{escape(value)}</strong><small>best {escape(words)}</small></p>'
            f'<div class="tune-settings">{items}</div>'
        )
        if run is None:
            st.caption("The run of this trial was deleted.")
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            page_link(TRAIN, "Its run", run=run.id)
            if report is not None:
                page_link(REPORT, "Its report", run=run.id)
            elif (
                study.state == "completed"
                and st.button(
                    "Measure it",
                    key="tune-measure",
                    icon=":material/fact_check:",
                    help="On the test images. Its process ended before it came to that.",
                )
                and permitted("measure a run")
            ):
                act(lambda: _go_on(study))
            if st.button(
                "Train it in full",
                key="tune-full",
                icon=":material/fitness_center:",
                help="A new run with these settings, all training images and all epochs, measured on test images.",
            ) and permitted("start a run"):
                act(lambda: _train_in_full(study, trial))
            if st.button(
                "Make it a preset",
                key="tune-preset-make",
                icon=":material/bookmark_add:",
                help="Train then offers these settings under a name, as it does two-conv.",
            ) and permitted("keep a preset"):
                _ask_preset(study, trial)


def _train_in_full(study: Study, trial: Trial) -> None:
    """Train a trial's settings in full, and follow that."""
    run = start_once(full_spec(study, trial))
    switch(TRAIN, run=run.id)


@st.dialog("Make it a preset", icon=":material/bookmark_add:")
def _ask_preset(study: Study, trial: Trial) -> None:
    with st.form("tune-preset-form", border=False):
        name = st.text_input("Name", value=f"{study.name}-best"[:60], max_chars=60, key="tune-preset-name")
        asked = st.form_submit_button("Keep", type="primary")
    if asked:
        try:
            save_preset(name.strip(), full_spec(study, trial), loaders.home())
        except CnnvizError as error:
            st.error(plain(error.sentence), icon=":material/error:")
            return
        st.session_state["tune-told"] = f"The preset {name.strip()} is on the Train page now."
        st.rerun()


# --- the trials, in four ways -----------------------------------------------------------------------------------


def _table(study: Study, trials: tuple[Trial, ...]) -> None:
    spec = study.spec
    rows = [
        {
            "trial": trial.number,
            **{
                OBJECTIVES[one][0]: shown(one, trial.values[place]) if trial.values else ""
                for place, one in enumerate(spec.objectives)
            },
            "state": state_in_words(trial),
            "run": f"train?run={trial.run_id}" if trial.run_id else None,
            **{titles.get(name, name): written(value) for name, value in trial.settings.items()},
        }
        for trial in trials
    ]
    st.dataframe(
        pd.DataFrame(rows),
        key="tune-table",
        hide_index=True,
        height=min(38 + 35 * len(rows), 400),
        column_config={"run": st.column_config.LinkColumn("run", display_text="open")},
    )


def _parallel(study: Study, trials: tuple[Trial, ...]) -> None:
    if sum(trial.state == "complete" for trial in trials) < 2:
        st.caption("This needs two complete trials.")
        return
    told = "Each line: a complete trial, through its settings to what it reached; drag along an axis to mark a range."
    with st.container(key="tune-parallel-room"):  # on a phone it is wider than the page, and scrolls
        live_chart(draw_parallel(trials, study.spec, titles), key="tune-parallel", height=340, alt=told)
    st.caption(told)


def _mattered(study: Study, trials: tuple[Trial, ...]) -> None:
    shares = importance(study)
    if not shares:
        st.caption(f"This needs {LEAST} complete trials that differ.")
        return
    told = (
        "How much of the differences between complete trials each setting explains by itself (fANOVA, Hutter et al. "
        "2014); with few trials a rough guess."
    )
    live_chart(draw_importance(shares, titles), key="tune-importance", height=70 + 30 * len(shares), alt=told)
    st.caption(told)


def _slices(study: Study, trials: tuple[Trial, ...]) -> None:
    columns = st.columns(_COLUMNS, gap="small")
    for place, name in enumerate(study.spec.space):
        with columns[place % _COLUMNS]:
            title = titles.get(name, name)
            live_chart(
                draw_slice(name, title, trials, study.spec, revision=study.name),
                key=f"tune-slice-{name}",
                height=210,
                alt=f"What trials reached over {title}",
            )
    st.caption("A dot: a complete trial; a ring: one that was ended early, where it was then.")


_VIEWS: dict[View, Callable[[Study, tuple[Trial, ...]], None]] = {
    "trials": _table,
    "parallel": _parallel,
    "importance": _mattered,
    "slices": _slices,
}


# --- what can be done with it -----------------------------------------------------------------------------------


def study_buttons(study: Study, *, damaged: bool = False) -> None:
    """Draw the buttons that a study's state allows, in a row that is open.

    Args:
        study: whose.
        damaged: whether something of it cannot be read, so that it has no state.
    """
    state = "damaged" if damaged else study.state
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tune-actions"):
        if state in ("running", "stopping"):
            if st.button(
                "Stop",
                key="tune-stop",
                icon=":material/stop_circle:",
                disabled=state == "stopping",
                help="Its trials keep what they have, and go on when it does.",
            ) and permitted("stop a search"):
                act(study.request_stop)
        elif (
            state in ("stopped", "interrupted")
            and st.button("Go on", key="tune-resume", icon=":material/resume:", type="primary")
            and permitted("go on with a search")
        ):
            act(lambda: _go_on(study))
        if st.button(f"{_MORE} more trials", key="tune-more", icon=":material/add:") and permitted("extend a search"):
            act(lambda: _extend(study))
        if (
            state not in ("running", "stopping")
            and st.button("Delete", key="tune-delete", icon=":material/delete:", type="tertiary")
            and permitted("delete a search")
        ):
            _ask_delete(study)


def _go_on(study: Study) -> None:
    """Let a process work on a study; where its trials are done it measures the best."""
    from cnnviz.tuning.searching import start  # with Optuna, which drawing does not need

    start(study)


def _extend(study: Study) -> None:
    """Allow more trials, and begin them where nobody works on it."""
    try:
        budget = study.budget
        seconds = None if budget.seconds is None else budget.seconds + study.spent
        study.budget = replace(budget, trials=budget.trials + _MORE, seconds=seconds)
    except StudyError:  # it is damaged: as many more than there are
        study.budget = Budget(sum(trial.ended for trial in study.trials()) + _MORE)
    if study.state not in ("running", "stopping"):
        _go_on(study)


@st.dialog("Delete this search?", icon=":material/delete:")
def _ask_delete(study: Study) -> None:
    st.markdown(f"**{plain(study.name)}** will be gone; the runs of its trials stay.")
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", key="tune-delete-yes"):
            act(lambda: _delete(study))
        if st.button("Keep", key="tune-delete-no"):
            st.rerun()


def _delete(study: Study) -> None:
    StudyStore(loaders.home()).delete(study.name)
    go(study=None)
