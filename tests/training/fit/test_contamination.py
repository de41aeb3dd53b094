"""A surplus far out is left out of the fit; ordinary accounts, heavy tails and what nobody measured are not."""

import numpy as np
import pytest

from detector.model.evidence import gather
from detector.model.tail import by_maxima, fit_tail
from detector.model.unit import raw_scores
from detector.panel import build_panel
from detector.scoring import score_tables
from detector.tables import Table, Tables
from training.fit import FitSettings, fit
from training.fit.contamination import (
    HEAVY,
    MIN_KNOWN,
    MIN_SURPLUS,
    REACH,
    keep_ordinary,
    ordinary_chance,
    reach_of,
    weight_of_surplus,
)
from training.fit.units import COHORT_SIZE, ODD, fit_unit, size_cohorts


def normal(n, seed=1):
    return np.random.default_rng(seed).normal(size=n)


def creators(n, inflated, seed, letter="a"):
    """Invented profiles whose counters go together; the first `inflated` have 8 to 20 times the followers."""
    rng = np.random.default_rng(seed)
    followers = 10 ** rng.uniform(3.3, 5.5, n)
    likes = followers * rng.lognormal(2, 0.7, n)
    followers[:inflated] *= rng.uniform(8, 20, inflated)
    columns = {
        "platform": np.full(n, "tiktok", dtype=object),
        "account_id": np.array([f"{letter}{i:05d}" for i in range(n)], dtype=object),
        "followers": np.round(followers),
        "likes": np.round(likes),
        "posts": np.round(10 ** rng.uniform(1.5, 2.3, n)),
    }
    return Tables(accounts=Table("accounts", columns))


PAIRS = [("followers_beyond_engagement", ("likes",)), ("likes_below_followers", ("followers",))]


def test_a_smaller_surplus_counts_for_likes_than_for_followers():
    far = np.concatenate([normal(3_000), np.full(40, 6.0)])  # 1.3 %
    assert ordinary_chance(far, 1.15, least=0.01)[3_000:].max() < 0.1
    assert ordinary_chance(far, 1.15).min() == 1.0
    rng = np.random.default_rng(3)
    of = {"followers_beyond_engagement": ("likes",), "likes_beyond_followers": ("followers",)}
    left_out = {}
    for (name, given), counter in zip(of.items(), ("followers", "likes"), strict=True):
        tables = creators(3_000, 0, 3)
        tables.accounts.column(counter)[:40] *= np.round(rng.uniform(200, 400, 40))
        evidence = gather(build_panel(tables, tables.keys()))
        left_out[counter] = int((~keep_ordinary(evidence, [(name, given)], {name: 1.2})).sum())
    assert left_out["followers"] == 0
    assert 30 < left_out["likes"] < 60


def test_ordinary_accounts_all_keep_chance_one():
    for seed in range(30):  # the reach leaves room above normal, as those that were measured do
        assert np.all(ordinary_chance(normal(900, seed), 1.15) == 1.0)


def test_a_surplus_far_out_is_given_up_and_nobody_else():
    far = np.random.default_rng(2).uniform(3.5, 6.0, 90)
    chance = ordinary_chance(np.concatenate([normal(810), far]), 1.15)
    assert chance[810:].mean() < 0.1
    assert chance[:810].mean() > 0.98


def test_where_both_mix_most_ordinary_ones_stay_and_most_inflated_ones_do_not():
    ordinary, inflated = normal(1_800), 3.0 + normal(200, 3)
    chance = ordinary_chance(np.concatenate([ordinary, inflated]), 1.1)
    assert chance[:1_800].mean() > 0.92
    assert chance[1_800:].mean() < 0.45


def test_a_surplus_begins_at_three_standard_deviations_and_a_share_of_all():
    """Nobody is expected there: three, and 1.5 % of a thousand accounts."""
    from scipy.special import ndtri

    for n_far, left_out in ((17, False), (19, True)):
        usual = ndtri((np.arange(1_000 - n_far) + 0.5) / (1_000 - n_far))
        chance = ordinary_chance(np.concatenate([usual, np.full(n_far, 6.0)]), 1.15)
        assert np.all(chance[-n_far:] < 0.1) == left_out
        assert np.all(chance == 1.0) != left_out


def test_chances_fall_outwards_and_do_not_depend_on_the_order():
    values = np.concatenate([normal(800), np.linspace(2, 6, 90)])
    chance = ordinary_chance(values, 1.15)
    shuffled = np.random.default_rng(0).permutation(len(values))
    assert np.array_equal(ordinary_chance(values[shuffled], 1.15), chance[shuffled])
    assert np.all(np.diff(chance[np.argsort(values)]) <= 0)


