"""What the shipped model finds: real accounts, each judged by peers that never saw it, and simulated creators.

Real ones come first: they say what profile and posts are worth on TikTok, and histories on YouTube. Nobody publishes
TikTok creators with daily counters, so there simulated lives stand in (docs/decisions/0018).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from detector.errors import DetectorError
from detector.model.model import Model
from detector.model.power import Power
from detector.panel import PROFILE_COUNTS, build_panel
from detector.tables import Table, Tables
from training.accounts import only
from training.evaluate import Evaluation, EvaluationSettings, evaluate
from training.evaluate.cross_fit import CrossFitted
from training.evaluate.power import power_of
from training.fit import FitOutcome
from training.fit.population import fold_of

__all__ = ["DOSED", "SIMULATED", "shipped_power"]

SIMULATED = 900
"""Simulated creators, of whom two thirds are tested."""

DOSED = {"real": 1_600, "simulated": 600}
"""Accounts that each dose is put into: of a size band there are a hundred or more then, known within ten points."""

Say = Callable[[str], None]


def shipped_power(outcome: FitOutcome, tables: Tables, workers: int, say: Say) -> Power | None:
    """Power of a model that was just fitted on `tables`; None where too few accounts can be tested on.

    The same for the same input, whatever the number of `workers`.
    """
    jobs = [partial(_real, outcome, tables, name) for name in sorted(outcome.model.platforms)]
    if "tiktok" in outcome.model.platforms:
        jobs.append(partial(_simulated, outcome.model))
    found: list[Evaluation] = []
    for job in jobs:
        try:
            found.append(job(workers, say))
        except DetectorError as error:
            say(f"note: {error}")
    try:
        return power_of(found)
    except ValueError as error:
        say(f"note: power was not measured: {error}.")
        return None


def _real(outcome: FitOutcome, tables: Tables, platform: str, workers: int, say: Say) -> Evaluation:
    models = outcome.report.by_fold
    if not models:
        raise DetectorError(f"{platform}: the folds hold too few accounts to measure power on.")
    unseen = CrossFitted(models, partial(fold_of, n_folds=len(models)))
    own = only(tables, [key for key in tables.keys() if key[0] == platform])  # noqa: SIM118 - no dictionary
    settings = EvaluationSettings(dosed=DOSED["real"], platform=platform, parts=(), workers=workers)
    found = evaluate(unseen, with_profiles(own), settings, say=say)
    return replace(found, accounts=f"real {platform} accounts, left out of the fit in {len(models)} folds")


def with_profiles(tables: Tables) -> Tables:
    """Where accounts are seen in snapshots alone: the same with profiles, of the newest known counters."""
    if len(tables.accounts):
        return tables
    keys = tables.keys()
    panel = build_panel(tables, keys)
    counters = {
        name: panel.profile[name] for name in PROFILE_COUNTS if not np.isnan(panel.profile[name]).all()
    }
    made = {"platform": panel.platform, "account_id": panel.account_id, "observed_at": panel.as_of}
    return replace(tables, accounts=Table("accounts", made | counters))


def _simulated(model: Model, workers: int, say: Say) -> Evaluation:
    settings = EvaluationSettings(accounts=SIMULATED, dosed=DOSED["simulated"], parts=(), workers=workers)
    found = evaluate(model, None, settings, say=say)
    what = f"simulated {settings.platform} creators with {settings.days} days and {settings.posts} posts"
    return replace(found, accounts=what)
