"""Guard: what every request must pass, and what every answer carries. It stands before all pages, as plain ASGI.

=====================================  ===========================================================================
a request is refused where             for then
=====================================  ===========================================================================
its Host is not ours                   another name leads here (DNS rebinding)
its Origin is not ours                 a page from elsewhere sent it
Sec-Fetch-Site says it came from       the same, where a browser sends no Origin; other ports of this machine
another site, or port                  count as elsewhere
its body is too large, or slow         it would fill the disk, or hold a place for ever
=====================================  ===========================================================================

No answer may be framed, read or kept by others, and none may run or load what is not ours.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from detector.serve.settings import HOST, Limits

__all__ = ["POLICY", "Guard", "hosts"]

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy: own files alone, nothing inline, no requests by scripts, no frames either way."""

_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not `no-referrer`: with it browsers send `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
_METHODS = ("GET", "HEAD", "POST")


def hosts(port: int) -> frozenset[str]:
    """The names under which a browser of this machine reaches the port."""
    names = (HOST, "localhost")
    return frozenset([f"{name}:{port}" for name in names] + [*(names if port == 80 else ())])


class Guard:
    """ASGI middleware; see the module.

    Parameters
    ----------
    app
        What answers.
    names
        Values of Host that are ours.
    limits
        How large and how slow a request may be.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str], limits: Limits) -> None:
        self.app, self._names, self._limits = app, frozenset(names), limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no websockets here
            return
        answer = _Answer(send)
        refusal = self._refusal(scope["method"], Headers(scope=scope))
        if refusal is not None:
            await _say(*refusal, scope, receive, answer)
            return
        body = _Body(receive, self._limits)
        answer.body = body
        try:
            await self.app(scope, body, answer)
        except Exception:
            if body.refusal is None:
                raise
        if body.refusal is not None and not answer.begun:
            answer.body = None
            await _say(*body.refusal, scope, receive, answer)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """Why a request is refused before its body is looked at: a status and a sentence."""
        if method not in _METHODS:
            return 405, f"{method} is not answered here."
        found = headers.getlist("host")
        if len(found) != 1 or found[0].casefold() not in self._names:
            return 421, "This host is not served here. Use the address that `detector serve` printed."
        own = f"http://{found[0].casefold()}"
        if any(origin.casefold() != own for origin in headers.getlist("origin")):
            return 403, "This came from a page of another origin, and is refused."
        if any(site not in ("same-origin", "none") for site in headers.getlist("sec-fetch-site")):
            return 403, "This was asked for by another site, and is refused. Type the address instead."
        return self._too_long(headers)

    def _too_long(self, headers: Headers) -> tuple[int, str] | None:
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return 400, "Content-Length is no number."
        return _too_large(self._limits) if int(length) > self._limits.upload else None


def _too_large(limits: Limits) -> tuple[int, str]:
    return 413, f"This is larger than {limits.upload / 1e6:,.0f} MB, which is the most that is taken here."


class _Body:
    """The body as it comes, counted and timed: beyond a limit the sender counts as gone."""

    def __init__(self, receive: Receive, limits: Limits) -> None:
        self._receive, self._limits = receive, limits
        self._bytes, self._until, self._whole = 0, time.monotonic() + limits.seconds, False
        self.refusal: tuple[int, str] | None = None

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        left = self._until - time.monotonic()
        try:
            message = await asyncio.wait_for(self._receive(), max(left, 0.001))
        except TimeoutError:
            self.refusal = 408, f"This took longer than {self._limits.seconds:.0f} s to arrive."
            return {"type": "http.disconnect"}
        self._bytes += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._bytes > self._limits.upload:
            self.refusal = _too_large(self._limits)
            return {"type": "http.disconnect"}
        return message


class _Answer:
    """The way out: adds the headers, and swallows what is said of a body that was refused."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False
        self.body: _Body | None = None

    async def __call__(self, message: Message) -> None:
        if self.body is not None and self.body.refusal is not None and not self.begun:
            return
        if message["type"] == "http.response.start":
            self.begun = True
            message = {**message, "headers": [*_kept(message.get("headers", ())), *_OWN]}
        await self._send(message)


_OWN = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]


def _kept(found: Iterable[Any]) -> list[Any]:
    return [(name, value) for name, value in found if name.decode().lower() not in _HEADERS]


async def _say(status: int, said: str, scope: Scope, receive: Receive, send: Send) -> None:
    """An answer in a sentence; the connection ends, for a body may still be on its way."""
    await PlainTextResponse(said + "\n", status, {"connection": "close"})(scope, receive, send)
