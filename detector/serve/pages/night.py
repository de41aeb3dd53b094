"""Night: an audit at a glance, its files, and what changed since the one before."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from detector.audit.folder import CHANGES, FLAGGED, GROUPS, MEMBERS, PAGE, SET_ASIDE, SUMMARY
from detector.errors import ServeError
from detector.outputs import words
from detector.outputs.html.phrases import LEVEL_TEXT
from detector.serve.changes import TITLES
from detector.serve.pages.common import TheDesk
from detector.serve.render import framed, query, show

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

FILES = {
    FLAGGED: "text/csv",
    CHANGES: "text/csv",
    GROUPS: "text/csv",
    MEMBERS: "application/vnd.apache.parquet",
    SUMMARY: "application/json",
    SET_ASIDE: "application/vnd.apache.parquet",
}
"""Files of an audit that can be taken from here, by name."""

LINES = 50

Kind = Literal["became_suspicious", "new_and_suspicious", "no_longer_suspicious", "gone_and_was_suspicious"]


@router.get("/night")
def without_slash() -> Response:
    """Its links lead to files beside it."""
    return RedirectResponse("/night/", 307)


@router.get("/night/")
def night(desk: TheDesk) -> HTMLResponse:
    """The page that the audit wrote."""
    try:
        page = (desk.night.audit.folder / PAGE).read_text(encoding="utf-8")
        return framed(desk, page, current="night", style="night.css")
    except (OSError, ValueError) as error:
        raise ServeError(f"{PAGE} of the audit cannot be read. Run the audit again.", 404) from error


@router.get("/night/{name}")
def file(desk: TheDesk, name: str) -> Response:
    """A file of the audit, one of those that are named here."""
    known = next((one for one in FILES if one == name), None)
    try:
        if known is None:
            raise ServeError("There is no such file.", 404)
        content = (desk.night.audit.folder / known).read_bytes()
    except OSError as error:
        raise ServeError("This audit has no such file.", 404) from error
    headers = {"content-disposition": f'attachment; filename="{known}"'}
    return Response(content, media_type=FILES[known], headers=headers)


@router.get("/changes")
def changes(
    desk: TheDesk,
    kind: Annotated[Kind, Query()] = "became_suspicious",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """Who crossed the line since the audit before."""
    desk.night  # noqa: B018 - says so where there is none
    found = desk.changes
    moves = found.of(kind) if found else []
    return show(
        desk,
        "changes.html.j2",
        current="changes",
        changed=found,
        kind=kind,
        kinds=[(name, title, found.figures.get(name, 0)) for name, title in TITLES.items()] if found else [],
        moves=[_move(move) for move in moves[offset : offset + LINES]],
        shown=f"{offset + 1:,} to {min(offset + LINES, len(moves)):,} of {len(moves):,} listed"
        if moves
        else "",
        before=f"/changes?{query(kind=kind, offset=max(offset - LINES, 0) or '')}" if offset else "",
        after=f"/changes?{query(kind=kind, offset=offset + LINES)}" if offset + LINES < len(moves) else "",
    )


def _move(move: dict[str, str]) -> dict[str, str]:
    gone = move["change"] == "gone_and_was_suspicious"
    return {
        "name": words.name({"handle": move.get("handle") or None, "account_id": move["account_id"]}),
        "identity": f"{words.printable(move['platform'])} · {words.printable(move['account_id'])[:60]}",
        "link": "" if gone else query(platform=move["platform"], account_id=move["account_id"]),
        "before": LEVEL_TEXT.get(move.get("level_before", ""), "not there"),
        "now": LEVEL_TEXT.get(move.get("level", ""), "not there"),
        "level": move.get("level") or "insufficient_data",
        "suspicion": " → ".join(_suspicion(move.get(name, "")) for name in ("suspicion_before", "suspicion")),
        "why": words.printable(move.get("why", "")),
    }


def _suspicion(text: str) -> str:
    try:
        return words.share(float(text))
    except ValueError:  # empty where it was not there, or not judged
        return "-"
