"""The event log: one writer, any reader, any damage."""

import json
import os
from pathlib import Path

import pytest

from cnnviz.errors import StorageError
from cnnviz.runs import EventLog, EventReader


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def test_events_come_back_as_they_were_written(path: Path) -> None:
    log = EventLog(path)
    written = [log.append("status", state="running", message="größer\n"), log.append("batch", loss=0.1)]
    log.close()
    assert EventReader(path).read() == written
    assert [event["seq"] for event in written] == [0, 1]
    assert [set(json.loads(line)) for line in path.read_text().splitlines()] == [
        {"seq", "time", "kind", "state", "message"},
        {"seq", "time", "kind", "loss"},
    ]


def test_an_event_is_there_as_soon_as_it_is_written(path: Path) -> None:
    log, reader = EventLog(path), EventReader(path)
    for number in range(3):
        log.append("batch", number=number)
        assert [event["number"] for event in reader.read()] == [number]
    assert reader.read() == []
    log.close()


def test_a_missing_file_is_no_event_yet(path: Path) -> None:
    reader = EventReader(path)
    assert reader.read() == []
    log = EventLog(path)
    log.append("batch")
    log.close()
    assert len(reader.read()) == 1


def test_a_half_written_line_waits_for_its_end(path: Path) -> None:
    reader = EventReader(path)
    path.write_bytes(b'{"kind": "batch", "n": 1}\n{"kind": "ba')
    assert [event["n"] for event in reader.read()] == [1]
    assert reader.read() == []
    with path.open("ab") as file:
        file.write(b'tch", "n": 2}\n')
    assert [event["n"] for event in reader.read()] == [2]


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\x00" * 4096,
        b"\xff\xfe\xfa",
        b"[1, 2]",
        b"null",
        b'"kind"',
        b'{"kind": 3}',
        b'{"no": "kind"}',
        b'{"kind": "batch", "loss": ',
        b"[" * 100_000,
        b'{"kind": "batch"} {"kind": "batch"}',
    ],
    ids=lambda line: repr(line[:20]),
)
def test_a_garbage_line_costs_itself_only(path: Path, garbage: bytes) -> None:
    path.write_bytes(b'{"kind": "batch", "n": 1}\n' + garbage + b'\n{"kind": "batch", "n": 2}\n')
    assert [event["n"] for event in EventReader(path).read()] == [1, 2]


def test_numbering_goes_on_and_a_torn_line_is_cut_off(path: Path) -> None:
    log = EventLog(path)
    log.append("batch", n=1)
    log.append("batch", n=2)
    log.close()
    with path.open("ab") as file:
        file.write(b'{"seq": 2, "kind": "ba')
    reader = EventReader(path)
    assert len(reader.read()) == 2
    log = EventLog(path)
    log.append("batch", n=3)
    log.close()
    assert [(event["seq"], event["n"]) for event in reader.read()] == [(2, 3)]
    assert [event["seq"] for event in EventReader(path).read()] == [0, 1, 2]


def test_numbering_survives_garbage(path: Path) -> None:
    path.write_bytes(b'{"kind": "batch", "seq": 41}\n{"kind": "batch", "seq": "many"}\n\x00\x00\n{"kind": "batch"}\n')
    log = EventLog(path)
    assert log.append("batch")["seq"] == 42
    log.close()


def test_a_value_that_is_no_json_leaves_no_trace(path: Path) -> None:
    log = EventLog(path)
    with pytest.raises(ValueError, match="JSON"):
        log.append("batch", loss=float("nan"))
    assert log.append("batch", loss=1.0)["seq"] == 0
    log.close()
    assert len(EventReader(path).read()) == 1


def test_closing_twice_is_closing_once(path: Path) -> None:
    log = EventLog(path)
    log.close()
    log.close()


def test_a_log_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"cannot write .*events.jsonl: its folder does not exist"):
        EventLog(tmp_path / "missing" / "events.jsonl")


def test_a_pipe_in_the_place_of_the_log_keeps_nobody_waiting(path: Path) -> None:
    os.mkfifo(path)
    assert EventReader(path).read() == []
    with pytest.raises(StorageError, match="a file of that name is in the way"):
        EventLog(path)
