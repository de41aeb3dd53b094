"""Score: tables and a model in, one row per account out. The pure function that every engine runs.

An account's row depends on its own data and the model alone, to the last bit.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from detector.amounts import COUNTERS, inflated_amounts
from detector.contract import AXES, EVIDENCE, LEVELS
from detector.model.model import Judgement, Model
from detector.owners import Key, Owners, cut, owners_of, wanted
from detector.panel import FloatArray, Panel, panel_of
from detector.reasons import Told, tell
from detector.repair import repair
from detector.tables import Fault, Tables
from detector.verdict import Result
from detector.worth import worth_of

__all__ = ["SUSPICIOUS", "UNUSUAL", "axis_p_values", "evidence_of", "levels", "score_tables"]

SUSPICIOUS = 0.01
UNUSUAL = 0.05
"""p-values at or below which an account is called so (CONTRACT, section 3)."""

CHUNK = 4_000
"""Accounts judged at a time: a panel of 4,000 accounts with 120 days and 60 posts takes 27 MB."""

SUPPORT_NAMES = ("outside", "edge", "inside")


def score_tables(
    tables: Tables,
    model: Model,
    *,
    reasons: str = "worst",
    keys: Sequence[tuple[str, str]] | None = None,
    owners: Owners | None = None,
    observe: Callable[[Judgement, Result], None] | None = None,
    seen: Callable[[Panel], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Judges every account of a source.

    Parameters
    ----------
    tables : Tables
        As read; counters that cannot be right are repaired here.
    model : Model
    reasons : {"worst", "all"}
        Reasons and innocent explanations for `unusual` and `suspicious` accounts, or for every account.
    keys : sequence of (platform, account_id), optional
        The accounts to judge, in that order; all, in the order of the source, when None.
    owners : Owners, optional
        Of all rows of the tables, where they are known already.
    observe : called with what the model said of each chunk, and the rows that came of it
    seen : called with the panel of each chunk, in the order of the rows
    progress : called with (accounts done, accounts in all)

    Returns
    -------
    Result
        One row per key.
    """
    owners = owners_of(tables) if owners is None else owners
    if keys is not None:
        tables, owners = wanted(tables, list(keys), owners)
    parts = []
    for own, whose in cut(repair(tables, owners), owners, CHUNK):
        panel = panel_of(own, whose)
        judgement, part = _score_chunk(panel, own.faults, model, everyone=reasons == "all")
        parts.append(part)
        if seen is not None:
            seen(panel)
        if observe is not None:
            observe(judgement, part)
        if progress is not None:
            progress(sum(len(part) for part in parts), len(owners))
    return Result.concat(parts)


def levels(judgement: Judgement) -> tuple[NDArray[np.object_], FloatArray]:
    """Level of each account and its p-value (NaN where it cannot be judged), each (n,).

    The p-value is never finer than one in the cohort behind the leading look, plus one (DESIGN 4.3).
    """
    surprise = judgement.overall
    p_value = np.minimum(np.power(10.0, -surprise), 1.0)
    size = leading_cohorts(judgement)[1]
    p_value = np.fmax(p_value, 1.0 / (np.where(np.isnan(size), 1.0, size) + 1.0))
    p_value = np.where(np.isnan(surprise), np.nan, p_value)
    ordinary, unusual, suspicious, unknown = LEVELS
    found = np.full(len(surprise), ordinary, dtype=object)
    found[p_value <= UNUSUAL] = unusual
    found[p_value <= SUSPICIOUS] = suspicious
    # Ordinary on one axis says nothing where another axis has data and nobody to compare them with.
    lost = np.isnan(p_value) | (judgement.no_peers & (found == ordinary))
    found[lost] = unknown
    p_value = np.where(lost, np.nan, p_value)
    return found, p_value


def axis_p_values(judgement: Judgement, axis: str) -> FloatArray:
    """p-value of one axis, (n,), NaN where it cannot be judged; no finer than one in the largest cohort behind it."""
    finest = np.full(len(judgement.leading), 1.0)
    for reading in judgement.readings:
        if reading.unit.axis == axis:
            sizes = np.array([cohort.tail.n for cohort in reading.unit.patterns[reading.pattern].cohorts])
            own = np.where(reading.judged, 1.0 / (sizes[reading.cohort] + 1.0), 1.0)
            finest[reading.rows] = np.minimum(finest[reading.rows], own)
    p_value: FloatArray = np.minimum(np.maximum(np.power(10.0, -judgement.axes[axis]), finest), 1.0)
    return p_value


def leading_cohorts(judgement: Judgement) -> tuple[NDArray[np.object_], FloatArray]:
    """Name of the cohort each account was compared with in its leading look, and how many accounts are in it."""
    n = len(judgement.leading)
    names, sizes = np.full(n, None, dtype=object), np.full(n, np.nan)
    for number, reading in enumerate(judgement.readings):
        rows = np.flatnonzero(judgement.leading == number)
        if not len(rows):
            continue
        cohorts = reading.unit.patterns[reading.pattern].cohorts
        calibrated_on = reading.unit.calibrated_on
        said = np.array([_cohort_name(one.low, one.high, calibrated_on) for one in cohorts], dtype=object)
        band = reading.cohort[judgement.place[rows]]
        names[rows] = said[band]
        sizes[rows] = np.array([one.tail.n for one in cohorts], dtype=np.float64)[band]
    return names, sizes


