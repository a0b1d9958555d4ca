"""`cnnviz serve`: a run's network behind HTTP."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnviz.cli.address import check_free, in_address
from cnnviz.cli.options import AsJson, Home, RunName
from cnnviz.cli.output import complain, emit, say
from cnnviz.cli.runs import find
from cnnviz.errors import MissingExtraError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["serve"]

_KEEP_ALIVE_S = 15
_MOST_CONNECTIONS = 512


def serve(
    run: RunName,
    host: Annotated[str, typer.Option("--host", metavar="H", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="N", min=1, max=65535, help="Port to listen on.")] = 8000,
    most_mib: Annotated[int, typer.Option("--max-mib", metavar="N", help="Largest request, in MiB.")] = 32,
    most_photos: Annotated[int, typer.Option("--max-photos", metavar="N", help="Photos in one request.")] = 64,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Serve a run's network over HTTP: POST /v1/classify, GET /v1/model, /healthz, /metrics, /docs.

    The first time the network is converted to ONNX; after that it starts in a second or two, without TensorFlow.
    """
    opened = find(run, home)
    make_application, uvicorn = _imported()
    from cnnviz.serving import Limits, engine_of

    limits = Limits(most_bytes=most_mib * 2**20, most_photos=most_photos)
    check_free(host, port, usual=8000)
    engine = engine_of(opened, home, on_step=complain)
    address = f"http://{in_address(host)}:{port}"
    if as_json:
        emit(
            {"address": address, "run_id": opened.id, "classes": engine.card.class_names, "engine": engine.card.engine}
        )
    else:
        say(f"{engine.card.name} answers at {address}/v1/classify; its documentation is at {address}/docs")
    _run(uvicorn, make_application(engine, limits), host, port, limits.receive_s)


def _imported() -> tuple[Any, Any]:
    try:
        import uvicorn

        from cnnviz.serving.application import make_application
    except ImportError as error:
        raise MissingExtraError(
            f"serving needs the package {error.name}, which is not installed; install it with: pip install fastapi "
            "uvicorn python-multipart prometheus-client onnxruntime"
        ) from error
    return make_application, uvicorn


def _run(uvicorn: Any, application: "ASGIApp", host: str, port: int, patience_s: float) -> None:
    from cnnviz.serving.patience import patient_protocol

    uvicorn.run(
        application,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=5,
        limit_concurrency=_MOST_CONNECTIONS,
        ws="none",
        http=patient_protocol(patience_s),
    )
