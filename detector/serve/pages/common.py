"""Common: what the pages ask of a request: the desk, the form it brought, an account's key, what is looked for."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from starlette.datastructures import FormData, UploadFile

from detector.errors import ServeError
from detector.serve.desk import Desk
from detector.serve.wanted import Wanted

__all__ = [
    "FIELDS",
    "LONGEST_FIELD",
    "AccountId",
    "Form",
    "PlatformName",
    "Sought",
    "TheDesk",
    "files_of",
    "text_of",
    "the_wanted",
]

Level = Literal["suspicious", "unusual", "ordinary", "insufficient_data"]
Axis = Literal["followers", "likes", "automation", ""]
Sort = Literal["suspicion", "followers", "likes", "automation", "excess", "name", "as_of"]

FIELDS, LONGEST_FIELD = 40, 200_000
"""Fields of a form at most, and bytes of one that is no file."""


def _desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


TheDesk = Annotated[Desk, Depends(_desk)]


async def _form(request: Request, desk: TheDesk) -> AsyncIterator[FormData]:
    """The fields and files of a form that brought the token.

    Raises
    ------
    ServeError
        It did not.
    """
    files = desk.serving.limits.files
    async with request.form(max_files=files, max_fields=FIELDS, max_part_size=LONGEST_FIELD) as form:
        desk.check(form.get("token"))
        yield form


Form = Annotated[FormData, Depends(_form)]

PlatformName = Annotated[str, Query(min_length=1, max_length=20)]
AccountId = Annotated[str, Query(min_length=1, max_length=2_000)]


def text_of(form: FormData, name: str) -> str:
    """A field of a form, empty where it is not there."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def files_of(form: FormData, name: str) -> list[UploadFile]:
    """The files of a form. A browser sends one without a name where none was chosen.

    Raises
    ------
    ServeError
        There is none.
    """
    found = [one for one in form.getlist(name) if isinstance(one, UploadFile) and one.filename]
    if not found:
        raise ServeError("No file was chosen.")
    return found


def the_wanted(
    q: Annotated[str, Query(max_length=200, description="Part of a handle, or the start of an id.")] = "",
    level: Annotated[list[Level] | None, Query(description="Repeatable; all without it.")] = None,
    axis: Annotated[Axis, Query(description="Accounts that stand out on it.")] = "",
    platform: Annotated[str, Query(max_length=20)] = "",
    cohort: Annotated[str, Query(max_length=200)] = "",
    sort: Sort = "suspicion",
    order: Literal["down", "up"] = "down",
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Wanted:
    """What is looked for, as a request says it."""
    return Wanted(q, tuple(level or ()), axis, platform, cohort, sort, order == "down", offset, limit)


Sought = Annotated[Wanted, Depends(the_wanted)]
