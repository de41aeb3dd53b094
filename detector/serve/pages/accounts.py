"""Accounts: the list of an audit, and the page of one of its accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from detector.contract import AXES, LEVELS, PLATFORMS
from detector.errors import ServeError
from detector.outputs import words
from detector.outputs.html.phrases import LEVEL_TEXT
from detector.serve.desk import Desk
from detector.serve.pages.common import AccountId, PlatformName, Sought, TheDesk
from detector.serve.render import framed, query, show
from detector.serve.wanted import STANDS_OUT, Wanted

__all__ = ["Line", "line", "page_of_row", "router"]

router = APIRouter(include_in_schema=False)

COLUMNS = {
    "name": "account",
    "suspicion": "suspicion",
    "followers": "followers",
    "likes": "likes",
    "automation": "automation",
    "excess": "x peers",
}
"""Columns of the list that can be sorted by, and their titles."""


@dataclass(frozen=True, slots=True)
class Line:
    """One account in a list, in words."""

    name: str
    identity: str
    link: str
    level: str
    level_text: str
    suspicion: str
    axes: tuple[tuple[str, str, bool], ...]
    excess: str
    evidence: str
    reason: str


@router.get("/accounts")
def accounts(desk: TheDesk, wanted: Sought) -> HTMLResponse:
    """The accounts that are looked for."""
    found = desk.night.find(wanted)
    return show(
        desk,
        "accounts.html.j2",
        current="accounts",
        wanted=wanted,
        levels=[
            (level, LEVEL_TEXT[level]) for level in ("suspicious", "unusual", "ordinary", "insufficient_data")
        ],
        axes=AXES,
        platforms=[name for name in PLATFORMS if name in desk.night.cohorts],
        cohorts=desk.night.cohorts,
        columns=[_column(wanted, name, title) for name, title in COLUMNS.items()],
        lines=[line(row) for row in found.rows],
        total=found.total,
        shown=_shown(wanted, len(found.rows), found.total),
        before=_address(wanted, offset=max(wanted.offset - wanted.limit, 0)) if wanted.offset else "",
        after=_address(wanted, offset=wanted.offset + wanted.limit)
        if wanted.offset + wanted.limit < found.total
        else "",
    )


@router.get("/account")
def account(
    desk: TheDesk,
    platform: PlatformName,
    account_id: AccountId,
    pictures: Annotated[bool, Query()] = False,
    said: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """One account: its row of the audit, with pictures where they are asked for and the source is still there."""
    row = desk.row(platform, account_id)
    drawn = _drawn(desk, row) if pictures else _Drawn(page_of_row(desk, row))
    return framed(
        desk,
        drawn.page,
        "account.html.j2",
        current="accounts",
        key=query(platform=platform, account_id=account_id),
        labels=desk.answers.of((platform, account_id)),
        notice=drawn.notice,
        pictures=drawn.pictures,
        said=said in ("inflated", "genuine", "unsure"),
    )


def page_of_row(desk: Desk, row: dict[str, Any]) -> str:
    """The report of a row alone: in words, and how rare it is."""
    from detector.outputs.html.creator import creator_view
    from detector.outputs.html.render import render
    from detector.outputs.html.view import Page

    model = desk.model if desk.model.version == row["model_version"] else None
    view = creator_view(row, None, model)
    return render(Page(f"{view.level_text}: {view.name}", view, (), (), (), None, ()))


def line(row: Mapping[str, Any]) -> Line:
    """A row as a line of a list."""
    row = dict(row)
    excess = row["followers_excess"]
    return Line(
        words.name(row),
        f"{words.printable(row['platform'])} · {words.printable(row['account_id'])[:60]}",
        query(platform=row["platform"], account_id=row["account_id"]),
        row["level"] if row["level"] in LEVELS else "insufficient_data",
        LEVEL_TEXT.get(row["level"], words.printable(str(row["level"]))),
        words.share(row["suspicion"]),
        tuple(
            (axis, words.share(row[f"{axis}_suspicion"]), (row[f"{axis}_suspicion"] or 0.0) >= STANDS_OUT)
            for axis in AXES
        ),
        "-" if excess is None else f"{words.about(excess)} x",
        words.EVIDENCE.get(row["evidence"] or "", ""),
        words.printable(row["reason"] or ""),
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A page, whether it has pictures, and what is to be said of it."""

    page: str
    pictures: bool = False
    notice: str = ""


def _drawn(desk: Desk, row: dict[str, Any]) -> _Drawn:
    """The page with pictures; the row's own, and why, where none can be made."""
    if desk.model.version != row["model_version"]:
        said = f"it was judged by {row['model_version']}, and this is {desk.model.version}"
        return _undrawn(desk, row, f"{said}. Start with --model for the one that judged.")
    settings = desk.night.summary.get("settings")
    if not isinstance(settings, dict) or not settings.get("source"):
        return _undrawn(desk, row, "the audit does not say what it was made from.")
    try:
        done = desk.jobs.account(settings, row["platform"], row["account_id"])
    except ServeError as error:
        return _undrawn(desk, row, str(error))
    now = done.said["row"]
    if all(now[name] == row[name] for name in now):
        return _Drawn(done.page, True, "Read again from the source: the verdict is that of the audit.")
    level, at = LEVEL_TEXT[row["level"]].lower(), (row["as_of"] or "an unknown time")[:10]
    changed = "The source has changed since the audit, so this is judged anew."
    return _Drawn(done.page, True, f"{changed} In the audit it was: {level}, as of {at}.")


def _undrawn(desk: Desk, row: dict[str, Any], why: str) -> _Drawn:
    return _Drawn(page_of_row(desk, row), False, f"No pictures: {why}")


def _column(wanted: Wanted, name: str, title: str) -> dict[str, str]:
    """A column's title, the link that sorts by it, and how it is sorted now."""
    sorted_now = wanted.sort == name
    first_down = name != "name"
    down = not wanted.down if sorted_now else first_down
    now = ("descending" if wanted.down else "ascending") if sorted_now else ""
    return {
        "title": title,
        "link": _address(wanted, sort=name, order="down" if down else "up", offset=0),
        "now": now,
    }


def _address(wanted: Wanted, **changes: Any) -> str:
    asked = {
        "q": wanted.text,
        "level": wanted.levels,
        "axis": wanted.axis,
        "platform": wanted.platform,
        "cohort": wanted.cohort,
        "sort": wanted.sort,
        "order": "down" if wanted.down else "up",
        "offset": wanted.offset,
        "limit": wanted.limit,
    } | changes
    defaults = {"sort": "suspicion", "order": "down", "offset": 0, "limit": 50}
    return "/accounts?" + query(
        **{name: value for name, value in asked.items() if defaults.get(name) != value}
    )


def _shown(wanted: Wanted, here: int, total: int) -> str:
    if not here:
        return f"None of {total:,}" if total else "None"
    return f"{wanted.offset + 1:,} to {wanted.offset + here:,} of {total:,}"
