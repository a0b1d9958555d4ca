"""Serving: photos a second and how long an answer takes, by a real `cnnviz serve`, against the bare onnxruntime call.

    python benchmarks/serving.py [--rounds N] [--seconds N] [--quick] [--json]

One photo a request, on connections that stay open, by clients in a process of their own: bare sockets on asyncio that
send the same prepared bytes again and again. What they compute themselves is measured and said.
"""

import asyncio
import io
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil
from PIL import Image

from benchmarks.measure import ROOT, Result, arguments, median_ratio, run, show, spread, temporary_home

PHOTO = ROOT / "cnnviz" / "assets" / "examples" / "cat.jpg"
CLIENTS = (1, 8, 64)
BATCH = 64
LIMIT_S = 2.0  # from the command to the first answer

ONE, MANY, LOOP = "onnxruntime alone, one image a call", f"onnxruntime alone, {BATCH} images a call", "the loop"
LOOP_IN_WORDS = "a loop without HTTP: decode the photo, cut it, one call"
SMALL = f"{CLIENTS[-1]} clients, a PNG of 32x32"

_WARM_UP = 0.2  # of the seconds that are measured
_BOUNDARY = b"----cnnviz-benchmark"
_PERCENTILES = (50, 95, 99)

Values = dict[str, Any]


def make_run(home: str) -> None:
    """In a process of its own: train a two-conv, hardly; how well it knows its classes costs nothing here."""
    from benchmarks.training import make_spec
    from cnnviz.serving import engine_of
    from cnnviz.training.execute import train

    engine_of(train(make_spec("cifar10-sample", 1, quick=True), home), home)
    print(json.dumps({}))


def call_alone(home: str, seconds: str) -> None:
    """In a process of its own: the file that is served, without a server."""
    import numpy as np
    import onnxruntime

    from cnnviz.data.photos import open_photo
    from cnnviz.inference import prepare_photo
    from cnnviz.runs import RunStore

    folder = RunStore(home).get("latest").folder
    session = onnxruntime.InferenceSession(str(folder / "served.onnx"), providers=["CPUExecutionProvider"])
    name, shape = session.get_inputs()[0].name, tuple(session.get_inputs()[0].shape[1:])
    content = PHOTO.read_bytes()

    def seen() -> Any:
        return prepare_photo(open_photo(content, PHOTO.name).pixels, shape)[None].astype(np.float32)

    one, many = seen(), np.repeat(seen(), BATCH, axis=0)
    found = {
        ONE: _timed(lambda: session.run(None, {name: one}), 1, float(seconds)),
        MANY: _timed(lambda: session.run(None, {name: many}), BATCH, float(seconds)),
        LOOP: _timed(lambda: session.run(None, {name: seen()}), 1, float(seconds)),
    }
    print(json.dumps(found))


def _timed(call: Callable[[], object], images: int, seconds: float) -> Values:
    """Call again and again, at first without looking at the clock."""
    _until(seconds * _WARM_UP, call)
    cpu, began = time.process_time(), time.perf_counter()
    times = _until(seconds, call)
    return _summary(times, images * len(times) / (time.perf_counter() - began), time.process_time() - cpu, images)


def _until(seconds: float, call: Callable[[], object]) -> list[float]:
    times, now = [], time.perf_counter()
    end = now + seconds
    while now < end or not times:
        call()
        now, before = time.perf_counter(), now
        times.append(now - before)
    return times


