"""Review: the accounts most worth a label, one after the other, by keys or buttons; each answer is kept at once."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from detector.contract import AXES
from detector.errors import ServeError
from detector.review import KINDS, Answer
from detector.serve.desk import Desk
from detector.serve.pages.accounts import page_of_row
from detector.serve.pages.common import AccountId, Form, PlatformName, TheDesk, text_of
from detector.serve.render import framed, query, show

__all__ = ["answer_of", "router"]

router = APIRouter(include_in_schema=False)

Label = Literal["inflated", "genuine", "unsure", "skipped", ""]


@router.get("/review")
def review(
    desk: TheDesk,
    second: Annotated[bool, Query()] = False,
    said: Annotated[Label, Query()] = "",
    platform: Annotated[str, Query(max_length=20)] = "",
    account_id: Annotated[str, Query(max_length=2_000)] = "",
) -> HTMLResponse:
    """The next account; `said` and the key tell what became of the one before."""
    asked = desk.answers.next(second=second)
    before = query(platform=platform, account_id=account_id) if said else ""
    if asked is None:
        return show(desk, "reviewed.html.j2", current="review", second=second, said=said, before=before)
    return framed(
        desk,
        page_of_row(desk, desk.row(*asked.key)),
        "review.html.j2",
        current="review",
        key=query(platform=asked.key[0], account_id=asked.key[1]),
        why=KINDS[asked.kind],
        number=asked.number,
        of=asked.of,
        axes=AXES,
        second=second,
        said=said,
        before=before,
        answered=len(desk.answers.cases()),
    )


@router.post("/review")
async def answered(
    desk: TheDesk,
    form: Form,
    platform: PlatformName,
    account_id: AccountId,
    then: Annotated[Literal["review", "second", "account"], Query()] = "review",
) -> Response:
    """Write an answer down, and go on."""
    said = await run_in_threadpool(
        _given,
        desk,
        (platform, account_id),
        text_of(form, "label"),
        text_of(form, "axis"),
        text_of(form, "note"),
    )
    told = {"said": said, "platform": platform, "account_id": account_id}
    page = "account" if then == "account" else "review"
    return RedirectResponse(f"/{page}?{query(**told, second='1' if then == 'second' else '')}", 303)


def answer_of(label: str, axis: str, note: str) -> Answer:
    """An answer, checked.

    Raises
    ------
    ServeError
        There is no such label or axis.
    """
    if label not in ("inflated", "genuine", "unsure"):
        raise ServeError("An answer is one of inflated, genuine and unsure.")
    if axis not in (*AXES, ""):
        raise ServeError(f"An axis is one of {', '.join(AXES)}, or none.")
    return Answer(label, axis, note)


def _given(desk: Desk, key: tuple[str, str], label: str, axis: str, note: str) -> str:
    row = desk.row(*key)
    if label == "skip":
        desk.answers.skip(key)
        return "skipped"
    desk.answers.give(row, answer_of(label, axis, note))
    return label
