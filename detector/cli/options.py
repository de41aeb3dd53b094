"""Options that several commands share: one name, one meaning, one line of help."""

from typing import Annotated, Literal

import typer

__all__ = [
    "Account",
    "FailOn",
    "MappedNames",
    "ModelAddress",
    "Platform",
    "Queries",
    "Quiet",
    "Reasons",
    "Source",
    "TableNames",
]

FOUND = 3
"""Exit code: `--fail-on` was given, and such accounts were found."""

Account = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Id or handle: this account alone; rows that name none are its."),
]
FailOn = Annotated[
    Literal["suspicious", "unusual"] | None,
    typer.Option(help=f"Exit with {FOUND} when an account is that odd, or odder."),
]
MappedNames = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="OURS=THEIRS", help="Another column name, or a TOML file of them. Repeatable."
    ),
]
ModelAddress = Annotated[
    str | None,
    typer.Option(metavar="DIR", help="Folder of a model, or models:/NAME@ALIAS; else the shipped one."),
]
Platform = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="tiktok, instagram, youtube, x or other; for rows that name none."),
]
Queries = Annotated[
    list[str] | None,
    typer.Option(metavar="OURS=SELECT", help="Database: a query instead of a table. Repeatable."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Nothing on stderr but errors.")]
Reasons = Annotated[
    Literal["worst", "all"], typer.Option(help="Explain unusual and suspicious accounts, or all.")
]
SOURCE = typer.Argument(
    metavar="SOURCE",
    help="A folder, a zip archive, a file or a database: tables, or exports.",
    show_default=False,
)
Source = Annotated[str, SOURCE]
TableNames = Annotated[
    list[str] | None,
    typer.Option(metavar="OURS=NAME", help="Database: the table that accounts, posts or snapshots are."),
]
