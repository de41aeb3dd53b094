"""Render: a view becomes one file of HTML. Everything from outside is text: escaped, and made printable first.

No script, nothing from elsewhere, no network: the page's own policy (Content-Security-Policy) forbids all of it, but
for the one style sheet inside, which it knows by its hash.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.outputs.html.view import Page
from detector.outputs.templating import environment, shown

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render"]

HERE = Path(__file__).parent / "templates"


def render(page: Page) -> str:
    """The page as HTML, in the same bytes for the same view."""
    text: str = _templates().get_template("page.html.j2").render(page=page, **_style())
    return "\n".join(line for line in text.splitlines() if line.strip()) + "\n"


def _templates() -> "Environment":
    return environment("detector.outputs.html", finalize=_drawn)


def _drawn(value: Any) -> Any:
    """Numbers of drawings with one decimal, which is a tenth of a unit; all else as on every page."""
    return f"{value:.1f}" if isinstance(value, float) else shown(value)


@cache
def _style() -> dict[str, Any]:
    from markupsafe import Markup

    css = (HERE / "page.css").read_text(encoding="utf-8")
    css = "\n".join(line.strip() for line in css.splitlines() if line.strip())
    digest = b64encode(sha256(f"\n{css}\n".encode()).digest()).decode()
    return {"css": Markup(f"\n{css}\n"), "css_hash": Markup(digest)}  # noqa: S704 - both are our own
