"""What is measured of labelled accounts in a reference: who teaches, who is asked, and the tables."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import labelled_contamination as measure
from benchmarks.automation_bound import fold_of
from benchmarks.automation_page import emptiness_shown, labelled_contamination, labelled_reach
from benchmarks.labelled import Labelled
from detector.tables import Table, Tables


def test_a_tenth_of_the_reference_is_labelled_and_nobody_who_is_asked_teaches(half: Labelled) -> None:
    labelled = dict(zip(half.tables.keys(), half.inflated.tolist(), strict=True))
    asked = dict(zip(half.tables.keys(), fold_of(half, measure.FOLDS).tolist(), strict=True))
    clean = measure.reference(half, 2, None).keys()
    assert not any(labelled[key] for key in clean)
    draws = [measure.reference(half, 2, draw).keys() for draw in range(3)]
    for keys in draws:
        assert {asked[key] for key in keys} == set(range(measure.FOLDS)) - {2}
        assert sum(labelled[key] for key in keys) == round(len(clean) / 9)
        assert set(clean) <= set(keys)
    assert len({tuple(keys) for keys in draws}) == 3


def test_genuine_and_labelled_accounts_are_counted_apart(half: Labelled) -> None:
    found = measure.shown(half)
    assert found["marks"]["missing_picture"] == [0.0]
    assert found["marks"]["empty_biography"][0] < 0.1
    for kind in ("genuine", "labelled"):
        assert found[kind] == sorted(found[kind], reverse=True)
    assert found["labelled"][2] > 0.8 > 0.1 > found["genuine"][2]


def test_another_set_is_left_alone_where_it_shows_no_more_than_the_others_do(half: Labelled) -> None:
    alike = {"a": half, "b": half, "c": half}
    assert measure.apart(alike, "a") == {"1": 0.0, "1.5": 0.0}
    empties = Labelled(half.tables, ~half.inflated)  # all that is called genuine here is empty
    mixed = Labelled(half.tables, half.inflated & (np.arange(len(half.inflated)) % 4 > 0))  # some of it is
    assert measure.apart({"a": empties, "b": half}, "a")["1.5"] == 0.0  # too many for the law to have a say
    assert measure.apart({"a": mixed, "b": half}, "a")["1.5"] > 0.02


def test_a_reach_needs_likes_and_grows_with_inflated_followers(half: Labelled) -> None:
    assert measure.reaches(half) == {}
    rng, inflated = np.random.default_rng(5), np.arange(500) % 5 == 0
    followers, posts = rng.lognormal(7, 1, 500), rng.lognormal(4, 0.8, 500)
    columns = {
        "platform": np.full(500, "instagram", dtype=object),
        "account_id": np.array([f"a{row}" for row in range(500)], dtype=object),
        "followers": np.round(followers * np.where(inflated, 30, 1)),
        "posts": np.round(posts) + 1,
        "likes": np.round(followers * posts * rng.lognormal(-3, 0.5, 500)) + 1,
    }
    found = measure.reaches(Labelled(Tables(accounts=Table("accounts", columns)), inflated))
    assert list(found) == ["followers_beyond_engagement"]  # whom they follow is not known
    (far,) = found.values()
    assert far["contaminated"][2] > 1.5 * far["clean"][2]


def test_figures_are_of_all_parts_together() -> None:
    genuine = np.arange(400) % 2 == 0
    score = np.where(genuine, np.linspace(0, 1, 400), 0.97)
    judged = genuine | (np.arange(400) % 4 == 1)
    score[~judged] = 2.0  # without peers an account is ranked, too
    parts = [
        measure.Held(score[rows], score[rows] > 0.96, judged[rows], ~genuine[rows], left_out)
        for rows, left_out in ((slice(0, 200), 0.0), (slice(200, 400), 0.5))
    ]
    found = measure.figures(parts)
    assert found["judged"] == found["recall at 1 %"] == 0.5
    assert found["recall of judged"] == 0.0  # 0.97 is below the highest hundredth of the genuine
    assert found["recall at 5 %"] == 1.0
    assert found["left out"] == 0.25
    assert found["caught"] == 1.0
    assert found["false alarms"] == pytest.approx(0.04, abs=0.005)
    assert found["auc"] == pytest.approx((1.0 + (0.94 + 1.0) / 2) / 2, abs=0.01)


def test_what_was_measured_stands_in_two_tables(
    half: Labelled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "SETS", {"K1": ("folder", "name", None)})
    monkeypatch.setattr(measure, "reference_half", lambda data, task: half)
    monkeypatch.setattr(measure, "FOLDS", 4)
    monkeypatch.setattr(measure, "DRAWS", 1)
    out = tmp_path / "found.json"
    monkeypatch.setattr("sys.argv", ["measure", "--data", str(tmp_path), "--out", str(out)])
    assert measure.main() == 0
    row = json.loads(out.read_text())["sets"][0]
    assert row["figures"]["clean"]["auc"] > 0.9
    assert row["figures"]["clean"]["left out"] == 0.0
    _, _, clean, contaminated = labelled_contamination(out).splitlines()
    assert clean.startswith(f"| K1 | genuine accounts | {row['figures']['clean']['auc']:.3f} | ")
    assert contaminated.startswith("| K1 | 10% labelled | ")
    head, _, genuine, _ = emptiness_shown(out).splitlines()
    assert head.startswith("| set | accounts | 1 | 2 | 3 | 4 | 5 | 6 | left out")
    assert genuine.startswith(f"| K1 | {row['genuine']} genuine | {row['shown']['genuine'][0]:.1%} | ")
    row |= {"left_out_by_others": {"1": 0.125, "1.5": 0.0}, "reach": {}}
    row["reach"]["followers_beyond_engagement"] = {"clean": [1.0, 1.1, 1.2, 1.3]}
    out.write_text(json.dumps({"share": 0.1, "together": measure.TOGETHER, "sets": [row]}))
    assert emptiness_shown(out).splitlines()[2].endswith(" | 12.5% | 0.0% |")
    assert (
        labelled_reach(out)
        .splitlines()[2]
        .endswith("| K1 | genuine accounts | 1.00 | 1.10 | 1.20 | 1.30 | 1.75 |")
    )
    for table in (emptiness_shown, labelled_contamination, labelled_reach):
        assert table(tmp_path / "none") == "Not measured yet."
