"""A population is what its settings say, byte for byte, unsorted, and believable."""

import hashlib
import itertools
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from benchmarks import populations
from benchmarks.lives import GIANT_POSTS, LOOKS, POSTS
from benchmarks.populations import Population, main, write_population


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_population(Population(1_500, seed=3), tmp_path_factory.mktemp("made") / "p")


def table(folder, name):
    return pq.read_table(folder / name).to_pandas()


def test_every_account_has_its_row_its_looks_and_its_posts(folder):
    accounts, posts, looks = (table(folder, name) for name in ("accounts", "posts", "snapshots"))
    assert accounts.account_id.nunique() == len(accounts) == 1_500
    assert set(posts.groupby("account_id").size()) == {POSTS}
    assert set(looks.groupby("account_id").size()) == {LOOKS}
    assert set(posts.account_id) == set(looks.account_id) == set(accounts.account_id)
    assert posts.post_id.is_unique
    assert not looks.duplicated(["account_id", "observed_at"]).any()


def test_ids_are_text_of_nineteen_digits_in_no_order(folder):
    ids = table(folder, "accounts").account_id
    assert ids.map(type).eq(str).all()
    assert ids.str.fullmatch(r"[1-9]\d{18}").all()
    assert not ids.is_monotonic_increasing


def test_rows_of_an_account_lie_scattered_over_all_files(folder):
    files = sorted((folder / "snapshots").glob("*.parquet"))
    held = [set(pq.read_table(path)["account_id"].to_pylist()) for path in files]
    assert len(files) == populations.LEAST_FILES
    assert len(set.intersection(*held)) > 0.9 * 1_500
    first = pq.read_table(files[0])["account_id"].to_pylist()
    assert all(here != after for here, after in itertools.pairwise(first))


def test_the_same_settings_give_the_same_bytes_with_any_number_of_workers(folder, tmp_path):
    again = write_population(Population(1_500, seed=3), tmp_path / "again", workers=2)
    other = write_population(Population(1_500, seed=4), tmp_path / "other")
    assert digests(again) == digests(folder)
    assert digests(other) != digests(folder)


def test_the_cut_into_row_groups_changes_no_row(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(populations, "GROUP", 333)
    again = write_population(Population(1_500, seed=3), tmp_path / "again")
    for name in ("accounts", "posts", "snapshots"):
        assert pq.read_table(again / name).equals(pq.read_table(folder / name))


def test_counters_are_believable(folder):
    accounts, posts, looks = (table(folder, name) for name in ("accounts", "posts", "snapshots"))
    assert (posts.likes <= posts.views).all()
    assert 0.01 < accounts.likes.isna().mean() < 0.08
    known = looks.dropna(subset="likes").sort_values(["account_id", "observed_at"])
    assert (known.groupby("account_id").likes.diff().dropna() >= 0).all()
    assert accounts.followers.quantile(0.9) > 50 * accounts.followers.quantile(0.1)
    spans = looks.groupby("account_id").observed_at.agg(lambda times: (times.max() - times.min()).days)
    assert looks.observed_at.max() == accounts.observed_at.max()
    assert (spans == LOOKS - 1).mean() == pytest.approx(0.9, abs=0.06)
    newest = looks.loc[looks.groupby("account_id").observed_at.idxmax()].set_index("account_id")
    assert (newest.followers == accounts.set_index("account_id").followers.reindex(newest.index)).all()


def test_most_accounts_are_ordinary_to_the_shipped_model(folder):
    from detector import load_model, read, score

    levels = score(read(folder), load_model())["level"].to_pylist()
    shares = {level: np.mean([one == level for one in levels]) for level in set(levels)}
    assert shares["ordinary"] > 0.85
    assert 0.005 < shares["suspicious"] < 0.06


def test_one_account_in_a_thousand_is_a_giant_when_asked_for(tmp_path):
    folder = write_population(Population(1_500, seed=3, giants=True), tmp_path / "p")
    posts, looks = table(folder, "posts"), table(folder, "snapshots")
    sizes = posts.groupby("account_id").size()
    assert sorted(set(sizes)) == [POSTS, GIANT_POSTS]
    assert (sizes == GIANT_POSTS).sum() == 2
    assert posts.post_id.is_unique
    assert set(looks.groupby("account_id").size()) == {LOOKS}
    giants = set(sizes.index[sizes == GIANT_POSTS])
    for path in (folder / "posts").glob("*.parquet"):
        assert giants <= set(pq.read_table(path)["account_id"].to_pylist())


@pytest.mark.parametrize("n", [1, 2, 7])
def test_few_accounts_are_whole_too(tmp_path, n):
    folder = write_population(Population(n, giants=True), tmp_path / "p")
    for name, rows in Population(n, giants=True).rows.items():
        assert pq.read_table(folder / name).num_rows == rows
    assert table(folder, "posts").post_id.is_unique


def test_what_is_there_is_written_once_and_other_settings_anew(tmp_path, capsys):
    main(["300", str(tmp_path / "p"), "--workers", "1"])
    assert capsys.readouterr().out == "300 rows of accounts, 3,000 rows of posts, 9,000 rows of snapshots\n"
    part = tmp_path / "p" / "accounts" / "part-00000.parquet"
    before = part.stat().st_mtime_ns
    write_population(Population(300), tmp_path / "p")
    assert part.stat().st_mtime_ns == before
    write_population(Population(301), tmp_path / "p")
    assert pq.read_table(tmp_path / "p" / "accounts").num_rows == 301
    assert json.loads((tmp_path / "p.json").read_text())["accounts"] == 301


def test_settings_without_sense_are_refused(tmp_path):
    with pytest.raises(SystemExit):
        main(["0", str(tmp_path)])
