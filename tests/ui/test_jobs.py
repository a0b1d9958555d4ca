"""Jobs in threads: their end, their stop, their errors, and what a page shows of them. Nothing here sleeps."""

import gc
import logging
import threading
from typing import Any
from weakref import ref

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnviz.errors import DataError
from cnnviz.ui import jobs
from cnnviz.ui.jobs import Report, Stopped, again, forget, job, known_job

PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def no_jobs_yet() -> None:
    st.cache_resource.clear()


class Held:
    """Work that reports, then waits until it is let go."""

    def __init__(self) -> None:
        self.reported, self.go = threading.Event(), threading.Event()

    def __call__(self, report: Report) -> str:
        report(0.4, "the first half")
        self.reported.set()
        assert self.go.wait(PATIENCE_S)
        report(0.9, "the second half")
        return "made"


def test_a_job_reports_ends_and_is_found_again() -> None:
    held = Held()
    one = job("a", held)
    assert held.reported.wait(PATIENCE_S)
    assert (one.progress.state, one.progress.fraction, one.progress.phrase) == ("running", 0.4, "the first half")
    assert job("a", lambda report: "another") is one
    assert known_job("a") is one
    assert known_job("b") is None
    held.go.set()
    ended = one.wait(PATIENCE_S)
    assert (ended.state, ended.fraction, ended.result, ended.error) == ("done", 1.0, "made", "")
    assert job("a", lambda report: "another").progress.result == "made"


def test_what_has_ended_begins_anew_where_somebody_asks_again() -> None:
    held = Held()
    one = again("a", held)
    assert again("a", lambda report: "another") is one  # still going
    held.go.set()
    one.wait(PATIENCE_S)
    assert again("a", lambda report: "another").wait(PATIENCE_S).result == "another"


def test_a_job_stops_at_its_next_report_and_can_be_started_again() -> None:
    held = Held()
    one = job("a", held)
    assert held.reported.wait(PATIENCE_S)
    one.stop()
    one.stop()
    held.go.set()
    ended = one.wait(PATIENCE_S)
    assert (ended.state, ended.fraction, ended.result) == ("stopped", 0.4, None)
    forget(one)
    assert job("a", lambda report: 3).wait(PATIENCE_S).result == 3


def test_a_users_mistake_is_a_sentence_and_ours_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def refuse(report: Report) -> Any:
        raise DataError("there are no images; add one")

    assert job("a", refuse).wait(PATIENCE_S).error == "There are no images; add one."
    with caplog.at_level(logging.ERROR, "cnnviz.ui.jobs"):
        ended = job("b", lambda report: 1 / 0).wait(PATIENCE_S)
    assert ended.state == "failed"
    assert "mistake of ours" in ended.error
    assert "ZeroDivisionError" in caplog.text


def test_a_fraction_stays_within_its_bounds() -> None:
    held = Held()

    def work(report: Report) -> None:
        report(7.0, "too far")
        held.reported.set()
        held.go.wait(PATIENCE_S)

    one = job("a", work)
    assert held.reported.wait(PATIENCE_S)
    assert one.progress.fraction == 1.0
    held.go.set()
    one.wait(PATIENCE_S)


def test_two_run_at_once_and_a_third_waits_and_can_be_stopped_while_it_does() -> None:
    first, second, third = Held(), Held(), Held()
    running = [job("a", first), job("b", second)]
    assert first.reported.wait(PATIENCE_S)
    assert second.reported.wait(PATIENCE_S)
    waiting, stopped = job("c", third), job("d", Held())
    assert waiting.progress.state == "waiting"
    stopped.stop()
    assert stopped.wait(PATIENCE_S).state == "stopped"
    first.go.set()
    assert third.reported.wait(PATIENCE_S)
    for held in (second, third):
        held.go.set()
    assert [one.wait(PATIENCE_S).state for one in (*running, waiting)] == ["done"] * 3


