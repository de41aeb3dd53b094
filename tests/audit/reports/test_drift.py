"""The tally adds up exactly however the accounts are cut; drift is found where it was put, and nowhere else."""

import json
from dataclasses import replace
from functools import reduce
from itertools import pairwise

import numpy as np
import pytest

from detector import api
from detector.audit.reports.drift import cohens_h, drift, population_stability
from detector.audit.reports.drift_words import REFIT, warnings_of
from detector.audit.reports.finding import Finding
from detector.audit.reports.promise import ORDINARY_BINS, promised_levels, promised_shares, tail_share
from detector.audit.reports.tally import EDGES, MEDIAN, Tally, look_name, pair_name
from detector.model.model import Model
from detector.model.tail import fit_tail
from detector.model.unit import FOREST
from detector.panel import build_panel
from detector.repair import repair
from detector.tables import Table, Tables
from training.accounts import only

PLATFORM = "tiktok"


def tallied(tables, model, *, chunk=10**6):
    """The tallies of the accounts in chunks, and all judgements."""
    tables = repair(tables)
    keys = tables.keys()
    found, judgements = [], []
    for start in range(0, len(keys), chunk):
        own = keys[start : start + chunk]
        judgement = model.judge(build_panel(tables, own))
        one = Tally()
        one.add(judgement, api.judge(only(tables, set(own)), model))
        found.append(one)
        judgements.append(judgement)
    return found, judgements


def merged(tallies):
    def added(whole, one):
        whole.merge(one)
        return whole

    return reduce(added, tallies, Tally())


@pytest.fixture(scope="module")
def model():
    return api.load_model()


@pytest.fixture(scope="module")
def creators():
    """60 simulated creators of TikTok."""
    from training.simulate.population import population

    return population(60, 11, days=30, posts=10)[0]


@pytest.fixture(scope="module")
def whole(creators, model):
    """The tally of all of them at once, and the judgement."""
    (tally,), (judgement,) = tallied(creators, model)
    return tally, judgement


def test_every_account_is_counted_once_by_each_kind(whole, creators, model):
    tally, _ = whole
    result = api.judge(creators, model)
    for kind in ("accounts", "level", "support", "evidence", "cohort"):
        assert sum(tally.of(PLATFORM, kind).values()) == len(result) == 60
    for level in ("ordinary", "unusual", "suspicious", "insufficient_data"):
        assert tally.total("level", level) == np.count_nonzero(result.columns["level"] == level)
    unjudged = tally.of(PLATFORM, "unjudged")
    assert sum(unjudged.values()) == tally.total("level", "insufficient_data")


def test_chunks_in_any_order_give_the_same_tally(whole, creators, model):
    tallies, _ = tallied(creators, model, chunk=13)
    assert len(tallies) == 5
    assert merged(tallies).as_dict() == merged(tallies[::-1]).as_dict() == whole[0].as_dict()


def test_a_tally_goes_through_json_whole(whole):
    tally, _ = whole
    back = Tally.from_dict(json.loads(json.dumps(tally.as_dict())))
    assert back == tally
    assert json.dumps(back.as_dict()) == json.dumps(tally.as_dict())


def test_bins_hold_the_p_values_of_the_judged(whole):
    tally, judgement = whole
    for axis, block in (("followers", "counters"), ("likes", "history")):
        p_values = np.concatenate(
            [
                10.0 ** -reading.surprise[reading.judged]
                for reading in judgement.readings
                if (reading.unit.axis, reading.unit.block) == (axis, block)
            ]
        )
        counts = tally.of(PLATFORM, f"look {look_name(axis, block)}")
        assert [counts.get(f"{i:02}", 0) for i in range(len(EDGES) - 1)] == [
            int(np.sum((p_values > low) & (p_values <= high))) for low, high in pairwise(EDGES)
        ]


def test_signals_are_counted_by_the_peers_own_surprise(whole):
    tally, judgement = whole
    checked = 0
    for look in ("followers/counters", "likes/counters", "followers/history"):
        above: dict[str, int] = {}
        for reading in judgement.readings:
            if look_name(reading.unit.axis, reading.unit.block) != look:
                continue
            for pair in reading.unit.patterns[reading.pattern].pairs:
                own = reading.evidence.signals[pair[0]], reading.evidence.quantities
                surprise = reading.unit.peers[pair].surprise(*own)[reading.judged]
                name = pair_name(*pair)
                above[name] = above.get(name, 0) + int(np.sum(surprise >= -np.log10(MEDIAN)))
        counted = {n: k for n, k in tally.of(PLATFORM, f"above {look}").items() if n != FOREST}
        assert counted == {name: n for name, n in above.items() if name in counted}
        checked += len(counted)
    assert checked > 15


