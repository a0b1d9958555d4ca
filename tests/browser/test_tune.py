"""The Tune page in a real browser, with real searches over the smallest network."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from cnnviz.runs import RunStore
from cnnviz.runs.presets import own_presets
from cnnviz.tuning import StudyStore
from tests.dashboard import READY, Dashboard

TIMEOUT_MS = 90_000


def fill(page: Page, label: str, value: int) -> None:
    page.get_by_role("spinbutton", name=label).fill(str(value))
    page.keyboard.press("Enter")
    page.wait_for_selector(READY, state="attached")


def test_a_search_is_started_followed_stopped_resumed_and_its_best_used(
    dashboard: Dashboard, page: Page, home: Path
) -> None:
    dashboard.open(page, "/tune")
    expect(page.get_by_text("Search for better settings")).to_be_visible()
    for label, option in (("Data set", "digits"), ("Begin with", "one-conv")):
        page.get_by_role("combobox", name=label, exact=True).click()
        page.get_by_role("option", name=option, exact=True).click()
        page.wait_for_selector(READY, state="attached")
    fill(page, "Epochs of a trial", 20)
    fill(page, "Trials", 5)
    page.get_by_role("button", name="Start the search").dblclick()  # the second click must not start another
    page.wait_for_url(re.compile("study=digits-one-conv-1"), timeout=TIMEOUT_MS)
    expect(page.get_by_text(re.compile(r"Searching: \d of 5 trials"))).to_be_visible(timeout=TIMEOUT_MS)
    expect(page.get_by_role("figure", name=re.compile("A dot: a trial"))).to_be_visible(timeout=TIMEOUT_MS)

    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile(r"Stopped: \d of 5 trials"))).to_be_visible(timeout=TIMEOUT_MS)
    study = StudyStore(home).get("digits-one-conv-1")
    assert len(StudyStore(home).names()) == 1
    before = {trial.number: trial.run_id for trial in study.trials() if trial.run_id}
    assert sum(trial.ended for trial in study.trials()) < 5

    page.reload()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Completed: 5 of 5 trials")).to_be_visible(timeout=TIMEOUT_MS)
    after = {trial.number: trial.run_id for trial in study.trials()}
    assert before.items() <= after.items()
    assert {trial.state for trial in study.trials()} <= {"complete", "pruned"}
    [best] = study.best()
    measured = [run.id for run in map(RunStore(home).get, after.values()) if run.evaluation()]
    assert measured == [best.run_id]

    page.get_by_role("button", name="Make it a preset").click()
    page.get_by_role("textbox", name="Name").fill("found")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("The preset found is on the Train page now")).to_be_visible()
    assert own_presets(home) == ("found",)

    page.get_by_role("link", name="Its report").click()
    page.wait_for_url(f"**/report?run={best.run_id}")
    expect(page.get_by_text(re.compile("on 355 test images")).first).to_be_visible(timeout=TIMEOUT_MS)
    page.go_back()
    page.get_by_role("button", name="Train it in full").click()
    page.wait_for_url(re.compile(r"/train\?run=\d{8}-\d{6}-digits-one-conv-1-best-"), timeout=TIMEOUT_MS)
    expect(page.get_by_text(re.compile("Completed 10 epochs"))).to_be_visible(timeout=TIMEOUT_MS)
    full = RunStore(home).get("latest")
    assert full.evaluation() is not None
    assert full.spec.train.learning_rate == best.settings["learning_rate"]

    other = next(run_id for run_id in after.values() if run_id != best.run_id)
    dashboard.open(page, f"/report?run={other}")
    expect(page.get_by_text("is a trial of a search, which leaves the test images alone")).to_be_visible()
    dashboard.open(page, "/tune?study=nosuch")
    expect(page.get_by_text("There is no study called")).to_be_visible()
    page.get_by_role("link", name="Open the newest search").click()
    expect(page.get_by_text("Completed: 5 of 5 trials")).to_be_visible()
