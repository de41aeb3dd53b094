"""`detector serve`: the same for people, as a web page on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from detector.cli.options import ModelAddress, Quiet
from detector.cli.review import user
from detector.cli.say import say

__all__ = ["HELP", "serve"]

HELP = """Serve a web page on this machine: reports, an audit to look through, the review.

\b
detector serve
detector serve audits/2026-11-26
detector serve audits --cases cases.csv --reviewer kim

Drop an export or type numbers and get the report; with the folder of an audit (or of audits: the newest) search it,
open accounts, label them, see what changed. Nobody but this machine reaches it. Ctrl-C ends it.
"""


def serve(
    audit: Annotated[
        Path | None,
        typer.Argument(metavar="AUDIT_DIR", help="Folder of an audit, or of audits.", show_default=False),
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Answers go here [default: cases.csv in the audit's folder]."),
    ] = None,
    model: ModelAddress = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free.")] = 8400,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who labels [default: the user's name here].")
    ] = None,
    upload_limit: Annotated[int, typer.Option(min=1, metavar="MB", help="Of what is sent at a time.")] = 50,
    time_limit: Annotated[
        int, typer.Option(min=1, metavar="SECONDS", help="To send an upload, and to read and judge it.")
    ] = 60,
    memory_limit: Annotated[
        int, typer.Option(min=500, metavar="MB", help="Address space of the process that reads an upload.")
    ] = 2000,
    quiet: Quiet = False,
) -> None:
    """Serve; see `HELP`."""
    from detector.serve.server import serve as run
    from detector.serve.settings import Limits, Serving

    limits = Limits(upload_limit * 10**6, seconds=float(time_limit), memory=memory_limit * 10**6)
    serving = Serving(audit, cases, model, (user() if reviewer is None else reviewer).strip(), port, limits)
    run(serving, _nothing if quiet else say)


def _nothing(text: str) -> None:
    """Say nothing."""
