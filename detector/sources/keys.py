"""The key of a row: which platform, which account. Ids are text and never guessed; names of platforms may vary."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import PLATFORMS
from detector.errors import UsageError
from detector.sources.raw import Problem, is_none
from detector.sources.shown import harmless, shown

__all__ = ["check_platform", "id_notices", "odd_ids", "platform_of", "read_ids", "read_platforms"]

_ALIASES = {
    "tiktokcom": "tiktok",
    "tt": "tiktok",
    "ig": "instagram",
    "insta": "instagram",
    "instagramcom": "instagram",
    "yt": "youtube",
    "youtubecom": "youtube",
    "twitter": "x",
    "twittercom": "x",
    "xcom": "x",
    "xtwitter": "x",
    "twitterx": "x",
}
_EXPECTED_PLATFORM = "one of " + ", ".join(PLATFORMS)
_LONGEST_ID = 256
_MISSING_LIKE = {"nan", "null", "none", "na", "n/a", "<na>"}


def platform_of(name: str) -> str | None:
    """The contract's name of a platform, None when it is none of them.

    >>> platform_of("Tik Tok"), platform_of("Twitter"), platform_of("MySpace")
    ('tiktok', 'x', None)
    """
    bare = re.sub(r"[ ._/-]", "", name.casefold())
    return bare if bare in PLATFORMS else _ALIASES.get(bare)


def check_platform(platform: str | None) -> str | None:
    """The platform given as an option, under the contract's name.

    Raises
    ------
    UsageError
        It is no platform we know.
    """
    if platform is None:
        return None
    found = platform_of(platform)
    if found is None:
        raise UsageError(
            f"{shown(platform)} is no platform we know. Give {_EXPECTED_PLATFORM}; `other` stands for any other."
        )
    return found


def read_platforms(values: NDArray[Any], default: str | None) -> tuple[NDArray[Any], list[Problem]]:
    """Platforms under the contract's names, shape (n,); rows that name none take `default`."""
    known: dict[str | None, str | None] = {None: default}
    for value in set(values.tolist()) - {None}:
        known[value] = platform_of(value)
    platforms = np.empty(len(values), dtype=object)
    platforms[:] = [known[value] for value in values.tolist()]
    problems = []
    for row in np.flatnonzero(is_none(platforms)):
        value = values[row]
        reason = "platform is missing" if value is None else f"platform {shown(value)} is unknown"
        hint = " (or give --platform)" if value is None else " (`other` stands for any other)"
        problems.append(Problem(int(row), reason, _EXPECTED_PLATFORM + hint))
    return platforms, problems


def read_ids(name: str, ids: NDArray[Any]) -> list[Problem]:
    """What is wrong with ids (account_id, post_id), shape (n,): missing, unprintable, or endlessly long."""
    texts = ids.tolist()
    if None not in texts and "".join(texts).isprintable() and max(map(len, texts), default=0) <= _LONGEST_ID:
        return []
    wrong = [
        (row, text)
        for row, text in enumerate(texts)
        if text is None or not text.isprintable() or len(text) > _LONGEST_ID
    ]
    expected = f"a stable id of at most {_LONGEST_ID} printable signs"
    return [Problem(row, _why(name, text), expected) for row, text in wrong]


def odd_ids(ids: NDArray[Any]) -> list[str]:
    """Ids that other tools may have changed: the first in order of each kind (`id_notices` speaks of these)."""
    texts = {text for text in set(ids.tolist()) if text is not None}
    kinds = (
        (text for text in texts if "E+" in text and _is_float(text)),
        (text for text in texts if text.endswith(".0") and text[:-2].isdigit()),
        (text for text in texts if text.casefold() in _MISSING_LIKE),
    )
    return [first for first in (min(kind, default=None) for kind in kinds) if first is not None]


def id_notices(table: str, ids: NDArray[Any]) -> tuple[str, ...]:
    """Warnings about ids that other tools may have changed; they are kept as they stand."""
    found = []
    for text in odd_ids(ids):
        if text.casefold() in _MISSING_LIKE:
            found.append(f"{table}: {shown(text)} is kept as an id, though it may stand for a missing one.")
        elif text.endswith(".0"):
            found.append(
                f"{table}: ids such as {shown(text)} were written from a column of floats; they are kept as "
                "they stand and match no id without the `.0`."
            )
        else:
            found.append(
                f"{table}: ids such as {shown(text)} look shortened by a spreadsheet; several accounts may "
                "share one. They are kept as they stand: export the ids as text."
            )
    return tuple(found)


def _why(name: str, text: str | None) -> str:
    if text is None:
        return f"{name} is missing"
    if len(text) > _LONGEST_ID:
        return f"{name} has {len(text)} signs"
    kind = "control characters" if harmless(text) != text else "unprintable characters"
    return f"{name} {shown(text)} has {kind}"


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