@pytest.mark.parametrize(
    "values",
    [
        np.concatenate([normal(MIN_KNOWN - 11), np.full(10, 9.0)]),  # too few to tell
        np.concatenate([np.zeros(700), np.full(70, 9.0)]),  # most share one value
        np.concatenate(
            [normal(600), np.random.default_rng(1).uniform(4, 9, 300)]
        ),  # a third: no tail of this law
        np.full(300, np.nan),
    ],
)
def test_what_cannot_be_told_leaves_everybody_in(values):
    assert np.all(ordinary_chance(values, 1.15) == 1.0)


def test_unknown_deviations_have_chance_one():
    values = np.concatenate([normal(800), np.full(90, 6.0), np.full(50, np.nan)])
    chance = ordinary_chance(values, 1.15)
    assert np.all(chance[890:] == 1.0)
    assert chance[800:890].mean() < 0.1


def test_reach_is_read_off_the_tail():
    found = reach_of(normal(50_000))
    assert np.all(np.abs(found - 1.0) < 0.06)
    assert reach_of(np.exp(normal(5_000)))[-1] > 1.5
    assert reach_of(np.zeros(500)) is None
    assert reach_of(normal(20)) is None


def test_reaches_name_signals_of_the_catalogue():
    from detector.signals.catalogue import SIGNALS

    for by_signal in REACH.values():
        assert set(by_signal) <= set(SIGNALS)
        assert all(0.9 <= value <= 3 for value in by_signal.values())
    for by_signal in HEAVY.values():
        assert all(SIGNALS[name].beyond == "power" and 0 < value <= 1 for name, value in by_signal.items())


def test_vouched_accounts_stay():
    tables = creators(900, 90, seed=4)
    evidence = gather(build_panel(tables, tables.keys()))
    inflated = np.arange(900) < 90
    kept = keep_ordinary(evidence, PAIRS, REACH["tiktok"])
    assert kept[inflated].mean() < 0.2
    assert kept[~inflated].mean() > 0.97
    assert keep_ordinary(evidence, PAIRS, REACH["tiktok"], vouched=inflated)[inflated].all()
    assert keep_ordinary(evidence, PAIRS, {}).all()


def test_a_reference_with_a_tenth_inflated_judges_nearly_as_a_clean_one():
    scored, inflated = creators(800, 300, seed=9, letter="s"), np.arange(800) < 300
    shares = {}
    for name, n_inflated in (("clean", 0), ("dirty", 90)):
        outcome = fit(creators(900, n_inflated, seed=5), FitSettings(name="test", folds=3))
        level = score_tables(scored, outcome.model).columns["level"]
        shares[name] = (level[inflated] == "suspicious").mean(), (level[~inflated] == "suspicious").mean()
        left_out = outcome.report.metrics.get("tiktok.followers.counters.left_out", 0.0)
        assert (0.06 < left_out < 0.13) if name == "dirty" else left_out == 0.0
        assert any("count as inflated" in one for one in outcome.report.notices) == (name == "dirty")
    assert shares["dirty"][0] > 0.75 * shares["clean"][0] > 0.5
    assert shares["dirty"][1] < 0.03


@pytest.mark.parametrize("n_inflated", [0, 90])
def test_laws_stand_in_for_counting_only_where_a_surplus_was_left_out(n_inflated):
    tables = creators(900, n_inflated, seed=5)
    evidence = gather(build_panel(tables, tables.keys()))
    folds = np.arange(900) % 3
    fitted = fit_unit(evidence, folds, "followers", "counters", 7, reach=REACH["tiktok"])
    kept = keep_ordinary(evidence, PAIRS, REACH["tiktok"])
    counted = fit_unit(evidence.take(kept), folds[kept], "followers", "counters", 7)
    assert (fitted.left_out > 0) == (n_inflated > 0)
    units = (fitted.unit, *fitted.by_fold)
    assert {unit.weight for unit in units} == {weight_of_surplus(fitted.left_out)}
    assert (fitted.unit.weight > 5) if n_inflated else (fitted.unit.weight == 1.0)
    at = np.linspace(0, 5, 60)
    peers = counted.unit.peers
    gained = [peer.tail.read(at) - peers[pair].tail.read(at) for pair, peer in fitted.unit.peers.items()]
    assert np.max(gained) > 0.1 if n_inflated else not np.any(gained)
    for pattern, other in zip(fitted.unit.patterns, counted.unit.patterns, strict=True):
        same = pattern.cohorts[0].tail.read(at) == other.cohorts[0].tail.read(at)
        assert same.all() == (n_inflated == 0)


