"""Text from outside made harmless: names and ids may hold escapes, bidi overrides or formulas."""

import json
import re
from typing import Any
from unicodedata import category

__all__ = ["formula_safe", "json_text", "printable"]

_JOINERS = "\u200c\u200d"  # part of ordinary words in some scripts, and of emoji
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_MARKS = 4
"""Marks one above the other that a letter may carry; more of them would be drawn over the lines around it."""
_NOT_ASCII = re.compile(r"[^\x20-\x7e]")


def printable(text: str) -> str:
    r"""The text with every character that a terminal would obey, or not show, written as an escape.

    Control characters, bidi overrides, invisible and unpaired ones, and the fifth mark on a letter and those that
    follow it; any kind of blank becomes a space.

    >>> print(printable("star\x1b[2J\u202egnp"))
    star\x1b[2J\u202egnp
    """
    if text.isascii():
        return text if text.isprintable() else "".join(map(_shown, text))
    shown, marks = [], 0
    for character in text:
        if character not in _JOINERS:  # which take no room: a pile goes on across them
            marks = marks + 1 if category(character) in ("Mn", "Me") else 0
        shown.append(_shown(character) if marks <= _MARKS else _escaped(character))
    return "".join(shown)


def _shown(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    if character.isspace() and character not in "\t\n\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029":
        return " "
    return _escaped(character)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def formula_safe(text: str) -> str:
    r"""A cell that no spreadsheet takes for a formula: an apostrophe goes before what could start one.

    Cells that start with an apostrophe get one too, so that dropping one always gives the text back.

    >>> formula_safe("=1+2"), formula_safe("plain")
    ("'=1+2", 'plain')
    """
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def json_text(value: Any) -> str:
    r"""JSON on one line, readable in any script, with characters that a terminal would obey escaped.

    >>> print(json_text({"handle": "Zoë\u202e"}))
    {"handle": "Zoë\u202e"}
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text if text.isascii() else _NOT_ASCII.sub(_json_escape, text)


def _json_escape(match: re.Match[str]) -> str:
    character = match[0]
    if character.isprintable() or character in _JOINERS:
        return character
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"
