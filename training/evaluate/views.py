"""Views: the same accounts with less evidence. What a profile alone shows is asked as well as what a history shows."""

from dataclasses import replace

from detector.contract import EVIDENCE
from detector.tables import Table, Tables

__all__ = ["VIEWS", "available", "seen"]

VIEWS: tuple[str, ...] = EVIDENCE


def seen(tables: Tables, view: str) -> Tables:
    """The tables as somebody has them who only looked at `view`.

    Without a history the profile is the newest look. An account that `accounts` does not name is seen in its
    snapshots alone, and has no profile view.

    Raises
    ------
    ValueError
        For an unknown view.
    """
    if view not in VIEWS:
        raise ValueError(f"view is {view!r}, expected one of {', '.join(VIEWS)}")
    posts = tables.posts if "posts" in view.split("+") else Table.empty("posts")
    snapshots = tables.snapshots if "history" in view else Table.empty("snapshots")
    return replace(tables, posts=posts, snapshots=snapshots)


def available(tables: Tables) -> tuple[str, ...]:
    """Views that differ for these tables: without posts there is no view with posts."""
    return tuple(
        view
        for view in VIEWS
        if (len(tables.posts) or "posts" not in view.split("+"))
        and (len(tables.snapshots) or "history" not in view)
        and (len(tables.accounts) or "history" in view)
    )
