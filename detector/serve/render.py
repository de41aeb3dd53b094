"""Render: templates of ours, and pages that stand alone (a report, a night) put into the same frame.

Everything from outside is text: made printable and escaped. What a page is sent with forbids the rest, see `guard`.
"""

from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from detector.outputs.templating import environment
from detector.serve.desk import Desk

__all__ = ["STATIC", "framed", "query", "show"]

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#2457a6"/>'
    '<path d="M5 17V13M9.5 17V10M14 17V6M18.5 17V11" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/></svg>'
)


def show(desk: Desk, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page made by a template of ours."""
    text = (
        environment("detector.serve", "detector.outputs.html")
        .get_template(template)
        .render(desk=desk, query=query, **values)
    )
    return HTMLResponse("\n".join(line for line in text.splitlines() if line.strip()) + "\n", status)


def framed(desk: Desk, page: str, template: str = "framed.html.j2", **values: Any) -> HTMLResponse:
    """A page of ours that stands alone, within the frame of the others.

    Parameters
    ----------
    page
        HTML as `detector.outputs.html` or `detector.audit.reports.page` makes it.
    template
        What stands before it.
    """
    from markupsafe import Markup

    body = _between(page, "<body>", "</body>").replace("<main>", '<main id="main" tabindex="-1">', 1)
    # No name can end the body or be more than text: what comes from outside is escaped where the page is made.
    inner, title = (Markup(text) for text in (body, _between(page, "<title>", "</title>")))  # noqa: S704
    return show(desk, template, inner=inner, title=title, **values)


def query(**values: Any) -> str:
    """A query string, without what is empty; every value is encoded, so that it comes back as it was."""
    return urlencode(
        {name: value for name, value in values.items() if value not in ("", None, ())}, doseq=True
    )


def _between(text: str, start: str, end: str) -> str:
    first = text.index(start) + len(start)
    return text[first : text.index(end, first)]


def _own(package: str, name: str) -> bytes:
    return (files(package) / name).read_bytes()


STATIC: dict[str, tuple[str, bytes]] = {
    "report.css": ("text/css", _own("detector.outputs.html", "templates/page.css")),
    "night.css": ("text/css", _own("detector.audit.reports", "templates/night.css")),
    "serve.css": ("text/css", _own("detector.serve", "static/serve.css")),
    "review.js": ("text/javascript", _own("detector.serve", "static/review.js")),
    "icon.svg": ("image/svg+xml", _ICON.encode()),
}
"""Files that pages name, by name: their type and content. No other is served."""
