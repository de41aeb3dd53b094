"""Home: an export or some numbers in, a report out."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from detector.contract import PLATFORMS
from detector.errors import ServeError, UsageError
from detector.serve.desk import Desk
from detector.serve.jobs import Upload
from detector.serve.pages.common import Form, TheDesk, files_of, text_of
from detector.serve.render import framed, show
from detector.serve.shelf import Report
from detector.serve.wording import for_pages

if TYPE_CHECKING:
    from detector.tables import Tables

__all__ = ["NUMBERS", "read_typed", "router"]

router = APIRouter(include_in_schema=False)

NUMBERS = ("followers", "following", "likes", "posts", "views")
RECENT = ("recent_views", "recent_likes", "recent_comments")

ReportName = Annotated[str, Query(alias="id", max_length=64)]


@router.get("/")
def home(desk: TheDesk) -> HTMLResponse:
    """The first page."""
    return show(desk, "home.html.j2", platforms=PLATFORMS, problem="", typed={})


@router.post("/report/upload")
async def upload(desk: TheDesk, form: Form) -> Response:
    """Read files, and show their report."""
    files = [Upload(one.filename or "", one.file) for one in files_of(form, "files")]
    platform, account = text_of(form, "platform"), text_of(form, "account")
    try:
        done = await run_in_threadpool(desk.jobs.uploaded, "report", files, platform, account)
    except ServeError as error:
        return show(
            desk, "home.html.j2", error.status, platforms=PLATFORMS, problem=for_pages(str(error)), typed={}
        )
    said = {name: tuple(map(for_pages, done.said[name])) for name in ("notices", "law", "set_aside")}
    return _shown(desk, Report(done.page, **said))


@router.post("/report/typed")
async def typed(desk: TheDesk, form: Form) -> Response:
    """Judge numbers read off a profile page, and show their report."""
    given = {name: text_of(form, name) for name in ("platform", "handle", "verified", *NUMBERS, *RECENT)}
    try:
        report = await run_in_threadpool(lambda: desk.typed(read_typed(given)))
    except UsageError as error:
        return show(
            desk, "home.html.j2", 422, platforms=PLATFORMS, problem=for_pages(str(error)), typed=given
        )
    return _shown(desk, report)


@router.get("/report")
def report(desk: TheDesk, name: ReportName) -> HTMLResponse:
    """A report that was made since the server started."""
    found = _kept(desk, name)
    return framed(desk, found.page, "report.html.j2", current="home", report=found, name=name)


@router.get("/report/file")
def as_file(desk: TheDesk, name: ReportName) -> Response:
    """The same as one file, to be sent, archived or printed."""
    headers = {"content-disposition": 'attachment; filename="report.html"'}
    return HTMLResponse(_kept(desk, name).page, headers=headers)


def read_typed(given: dict[str, str]) -> "Tables":
    """Tables of typed numbers; what is empty was not given.

    Raises
    ------
    UsageError
        As `read_profile`.
    """
    from dataclasses import replace

    import numpy as np

    from detector.sources.profile import read_profile

    numbers = {name: given[name] for name in (*NUMBERS, *RECENT) if given.get(name)}
    tables = read_profile(given.get("platform") or None, handle=given.get("handle") or None, **numbers)
    if not given.get("verified"):
        return tables
    flags = np.full(len(tables.accounts), float(given["verified"] == "yes"))
    return replace(tables, accounts=tables.accounts.replace(verified=flags))


def _kept(desk: Desk, name: str) -> Report:
    found = desk.shelf.get(name)
    if found is None:
        raise ServeError(
            "This report is not kept any more. Make it again from the same file or numbers.", 404
        )
    return found


def _shown(desk: Desk, report: Report) -> Response:
    """Its own address, so that a reload asks for nothing again."""
    return RedirectResponse(f"/report?id={desk.shelf.put(report)}", 303)