def test_a_signal_promises_its_share_unless_peers_share_one_value(model):
    promised = promised_shares(model, PLATFORM, MEDIAN)
    low, high = promised["likes/counters", "likes_per_view(post_views,post_comments,post_shares,followers)"]
    assert (round(low, 1), high) == (0.5, 0.5)
    low, high = promised["followers/history", "follower_refill()"]
    assert low < 0.01
    assert promised_shares(model, "x", MEDIAN) == {}


@pytest.mark.parametrize("n_odd", [1, 30, 400])
def test_what_a_tail_promises_is_what_its_accounts_do(n_odd):
    values = np.array([0.0] * (1000 - n_odd) + [1.0] * n_odd)
    tail = fit_tail(values)
    for share in (0.5, 0.05):
        found = np.mean(tail.read(values) >= -np.log10(share))
        assert tail_share(tail, share) - 0.002 <= found <= share


def test_a_share_that_exactly_so_many_share_is_promised_whole():
    tail = fit_tail(np.array([0.0] * 950 + [1.0] * 49))  # with the one scored, 50 of 1,000
    assert tail_share(tail, 0.05) == pytest.approx(0.05)


def test_levels_are_promised_as_the_card_says_they_were_measured(model):
    measured = model.card["cross_validation"]
    judged, suspicious = promised_levels(model, "tiktok")
    assert (judged, suspicious) == (measured["tiktok.judged_share"], measured["tiktok.suspicious_share"])
    assert (judged, suspicious) != (1.0, 0.01)
    assert promised_levels(Model({}, {}), "tiktok") == (1.0, 0.01)


# Drift, on accounts whose truth is known by construction


def profiles(n, seed, *, followers_times=1.0, share=1.0):
    """Invented profiles: followers and the likes that go with them; some get more followers."""
    rng = np.random.default_rng(seed)
    followers = 10 ** rng.uniform(3, 6, n)
    likes = followers * rng.lognormal(2, 1, n)
    more = np.where(rng.random(n) < share, followers_times, 1.0)
    columns = {
        "platform": np.full(n, PLATFORM, dtype=object),
        "account_id": np.array([f"{seed}-{i:05}" for i in range(n)], dtype=object),
        "followers": np.round(followers * more),
        "likes": np.round(likes),
        "posts": np.round(rng.uniform(20, 400, n)),
    }
    return Tables(accounts=Table("accounts", columns), rows_read={"accounts": n})


@pytest.fixture(scope="module")
def fitted():
    """A model fitted on 800 such profiles."""
    from training.fit import FitSettings, fit

    return fit(profiles(800, 1), FitSettings(name="quick")).model


def found(tables, model):
    return drift(merged(tallied(tables, model)[0]), model)


@pytest.mark.parametrize(("seed", "n"), [(2, 3_000), (3, 800), (4, 120)])
def test_accounts_like_the_references_do_not_drift(fitted, seed, n):
    of = found(profiles(n, seed), fitted)
    assert of.warnings == ()
    assert {one.what for one in of.findings} >= {"no peers", "no data", "level", "p-values", "top 5 %"}
    assert of.expected_by_chance == round(0.01 * of.scored, 2)
    for one in of.findings:
        assert 0.0 <= one.low <= one.high <= 1.0
        if one.what == "p-values":
            assert one.found == pytest.approx(0.5, abs=0.1)
        elif one.what == "above the median":
            assert one.low <= 0.5 <= one.high + 0.01


def test_more_followers_for_all_are_drift_towards_odder(fitted):
    of = found(profiles(1_500, 5, followers_times=4.0), fitted)
    said = " ".join(of.warnings)
    assert "tiktok: p-values are not spread as among ordinary peers: followers/counters odder" in said
    assert "times the reference's" in said
    assert "followers_beyond_engagement has" in said
    assert of.warnings[-1].endswith(
        f"fit a model on them with `{REFIT}`, on accounts that you believe ordinary."
    )
    assert next(one for one in of.findings if one.what == "p-values" and one.drifted).odder


def test_fewer_followers_are_drift_towards_less_odd(fitted):
    of = found(profiles(1_500, 6, followers_times=0.25), fitted)
    assert "followers/counters less odd" in " ".join(of.warnings)


def test_inflated_accounts_among_many_are_found_and_are_no_drift_of_p_values(fitted):
    of = found(profiles(3_000, 7, followers_times=30.0, share=0.03), fitted)
    assert of.suspicious > 2 * of.expected_by_chance
    assert [one.what for one in of.findings if one.drifted] == ["level"]
    assert "times the reference's" in of.warnings[0]
    assert of.warnings[1].startswith("Look at the flagged accounts first. If most of them turn out ordinary")
    assert REFIT in of.warnings[1]