def test_budget_goes_where_a_surplus_is_seen_and_nowhere_else():
    outcome = fit(creators(900, 90, seed=5), FitSettings(name="test", folds=3))
    weight = {(unit.axis, unit.block): unit.weight for unit in outcome.model.platforms["tiktok"].units}
    assert weight.pop(("followers", "counters")) > 5
    assert weight
    assert set(weight.values()) == {1.0}
    for by_fold in outcome.report.by_fold:
        own = {(unit.axis, unit.block): unit.weight for unit in by_fold.platforms["tiktok"].units}
        assert own["followers", "counters"] > 5


def test_a_surplus_weighs_as_many_times_what_may_be_there_unseen():
    assert weight_of_surplus(0.0) == 1.0
    assert weight_of_surplus(MIN_SURPLUS) == pytest.approx(3.0)
    assert np.all(np.diff([weight_of_surplus(share) for share in np.linspace(0, 0.5, 20)]) > 0)
    assert [weight_of_surplus(share, most=3.0) for share in (0.0, 0.0075, 0.4)] == [1.0, 2.0, 3.0]


def test_totals_are_read_by_the_law_of_maxima_only_where_it_is_asked_for():
    rng = np.random.default_rng(6)
    total = (np.log10([0.5, 0.3, 0.2]) - np.log10(rng.uniform(size=(COHORT_SIZE, 3)))).max(axis=1)
    total[:30] = rng.uniform(2, 4, 30)  # inflated ones that stayed
    size, at = np.full(COHORT_SIZE, 9.0), np.linspace(0, 5, 80)
    counted = fit_tail(total, 5)
    for odd in (1.0, *ODD.values()):
        (cohort,) = size_cohorts(size, total, 1, odd)
        assert np.array_equal(cohort.tail.read(at), by_maxima(counted, total, odd).read(at))
    (cohort,) = size_cohorts(size, total, 1)
    assert np.array_equal(cohort.tail.read(at), counted.read(at))


def with_posts(n, showered, silent, seed):
    """Invented creators with ten posts each: the first `showered` have one of them liked by most who saw it, and the
    `silent` after them hardly a comment.
    """
    rng = np.random.default_rng(seed)
    profile = creators(n, 0, seed).accounts.columns
    accounts = {name: profile[name] for name in ("platform", "account_id", "followers")}
    account = np.repeat(np.arange(n), 10)
    views = 10 ** (rng.uniform(3, 5, n)[account] + rng.normal(0, 0.3, 10 * n))
    rate = 0.05 * rng.lognormal(0, 0.4, n)[account] * rng.lognormal(0, 0.2, 10 * n)
    rate[: 10 * showered : 10] = 0.8
    comments = views * rate * 0.02 * rng.lognormal(0, 0.4, n)[account]
    comments[10 * showered : 10 * (showered + silent)] = 0
    columns = {
        "platform": np.full(10 * n, "tiktok", dtype=object),
        "account_id": accounts["account_id"][account],
        "post_id": np.array([f"p{i}" for i in range(10 * n)], dtype=object),
        "views": np.round(views),
        "likes": np.round(views * rate),
        "comments": np.round(comments),
    }
    return Tables(accounts=Table("accounts", accounts), posts=Table("posts", columns))


@pytest.mark.parametrize(("showered", "beyond"), [(45, "body"), (0, "exponential")])
def test_signs_taken_together_and_heavy_tails_are_read_by_laws_beside_a_surplus(showered, beyond):
    tables = with_posts(500, showered, 4, seed=3)
    evidence, folds = gather(build_panel(tables, tables.keys())), np.arange(500) % 2
    fitted = fit_unit(evidence, folds, "likes", "counters", 7, reach=REACH["tiktok"], heavy=HEAVY["tiktok"])
    assert (fitted.left_out > 0.03) == (showered > 0)
    unit = fitted.unit
    pairs = unit.patterns[0].pairs
    kept = evidence.take(keep_ordinary(evidence, pairs, REACH["tiktok"]))
    joint = raw_scores(kept, pairs, unit.peers, unit.forest, unit.forest_tail).joint
    at = np.linspace(joint.min(), joint.max() + 3, 50)
    assert np.array_equal(unit.forest_tail.read(at), fit_tail(joint, beyond=beyond).read(at))
    for pair in (one for one in pairs if one[0] in HEAVY["tiktok"]):
        deviation = unit.peers[pair].deviation(kept.signals[pair[0]], kept.quantities)
        shape = HEAVY["tiktok"][pair[0]] if showered else 0.0
        heavy = fit_tail(deviation, beyond="power", law=shape)
        assert np.array_equal(unit.peers[pair].tail.read(at * 9), heavy.read(at * 9))
