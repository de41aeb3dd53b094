"""Text from outside, as messages show it: escaped, short, with the nearest known name where one is close."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

__all__ = ["as_text", "file_name", "harmless", "listed", "named", "near", "repeated", "shown"]

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HIDDEN = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_BIDI}]")
_LONGEST = 60


def shown(value: object, longest: int = _LONGEST) -> str:
    r"""A value between backquotes, escaped and cut, safe to put into a message.

    >>> print(shown("12\x1b[2J"), shown("a" * 99, 5), shown(True))
    `12\x1b[2J` `aaaaa…` `true`
    """
    return f"`{named(value, longest)}`"


def named(value: object, longest: int = _LONGEST) -> str:
    """The same without backquotes, for file names and ids."""
    text = as_text(value)
    cut = text[:longest] + "…" if len(text) > longest else text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)


def as_text(value: object) -> str:
    """Any value as text; what is nested too deep for Python to print is only named."""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return str(value)
    except (RecursionError, ValueError):  # ValueError: an integer of more than 4,300 digits
        return f"a {type(value).__name__} too large to show"


def listed(names: Iterable[object], most: int = 12) -> str:
    """Names in one line, the first `most` of them.

    >>> listed("abc", 2)
    'a, b and 1 more'
    """
    found = [named(name, 40) for name in names]
    rest = len(found) - most
    return ", ".join(found[:most]) + (f" and {rest} more" if rest > 0 else "")


def repeated(names: Iterable[str]) -> str | None:
    """The first name that is there more than once, None when each is there once."""
    return next((name for name, n in Counter(names).items() if n > 1 and name), None)


def near(name: str, known: Iterable[str], closeness: float = 0.6) -> str | None:
    """The known name closest to `name`, None when none is close.

    >>> near("folowers", ["followers", "following"])
    'followers'
    """
    from difflib import get_close_matches  # 5 ms, needed for a message only

    found = get_close_matches(name[:80], list(known), n=1, cutoff=closeness)
    return found[0] if found else None


def harmless(text: str) -> str:
    r"""The text without control characters, unpaired surrogates and marks that turn its direction.

    Joiners stay: they are part of ordinary words in some scripts, and of emoji.

    >>> harmless("star\u202egnp\x07")
    'stargnp'
    """
    return text if text.isprintable() else _HIDDEN.sub("", text)


def file_name(path: Path, root: Path) -> str:
    """How messages name a file: its path below the source's folder, or its name."""
    try:
        inside = path.relative_to(root)
    except ValueError:
        inside = Path(path.name)
    return named(path.name if inside == Path() else inside.as_posix(), 200)
