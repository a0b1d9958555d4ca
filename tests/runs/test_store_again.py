"""Making a run anew whose process was killed while it made the folder."""

from pathlib import Path

from cnnviz.runs import RunStore, Status
from cnnviz.spec import preset


def test_what_a_killed_process_left_of_a_run_is_not_in_the_way(home: Path) -> None:
    store, spec = RunStore(home), preset("one-conv")
    run_id = store.new_id(spec)
    (store.folder / f".new-{run_id}").mkdir(parents=True)
    (store.folder / f".new-{run_id}" / "spec.json").write_text("half")
    run = store.create(spec, Status("queued"), run_id)
    assert run.id == run_id
    assert run.spec.model == spec.model
    assert not (store.folder / f".new-{run_id}").exists()
