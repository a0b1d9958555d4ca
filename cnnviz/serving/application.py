"""The HTTP application: classify photos, tell what the network is, say that all is well."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from fastapi import FastAPI, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.types import ASGIApp

from cnnviz import __version__
from cnnviz.serving.batching import Batcher
from cnnviz.serving.engine import Engine
from cnnviz.serving.limits import Limits
from cnnviz.serving.metrics import Metrics
from cnnviz.serving.photos import Given, given_images
from cnnviz.serving.problems import Problem, add_problem_handlers
from cnnviz.serving.receiving import BodyLimit

__all__ = ["make_application"]

_DOCS = Path(__file__).with_name("docs.html")  # FastAPI's own page fetches its parts from elsewhere
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
                            "description": "(images, height, width, channels), values in 0..255",
                        }
                    },
                }
            },
            "image/jpeg": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


class Ranked(BaseModel):
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


def make_application(engine: Engine, limits: Limits | None = None) -> ASGIApp:
    """Return the application that serves a network.

    Args:
        engine: the network.
        limits: what one request may ask for.
    """
    allowed = limits or Limits()
    batcher = Batcher(engine, most_waiting=allowed.most_waiting)
    metrics = Metrics(batcher)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        batcher.start()
        yield
        await batcher.stop()

    app = FastAPI(
        title=f"cnnviz: {engine.card.name}", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    add_problem_handlers(app)
    _add_routes(app, engine, batcher, metrics, allowed)
    return metrics.counting(BodyLimit(app, allowed))


def _add_routes(app: FastAPI, engine: Engine, batcher: Batcher, metrics: Metrics, limits: Limits) -> None:
    card = engine.card

    @app.post("/v1/classify", response_model=Answer, openapi_extra=_BODY)
    async def classify(
        request: Request,
        top: Annotated[int, Query(ge=1, le=limits.most_top, description="How many of the likeliest classes.")] = 5,
        whole: Annotated[bool, Query(description="All of a photo with grey bars, instead of its centre.")] = False,
    ) -> Any:
        """Classify one image or several: files, one photo as the body, or arrays in JSON."""
        given = await given_images(request, card.shape, limits, whole=whole)
        images = [one.image for one in given if one.image is not None]
        if not images:
            raise Problem(422, given[0].problem)
        rows = iter(await batcher(np.stack(images), limits.answer_s))
        results = [_result(one, next(rows) if one.image is not None else None, card.class_names, top) for one in given]
        return Answer(model=card.run_id, results=results).model_dump(by_alias=True)

    @app.get("/v1/model", response_model=Model)
    async def model() -> Any:
        """What the network is, and which images it takes."""
        names, shape = list(card.class_names), list(card.shape)
        return Model(name=card.name, run_id=card.run_id, classes=names, input=shape, engine=card.engine)

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


def _result(given: Given, row: Any, names: tuple[str, ...], top: int) -> Result:
    if row is None:
        return Result(file=given.name, top=[], error=given.problem)
    order = np.argsort(-row, kind="stable")[:top]
    ranked = [Ranked(**{"class": names[index], "probability": float(np.clip(row[index], 0, 1))}) for index in order]
    return Result(file=given.name, top=ranked, note=given.note or None)
