"""The shipped model: fitted on all reference sets at once, bit for bit the same each time.

Run by `make default-model DATA=...`, that is `python -m training.default_model DATA --out models/default`.
The rows stay in the data folder; the model keeps aggregates, and its card says what it rests on.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.say import say
from detector.errors import DetectorError
from training.folder import check_replaceable, write_model

if TYPE_CHECKING:
    from detector.tables import Tables
    from training.fit import FitOutcome

__all__ = ["HISTORIES", "HITS", "NAME", "NOT_FOR", "SEED", "build", "main"]

NAME = "default"
SEED = 7
HISTORIES = 6_000
"""Simulated TikTok lives behind the history signals' null: no public set holds daily TikTok histories."""
HITS = 2_000
"""Lives with a hit among them besides: whoever is looked up before a deal has often just had one, and hits are what
deliveries are mistaken for (docs/decisions/0028)."""

NOT_FOR = (
    "platforms other than TikTok and YouTube: fit a model on accounts of your own",
    "lifetime likes on YouTube, which the platform does not publish",
    "private accounts, and organisations or media that advertise: the reference holds few",
    "a decision about a person without a person's review",
    "proof: a rival can send followers or likes to anybody",
)


def build(
    data: Path,
    out: Path,
    *,
    histories: "Tables | None" = None,
    power: bool = True,
    workers: int = 2,
    say: Callable[[str], None] = lambda text: None,
) -> "FitOutcome":
    """Read the reference sets below `data`, fit, and write the model to `out`.

    Parameters
    ----------
    data
        A folder for each set of `training.reference.REFERENCES`.
    out
        New, empty, or an older model, which is replaced.
    histories
        Organic histories for a platform without its own; `HISTORIES` and `HITS` simulated lives if None.
    power
        Whether it is measured how often known inflation is found, which takes some minutes more.
    workers
        Processes that measure it; the model is the same for any number.
    say
        Called with lines of progress.

    Raises
    ------
    DetectorError
        A set is missing or unreadable, the reference is too small, or `out` cannot be written.
    """
    from detector.model import store
    from training.fit import FitSettings, fit
    from training.reference import read_all

    check_replaceable(out)
    tables, sources = read_all(data)
    for source in sources:
        say(
            f"{source.name}: {source.n:,} accounts ({source.platform}, {source.collected}; licence: {source.licence})"
        )
    settings = FitSettings(
        name=NAME, seed=SEED, sources=tuple(source.for_card() for source in sources), not_for=NOT_FOR
    )
    lives = _lives() if histories is None else histories
    outcome = fit(tables, settings, history_reference=lives, say=say)
    model = outcome.model
    if power:
        from training.default_power import shipped_power

        model = replace(model, power=shipped_power(outcome, tables, workers, say))
    write_model(partial(store.save, model), out)
    return outcome


def _lives() -> "Tables":
    from training.simulate.organic import organic
    from training.simulate.population import population
    from training.simulate.render import join

    hits, _ = population(HITS, SEED + 1, archetypes=("viral_hit", "viral_old_video"))
    return join([organic(HISTORIES, SEED, platform="tiktok"), hits])


def main(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Folder of the reference data sets.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write the model to.")],
    power: Annotated[bool, typer.Option(help="Measure how often known inflation is found.")] = True,
    workers: Annotated[int, typer.Option(min=1, help="Processes that measure it.")] = 2,
) -> None:
    """Fit the shipped model and print its false alarms on held-out accounts."""
    from detector.model import store
    from training.cli import summary

    try:
        outcome = build(data, out, power=power, workers=workers, say=say)
    except DetectorError as error:
        say(f"default_model: {error}")
        raise typer.Exit(error.exit_code) from error
    for line in summary(outcome):
        say(line)
    say(f"model {store.load(out).version} written to {out}")


if __name__ == "__main__":
    typer.run(main)