def _summary(times: list[float], rate: float, cpu_s: float, images: int = 1) -> Values:
    ordered = sorted(times)
    at = {percent: 1e3 * ordered[min(len(ordered) * percent // 100, len(ordered) - 1)] for percent in _PERCENTILES}
    return {"rate": rate, "ms": [at[percent] for percent in _PERCENTILES], "cpu_ms": 1e3 * cpu_s / len(times) / images}


def ask(port: str, server_pid: str, clients: str, kind: str, seconds: str) -> None:
    """In a process of its own: clients that each send a photo, wait for the answer, and send it again."""
    asyncio.run(_ask(int(port), psutil.Process(int(server_pid)), int(clients), _request(kind), float(seconds)))


def _request(kind: str) -> bytes:
    content = PHOTO.read_bytes() if kind == "photo" else _small_png()
    disposition = b'Content-Disposition: form-data; name="files"; filename="photo"\r\n\r\n'
    body = b"--" + _BOUNDARY + b"\r\n" + disposition + content + b"\r\n--" + _BOUNDARY + b"--\r\n"
    head = (
        "POST /v1/classify HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: multipart/form-data; boundary={_BOUNDARY.decode()}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _small_png() -> bytes:
    content = io.BytesIO()
    Image.open(PHOTO).resize((32, 32)).save(content, "PNG")
    return content.getvalue()


class _Client(asyncio.Protocol):
    """One connection: sends the request, and again as soon as the whole answer is there."""

    def __init__(self, request: bytes, times: list[float]) -> None:
        self._request, self._times, self._answer = request, times, b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._answer, self._began = b"", time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, _, body = self._answer.partition(b"\r\n\r\n")
        if len(body) < int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0] or 2**31):
            return
        if not head.startswith(b"HTTP/1.1 200 "):
            os.write(2, self._answer[:500])
            os._exit(1)
        self._times.append(time.perf_counter() - self._began)
        self._send()


async def _ask(port: int, server: psutil.Process, clients: int, request: bytes, seconds: float) -> None:
    times: list[float] = []
    loop = asyncio.get_running_loop()
    for _ in range(clients):
        await loop.create_connection(lambda: _Client(request, times), "127.0.0.1", port)
    await asyncio.sleep(seconds * _WARM_UP)
    times.clear()
    began, own_cpu, server_cpu = time.perf_counter(), time.process_time(), sum(server.cpu_times()[:2])
    await asyncio.sleep(seconds)
    took = time.perf_counter() - began
    values = _summary(list(times) or [took], len(times) / took, sum(server.cpu_times()[:2]) - server_cpu)
    print(json.dumps({**values, "clients_cpu": (time.process_time() - own_cpu) / took}))
    sys.stdout.flush()
    os._exit(0)  # the connections need no farewell


@contextmanager
def served(home: Path, port: int) -> Iterator[tuple[psutil.Process, float]]:
    """Give a running server and the seconds from the command to its first answer."""
    command = [sys.executable, "-m", "cnnviz", "serve", "latest", "--home", str(home), "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        while not _healthy(port):
            if process.poll() is not None:
                raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
            time.sleep(0.005)
        yield psutil.Process(process.pid), time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _healthy(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def one_round(home: Path, seconds: float, backwards: bool) -> dict[str, Values]:
    """Measure everything once; the server is a new one, and runs only while it is asked."""
    port = _free_port()
    asked = {_name(clients): (clients, "photo") for clients in CLIENTS} | {SMALL: (CLIENTS[-1], "small")}
    found: dict[str, Values] = {}

    def alone() -> None:
        found.update(run(__file__, "--child", "alone", str(home), str(seconds), home=home).values)

    def with_server() -> None:
        with served(home, port) as (server, start_s):
            loaded = any("tensorflow" in mapped.path for mapped in server.memory_maps())
            found["start"] = {"s": start_s, "tensorflow": loaded}
            for name, (clients, kind) in list(asked.items())[:: -1 if backwards else 1]:
                child = ("--child", "ask", str(port), str(server.pid), str(clients), kind, str(seconds))
                found[name] = run(__file__, *child).values
            found["start"]["memory_mib"] = server.memory_info().rss / 2**20

    for part in (with_server, alone) if backwards else (alone, with_server):
        part()
    return found


def _name(clients: int) -> str:
    return f"cnnviz serve, {clients} client{'s' if clients > 1 else ''}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(rounds: int, seconds: float) -> Result:
    with temporary_home() as home:
        run(__file__, "--child", "make", str(home), home=home)
        found = []
        for number in range(rounds):
            found.append(one_round(home, seconds, backwards=bool(number % 2)))
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return _result(found, seconds)


def _result(found: list[dict[str, Values]], seconds: float) -> Result:
    names = [ONE, MANY, LOOP, *map(_name, CLIENTS), SMALL]
    rates = {name: [one[name]["rate"] for one in found] for name in names}
    starts = [one["start"]["s"] for one in found]
    busiest = _name(CLIENTS[-1])

    def row(name: str) -> tuple[str, ...]:
        percentiles = zip(*(one[name]["ms"] for one in found), strict=True)
        cpu = statistics.median(one[name]["cpu_ms"] for one in found)
        shown = LOOP_IN_WORDS if name == LOOP else name
        return (shown, spread(rates[name], 0), *(f"{statistics.median(ms):.2f}" for ms in percentiles), f"{cpu:.2f}")

    own = statistics.median(one[busiest]["clients_cpu"] for one in found)
    memory = statistics.median(one["start"]["memory_mib"] for one in found)
    loaded = any(one["start"]["tensorflow"] for one in found)
    return Result(
        title=f"Serving two-conv: one photo a request, {len(found)} rounds of {seconds:g} s",
        columns=("", "photos/s", *(f"p{percent} (ms)" for percent in _PERCENTILES), "CPU ms/photo"),
        rows=[row(name) for name in names],
        ratios={
            f"photos a second, {busiest} against the loop that decodes and calls": (
                f"{median_ratio(rates[busiest], rates[LOOP]):.2f}x"
            ),
            f"photos a second, {busiest} against {ONE}": f"{median_ratio(rates[busiest], rates[ONE]):.3f}x",
            f"photos a second, {SMALL} against {ONE}": f"{median_ratio(rates[SMALL], rates[ONE]):.3f}x",
            f"photos a second, {CLIENTS[-1]} clients against {CLIENTS[0]}": (
                f"{median_ratio(rates[busiest], rates[_name(CLIENTS[0])]):.2f}x"
            ),
            "seconds from the command to the first answer, against its limit of 2 s": (
                f"{statistics.median(starts) / LIMIT_S:.2f}x"
            ),
        },
        notes=[
            f"The photo: a JPEG of 451x300 in {PHOTO.stat().st_size / 1e3:.0f} kB; {SMALL}, is what costs little to "
            "decode. onnxruntime alone is given an array that is ready: no file, no decoding, no HTTP.",
            "A client sends its next photo when it has the answer to the last; latency is seen from there. Medians of "
            "the rounds; each has a new server, every other one runs backwards.",
            f"The clients are bare sockets in one process of their own, which took {own:.0%} of a core at "
            f"{CLIENTS[-1]} clients; CPU ms/photo is the server's alone.",
            f"Start, from the command to the first answer of /healthz: {spread(starts, 2)} s; TensorFlow is "
            f"{'IN' if loaded else 'not in'} the server's memory (its mapped files were looked at), which is "
            f"{memory:.0f} MiB at the end of a round.",
        ],
    )


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    options = parser.parse_args()
    if options.child:
        kind, *values = options.child
        {"make": make_run, "alone": call_alone, "ask": ask}[kind](*values)
        return
    show(options, lambda: measure(1, 0.3) if options.quick else measure(options.rounds, options.seconds))


if __name__ == "__main__":
    main()
