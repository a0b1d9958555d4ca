"""The HTTP application: classify photos, tell what the network is, say that all is well."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.types import ASGIApp

from cnnviz import __version__
from cnnviz.serving.batching import Batcher
from cnnviz.serving.engine import Engine
from cnnviz.serving.hosts import KnownHosts
from cnnviz.serving.limits import Limits
from cnnviz.serving.metrics import Metrics
from cnnviz.serving.photos import Given, Reader
from cnnviz.serving.problems import PROBLEM_TYPE, Problem, add_problem_handlers
from cnnviz.serving.receiving import BodyLimit
from cnnviz.spec.model import Output

__all__ = ["make_application"]

_DOCS = Path(__file__).with_name("docs.html")  # FastAPI's own page fetches its parts from elsewhere
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": "A problem document (RFC 9457); `detail` says in a sentence what to do.",
        "content": {PROBLEM_TYPE: {"schema": {"type": "object", "properties": {"detail": {"type": "string"}}}}},
    }
    for status in (400, 408, 413, 415, 422, 503, 504)
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["images"],
                    "properties": {
                        "images": {
                            "type": "array",
                            "items": {},
                            "description": "(images, height, width, channels), values in 0..255; fractions are refused",
                        }
                    },
                }
            },
            "image/jpeg": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


class Ranked(BaseModel):  # these describe the answers; checking what is made here would take as long as the network
    """A class and its probability."""

    class_: str = Field(serialization_alias="class", validation_alias="class")
    probability: float = Field(ge=0, le=1)


class Result(BaseModel):
    """What the network makes of one image."""

    file: str
    top: list[Ranked]
    note: str | None = None
    error: str | None = None


class Answer(BaseModel):
    """What the network makes of a request's images, in their order."""

    model: str
    results: list[Result]


class Model(BaseModel):
    """What the network is."""

    name: str
    run_id: str
    classes: list[str]
    input: list[int] = Field(description="height, width, channels")
    engine: str
    output: Output = Field(description="independent: the probabilities need not add up to 1")


def make_application(engine: Engine, limits: Limits | None = None, hosts: Iterable[str] | None = None) -> ASGIApp:
    """Return the application that serves a network.

    Args:
        engine: the network.
        limits: what one request may ask for.
        hosts: the names that may be asked for; None for all.
    """
    allowed = limits or Limits()
    batcher = Batcher(engine, most_waiting=allowed.most_waiting)
    reader = Reader(engine.card.shape, allowed, engine.card.ground)
    metrics = Metrics(batcher)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        batcher.start()
        yield
        reader.stop()
        await batcher.stop()

    app = FastAPI(
        title=f"cnnviz: {engine.card.name}",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # they would send a client wherever it says this server is
    )
    add_problem_handlers(app)
    _add_classify(app, reader, batcher, allowed)
    _add_facts(app, engine, metrics)
    return metrics.counting(KnownHosts(BodyLimit(app, allowed), hosts))


def _add_classify(app: FastAPI, reader: Reader, batcher: Batcher, limits: Limits) -> None:
    card = batcher.engine.card

    @app.post("/v1/classify", response_model=Answer, openapi_extra=_BODY, responses=_PROBLEMS)
    async def classify(
        request: Request,
        top: Annotated[int, Query(ge=1, le=limits.most_top, description="How many of the likeliest classes.")] = 5,
        whole: Annotated[bool, Query(description="All of a photo with grey bars, instead of its centre.")] = False,
        invert: Annotated[
            bool, Query(description="Dark becomes bright: dark writing for a network that learned bright on dark.")
        ] = False,
    ) -> Any:
        """Classify one image or several: files, one photo as the body, or arrays in JSON."""
        try:
            async with asyncio.timeout(limits.answer_s):
                given = await reader(request, whole=whole, invert=invert)
                images = [one.image for one in given if one.image is not None]
                if not images:
                    raise Problem(422, given[0].problem)
                rows = iter(await batcher(np.stack(images)))
        except TimeoutError:
            seconds = f"{limits.answer_s:g}"
            raise Problem(504, f"there was no answer within {seconds} s; send fewer or smaller photos") from None
        results = [_result(one, next(rows) if one.image is not None else None, card.class_names, top) for one in given]
        return JSONResponse({"model": card.run_id, "results": results})


def _add_facts(app: FastAPI, engine: Engine, metrics: Metrics) -> None:
    card = engine.card

    @app.get("/v1/model", response_model=Model)
    async def model() -> Any:
        """What the network is, and which images it takes."""
        names, shape = list(card.class_names), list(card.shape)
        return Model(
            name=card.name, run_id=card.run_id, classes=names, input=shape, engine=card.engine, output=card.output
        )

    @app.head("/healthz", include_in_schema=False)  # what looks after servers often asks for no more
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Say that the server is up and its network loaded."""
        return {"status": "ok"}

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return Response(_DOCS.read_text(encoding="utf-8"), media_type="text/html")

    @app.get("/metrics", include_in_schema=False)
    async def prometheus() -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")


def _result(given: Given, row: Any, names: tuple[str, ...], top: int) -> dict[str, Any]:
    """As `Result` describes it."""
    if row is None:
        return {"file": given.name, "top": [], "note": None, "error": given.problem}
    order = np.argsort(-row, kind="stable")[:top].tolist()
    shares = np.clip(row, 0, 1).tolist()
    ranked = [{"class": names[index], "probability": shares[index]} for index in order]
    return {"file": given.name, "top": ranked, "note": given.note or None, "error": None}
