"""`cnnviz app`: start the dashboard, safe by default."""

import ipaddress
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from cnnviz.cli.address import check_free, in_address
from cnnviz.cli.options import AsJson, Home
from cnnviz.cli.output import emit, say
from cnnviz.errors import CnnvizError, MissingExtraError
from cnnviz.home import HOME_VARIABLE, resolve_home
from cnnviz.passcode import LOCAL_ADDRESSES, PASSCODE_HASH_VARIABLE, PASSCODE_VARIABLE, hash_passcode

__all__ = ["APP", "dashboard"]

_MOST_OF_STRANGERS = 150  # megabytes of a file

APP = Path(__file__).resolve().parent.parent.parent / "app.py"

_EVERY_ADDRESS = ("0.0.0.0", "::")


def dashboard(
    host: Annotated[
        str, typer.Option("--host", metavar="H", help="Address to listen on; 0.0.0.0 for every network.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="N", help="Port to listen on.")] = 8501,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="NAME",
            help="A name browsers may use besides, such as that of an HTTPS proxy; can be repeated.",
        ),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Start the dashboard; Ctrl-C ends it.

    Trainings go on when it ends. Only this machine reaches it, unless --host or --allow-host say more;
    then whatever changes something asks for a passcode: CNNVIZ_PASSCODE, or what you type here twice.
    """
    if not APP.is_file():
        raise CnnvizError(
            f"there is no {APP}, the dashboard's script; it comes with the source, "
            "so clone the repository and start it there"
        )
    if find_spec("streamlit") is None:
        raise MissingExtraError("the dashboard needs Streamlit, which is not installed; run: pip install streamlit")
    check_free(host, port, usual=8501)
    names = _names(host, tuple(allow_host or ()))
    exposed = host not in LOCAL_ADDRESSES or bool(allow_host)
    environment = _environment(home, exposed=exposed)
    address = f"http://{in_address(_best_name(host, names))}:{port}"
    if as_json:
        emit({"address": address, "host": host, "port": port, "allowed_hosts": names, "pid": os.getpid()})
    else:
        say(f"cnnviz starts at {address} (Ctrl-C ends it)")
    _become(_command(host, port, names, exposed=exposed), environment)


def _names(host: str, more: tuple[str, ...]) -> list[str]:
    """The host names a browser may use: a page elsewhere cannot reach the dashboard by a name of its own."""
    if host in _EVERY_ADDRESS:
        names = [*LOCAL_ADDRESSES, *_own_addresses(), socket.gethostname()]
    else:
        names = [*LOCAL_ADDRESSES] if host in LOCAL_ADDRESSES else [host]
    return list(dict.fromkeys(name.lower() for name in (*names, *more) if name))


def _own_addresses() -> list[str]:
    """This machine's addresses on its networks, those of IPv4 first."""
    import psutil

    kinds = (socket.AF_INET, socket.AF_INET6)
    found = [item for items in psutil.net_if_addrs().values() for item in items if item.family in kinds]
    places = [item.address.partition("%")[0] for item in sorted(found, key=lambda item: kinds.index(item.family))]
    return [place for place in places if not ipaddress.ip_address(place).is_loopback]


def _best_name(host: str, names: list[str]) -> str:
    """The name to show: where the server listens everywhere, the first by which others reach it."""
    if host not in _EVERY_ADDRESS:
        return host
    return next((name for name in names if name not in LOCAL_ADDRESSES), "127.0.0.1")


def _environment(home: Path | None, *, exposed: bool) -> dict[str, str]:
    """The server's environment: with the home, with the passcode's hash, without the passcode.

    Raises:
        CnnvizError: others can reach the server and there is no passcode.
    """
    environment = {**os.environ, HOME_VARIABLE: str(resolve_home(home))}
    passcode = environment.pop(PASSCODE_VARIABLE, "")
    if not passcode and exposed and not environment.get(PASSCODE_HASH_VARIABLE):
        passcode = _ask()
    if passcode:
        environment[PASSCODE_HASH_VARIABLE] = hash_passcode(passcode)
    return environment


def _ask() -> str:
    from getpass import getpass

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise CnnvizError(
            f"others will reach the dashboard and no passcode is set; set {PASSCODE_VARIABLE}, "
            "or leave --host and --allow-host out"
        )
    try:
        passcode = getpass("Passcode for whatever changes something: ", stream=sys.stderr)
        again = getpass("The same again: ", stream=sys.stderr)
    except EOFError as error:
        raise CnnvizError(f"no passcode was typed; type one, or set {PASSCODE_VARIABLE}") from error
    if passcode != again:
        raise CnnvizError("the two passcodes differ; start again")
    return passcode


def _command(host: str, port: int, names: list[str], *, exposed: bool) -> list[str]:
    options = {"server.address": host, "server.port": str(port), "server.headless": "true"}
    if exposed:  # Streamlit takes files of anybody who opens a page, passcode or not, and holds them in memory
        options["server.maxUploadSize"] = str(_MOST_OF_STRANGERS)
    options |= {"browser.gatherUsageStats": "false", "logger.hideWelcomeMessage": "true"}
    command = [sys.executable, "-m", "streamlit", "run", str(APP)]
    command += [part for key, value in options.items() for part in (f"--{key}", value)]
    return command + [part for name in names for part in ("--server.allowedHosts", name)]


def _become(command: list[str], environment: dict[str, str]) -> None:
    """Turn this process into the server: a signal meant for one is then never lost on the other."""
    sys.stdout.flush()
    os.chdir(APP.parent)  # Streamlit reads .streamlit/config.toml there
    if os.name == "nt":  # where exec starts another process and ends this one
        raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)
    os.dup2(2, 1)  # what the server prints is no part of our one document
    os.execve(command[0], command, environment)