def _cohort_name(low: float, high: float, calibrated_on: str) -> str:
    if np.isinf(high):
        size = "any size" if low <= 0 else f"{short(low)} followers and more"
    else:
        size = f"below {short(high)} followers" if low <= 0 else f"{short(low)} to {short(high)} followers"
    return f"{size} ({calibrated_on})" if calibrated_on else size


def short(count: float) -> str:
    """A count as people read it.

    >>> short(950.0), short(12_300.0), short(2_500_000.0)
    ('950', '12.3K', '2.5M')
    """
    for step, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if count >= step:
            return f"{count / step:.1f}".rstrip("0").rstrip(".") + letter
    return f"{count:.0f}"


def _score_chunk(
    panel: Panel, faults: Sequence[Fault], model: Model, *, everyone: bool
) -> tuple[Judgement, Result]:
    judgement = model.judge(panel)
    level, p_value = levels(judgement)
    cohort, cohort_size = leading_cohorts(judgement)
    odd = np.isin(level, ("unusual", "suspicious"))
    wanted = np.ones(len(panel), dtype=bool) if everyone else odd
    told: Told = tell(panel, judgement, model, wanted)
    chance = _chances(judgement, level)
    evidence = evidence_of(judgement)
    worth = worth_of(model.power, panel.platform, evidence, panel.profile["followers"], level)
    axis_p = {axis: axis_p_values(judgement, axis) for axis in AXES}
    amounts = inflated_amounts(panel, judgement, odd, axis_p, UNUSUAL)
    columns: dict[str, object] = {
        "platform": panel.platform,
        "account_id": panel.account_id,
        "handle": panel.handle,
        "suspicion": 100.0 * (1.0 - p_value),
        "p_value": p_value,
        "score": judgement.score,
        "level": level,
        "support": _support(judgement),
        "needed": told.needed,
        "as_of": panel.as_of,
        "evidence": evidence,
        "followers_expected": told.followers_expected,
        "followers_excess": panel.profile["followers"] / np.maximum(told.followers_expected, 1.0),
        "probability": chance[0],
        "probability_low": chance[1],
        "probability_high": chance[2],
        "reasons": told.reasons,
        "innocent": told.innocent,
        "faults": _faults(panel, faults),
        "cohort": [
            None if name is None else f"{p}, {name}" for p, name in zip(panel.platform, cohort, strict=True)
        ],
        "cohort_size": cohort_size,
        "model_version": [model.version] * len(panel),
        "inflated_followers_by": amounts["followers"].by,
        "power": worth.text,
    }
    for counter in COUNTERS:
        columns[f"inflated_{counter}"] = amounts[counter].middle
        columns[f"inflated_{counter}_low"] = amounts[counter].low
        columns[f"inflated_{counter}_high"] = amounts[counter].high
        columns[f"{counter}_detectable"] = worth.detectable[counter]
    for axis in AXES:
        columns[f"{axis}_suspicion"] = 100.0 * (1.0 - axis_p[axis])
        columns[f"{axis}_score"] = judgement.axis_scores[axis]
    return judgement, Result(columns)  # type: ignore[arg-type]


def _faults(panel: Panel, faults: Sequence[Fault]) -> list[tuple[Fault, ...]]:
    """Of each account."""
    found: dict[Key, list[Fault]] = {}
    for fault in faults:
        found.setdefault((fault.platform, fault.account_id), []).append(fault)
    keys = zip(panel.platform.tolist(), panel.account_id.tolist(), strict=True)
    return [tuple(found.get(key, ())) for key in keys] if found else [()] * len(panel)


def _chances(judgement: Judgement, level: NDArray[np.object_]) -> FloatArray:
    """Probability and the ends of its interval, (3, n); NaN without cases, and where too little is known for a level.

    An account of a size that no ordinary peer has gets no level where nothing else makes it stand out; cases may well
    know its like, so that has a probability all the same.
    """
    heard = judgement.heard
    if heard is None:
        return np.full((3, len(level)), np.nan)
    found = np.stack([heard.probability, heard.probability_low, heard.probability_high])
    found[:, (level == "insufficient_data") & ~judgement.no_peers] = np.nan
    return found


def _support(judgement: Judgement) -> list[str | None]:
    """Of the looks that judged; `outside` where peers are lacking; None where nothing at all is known."""
    names = np.array([*SUPPORT_NAMES, None], dtype=object)  # the last is that of -1
    said: list[str | None] = names[judgement.support].tolist()
    for row in np.flatnonzero((judgement.support < 0) & judgement.no_peers).tolist():
        said[row] = "outside"
    return said


def evidence_of(judgement: Judgement) -> NDArray[np.object_]:
    """Kind of evidence that each account has, (n,): one of `detector.contract.EVIDENCE`."""
    n = len(judgement.leading)
    posts, history = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for atom, known in judgement.atoms.items():
        if atom.startswith("post."):
            posts |= known
        if atom.startswith("history."):
            history |= known
    names = np.array(EVIDENCE, dtype=object)
    said: NDArray[np.object_] = names[posts + 2 * history]
    return said
