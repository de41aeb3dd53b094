"""Server: the application on a port of this machine, until it is interrupted."""

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from detector.errors import DetectorError, UsageError
from detector.serve.settings import HOST, Serving

if TYPE_CHECKING:
    from uvicorn import Server

    from detector.serve.desk import Desk

__all__ = ["bound", "prepared", "serve"]

GRACE = 3
"""Seconds that requests get to end by themselves."""


def serve(serving: Serving, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Parameters
    ----------
    serving
        What and where.
    say
        Tells people where it is, and the token.

    Raises
    ------
    UsageError
        The port is taken, or may not be used.
    DetectorError
        FastAPI or what it needs is not installed.
    AuditError, CasesError, ModelError
        As `make_desk`.
    """
    with bound(serving.port) as listening:
        server = prepared(serving, listening.getsockname()[1], say)
        with suppress(KeyboardInterrupt):  # it is how this ends
            server.run(sockets=[listening])


def bound(port: int) -> socket.socket:
    """A socket that listens at a port of this machine alone; 0 is any that is free.

    Raises
    ------
    UsageError
        The port is taken, or may not be used.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()  # who comes before the pages are ready waits
    except OSError as error:
        listening.close()
        raise UsageError(
            f"Port {port} cannot be used: {error.strerror}. Give another with --port."
        ) from error
    return listening


def prepared(serving: Serving, port: int, say: Callable[[str], None]) -> "Server":
    """A server that is ready to run on a socket bound to the port; parameters and errors as those of `serve`."""
    try:
        import python_multipart  # noqa: F401 - forms need it, and FastAPI says so late
        import uvicorn

        from detector.serve.app import create_app
    except ImportError as error:
        raise DetectorError(
            f"The page needs a package that cannot be imported: {error}. Install it: pip install 'bot-suspicion[serve]'"
        ) from error
    from detector.serve.desk import make_desk
    from detector.serve.guard import hosts

    desk = make_desk(serving)
    if desk.audited is not None:
        _warm(desk)
    config = uvicorn.Config(
        create_app(desk, hosts(port)),
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        limit_concurrency=100,
        timeout_graceful_shutdown=GRACE,
    )
    if desk.audited is not None:
        say(f"audit: {desk.audited.audit.folder}")
    say(f"http://{HOST}:{port}/ (Ctrl-C ends it)")
    say(f"token for what writes by the API: {desk.token}")
    return uvicorn.Server(config)


def _warm(desk: "Desk") -> None:
    """Make a list and an account's page once, so that the first to ask need not wait for imports and templates."""
    from detector.serve.pages import accounts
    from detector.serve.wanted import Wanted

    accounts.accounts(desk, Wanted())
    for row in desk.night.find(Wanted(limit=1), whole=True).rows:
        accounts.account(desk, row["platform"], row["account_id"])
