"""`detector train compare` and `show`: two models account by account, and one model's card."""

import csv
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detector.cli.intake import check_apart
from detector.cli.options import MappedNames, Platform, Queries, Quiet, TableNames
from detector.cli.say import reader_may_leave, say
from detector.how_many import how_many
from training.cli.reading import Reading, read_source, silent

if TYPE_CHECKING:
    from detector.model.model import Model
    from detector.verdict import Result

__all__ = ["compare", "show"]

COLUMNS = ("level", "suspicion", "score", "probability")
MOST = 15
"""Accounts that moved most, shown one by one."""


def compare(
    a: Annotated[
        str, typer.Argument(metavar="A", help="Folder of a model, models:/NAME@ALIAS, or `default`.")
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="The same.")],
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Accounts that both score.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Every account with both verdicts, as CSV.")
    ] = None,
    platform: Platform = None,
    mapping: MappedNames = None,
    table: TableNames = None,
    query: Queries = None,
    quiet: Quiet = False,
) -> None:
    """Compare what two models say of the same accounts: levels that change, and who moves most."""
    from detector.scoring import score_tables

    tell = silent if quiet else say
    if out is not None:
        check_apart(out, source)
    models = [_loaded(address) for address in (a, b)]
    tables = read_source(source, Reading(platform, mapping, table, query), out, tell)
    one, two = (score_tables(tables, model) for model in models)
    if out is not None:
        _write(one, two, out)
        tell(f"{how_many(len(one), 'account')} written to {out}")
    with reader_may_leave():
        sys.stdout.write(_told(models[0].version, models[1].version, one, two))


def show(
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="Folder of a model, models:/NAME@ALIAS, or `default`.")
    ],
) -> None:
    """Print a model's card: on whom it was fitted, from which data, with which cases, and for whom it is not."""
    import json

    model = _loaded(address)
    with reader_may_leave():
        sys.stdout.write(
            json.dumps({"version": model.version, **model.card}, indent=1, ensure_ascii=False) + "\n"
        )


def _loaded(address: str) -> "Model":
    from detector.api import load_model

    return load_model(None if address == "default" else address)


def _write(one: "Result", two: "Result", out: Path) -> None:
    from io import StringIO

    from detector.outputs.atomic import replacing
    from detector.outputs.hostile import formula_safe

    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["platform", "account_id", *(f"{name}_{end}" for name in COLUMNS for end in ("a", "b"))])
    for row, other in zip(one.rows(), two.rows(), strict=True):
        cells = [side[name] for name in COLUMNS for side in (row, other)]
        writer.writerow(
            [row["platform"], formula_safe(row["account_id"]), *("" if c is None else c for c in cells)]
        )
    with replacing(out) as stream:
        stream.write(text.getvalue().encode())


def _told(a: str, b: str, one: "Result", two: "Result") -> str:
    import numpy as np

    from detector.outputs.hostile import printable

    levels = Counter(zip(one.columns["level"].tolist(), two.columns["level"].tolist(), strict=True))
    lines = [
        f"A {a}",
        f"B {b}",
        how_many(len(one), "account"),
        "",
        f"{'level by A':<20}{'level by B':<20}{'accounts':>9}",
    ]
    lines += [
        f"{was:<20}{now:<20}{n:>9,}" for (was, now), n in sorted(levels.items(), key=lambda item: -item[1])
    ]
    moved = two.columns["suspicion"] - one.columns["suspicion"]
    known = np.flatnonzero(~np.isnan(moved))
    if len(known):
        lines += ["", f"suspicion moved by {np.abs(moved[known]).mean():.1f} points in the mean; most:"]
        order = known[np.argsort(-np.abs(moved[known]), kind="stable")][:MOST]
        lines += [_line(printable, one, two, int(row)) for row in order if moved[row]]
    return "\n".join(lines) + "\n"


def _line(printable: Any, one: "Result", two: "Result", row: int) -> str:
    who = one.columns["handle"][row] or one.columns["account_id"][row]
    before, after = one.columns["suspicion"][row], two.columns["suspicion"][row]
    return f"  {printable(who):<32.32} {before:6.1f} -> {after:6.1f}  {after - before:+6.1f}"
