from pathlib import Path

from cnnviz.runs import Run
from cnnviz.training import can_resume
from tests.ui.made import failed_run, running_run


def test_an_own_run_that_ended_early_can_be_resumed(home: Path) -> None:
    run = failed_run(home)
    assert can_resume(run)
    assert not can_resume(Run(run.folder, bundled=True))
    assert not can_resume(running_run(home))
