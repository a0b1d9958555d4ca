"""What Prometheus may ask for at /metrics."""

import asyncio
import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnnviz.serving.batching import Batcher
from cnnviz.serving.problems import COME_AGAIN, problem_response

__all__ = ["Metrics"]

_KNOWN = ("/v1/classify", "/v1/model", "/healthz", "/metrics", "/docs", "/openapi.json")
_GONE = 499  # the client went away before there was an answer; many servers count it so
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """Counters of one server.

    Args:
        batcher: whose work is counted.
    """

    def __init__(self, batcher: Batcher) -> None:
        self._registry = CollectorRegistry()
        labels = ("path", "status")
        self.requests = Counter("cnnviz_requests", "Requests by path and status.", labels, registry=self._registry)
        self.seconds = Histogram(
            "cnnviz_request_seconds",
            "Seconds to answer a request.",
            ("path",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        for name, text, value in (
            ("cnnviz_images", "Images the network looked at.", lambda: batcher.images),
            ("cnnviz_batches", "Calls of the network.", lambda: batcher.batches),
        ):
            Gauge(name, text, registry=self._registry).set_function(value)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)

    def counting(self, app: ASGIApp) -> ASGIApp:
        """Return an application that is counted, and answers what is given up when the server ends."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            path = scope["path"] if scope["path"] in _KNOWN else "other"  # a label for each path would be a stranger's
            began, status = time.perf_counter(), _GONE

            async def watched(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, watched)
            except asyncio.CancelledError:
                if status == _GONE:
                    answer = problem_response(503, "the server is shutting down; try again in a moment", COME_AGAIN)
                    await answer(scope, receive, watched)
            finally:
                self.requests.labels(path, str(status)).inc()
                self.seconds.labels(path).observe(time.perf_counter() - began)

        return counted
