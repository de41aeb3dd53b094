"""Populations: creator i is itself however many there are and whoever draws it; a folder holds the same, or nothing."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.sources import read
from detector.tables import Table, Tables
from training.simulate import population as module
from training.simulate.organic import BLOCK, Settings, creators
from training.simulate.population import population, write_population
from training.simulate.truth import Truth, read_truth

N = 25
SMALL: dict[str, Any] = {"days": 14, "posts": 4}
TABLES = ("accounts", "posts", "snapshots")


def same(left: Table, right: Table) -> bool:
    """To the last bit, columns that neither knows aside."""
    names = {*left.columns, *right.columns}
    return len(left) == len(right) and all(
        np.array_equal(left.column(name), right.column(name), equal_nan=left.column(name).dtype.kind in "fM")
        for name in names
    )


def all_same(left: Tables, right: Tables) -> bool:
    return all(same(getattr(left, name), getattr(right, name)) for name in TABLES)


def first(tables: Tables, n: int) -> Tables:
    """The rows of the first `n` accounts."""
    ids = set(tables.accounts.column("account_id")[:n].tolist())

    def cut(table: Table) -> Table:
        return table.take(np.array([one in ids for one in table.column("account_id")], dtype=bool))

    return Tables(*(cut(getattr(tables, name)) for name in TABLES))


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def seven_more(tables: Tables, truth: tuple[Truth, ...]) -> tuple[Tables, tuple[Truth, ...]]:
    """A change: every account has 7 followers more and is said to be inflated."""
    followers = tables.accounts.column("followers") + 7
    accounts = tables.accounts.replace(followers=followers)
    said = tuple(Truth(one.platform, one.account_id, "inflated", "followers") for one in truth)
    return Tables(accounts, tables.posts, tables.snapshots), said


def fails_after(n: int, tables: Tables, truth: tuple[Truth, ...]) -> tuple[Tables, tuple[Truth, ...]]:
    if truth[0].account_id == creators([n], Settings(9, days=14, posts=4))[1][0].account_id:
        raise RuntimeError("no more")
    return tables, truth


@pytest.fixture(scope="module")
def some() -> tuple[Tables, tuple[Truth, ...]]:
    return population(N, 9, **SMALL)


@pytest.fixture
def blocks_of_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 10)


def test_a_creator_is_the_same_in_a_smaller_population(some: tuple[Tables, tuple[Truth, ...]]) -> None:
    tables, truth = population(9, 9, **SMALL)
    assert all_same(tables, first(some[0], 9))
    assert truth == some[1][:9]


@pytest.mark.parametrize("workers", [1, 2])
def test_blocks_and_workers_change_nothing(
    some: tuple[Tables, tuple[Truth, ...]], blocks_of_ten: None, workers: int
) -> None:
    tables, truth = population(N, 9, workers=workers, **SMALL)
    assert all_same(tables, some[0])
    assert truth == some[1]


def test_a_creator_drawn_alone_is_the_same(some: tuple[Tables, tuple[Truth, ...]]) -> None:
    tables, truth = creators([N - 1], Settings(9, days=14, posts=4))
    assert same(tables.accounts, some[0].accounts.take(np.array([N - 1])))
    assert truth == some[1][-1:]


def test_creators_and_seeds_differ(some: tuple[Tables, tuple[Truth, ...]]) -> None:
    assert len(set(some[0].accounts.column("account_id"))) == N
    assert not all_same(population(N, 10, **SMALL)[0], some[0])


def test_the_truth_is_of_the_accounts_in_their_order(some: tuple[Tables, tuple[Truth, ...]]) -> None:
    tables, truth = some
    assert [one.account_id for one in truth] == tables.accounts.column("account_id").tolist()
    assert {one.label for one in truth} == {"genuine"}


def test_nobody_is_a_population(tmp_path: Path) -> None:
    assert len(population(0, 1)[0].accounts) == 0
    assert read_truth(write_population(tmp_path / "none", 0, 1)) == ()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_folder_holds_what_memory_would(
    some: tuple[Tables, tuple[Truth, ...]], blocks_of_ten: None, tmp_path: Path, workers: int
) -> None:
    truth = write_population(tmp_path / "deep" / "lives", N, 9, workers=workers, **SMALL)
    found = read(tmp_path / "deep" / "lives")
    assert all_same(found, some[0])
    assert found.set_aside == ()
    assert truth == tmp_path / "deep" / "lives-truth.csv"
    assert read_truth(truth) == some[1]
    assert len(list((tmp_path / "deep" / "lives" / "posts").iterdir())) == 3


def test_one_seed_gives_the_same_bytes_whoever_writes_them(blocks_of_ten: None, tmp_path: Path) -> None:
    for name, seed, workers in (("a", 9, 1), ("b", 9, 1), ("c", 9, 2), ("d", 8, 1)):
        write_population(tmp_path / name, N, seed, workers=workers, **SMALL)
    written = {name: files(tmp_path / name) for name in "abcd"}
    assert written["a"] == written["b"] == written["c"]
    assert written["a"] != written["d"]
    assert (tmp_path / "a-truth.csv").read_bytes() == (tmp_path / "c-truth.csv").read_bytes()


def test_a_change_is_done_to_what_is_kept(
    some: tuple[Tables, tuple[Truth, ...]], blocks_of_ten: None, tmp_path: Path
) -> None:
    truth = read_truth(write_population(tmp_path / "lives", N, 9, change=seven_more, **SMALL))
    followers = read(tmp_path / "lives").accounts.column("followers")
    assert np.array_equal(followers, some[0].accounts.column("followers") + 7)
    assert {(one.label, one.axis) for one in truth} == {("inflated", "followers")}


@pytest.mark.parametrize("at", [0, 20])
def test_a_change_that_fails_leaves_nothing(blocks_of_ten: None, tmp_path: Path, at: int) -> None:
    with pytest.raises(RuntimeError, match="no more"):
        write_population(tmp_path / "lives", N, 9, change=partial(fails_after, at), **SMALL)
    assert list(tmp_path.iterdir()) == []


def test_a_truth_that_cannot_be_written_leaves_no_tables(tmp_path: Path) -> None:
    (tmp_path / "lives-truth.csv" / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match=r"lives-truth\.csv"):
        write_population(tmp_path / "lives", 2, 9, **SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["lives-truth.csv"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": -1},
        {"seed": -1},
        {"platform": "myspace"},
        {"days": 6},
        {"posts": 0},
        {"archetypes": ["sorcerer"]},
        {"archetypes": []},
        {"workers": 0},
    ],
    ids=str,
)
def test_settings_that_make_no_population_are_refused(wrong: dict[str, Any], tmp_path: Path) -> None:
    settings: dict[str, Any] = {"n": 2, "seed": 1, **wrong}
    with pytest.raises(ValueError, match="expected"):
        population(**settings)
    with pytest.raises(ValueError, match="expected"):
        write_population(tmp_path / "lives", **settings)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "lives").mkdir()
    write_population(tmp_path / "lives", 2, 9, **SMALL)
    before = files(tmp_path)
    with pytest.raises(ValueError, match="not an empty folder"):
        write_population(tmp_path / "lives", 2, 8, **SMALL)
    with pytest.raises(ValueError, match="not an empty folder"):
        write_population(tmp_path / "lives-truth.csv", 2, 8, **SMALL)
    assert files(tmp_path) == before


def test_progress_is_told_after_every_block(blocks_of_ten: None, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    population(N, 9, progress=lambda done, of: told.append((done, of)), **SMALL)
    assert told == [(10, N), (20, N), (N, N)]
    told.clear()
    write_population(
        tmp_path / "lives", N, 9, progress=lambda done, of: told.append((done, of)), workers=2, **SMALL
    )
    assert told == [(10, N), (20, N), (N, N)]


def test_a_block_is_as_large_as_part_files_say() -> None:
    assert module.BLOCK == BLOCK
