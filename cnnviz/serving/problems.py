"""Errors as RFC 9457 has them: problem documents."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from cnnviz.errors import CnnvizError

__all__ = ["COME_AGAIN", "PROBLEM_TYPE", "Problem", "add_problem_handlers", "problem_document", "problem_response"]

PROBLEM_TYPE = "application/problem+json"
COME_AGAIN = {"Retry-After": "1"}

_LONGEST = 60  # characters of what a stranger sent, in an answer


class Problem(Exception):  # noqa: N818 - the RFC's word
    """Something a client can mend.

    Args:
        status: the HTTP status.
        detail: one sentence: what was given, what is expected, what to do.
        headers: more of the answer's headers.
    """

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


def problem_document(status: int, detail: str) -> dict[str, Any]:
    """Return the members of a problem document; arguments as for `Problem`."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def problem_response(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return a problem document as an answer; arguments as for `Problem`."""
    return JSONResponse(problem_document(status, detail), status, headers=headers, media_type=PROBLEM_TYPE)


def add_problem_handlers(app: FastAPI) -> None:
    """Make every error of an application a problem document."""

    @app.exception_handler(Problem)
    async def _problem(_: Request, error: Problem) -> JSONResponse:
        return problem_response(error.status, error.detail, error.headers)

    @app.exception_handler(CnnvizError)
    async def _mistake(_: Request, error: CnnvizError) -> JSONResponse:
        return problem_response(422, str(error))

    @app.exception_handler(RequestValidationError)
    async def _validation(_: Request, error: RequestValidationError) -> JSONResponse:
        return problem_response(422, _in_words(error.errors()))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        return problem_response(error.status_code, _why(request, error), dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def _bug(_: Request, error: Exception) -> JSONResponse:
        return problem_response(500, f"a bug of ours: {type(error).__name__}; the server's log has more")


def _why(request: Request, error: HTTPException) -> str:
    """Say in a sentence what the framework says in two words."""
    path, method = _short(request.url.path), _short(request.method)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return f"there is nothing at {path}; /docs says what there is"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "another method")
        return f"{path} was asked by {method}; use {allowed}"
    return str(error.detail)


def _in_words(errors: Any) -> str:
    first = errors[0] if errors else {"loc": (), "msg": "not understood"}
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query")) or "the request"
    said = str(first["msg"]).removeprefix("Input ")
    return f"{where} is {_short(first['input'])}; it {said}" if "input" in first else f"{where}: {said}"


def _short(given: Any) -> str:
    """Show what was given, without line breaks and what steers a terminal."""
    return ascii(str(given)[:_LONGEST])
