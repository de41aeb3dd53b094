"""The peers do the work they are said to do: a slow or lazy one would flatter the audit."""

import json
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

from benchmarks.peers import floor, pandas_script, tsfresh_pyod
from benchmarks.populations import Population, write_population
from detector.signals.catalogue import CATALOGUE


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_population(Population(300, seed=2), tmp_path_factory.mktemp("made") / "p")


@pytest.fixture(scope="module")
def tables(folder):
    return [pd.read_parquet(folder / name) for name in ("accounts", "posts", "snapshots")]


@pytest.fixture(scope="module")
def signals(tables):
    return pandas_script.signals(*tables)


def test_pandas_has_a_column_for_each_signal_of_the_catalogue(signals):
    assert sorted(pandas_script.SIGNALS) == sorted(signal.name for signal in CATALOGUE)
    assert list(signals.columns) == list(pandas_script.SIGNALS)
    for axis, own in pandas_script.AXES.items():
        assert sorted(own) == sorted(signal.name for signal in CATALOGUE if signal.axis == axis)


def test_pandas_knows_a_signal_wherever_its_counters_are_there(signals):
    unknown = signals.columns[signals.isna().all()]
    of_instagram = {"few_followers", "following_beyond_likes", "unreturned_following"}
    assert {name for name in unknown if not name.endswith("_views")} == {"saves_below_likes", *of_instagram}
    assert signals.drop(columns=unknown).isna().mean().max() < 0.75


def test_pandas_does_not_care_for_the_order_of_rows(tables, signals):
    shuffled = [table.sample(frac=1.0, random_state=1) for table in tables]
    again = pandas_script.signals(*shuffled).reindex(signals.index)
    pd.testing.assert_frame_equal(again, signals)


def test_pandas_gives_an_account_the_same_signals_alone_and_among_others(tables, signals):
    one = signals.index[7]
    alone = pandas_script.signals(*(table[table.account_id == one] for table in tables))
    pd.testing.assert_frame_equal(alone, signals.loc[[one]])


@pytest.mark.parametrize(
    ("counter", "factor", "signal"),
    [
        ("followers", 1.5, "follower_spike_without_likes"),
        ("followers", 1.5, "follower_spike"),
        ("followers", 1.5, "follower_gain_concentration"),
        ("likes", 1.5, "like_step_without_followers"),
        ("likes", 1.5, "like_spike_without_followers"),
    ],
)
def test_a_jump_of_one_counter_is_seen_by_pandas(tables, signals, counter, factor, signal):
    accounts, posts, looks = tables
    who = accounts.account_id[accounts.likes.notna()].iloc[3]
    late = (looks.account_id == who) & (looks.observed_at > looks.observed_at.max() - pd.Timedelta(days=10))
    jumped = looks.assign(
        **{counter: looks[counter].astype(float).where(~late, looks[counter].astype(float) * factor)}
    )
    after = pandas_script.signals(accounts, posts, jumped)[signal]
    assert after[who] > signals[signal][who]
    assert after.rank(pct=True)[who] > 0.97
    others = after.index != who
    np.testing.assert_array_equal(after[others], signals[signal][others])


def test_a_showered_post_is_seen_by_pandas(tables, signals):
    accounts, posts, looks = tables
    who = accounts.account_id.iloc[3]
    hit = posts.index[posts.account_id == who][0]
    after = pandas_script.signals(
        accounts, posts.assign(likes=posts.likes.where(posts.index != hit, 10**7)), looks
    )
    for name in ("showered_post", "likes_per_view_peak", "silent_likes_peak", "impossible_posts"):
        assert after[name][who] > signals[name][who], name
        assert after[name].rank(pct=True)[who] > 0.99, name


def test_pandas_gives_every_account_a_score_and_the_odd_one_a_high_one(
    tables, signals, folder, tmp_path, capsys
):
    pandas_script.main([str(folder), "--out", str(tmp_path / "r.parquet"), "--jobs", "1"])
    said = json.loads(capsys.readouterr().out)
    assert (said["accounts"], said["signals"]) == (300, len(CATALOGUE))
    assert list(said["seconds"]) == ["read", "signals", "score"]
    result = pd.read_parquet(tmp_path / "r.parquet")
    assert set(result.account_id) == set(tables[0].account_id)
    assert result[["score", *(f"{axis}_score" for axis in pandas_script.AXES)]].notna().all(axis=None)
    odd = signals.copy()
    odd.loc[odd.index[0], ["follower_spike", "follower_drip", "showered_post", "like_step"]] = 99.0
    after = pandas_script.score(odd, tables[0], 1)
    before = result.set_index("account_id").loc[odd.index[0]]
    assert (after.loc[odd.index[0]] > before[after.columns])[
        ["score", "followers_score", "likes_score"]
    ].all()
    assert (after.rank(pct=True).loc[odd.index[0]] > 0.9)[["score", "followers_score", "likes_score"]].all()


@pytest.mark.parametrize(("rows", "again"), [(10**9, 8), (2_000, 8), (2_000, 1)])
def test_the_floor_brings_every_row_whatever_the_way(folder, monkeypatch, capsys, rows, again):
    monkeypatch.setattr(floor, "ROWS", rows)
    monkeypatch.setattr(floor, "READ_AGAIN", again)
    floor.main([str(folder), "--memory", "500MB", "--threads", "1"])
    found = json.loads(capsys.readouterr().out)
    assert {name: found[name] for name in floor.ORDER} == Population(300).rows
    assert found["partitions"] == (1 if rows > 10**6 else 5)
    assert found["seconds"] > 0


def test_tsfresh_has_ten_features_of_each_counter(folder, required, capsys):
    if find_spec("tsfresh") is None:
        required("tsfresh is not installed: make bench would not measure it")
    tsfresh_pyod.main([str(folder), "--jobs", "0"])
    found = json.loads(capsys.readouterr().out)
    assert found == {"accounts": 300, "features": 10 * (3 + 4)}
