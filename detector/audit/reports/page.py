"""The night at a glance: one page of HTML without scripts, and without anything from elsewhere.

Names from outside are hostile: all text is made printable and escaped, and the page's own policy forbids every
script, picture, form and style but its own.
"""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from detector.audit.reports.view import Glance, view
from detector.outputs.atomic import replacing
from detector.outputs.templating import environment

__all__ = ["Glance", "page", "write_page"]


def page(glance: Glance) -> str:
    """The page of a night: the same text for the same night."""
    from markupsafe import Markup

    css = (files("detector.audit.reports") / "templates" / "night.css").read_text(encoding="utf-8")
    text: str = (
        environment("detector.audit.reports")
        .get_template("night.html.j2")
        .render(
            night=view(glance),
            css=Markup(css),  # noqa: S704 - our own file
            css_hash=b64encode(sha256(css.encode()).digest()).decode(),
        )
    )
    return text + "\n"


def write_page(path: Path, glance: Glance) -> None:
    """Write the page, whole or not at all.

    Raises
    ------
    DetectorError
        It cannot be written there.
    """
    with replacing(path) as stream:
        stream.write(page(glance).encode())
