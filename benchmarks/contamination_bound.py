"""How well inflated likes can be found at best: `python -m benchmarks.contamination_bound --data DATA`.

Models that were told the injection, beside ours that was told nothing. Both learn from the same reference of creators,
as it is or with a tenth of its accounts inflated and unlabelled. Those that were told also get the reference once more
with the very dose put in that they are asked for, as what to find; inflated accounts of the reference count as
untouched for them, too. Only the measured half of the real accounts takes part, in parts: learnt on all but one, ranked
on that one. And what a contaminated reference finds of what a clean one does, over more divisions and draws: in one of
them nine untouched accounts decide at 1 %. Writes benchmarks/results/contamination_bound.json, tables of
docs/measuring.md.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.automation_bound import boosted, logistic
from benchmarks.command import on_data, write
from benchmarks.contamination import SHARE
from benchmarks.quality import creators, measured_half
from detector.model.evidence import gather
from detector.panel import FloatArray, build_panel
from detector.repair import repair
from detector.scoring import score_tables
from detector.tables import Table, Tables
from training.accounts import number_of, only
from training.evaluate.figures import Threshold, auc, draw_accounts
from training.fit import FitSettings, fit
from training.simulate.inject import inject, mix
from training.simulate.mechanics import MECHANICS

RESULTS = Path(__file__).parent / "results" / "contamination_bound.json"
FOLDS, SEED = 3, 11
MECHANIC = MECHANICS["likes_on_all_posts"]
DOSES = (1.5, 2.0, 3.0)
EVIDENCES: Mapping[str, tuple[float, ...]] = {"profile and posts": DOSES, "profile": (3.0,)}
"""What is known of the accounts, and the doses asked for: a profile alone shows lifetime likes that grew."""

DRAWS = 6
"""Other divisions into parts, and other accounts inflated, by which the shares found are compared."""

MIXED = (MECHANIC, MECHANICS["likes_on_chosen_posts"])
"""What inflates a reference there: likes on all posts and on three of ten, at all their doses."""

LEARNERS: Mapping[str, Callable[[], Any]] = {"logistic regression": logistic, "boosted trees": boosted}
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts without inflation, and the same with each dose of `DOSES` put in."""

    untouched: Tables
    inflated: Mapping[float, Tables]

    def of(self, keys: set[Key]) -> "Accounts":
        """Some of them; into whom nothing could be put is missing among the inflated."""

        def some(tables: Tables) -> Tables:
            return only(tables, keys & set(tables.keys()))

        return Accounts(some(self.untouched), {dose: some(one) for dose, one in self.inflated.items()})

    def seen_by(self, evidence: str) -> "Accounts":
        """The same, by what `evidence` shows."""
        if evidence == "profile and posts":
            return self
        hidden = Table.empty("posts")
        inflated = {dose: replace(one, posts=hidden) for dose, one in self.inflated.items()}
        return Accounts(replace(self.untouched, posts=hidden), inflated)


@dataclass(frozen=True, slots=True)
class Scores:
    """What a model says of accounts that it did not learn from: arrays by key."""

    untouched: dict[Key, float]
    inflated: dict[float, dict[Key, float]]


def dosed(tables: Tables, seed: int = SEED) -> Accounts:
    """Accounts with each dose put in, where it can be."""
    inflated = {}
    for dose in DOSES:
        found, truth = inject(tables, MECHANIC, dose, seed)
        inflated[dose] = only(found, [(one.platform, one.account_id) for one in truth])
    return Accounts(tables, inflated)


def part_of(key: Key, draw: int = 0) -> int:
    """The part that an account is in, by a hash of its id; of each `draw` another division."""
    return number_of(f"contamination bound{draw or ''}", key[1]) % FOLDS


def reference_of(accounts: Accounts, evidence: str, share: float) -> Tables:
    """What is learnt from as untouched: all of it, or a share of it inflated at any dose of the mechanic."""
    tables = accounts.untouched
    if share:
        tables = mix(tables, share, SEED, [MECHANIC]).tables
    return Accounts(tables, {}).seen_by(evidence).untouched


def ours(reference: Tables, teachers: Accounts, met: Accounts) -> Iterator[tuple[str, Scores]]:
    """What our model says, which was told nothing: by its score, and by likes where these may carry a verdict."""
    model = fit(reference, FitSettings(name="measured")).model
    untouched = score_tables(met.untouched, model, reasons="none").columns
    inflated = {dose: score_tables(one, model, reasons="none").columns for dose, one in met.inflated.items()}
    for name, column in (("ours, told nothing", "score"), ("ours, by likes alone", "likes_suspicion")):
        usual = _by_key(untouched, column)
        if max(usual.values()) >= 0:
            yield name, Scores(usual, {dose: _by_key(one, column) for dose, one in inflated.items()})


def _by_key(columns: Mapping[str, Any], name: str) -> dict[Key, float]:
    keys = zip(columns["platform"], columns["account_id"], strict=True)
    values = np.nan_to_num(np.asarray(columns[name], dtype=np.float64), nan=-1.0)
    return dict(zip(keys, values.tolist(), strict=True))


