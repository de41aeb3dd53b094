"""The commands below `detector train`, one file each."""

import typer

from training.cli.evaluate import evaluate
from training.cli.fit import fit
from training.cli.simulate import HELP as SIMULATE
from training.cli.simulate import simulate

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def train() -> None:
    """Fit models and manage them."""


app.command()(fit)
app.command()(evaluate)
app.command(help=SIMULATE)(simulate)
