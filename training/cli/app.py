"""The commands below `detector train`, one file each."""

import typer

from training.cli.compare import compare, show
from training.cli.evaluate import evaluate
from training.cli.fit import fit
from training.cli.promote import history, promote, rollback
from training.cli.retrain import retrain
from training.cli.simulate import HELP as SIMULATE
from training.cli.simulate import simulate

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def train() -> None:
    """Fit models and manage them."""


app.command()(fit)
app.command()(retrain)
app.command()(promote)
app.command()(rollback)
app.command()(history)
app.command()(compare)
app.command()(show)
app.command()(evaluate)
app.command(help=SIMULATE)(simulate)
