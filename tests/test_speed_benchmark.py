"""The benchmark of speed: its population is as asked for, and its figures are complete."""

import importlib
import json
from pathlib import Path

import numpy as np
import pytest

from detector.api import load_model
from detector.scoring import score_tables
from detector.signals import compiled

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"


def module_of(name: str):
    return importlib.import_module(f"benchmarks.{name}")


@pytest.fixture(scope="module")
def population():
    return module_of("population_tables")


def test_a_population_has_the_looks_and_posts_asked_for(population):
    tables = population.population_tables(population.Size(200, days=30, posts=10), seed=1)
    assert len(tables.accounts) == 200
    assert len(tables.snapshots) == 200 * 30
    assert 0.9 * 2_000 < len(tables.posts) <= 2_000
    for table in (tables.accounts, tables.posts, tables.snapshots):
        for values in table.columns.values():
            if values.dtype == np.float64:
                assert (values >= 0).all()
                assert (values % 1 == 0).all()


def test_the_same_seed_gives_the_same_population_and_other_parts_share_no_account(population):
    size = population.Size(50)
    one, again = population.population_tables(size, seed=3), population.population_tables(size, seed=3)
    other = population.population_tables(size, seed=3, first=50)
    for name in ("accounts", "posts", "snapshots"):
        for column, values in getattr(one, name).columns.items():
            assert np.array_equal(values, getattr(again, name).columns[column])
    assert not set(one.keys()) & set(other.keys())


def test_giants_are_as_many_as_asked_for(population):
    tables = population.population_tables(population.Size(300, giants=100, giant_posts=700), seed=2)
    counts = np.unique(tables.posts.column("account_id").astype(str), return_counts=True)[1]
    assert 10 <= (counts == 700).sum() <= 60


def test_a_population_is_judged_as_populations_are(population):
    level = score_tables(population.population_tables(population.Size(600)), load_model()).columns["level"]
    assert (level == "ordinary").mean() > 0.7
    assert (level == "suspicious").mean() < 0.1


def test_stages_and_signals_are_measured_per_account(population):
    stages = module_of("stages")
    spent = stages.measure(population.Size(40), load_model(), 1)
    assert {"repair", "panel", "signals", "peers, tails, forests", "all, as score_tables"} <= set(spent)
    assert all(value >= 0 for value in spent.values())


def test_the_catalogue_is_measured_beside_sorting_with_what_is_there(population, monkeypatch):
    monkeypatch.setattr(compiled, "_loops", [])
    monkeypatch.setattr(compiled, "find_spec", lambda name: None)
    found = module_of("stages").signals(population.Size(40, posts=30), 1)
    assert found["times_sorting"] == pytest.approx(found["compiled"] / found["sorting"], rel=0.3)
    assert min(found["compiled"], found["plain"], found["sorting"]) > 0
    assert compiled.fast() is None


def test_figures_say_what_was_measured_and_their_ratios_are_those_of_their_times():
    found = json.loads((FOLDER / "results" / "speed.json").read_text(encoding="utf-8"))
    assert {pair["ours"] for pair in found["pairs"]} >= {"compiled walk", "plain walk (NumPy)"}
    for pair in found["pairs"]:
        ours, theirs = (np.median(pair[name]) for name in ("ours_s", "theirs_s"))
        assert pair["ratio"] == pytest.approx(ours / theirs, rel=0.02)
    assert found["stages"]["microseconds_per_account"]["all, as score_tables"] > 0
    for one in found["stages"]["catalogue"]:
        assert one["times_sorting"] == pytest.approx(one["compiled"] / one["sorting"], rel=0.02)
