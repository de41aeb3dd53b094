"""A saved web page -> the JSON that it carries in its scripts, as documents of an export.

TikTok's pages hold all their counters so: `__NEXT_DATA__` in 2020, `SIGI_STATE` until 2023,
`__UNIVERSAL_DATA_FOR_REHYDRATION__` since. Other scripts are programs, and are not read.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from detector.errors import UnknownFormatError
from detector.sources.json_text import JsonFile
from detector.sources.raw import Document
from detector.sources.shown import listed
from detector.sources.sniff import read_text

__all__ = ["STATES", "read_page"]

STATES = ("__UNIVERSAL_DATA_FOR_REHYDRATION__", "SIGI_STATE", "sigi-persisted-data", "__NEXT_DATA__")
"""Ids of the scripts that hold a page's state, newest first."""

_OPENS, _CLOSES = re.compile(r"<script\b", re.IGNORECASE), re.compile(r"</script", re.IGNORECASE)
_ID = re.compile(r"""\bid\s*=\s*["']?([\w-]+)""")
_ASSIGNED = re.compile(r"""\s*(?:window(?:\.|\[["'])(\w+)(?:["']\])?\s*=\s*)?""")


def read_page(path: Path, name: str) -> JsonFile:
    """The states that a saved page holds, each a document.

    Raises
    ------
    SourceError
        It cannot be read.
    UnknownFormatError
        It holds no state that we know, or one that is cut off.
    """
    text, notices = read_text(path, name)
    documents, broken = [], []
    for attributes, body in _scripts(text):
        found = _state(attributes, body)
        if found is None:
            continue
        state, assigned = found
        try:
            value, _ = json.JSONDecoder().raw_decode(assigned)
            documents.append(Document(value, f"{name}, {state}"))
        except (ValueError, RecursionError):
            broken.append(state)
    if not documents:
        raise UnknownFormatError(_why_none(name, broken, any(state in text for state in STATES)))
    if broken:
        notices += (f"{name}: {listed(broken)} is damaged and was left aside.",)
    return JsonFile(name, tuple(documents), (), notices)


def _scripts(text: str) -> Iterator[tuple[str, str]]:
    """Attributes and content of each script; each sign is looked at once, however broken the page is."""
    at = 0
    while opens := _OPENS.search(text, at):
        begins = text.find(">", opens.end())
        ends = _CLOSES.search(text, begins) if begins >= 0 else None
        if ends is None:
            return
        yield text[opens.end() : begins], text[begins + 1 : ends.start()]
        at = ends.end()


def _state(attributes: str, body: str) -> tuple[str, str] | None:
    """The name of the state that a script holds and its JSON, None for another script."""
    own = _ID.search(attributes)
    assigned = _ASSIGNED.match(body)
    name = own[1] if own and own[1] in STATES else assigned[1] if assigned else None
    return (name, body[assigned.end() if assigned else 0 :]) if name in STATES else None


def _why_none(name: str, broken: list[str], is_named: bool) -> str:
    if broken or is_named:
        return (
            f"{name} is a web page whose data is cut off or damaged. Load the page to its end and save it again, as "
            "'HTML only'."
        )
    return (
        f"{name} is a web page or XML without the data that TikTok's pages carry. Save the page's source ('HTML "
        "only'), logged out, or the data itself; docs/getting-data.md says how."
    )
