"""App: the pages and the API put together, with the guard before them."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp

from detector import __version__
from detector.errors import DetectorError, ServeError, UsageError
from detector.outputs.hostile import json_text
from detector.serve import api
from detector.serve.desk import Desk
from detector.serve.guard import Guard
from detector.serve.pages import accounts, home, night, review
from detector.serve.pages.common import FIELDS, LONGEST_FIELD
from detector.serve.render import STATIC, show
from detector.sources.address import masked

__all__ = ["create_app"]

_QUIET: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""Nothing is reported to anybody, whatever the environment asks for: requests name the accounts that are looked at."""


def create_app(desk: Desk, names: Iterable[str]) -> ASGIApp:
    """The application, with the guard before everything else.

    Parameters
    ----------
    desk
        What the pages work with; it is closed when the application ends.
    names
        Values of the header Host that are answered.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(
        title="detector",
        version=__version__,
        description="How suspicious a social account is of inflated followers or likes, and why. Evidence, not proof.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # both would load scripts from elsewhere
        redoc_url=None,
        telemetry=_QUIET,
        form_limits={
            "max_files": desk.serving.limits.files,
            "max_fields": FIELDS,
            "max_part_size": LONGEST_FIELD,
        },
        lifespan=lifespan,
    )
    app.state.desk = desk
    for router in (home.router, accounts.router, review.router, night.router, api.router):
        app.include_router(router)
    app.add_api_route("/static/{name}", _static, include_in_schema=False)
    app.add_api_route("/api", _about, include_in_schema=False)
    for kind in (DetectorError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _failed)
    return Guard(app, names, desk.serving.limits)


def _static(name: str) -> Response:
    found = STATIC.get(name)
    if found is None:
        raise ServeError("There is no such file.", 404)
    kind, content = found
    return Response(content, media_type=kind)


def _about(request: Request) -> HTMLResponse:
    """What the API offers, out of its own description."""
    paths: dict[str, Any] = request.app.openapi()["paths"]
    offers = [
        (method.upper(), path, about["summary"], about.get("description", ""), bool(about.get("security")))
        for path, methods in paths.items()
        for method, about in methods.items()
    ]
    return show(
        request.app.state.desk,
        "api.html.j2",
        current="api",
        offers=offers,
        header=api.HEADER,
        host=request.url.netloc,
    )


async def _failed(request: Request, error: Exception) -> Response:
    """What went wrong in a sentence, as a page or as JSON. Of what we did not expect only its kind is said."""
    status, said = _words(error)
    if request.url.path.startswith("/api/"):
        return Response(json_text({"error": said}) + "\n", status, media_type="application/json")
    title = "Not found" if status == 404 else "This was not done"
    return show(request.app.state.desk, "message.html.j2", status, current="", title=title, said=said)


def _words(error: Exception) -> tuple[int, str]:
    if isinstance(error, DetectorError):
        status = (
            error.status if isinstance(error, ServeError) else 422 if isinstance(error, UsageError) else 500
        )
        return status, masked(str(error))
    if isinstance(error, RequestValidationError):
        wrong = [
            f"{'.'.join(map(str, one['loc'][1:])) or 'the body'}: {one['msg']}" for one in error.errors()
        ]
        return 422, "This was not understood. " + "; ".join(wrong[:5]) + "."
    if isinstance(error, HTTPException):
        return error.status_code, "There is no such page." if error.status_code == 404 else f"{error.detail}."
    return 500, f"unexpected {type(error).__name__}. This is a fault of the tool: please report it."
