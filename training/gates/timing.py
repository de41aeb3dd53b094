"""Scoring time: the challenger may take at most one and a half times as long as the champion, in the same run."""

import time

import numpy as np

from detector.model.model import Model
from detector.scoring import score_tables
from detector.tables import Tables
from training.accounts import only
from training.gates.ground import Ground, Outcome

__all__ = ["timing"]

NAME = "scoring time"

AT_MOST = 1.5
REPEATS = 7
ACCOUNTS = 500


def timing(ground: Ground) -> Outcome:
    """The median of seven ratios, each of two runs one after the other, in turns."""
    if ground.champion is None:
        return Outcome(NAME, True, "no champion yet", {})
    tables = only(ground.tables, ground.ordinary.keys[:ACCOUNTS])
    models = (ground.champion, ground.challenger)
    for model in models:
        _seconds(model, tables)  # what is only done once counts for neither
    ratios = []
    for turn in range(REPEATS):
        order = models if turn % 2 == 0 else models[::-1]
        seconds = {id(model): _seconds(model, tables) for model in order}
        ratios.append(seconds[id(ground.challenger)] / seconds[id(ground.champion)])
    ratio = float(np.median(ratios))
    said = f"{ratio:.2f} times the champion's, median of {REPEATS} (at most {AT_MOST:g})"
    return Outcome(NAME, ratio <= AT_MOST, said, {"ratio": ratio})


def _seconds(model: Model, tables: Tables) -> float:
    start = time.perf_counter()
    score_tables(tables, model)
    return time.perf_counter() - start
