"""Options of the commands of a model's life."""

from typing import Annotated

import typer

__all__ = ["Experiment", "NoTrack"]

Experiment = Annotated[
    str | None, typer.Option(metavar="NAME", help="MLflow experiment [default: bot-suspicion].")
]
NoTrack = Annotated[bool, typer.Option("--no-track", help="Leave MLflow alone.")]
