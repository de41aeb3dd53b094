"""The fit: the same reference gives the same model, and what cannot be used is said, never guessed."""

from pathlib import Path

import numpy as np
import pytest

from detector.cases import Case
from detector.errors import FitError
from detector.model import store
from detector.scoring import score_tables
from detector.tables import Table, Tables
from training.fit import FitOutcome, FitSettings, fit

SETTINGS = FitSettings(name="test")
QUICK = ("followers", "likes")


def profiles(n: int, platform: str = "tiktok", keep: tuple[str, ...] = QUICK, inflated: int = 0) -> Tables:
    """Invented profiles whose counters go together; the first `inflated` have forty times the followers."""
    rng = np.random.default_rng(1)
    followers = np.round(10 ** rng.uniform(3, 6, n))
    columns = {
        "followers": followers,
        "likes": np.round(followers * rng.lognormal(2, 0.8, n)),
        "posts": np.round(10 ** rng.uniform(1, 2.5, n)),
        "following": np.round(10 ** rng.uniform(1, 3, n)),
    }
    columns["followers"] = np.where(np.arange(n) < inflated, 40 * followers, followers)
    who = {
        "platform": np.full(n, platform, dtype=object),
        "account_id": np.array([f"{platform}{i:04d}" for i in range(n)], dtype=object),
    }
    return Tables(accounts=Table("accounts", {**who, **{name: columns[name] for name in keep}}))


@pytest.fixture(scope="module")
def plain() -> FitOutcome:
    return fit(profiles(150), SETTINGS)


def saved(outcome: FitOutcome, folder: Path) -> tuple[bytes, ...]:
    store.save(outcome.model, folder)
    return tuple((folder / name).read_bytes() for name in ("card.json", "arrays.npz"))


def test_the_order_of_rows_of_the_reference_changes_no_byte(plain: FitOutcome, tmp_path: Path):
    reference = profiles(150)
    mixed = Tables(accounts=reference.accounts.take(np.random.default_rng(0).permutation(150)))
    assert saved(plain, tmp_path / "a") == saved(fit(mixed, SETTINGS), tmp_path / "b")


def test_another_seed_is_another_model(plain: FitOutcome, tmp_path: Path):
    other = fit(profiles(150), FitSettings(name="test", seed=8))
    assert saved(plain, tmp_path / "a") != saved(other, tmp_path / "b")


def test_inflated_cases_leave_the_reference_and_the_others_are_reported(tmp_path: Path):
    labels = [
        ("tiktok0000", "inflated"),
        ("tiktok0001", "genuine"),
        ("tiktok0002", "unsure"),
        ("gone", "inflated"),
    ]
    cases = [Case("tiktok", account, label) for account, label in labels]
    outcome = fit(profiles(150), SETTINGS, cases=cases)
    assert outcome.model.platforms["tiktok"].n_accounts == 149
    assert outcome.model.card["cases"] == {"inflated": 1, "genuine": 1}
    said = " ".join(outcome.report.notices)
    assert "tiktok/gone" in said
    assert "labelled unsure: 1 account." in said
    accounts = profiles(150).accounts
    without = fit(Tables(accounts=accounts.take(np.arange(150) != 0)), SETTINGS)
    arrays = saved(outcome, tmp_path / "a")[1], saved(without, tmp_path / "b")[1]
    assert arrays[0] == arrays[1]


def test_a_reference_of_too_few_accounts_is_refused():
    with pytest.raises(FitError, match="49 reference accounts, too few"):
        fit(profiles(49), SETTINGS)
    with pytest.raises(FitError, match=r"could be fitted\. The source holds no account"):
        fit(Tables(), SETTINGS)


def test_a_platform_of_too_few_accounts_is_reported_and_the_others_are_fitted():
    small, large = profiles(30, "x").accounts, profiles(120).accounts
    columns = {name: np.concatenate([large.column(name), small.column(name)]) for name in large.columns}
    outcome = fit(Tables(accounts=Table("accounts", columns)), SETTINGS)
    assert set(outcome.model.platforms) == {"tiktok"}
    assert any(notice.startswith("x: 30 reference accounts") for notice in outcome.report.notices)


def test_a_reference_without_likes_and_views_fits_what_it_can():
    outcome = fit(profiles(150, keep=("followers", "following", "posts")), SETTINGS)
    assert {unit.axis for unit in outcome.model.platforms["tiktok"].units} == {"automation"}
    result = score_tables(profiles(150), outcome.model)
    assert np.isnan(result.columns["followers_suspicion"]).all()


def test_a_reference_without_any_counter_is_refused():
    with pytest.raises(FitError, match="no counter that a signal needs"):
        fit(profiles(150, keep=()), SETTINGS)


def test_a_contaminated_reference_still_finds_what_is_inflated():
    outcome = fit(profiles(300, inflated=9), SETTINGS)
    found = score_tables(profiles(300, inflated=9), outcome.model).columns["followers_score"]
    assert np.median(found[:9]) > np.quantile(found[9:], 0.99)


def test_constant_counters_do_not_stop_a_fit():
    reference = profiles(150)
    flat = Tables(accounts=reference.accounts.replace(posts=np.full(150, 12.0)))
    assert "tiktok" in fit(flat, SETTINGS).model.platforms


def test_the_report_speaks_of_every_account_that_was_fitted_on(plain: FitOutcome):
    out = plain.report.out_of_fold
    assert {len(values) for values in out.values()} == {150}
    assert plain.report.metrics["tiktok.accounts"] == 150
    assert 0 <= plain.report.metrics["tiktok.judged_share"] <= 1
