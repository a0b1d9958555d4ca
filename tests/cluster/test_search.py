"""A search on a real cluster: two nodes of Ray on this machine, one of which is killed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnnviz.cluster import CLUSTER_VARIABLE, cluster_address, connect
from cnnviz.cluster.connecting import CPUS_VARIABLE
from cnnviz.errors import CnnvizError, MissingExtraError
from cnnviz.runs import RunStore
from cnnviz.tuning import StudyStore
from tests.dashboard import ROOT

ray = pytest.importorskip("ray", reason="Ray, which cnnviz[cluster] installs, is not installed")

SEARCH = ("--dataset", "digits", "--preset", "one-conv", "--trials", "12", "--epochs", "6", "--json")
LIMIT_S = 300.0


@pytest.fixture
def nodes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A cluster of two nodes with a core each, as Ray's own tests make it."""
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    node = {"num_cpus": 1, "object_store_memory": 80_000_000, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=node)
    try:
        cluster.add_node(num_cpus=1, object_store_memory=80_000_000)
        yield cluster
    finally:
        cluster.shutdown()


def search(home: Path, study: str, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cnnviz", "tune", *SEARCH, "--study", study, "--home", str(home), *more],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def found(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, errors = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, errors
    values: dict[str, Any] = json.loads(out)
    return values


@pytest.mark.slow
def test_a_search_on_two_nodes_loses_nothing_when_one_is_killed(home: Path, nodes: Any) -> None:
    whole = found(search(home, "whole", "--beside", "2"))  # in worker processes of this machine, one thread each too

    killed = search(home, "killed", "--cluster", nodes.address)
    other = next(node for node in nodes.worker_nodes)
    deadline = time.monotonic() + LIMIT_S

    def ended() -> int:
        names = StudyStore(home).names()
        return sum(trial.ended for trial in StudyStore(home).get("killed").trials()) if "killed" in names else 0

    while ended() < 3:
        assert killed.poll() is None, killed.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    nodes.remove_node(other, allow_graceful=False)  # signal 9
    assert ended() < 12
    result = found(killed)

    def told(document: dict[str, Any]) -> list[tuple[Any, ...]]:
        return [(trial["number"], trial["state"], trial["value"], trial["settings"]) for trial in document["trials"]]

    assert told(result) == told(whole)
    assert result["best"]["number"] == whole["best"]["number"]
    assert result["best"]["test"] == whole["best"]["test"]
    ids = [trial["run_id"] for document in (whole, result) for trial in document["trials"]]
    assert sorted(ids) == sorted(RunStore(home).ids())  # none lost, none doubled


def test_where_there_is_no_cluster_a_sentence_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_: Any) -> None:
        raise ConnectionError("nothing listens there")

    monkeypatch.setattr(ray, "init", refused)
    with pytest.raises(CnnvizError, match=r"no cluster at .127\.0\.0\.1:1. \(nothing listens there\); start one"):
        connect("127.0.0.1:1", home)
    monkeypatch.setenv(CPUS_VARIABLE, "two")
    with pytest.raises(CnnvizError, match="CNNVIZ_CLUSTER_CPUS is 'two'; give a number from 0 to 1024"):
        connect("127.0.0.1:1", home)


def test_without_ray_a_sentence_says_how_to_get_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r'pip install "cnnviz\[cluster\]"'):
        connect("127.0.0.1:1", home)


def test_the_setting_says_where_the_cluster_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CLUSTER_VARIABLE, raising=False)
    assert cluster_address() == ""
    monkeypatch.setenv(CLUSTER_VARIABLE, " 10.0.0.1:6379 ")
    assert cluster_address() == "10.0.0.1:6379"
    assert cluster_address("auto") == "auto"
    assert cluster_address("") == ""
