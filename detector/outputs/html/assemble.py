"""Assemble: from tables, a model and the result to the finished page; several creators become a comparison."""

from collections.abc import Sequence
from typing import Any

from detector.explain import rows_of, subjects
from detector.model.model import Model
from detector.outputs import words
from detector.outputs.html.compare import LISTED, TOLD, comparison, shortly, summary_lines
from detector.outputs.html.creator import Drawn, creator_view, draw
from detector.outputs.html.render import render
from detector.outputs.html.trust import model_sections
from detector.outputs.html.view import Page
from detector.outputs.summary import Summary, summary
from detector.outputs.worst import worst_first
from detector.panel import build_panel
from detector.repair import repair
from detector.tables import Tables
from detector.verdict import Result

__all__ = ["of_result", "report"]


def report(tables: Tables, model: Model, result: Result) -> str:
    """The page, with pictures.

    Parameters
    ----------
    tables : Tables
        As read, of the accounts of the result.
    model : Model
        What judged them.
    result : Result
        Its verdict, with the reasons of every account.

    Returns
    -------
    str
        HTML; of one creator the whole report, of several a comparison.
    """
    rows = _rows(result)
    told = [(row["platform"], row["account_id"]) for row in rows[: TOLD if len(rows) > 1 else 1]]
    drawn = [draw(subject) for subject in subjects(tables, model, told)]
    keys = [(row["platform"], row["account_id"]) for row in rows]
    shown = build_panel(repair(rows_of(tables, set(keys))), keys).profile["followers"].tolist()
    return _page(rows, shown, drawn, summary(result), model)


def of_result(result: Result) -> str:
    """The page of a result alone: no pictures but how rare each verdict is, and only the reasons it holds."""
    rows = _rows(result)
    return _page(rows, [_followers(row) for row in rows], [], summary(result), None)


def _followers(row: dict[str, Any]) -> float:
    """Followers as shown, as far as a row tells them."""
    expected, excess = row["followers_expected"], row["followers_excess"]
    return float("nan") if not expected or excess is None else float(expected * excess)


def _rows(result: Result) -> list[dict[str, Any]]:
    return list(result.take(worst_first(result)[:LISTED]).rows())


def _page(
    rows: list[dict[str, Any]],
    followers: Sequence[float],
    drawn: Sequence[Drawn],
    counts: Summary,
    model: Model | None,
) -> str:
    if len(rows) == 1:
        view = creator_view(rows[0], drawn[0] if drawn else None, model)
        return render(Page(f"{view.level_text}: {view.name}", view, (), (), (), None, ()))
    found = [
        shortly(i + 1, name, row, followers[i], drawn[i] if i < len(drawn) else None)
        for i, (row, name) in enumerate(zip(rows, words.names(rows), strict=True))
    ]
    told = tuple(found[:TOLD])
    versions = words.printable(", ".join(counts.model_versions)) or "unknown"
    platforms = {row["platform"] for row in rows}
    platform = platforms.pop() if len(platforms) == 1 else ""
    page = Page(
        f"{counts.accounts:,} creators compared",
        None,
        tuple(found),
        told,
        summary_lines(counts, len(found), len(told)),
        comparison(rows) if rows else None,
        model_sections(platform, float("nan"), versions, model if platform else None),
    )
    return render(page)