def test_a_job_stopped_while_it_waits_lets_go_of_what_it_was_given() -> None:
    running = [Held() for _ in range(jobs._AT_ONCE)]
    others = [job(str(number), held) for number, held in enumerate(running)]
    for held in running:
        assert held.reported.wait(PATIENCE_S)
    waiting, given = job("waits", work := Held()), ref(work)
    del work
    waiting.stop()
    assert waiting.wait(PATIENCE_S).state == "stopped"
    gc.collect()
    assert given() is None
    for held in running:
        held.go.set()
    assert [one.wait(PATIENCE_S).state for one in others] == ["done"] * jobs._AT_ONCE


def test_work_may_return_what_there_is_when_it_is_stopped() -> None:
    held = Held()

    def work(report: Report) -> str:
        try:
            return held(report)
        except Stopped:
            return "half of it"

    one = job("a", work)
    assert held.reported.wait(PATIENCE_S)
    one.stop()
    held.go.set()
    ended = one.wait(PATIENCE_S)
    assert (ended.state, ended.result) == ("done", "half of it")


def test_ended_jobs_are_pushed_out_by_newer_ones() -> None:
    for number in range(jobs._KEPT + 5):
        job(str(number), lambda report: None).wait(PATIENCE_S)
    job("last", lambda report: None).wait(PATIENCE_S)
    assert known_job("0") is None
    assert known_job("last") is not None


def _page() -> None:
    import streamlit as st

    from cnnviz.ui.jobs import known_job, show_job

    one = known_job("shown")
    st.write("nothing" if one is None else f"returned {show_job(one, 'The <b>map</b>')}")


def texts(at: AppTest) -> list[str]:
    assert not at.exception
    return [one.value for one in at.markdown]


def test_a_page_shows_progress_a_stop_and_then_the_result() -> None:
    held = Held()
    job("shown", held)
    assert held.reported.wait(PATIENCE_S)
    at = AppTest.from_function(_page, default_timeout=60).run()
    assert "returned None" in texts(at)
    assert [button.label for button in at.button] == ["Stop"]
    held.go.set()
    one = known_job("shown")
    assert one is not None
    one.wait(PATIENCE_S)
    assert texts(at.run()) == ["returned made"]
    assert not at.button


def test_a_page_stops_a_job_and_starts_it_again() -> None:
    held = Held()
    job("shown", held)
    assert held.reported.wait(PATIENCE_S)
    at = AppTest.from_function(_page, default_timeout=60).run()
    at.button[0].click()
    at.run()
    one = known_job("shown")
    assert one is not None
    assert one.stopping  # the work does not look before its next report
    assert at.button[0].disabled
    held.go.set()
    assert one.wait(PATIENCE_S).state == "stopped"
    at.run()
    assert at.caption[0].value == r"The \<b\>map\<\/b\>\: stopped at 40\%\."
    [again] = at.button
    assert again.label == "Start again"
    again.click().run()
    assert texts(at) == ["nothing"]


def _page_with_an_offer() -> None:
    from functools import partial

    import streamlit as st

    from cnnviz.ui.jobs import again, known_job, show_job

    begin = partial(again, "offered", lambda report: "another")
    one = known_job("offered")
    st.write("nothing" if one is None else f"returned {show_job(one, 'It', begin)}")


def test_a_page_that_only_looks_for_a_job_says_how_it_begins_again() -> None:
    def refuse(report: Report) -> Any:
        raise DataError("there are no images; add one")

    job("offered", refuse).wait(PATIENCE_S)
    at = AppTest.from_function(_page_with_an_offer, default_timeout=60).run()
    at.button[0].click().run()
    one = known_job("offered")
    assert one is not None
    assert one.wait(PATIENCE_S).result == "another"
    assert texts(at.run()) == ["returned another"]


def test_a_page_says_why_a_job_failed() -> None:
    def refuse(report: Report) -> Any:
        raise DataError("there are no images; add one")

    job("shown", refuse).wait(PATIENCE_S)
    at = AppTest.from_function(_page, default_timeout=60).run()
    assert at.error[0].value == r"There are no images\; add one\."
    assert at.button[0].label == "Try again"
