"""The night at a glance: one page of HTML without scripts, and without anything from elsewhere.

Names from outside are hostile: all text is made printable and escaped, and the page's own policy forbids every
script, picture, form and style but its own.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from detector.audit.reports.view import Glance, view
from detector.outputs.atomic import replacing

__all__ = ["Glance", "page", "write_page"]


def page(glance: Glance) -> str:
    """The page of a night: the same text for the same night."""
    from markupsafe import Markup

    css = (files("detector.audit.reports") / "templates" / "night.css").read_text(encoding="utf-8")
    template = _environment().get_template("night.html.j2")
    text: str = template.render(
        night=view(glance),
        css=Markup(css),  # noqa: S704 - our own file
        css_hash=b64encode(sha256(css.encode()).digest()).decode(),
    )
    return text


def write_page(path: Path, glance: Glance) -> None:
    """Write the page, whole or not at all.

    Raises
    ------
    DetectorError
        It cannot be written there.
    """
    with replacing(path) as stream:
        stream.write(page(glance).encode())


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("detector.audit.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
