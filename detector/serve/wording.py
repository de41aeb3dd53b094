"""Wording: what the readers say to a command line, said to somebody who looks at a page."""

import re

__all__ = ["for_pages"]

_OWN_NAME = re.compile(r"Name yours with --map (\w+)=their_column\.")
_RENAMED = re.compile(r"--map (?:'(\w+)=([^']+)'|(\w+)=([^\s?).,;]+))( (?=--map))?")
_OPTION = re.compile(
    r"--(platform|account|handle|followers|following|likes|posts|views|recent-(?:views|likes|comments))\b"
)


def for_pages(message: str) -> str:
    """A message without options: a page has fields of their names, and who looks at it renames columns in the file.

    >>> for_pages("--recent-views is empty. Give --platform.")
    'recent views is empty. Give platform.'
    >>> for_pages("a.csv has no column account_id. Name yours with --map account_id=their_column.")
    'a.csv has no column account_id. Rename yours to account_id in the file.'
    >>> for_pages("Did you mean --map 'account_id=User ID' --map likes=hearts?")
    'Did you mean User ID renamed to account_id, hearts renamed to likes?'
    """
    message = _OWN_NAME.sub(r"Rename yours to \1 in the file.", message)
    message = _RENAMED.sub(_renamed, message)
    return _OPTION.sub(lambda found: found[1].replace("-", " "), message)


def _renamed(found: re.Match[str]) -> str:
    ours, theirs = (found[1], found[2]) if found[1] else (found[3], found[4])
    return f"{theirs} renamed to {ours}" + (", " if found[5] else "")
