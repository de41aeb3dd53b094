"""API: the contract's result as JSON. What writes brings the token in a header; no other origin may read or write.

`/api/openapi.json` describes it. Nothing of it is loaded from elsewhere, and there is no page that runs it.
"""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Query, UploadFile
from fastapi.security import APIKeyHeader
from starlette.responses import Response

from detector.errors import ServeError
from detector.outputs.hostile import json_text
from detector.outputs.summary import summary
from detector.review import KINDS
from detector.serve import schema
from detector.serve.jobs import Upload
from detector.serve.pages.common import AccountId, PlatformName, Sought, TheDesk
from detector.serve.pages.home import NUMBERS, read_typed
from detector.serve.pages.review import answer_of

__all__ = ["HEADER", "router"]

HEADER = "X-Detector-Token"
"""Header that brings the token: `detector serve` prints it, and the page /api shows it."""

_header = APIKeyHeader(name=HEADER, auto_error=False, description="The token of this start of the server.")


def _writes(desk: TheDesk, token: Annotated[str | None, Depends(_header)]) -> None:
    desk.check(token)


_REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": schema.Message, "description": said}
    for status, said in {
        403: "no token, or a page of another origin",
        404: "not there",
        413: "too large",
        422: "it cannot be used; `error` says why",
        503: "others are being read",
    }.items()
}

router = APIRouter(prefix="/api", responses=_REFUSED)
Writes = [Depends(_writes)]


def _json(value: Any) -> Response:
    return Response(json_text(value) + "\n", media_type="application/json")


@router.get("/night", response_model=dict[str, Any])
def night(desk: TheDesk) -> Response:
    """Figures of the audit, as its summary.json has them."""
    return _json(dict(desk.night.summary))


@router.get("/accounts", response_model=schema.Accounts)
def accounts(desk: TheDesk, wanted: Sought) -> Response:
    """Accounts of the audit: searched, filtered, sorted, a part at a time."""
    found = desk.night.find(wanted, whole=True)
    return _json({"total": found.total, "offset": wanted.offset, "rows": found.rows})


@router.get("/account", response_model=schema.Row)
def account(desk: TheDesk, platform: PlatformName, account_id: AccountId) -> Response:
    """One account of the audit."""
    return _json(desk.row(platform, account_id))


@router.get("/changes", response_model=schema.Changes)
def changes(desk: TheDesk) -> Response:
    """Who crossed the line of suspicious since the audit before."""
    desk.night  # noqa: B018 - says so where there is none
    if desk.changes is None:
        raise ServeError("The audit was not compared with another: run it with --previous.", 404)
    return _json({"figures": dict(desk.changes.figures), "moves": list(desk.changes.moves)})


@router.get("/review", response_model=schema.Queue)
def review(desk: TheDesk, second: Annotated[bool, Query()] = False) -> Response:
    """The account that is asked about now."""
    asked = desk.answers.next(second=second)
    if asked is None:
        raise ServeError("There is no account to ask about.", 404)
    told = {"kind": asked.kind, "why": KINDS[asked.kind], "number": asked.number, "of": asked.of}
    return _json({**told, "row": desk.row(*asked.key)})


@router.post("/cases", response_model=schema.Given, dependencies=Writes)
def label(desk: TheDesk, given: schema.Label) -> Response:
    """Label an account of the audit: one more line at the end of the cases."""
    row = desk.row(given.platform, given.account_id)
    case = desk.answers.give(row, answer_of(given.label, given.axis, given.note))
    when = "" if case.reviewed_at is None else case.reviewed_at.isoformat()
    names = ("platform", "account_id", "label", "axis", "reviewer", "note")
    return _json({**{name: getattr(case, name) for name in names}, "reviewed_at": when})


@router.post("/score", response_model=schema.Scored, dependencies=Writes)
def score(desk: TheDesk, given: schema.Typed) -> Response:
    """Judge numbers read off a profile page."""
    from detector.api import judge
    from detector.outputs.accounting import law

    texts = {name: str(getattr(given, name)) for name in NUMBERS if getattr(given, name) is not None}
    texts |= {name: getattr(given, name) for name in ("recent_views", "recent_likes", "recent_comments")}
    verified = {None: "", True: "yes", False: "no"}[given.verified]
    tables = read_typed({**texts, "platform": given.platform, "handle": given.handle, "verified": verified})
    result = judge(tables, desk.model, reasons="all")
    said = {"notices": list(tables.notices), "law": law(tables, result), "set_aside": []}
    return _json({**said, "summary": summary(result).as_dict(), "rows": list(result.rows())})


@router.post("/score/files", response_model=schema.Scored, dependencies=Writes)
def score_files(
    desk: TheDesk,
    files: Annotated[list[UploadFile], File(description="Tables, or exports; several are read together.")],
    platform: Annotated[str, Query(max_length=20, description="Of rows that name none.")] = "",
    account: Annotated[
        str, Query(max_length=200, description="This one alone; rows that name none are its.")
    ] = "",
) -> Response:
    """Judge every account of some files, away from the server."""
    most = desk.serving.limits.files
    if len(files) > most:
        raise ServeError(f"{len(files)} files are more than {most}. Put them into a zip archive.", 413)
    uploads = [Upload(one.filename or "", one.file) for one in files]
    done = desk.jobs.uploaded("score", uploads, platform, account)
    # The document is the worker's, `{"summary": ..., "rows": [...]}`: what was said goes before it, unread.
    said = json.dumps({name: done.said[name] for name in ("notices", "law", "set_aside")})
    return Response(said[:-1].encode() + b", " + done.document[1:], media_type="application/json")