def test_the_same_difference_is_the_same_effect_whatever_the_number(fitted):
    small, large = (found(profiles(n, 8, followers_times=1.6), fitted) for n in (1_000, 4_000))

    def effect(of):
        return next(one.effect for one in of.findings if one.what == "p-values")

    assert abs(effect(small) / effect(large) - 1) < 0.5


def test_too_few_accounts_say_nothing(fitted):
    of = found(profiles(60, 9, followers_times=30.0), fitted)
    assert of.too_few
    assert not found(profiles(300, 13), fitted).too_few
    assert of.warnings == ()
    assert of.suspicious > 10
    assert {one.what for one in of.findings} <= {"no peers", "no data", "level"}


def test_a_platform_without_reference_is_said(fitted):
    tables = profiles(200, 10)
    elsewhere = np.full(200, "x", dtype=object)
    of = found(replace(tables, accounts=tables.accounts.replace(platform=elsewhere)), fitted)
    assert of.warnings[0] == "x: the model does not know this platform, so its 200 accounts are not judged."
    assert REFIT in of.warnings[1]


def test_accounts_beyond_the_reference_have_no_peers(fitted):
    tables = profiles(400, 11)
    tiny = tables.accounts.replace(
        **{k: np.round(tables.accounts.column(k) / 2_000) for k in ("followers", "likes")}
    )
    said = " ".join(found(replace(tables, accounts=tiny), fitted).warnings)
    assert "of 400 accounts have no peers in the reference" in said


def test_a_column_that_is_gone_is_said_to_be_lacking_and_not_to_lack_peers(fitted):
    tables = profiles(400, 12)
    gone = Table("accounts", {k: v for k, v in tables.accounts.columns.items() if k != "likes"})
    said = " ".join(found(replace(tables, accounts=gone), fitted).warnings)
    assert "100% of 400 accounts lack the data to be judged" in said
    assert "no peers" not in said
    assert REFIT not in said  # no model mends that


def test_figures_for_the_summary_are_plain(fitted):
    of = found(profiles(300, 13), fitted).as_dict()
    assert json.loads(json.dumps(of)) == of
    assert of["warnings"] == []


def test_figures_for_the_summary_are_rounded():
    exact = Finding("tiktok", "level", "suspicious", 3, 1 / 3, 0.0079024999, 0.01, 44.01747493755021, True)
    said = exact.as_dict()
    assert (said["found"], said["low"], said["high"], said["effect"]) == (0.333333, 0.007902, 0.01, 44.0175)
    assert replace(exact, **said) == Finding(**said)
    assert str(replace(exact, effect=-1e-9).as_dict()["effect"]) == "0.0"


def test_a_night_of_nobody_has_no_drift():
    of = drift(Tally(), Model({}, {}))
    assert (of.findings, of.warnings, of.scored) == ((), (), 0)
    assert of.expectation == "Expect about 0 false alarms among 0 judged accounts; 0 are suspicious."


def test_even_p_values_have_an_index_of_chance():
    rng = np.random.default_rng(0)
    n = 500
    index = [population_stability(rng.multinomial(n, ORDINARY_BINS), ORDINARY_BINS) for _ in range(400)]
    assert 8 < n * np.mean(index) < 14  # chi-squared with 11 degrees
    assert np.quantile(index, 0.99) < 31.3 / n
    assert cohens_h(0.5, 0.5) == 0.0


def test_signals_that_lie_elsewhere_are_told_by_size_with_what_was_promised_on_that_side():
    signals = [
        Finding(PLATFORM, "above the median", "risen", 500, 0.8, 0.4, 0.5, 0.6, True),
        Finding(PLATFORM, "top 5 %", "fallen", 500, 0.01, 0.04, 0.05, -0.9, True),
        Finding(PLATFORM, "top 5 %", "third", 500, 0.2, 0.04, 0.05, 0.4, True),
        Finding(PLATFORM, "top 5 %", "fourth", 500, 0.2, 0.04, 0.05, 0.35, True),
    ]
    assert next(warnings_of(signals)) == (
        "tiktok: signals lie elsewhere than peers': fallen has 1% of accounts in the peers' top 5 %, not 4%; risen has "
        "80% of accounts in the peers' upper half, not 50%; third has 20% of accounts in the peers' top 5 %, not 5%; "
        "and 1 more."
    )
    assert "more" not in next(warnings_of(signals[:3]))


def test_a_finding_knows_its_direction():
    one = Finding(PLATFORM, "top 5 %", "s", 500, 0.2, 0.05, 0.05, 0.5, True)
    assert one.odder
    assert not replace(one, found=0.01).odder
