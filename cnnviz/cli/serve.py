"""`cnnviz serve`: a run's network behind HTTP."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnviz.cli.address import in_address, reserve
from cnnviz.cli.options import AsJson, Home, RunName
from cnnviz.cli.output import complain, emit, say
from cnnviz.cli.progress import step_progress
from cnnviz.cli.runs import find
from cnnviz.errors import MissingExtraError
from cnnviz.passcode import LOCAL_ADDRESSES

if TYPE_CHECKING:
    from socket import socket

    from starlette.types import ASGIApp

    from cnnviz.serving import Card, Limits

__all__ = ["serve"]

_KEEP_ALIVE_S = 15
_FAREWELL_S = 5  # for what is under way when it ends
_STEPS = 5  # the conversion's and the four of its export


def serve(
    run: RunName,
    host: Annotated[str, typer.Option("--host", metavar="H", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="N", min=1, max=65535, help="Port to listen on.")] = 8000,
    most_mib: Annotated[int, typer.Option("--max-mib", metavar="N", help="Largest request, in MiB.")] = 32,
    most_photos: Annotated[int, typer.Option("--max-photos", metavar="N", help="Photos in one request.")] = 64,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host", metavar="NAME", help="A name clients may use besides, such as a proxy's; can be repeated."
        ),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Serve a run's network over HTTP: POST /v1/classify, GET /v1/model, /healthz, /metrics, /docs; Ctrl-C ends it.

    The first time the network is converted to ONNX; after that it starts in a second or two, without TensorFlow.
    """
    opened = find(run, home)
    make_application, uvicorn = _imported()
    from cnnviz.allocation import keep_freed_memory
    from cnnviz.serving import Limits, engine_of

    limits = Limits(most_bytes=most_mib * 2**20, most_photos=most_photos)
    with reserve(host, port, usual=8000) as sockets:
        keep_freed_memory()
        with step_progress(_STEPS) as on_step:
            engine = engine_of(opened, home, on_step=on_step)
        local = host in LOCAL_ADDRESSES
        if not local:
            complain(f"there is no passcode: everybody who reaches {host} may use it; 127.0.0.1 is this machine alone")
        for one in sockets:
            one.listen()  # whoever reads the line below and asks at once is heard
        _announce(engine.card, f"http://{in_address(host)}:{port}", as_json=as_json)
        names = [*LOCAL_ADDRESSES, *(allow_host or ())] if local else None
        _run(uvicorn, make_application(engine, limits, names), sockets, limits)


def _announce(card: "Card", address: str, *, as_json: bool) -> None:
    if as_json:
        emit({"address": address, "run_id": card.run_id, "classes": card.class_names, "engine": card.engine})
    else:
        say(f"{card.name} answers at {address}/v1/classify; its documentation is at {address}/docs")
    sys.stdout.flush()  # into a pipe, too


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


def _run(uvicorn: Any, application: "ASGIApp", sockets: "list[socket]", limits: "Limits") -> None:
    settings = uvicorn.Config(
        application,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_FAREWELL_S,
        ws="none",
        http=_protocol(limits),
    )
    uvicorn.Server(settings).run(sockets=sockets)


def _protocol(limits: "Limits") -> Any:
    """The protocol that ends connections on which nothing moves; uvicorn's own where it cannot be made of that."""
    try:
        from cnnviz.serving.patience import patient_protocol

        return patient_protocol(limits)
    except ImportError as error:
        complain(f"This uvicorn was not tried ({error}): clients that send nothing keep their connections.")
        return "h11"