def told(reference: Tables, teachers: Accounts, met: Accounts) -> Iterator[tuple[str, Scores]]:
    """What models say that learnt to tell the reference from the same accounts with the dose put in."""
    from threadpoolctl import threadpool_limits

    _, usual = features(reference)
    varies = np.flatnonzero(np.ptp(np.nan_to_num(usual), axis=0) > 0)
    asked_keys, asked = features(met.untouched)
    for dose, tables in met.inflated.items():
        _, odd = features(teachers.inflated[dose])
        met_keys, found = features(tables)
        learnt, judged = (
            np.nan_to_num(np.concatenate(one)[:, varies]) for one in ((usual, odd), (asked, found))
        )
        label = np.repeat([0, 1], [len(usual), len(odd)])
        for name, learner in LEARNERS.items():
            with threadpool_limits(1):
                says = learner().fit(learnt, label).decision_function(judged).tolist()
            untouched = dict(zip(asked_keys, says[: len(asked)], strict=True))
            inflated = {dose: dict(zip(met_keys, says[len(asked) :], strict=True))}
            yield f"{name}, told", Scores(untouched, inflated)


def features(tables: Tables) -> tuple[list[Key], FloatArray]:
    """All that our signals and peers are made of, (n, columns), NaN where unknown."""
    tables = repair(tables)
    keys = sorted(tables.keys())
    evidence = gather(build_panel(tables, keys))
    columns = [*evidence.signals.values(), *evidence.quantities.values()]
    return keys, np.stack(columns, axis=1)


def measured(accounts: Accounts, evidence: str, share: float) -> Iterator[dict[str, Any]]:
    """A row for each way to rank the accounts and each dose."""
    keys = accounts.untouched.keys()
    parts: dict[tuple[str, float], list[tuple[dict[Key, float], dict[Key, float]]]] = {}
    for held in range(FOLDS):
        teachers = accounts.of({key for key in keys if part_of(key) != held})
        reference = reference_of(teachers, evidence, share)
        met = accounts.of({key for key in keys if part_of(key) == held}).seen_by(evidence)
        met = replace(met, inflated={dose: met.inflated[dose] for dose in EVIDENCES[evidence]})
        for way in (ours, told):
            for name, scores in way(reference, teachers.seen_by(evidence), met):
                for dose, found in scores.inflated.items():
                    parts.setdefault((name, dose), []).append((scores.untouched, found))
    for (name, dose), pairs in parts.items():
        row = {"evidence": evidence, "share": share, "by": name, "dose": dose}
        yield row | ranked(_joined([one for one, _ in pairs]), _joined([other for _, other in pairs]))


def drawn(tables: Tables, draw: int) -> Iterator[dict[str, Any]]:
    """What our model finds in one division with one draw of inflated accounts, a row a reference and dose."""
    accounts = dosed(tables, SEED + draw)
    keys = tables.keys()
    for share in (0.0, SHARE):
        untouched: dict[Key, float] = {}
        inflated: dict[float, dict[Key, float]] = {dose: {} for dose in DOSES}
        for held in range(FOLDS):
            reference = only(tables, [key for key in keys if part_of(key, draw) != held])
            if share:
                reference = mix(reference, share, SEED + draw, MIXED).tables
            met = accounts.of({key for key in keys if part_of(key, draw) == held})
            _, scores = next(ours(reference, met, met))
            untouched |= scores.untouched
            for dose in DOSES:
                inflated[dose] |= scores.inflated[dose]
        for dose in DOSES:
            yield {"draw": draw, "share": share, "dose": dose} | ranked(untouched, inflated[dose])


def _joined(parts: list[dict[Key, float]]) -> dict[Key, float]:
    return {key: value for part in parts for key, value in part.items()}


def ranked(untouched: dict[Key, float], inflated: dict[Key, float]) -> dict[str, Any]:
    """AUC, recall at 1 % with its 95 % interval, accounts drawn together with their twins, and at 5 %."""
    place = {key: row for row, key in enumerate(untouched)}
    usual, odd = np.array(list(untouched.values())), np.array(list(inflated.values()))
    twin: NDArray[np.intp] = np.array([place[key] for key in inflated], dtype=np.intp)
    draws = draw_accounts(len(usual), np.random.default_rng(SEED))
    at = {rate: Threshold.at(rate, usual, draws).recall(odd, twin) for rate in (0.01, 0.05)}
    one = at[0.01]
    return {
        "accounts": len(usual),
        "auc": round(auc(usual, odd), 4),
        "recall": [round(value, 4) for value in (one.value, one.low, one.high)],
        "recall_5": round(at[0.05].value, 4),
    }


def main() -> int:
    """Measure, and write what was found."""
    options = on_data(__doc__, RESULTS).parse_args()
    tables = measured_half(creators(options.data))
    accounts = dosed(tables)
    rows: list[dict[str, Any]] = []
    for evidence in EVIDENCES:
        for share in (0.0, SHARE):
            rows += measured(accounts, evidence, share)
            print(f"{time.strftime('%H:%M:%S')} {evidence}, {share:.0%}", file=sys.stderr, flush=True)
    draws: list[dict[str, Any]] = []
    for draw in range(1, DRAWS + 1):
        draws += drawn(tables, draw)
        print(f"{time.strftime('%H:%M:%S')} draw {draw} of {DRAWS}", file=sys.stderr, flush=True)
    write({"folds": FOLDS, "rows": rows, "draws": draws}, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
