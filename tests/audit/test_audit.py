"""An audit gives what `score` gives, ordered by key, from any source, and compares nights."""

import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import detector
from detector.audit import plan
from detector.audit.finish import law
from detector.audit.routing import bounds_of
from detector.errors import DetectorError
from tests.audit.conftest import assert_same, parts_of, scored


def test_the_result_is_that_of_score_to_the_last_bit(audited, lives, model):
    summary = assert_same(audited, lives, model)
    assert summary["parts"] > 1
    assert summary["accounts"]["in"] == 300


def test_the_sample_in_text_is_read_as_a_whole_and_judged_alike(audited, model):
    summary = assert_same(audited, Path(detector.__file__).parents[1] / "data" / "sample", model)
    assert any("as a whole" in notice for notice in summary["notices"])


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ({}, None),
        ({"rows": {"used": 1}}, "rows of accounts: 2 were met, 3 accounted for"),
        ({"accounts": {"in": 1}}, "accounts: 2 were met, 1 accounted for"),
        ({"accounts": {"in": 1, "scored": 1}}, "accounts in the parts: 2 were met, 1 accounted for"),
        ({"rows": {"read": 1, "set_aside": 1}}, "rows set aside: 2 were met, 1 accounted for"),
    ],
)
def test_the_law_finds_whatever_was_lost(audited, tmp_path, lost, said):
    source = _table(
        tmp_path / "two.csv",
        "platform,account_id,followers,likes,posts\ntiktok,1,5000,90000,40\ntiktok,2,many,9,4\n",
    )
    summary, out = audited(source)
    told = {**summary, "rows": {"accounts": dict(summary["rows"]["accounts"])}}
    told["accounts"] = dict(summary["accounts"])
    for name, more in lost.get("rows", {}).items():
        told["rows"]["accounts"][name] += more
    for name, more in lost.get("accounts", {}).items():
        told["accounts"][name] += more
    planned = SimpleNamespace(settings=summary["settings"])
    if said is None:
        assert law(planned, told, out)[0] == "accounts: 2 rows = 1 used + 1 set aside"
        return
    with pytest.raises(DetectorError, match=f"^{said}. This is a fault of the tool"):
        law(planned, told, out)


def _table(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def _packed(path: Path, text: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("creators.csv", text)
    return path


LONE = "platform,account_id,followers,likes,posts\ntiktok,1,50000,90000,40\ntiktok,2,700,9000,x\n"


@pytest.mark.parametrize(
    ("name", "write"), [("creators.csv", _table), ("creators.db", None), ("creators.zip", _packed)]
)
def test_a_lone_file_that_is_not_parquet_is_judged_as_score_judges_it(audited, model, tmp_path, name, write):
    path = tmp_path / "source" / name
    path.parent.mkdir()
    if write is not None:
        write(path, LONE)
    else:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE accounts (platform, account_id, followers, likes, posts)")
            connection.execute("INSERT INTO accounts VALUES ('tiktok', '1', 50000, 90000, 40)")
            connection.commit()
    summary = assert_same(audited, path, model)
    assert summary["accounts"]["scored"] + summary["accounts"]["insufficient_data"] == 1


def test_awkward_parquet_is_typed_as_score_types_it(audited, model, tmp_path):
    """Blanks around ids, other names of platforms, rows twice, keys missing, halves of followers, nanoseconds."""
    source = tmp_path / "source"
    for table in ("accounts", "posts", "snapshots"):
        (source / table).mkdir(parents=True)
    pq.write_table(
        pa.table(
            {
                "Platform": ["TikTok", "twitter", None, "myspace", "TikTok", "TikTok", "ig", "TikTok"],
                "user_id": [" a ", "a", "b", "c", "a", None, "Ünï\u2003", "bad\x07id"],
                "follower_count": [5_000.0, 70.0, 80.0, 9.0, 6_000.0, 1.0, 12.5, 3.0],
                "likes": ["7000", "80", None, "9", "8000", "1", "2", "3"],
                "handle": ["a\u202eb", None, "=x", "c", "d", "e", "f", "g"],
                "unknown": [1] * 8,
            }
        ),
        source / "accounts" / "one.parquet",
    )
    days = np.datetime64("2026-03-01", "ns") + np.arange(40).astype("timedelta64[D]")
    for i, kind in enumerate((pa.timestamp("ns"), pa.timestamp("us", "UTC"), pa.timestamp("ns", "UTC"))):
        pq.write_table(
            pa.table(
                {
                    "platform": ["tiktok"] * 40,
                    "account_id": ["a"] * 40 if i < 2 else [str(j % 3) for j in range(40)],
                    "observed_at": pa.array(days.astype("datetime64[us]"), pa.timestamp("us")).cast(kind),
                    "followers": [4_000 + 9 * day + i for day in range(40)],
                }
            ),
            source / "snapshots" / f"{i}.parquet",
        )
    pq.write_table(
        pa.table(
            {
                "platform": pa.array(["tiktok"] * 6).dictionary_encode(),
                "account_id": pa.array([12, 12, 12, 13, None, 13], pa.int64()),
                "post_id": [1, 1, 2, 1, 5, None],
                "views": [100, 120, 90, 0, 1, 2],
                "likes": [10, 20, 500, 0, 1, 2],
                "pinned": ["yes", "no", None, "maybe", "no", "no"],
            }
        ),
        source / "posts" / "p.parquet",
    )
    summary = assert_same(audited, source, model, mapping={"followers": "follower_count"}, platform="youtube")
    assert summary["rows"]["accounts"]["set_aside"] > 3
    who = summary["accounts"]
    assert who["in"] == who["scored"] + who["insufficient_data"] + who["set_aside"]


def test_accounts_of_which_every_row_was_set_aside_are_counted(audited, tmp_path):
    pq.write_table(
        pa.table({"platform": ["tiktok"] * 2, "account_id": ["a", "b"], "followers": [1.5, 10.0]}),
        tmp_path / "accounts.parquet",
    )
    summary, _ = audited(tmp_path / "accounts.parquet")
    assert summary["accounts"] == {"in": 2, "scored": 0, "insufficient_data": 1, "set_aside": 1, "not_new": 0}


@pytest.mark.parametrize("name", ["a'b", "[x]", "star*", "q?", "ü"])
def test_folders_of_any_name_are_read(audited, model, tmp_path, name):
    folder = tmp_path / name / "accounts"
    folder.mkdir(parents=True)
    for i in range(2):
        pq.write_table(
            pa.table({"platform": ["tiktok"], "account_id": [f"a{i}"], "followers": [10 + i]}),
            folder / f"{i}.parquet",
        )
    assert_same(audited, tmp_path / name, model)


def test_partitioned_folders_give_columns(audited, model, tmp_path):
    for platform in ("TikTok", "instagram"):
        folder = tmp_path / "s" / "accounts" / f"platform={platform}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"account_id": ["1", "2"], "followers": [5_000, 60]}), folder / "p.parquet")
    summary = assert_same(audited, tmp_path / "s", model)
    assert summary["accounts"]["in"] == 4


def test_since_leaves_out_who_was_not_seen_lately(audited, tmp_path):
    times = np.array(["2026-01-01", "2026-02-01", "2026-03-01"], "datetime64[us]")
    pq.write_table(
        pa.table({"platform": ["tiktok"] * 3, "account_id": list("abc"), "observed_at": times}),
        tmp_path / "accounts.parquet",
    )
    summary, folder = audited(tmp_path / "accounts.parquet", since="2026-02-01T00:00:00")
    assert parts_of(folder).column("account_id").to_pylist() == ["b", "c"]
    assert summary["accounts"]["not_new"] == 1


def test_yesterday_is_compared_with_today(audited, lives, whole, tmp_path, model):
    """An account gets many followers overnight: it is named, with the signal that moved."""
    before = whole(1)
    today = tmp_path / "today"
    shutil.copytree(lives, today)
    ordinary = parts_of(before).filter(pa.compute.equal(parts_of(before).column("level"), "ordinary"))
    who = ordinary.sort_by([("followers_expected", "descending")]).column("account_id")[40].as_py()
    for table in ("accounts", "snapshots"):
        for part in (today / table).iterdir():
            rows = pq.read_table(part).to_pylist()
            newest = max(row["observed_at"] for row in rows)
            for row in rows:
                if (
                    row["account_id"] == who
                    and row["followers"]
                    and (table == "accounts" or row["observed_at"] >= newest)
                ):
                    row["followers"] *= 40
            pq.write_table(pa.Table.from_pylist(rows, pq.read_schema(part)), part)
    summary, folder = audited(today, tmp_path / "2", previous=before)
    assert summary["changes"]["became_suspicious"] + summary["changes"]["new_and_suspicious"] == 1
    assert summary["changes"]["same_model"]
    moved = (folder / "changes.csv").read_text()
    assert who in moved
    assert who in (folder / "flagged.csv").read_text().splitlines()[1]
    page = re.sub(r"<[^>]*>|\s+", " ", (folder / "index.html").read_text())
    assert re.search(r"(became|new, and) suspicious +1 ", page)


def test_of_looks_under_two_names_of_a_platform_the_last_read_counts(audited, model, tmp_path):
    """`tiktok` and `TikTok` are one platform: which of two rows stays goes by their place, not by the spelling."""
    for names in (("tiktok", "TikTok"), ("TikTok", "tiktok")):
        source = tmp_path / names[0]
        (source / "snapshots").mkdir(parents=True)
        rows = {
            "platform": list(names),
            "account_id": ["1", "1"],
            "observed_at": np.array(["2026-01-01"] * 2, "datetime64[us]"),
            "followers": [100, 70_000],
        }
        pq.write_table(pa.table(rows), source / "snapshots" / "p.parquet")
        summary, folder = audited(source, tmp_path / f"of-{names[0]}")
        assert summary["rows"]["snapshots"]["set_aside"] == 1
        assert pq.read_table(folder / "set_aside.parquet").column("where").to_pylist() == [
            row.where for row in scored(source, model)[1].set_aside
        ]


def test_ids_and_platforms_that_would_end_a_statement_are_routed_like_any(
    audited, model, tmp_path, monkeypatch
):
    """Quotes, backslashes and NUL in keys, and bounds among them."""
    monkeypatch.setattr(plan, "bounds_of", lambda connection, streams, _: bounds_of(connection, streams, 200))
    ids = [
        f"{sign}{i:05}" for i in range(200) for sign in ("'", "\\", "a\x00b", "';--", "\u202e", "\U0001f600")
    ]
    known = _accounts(tmp_path / "ids", ["tiktok"] * len(ids), ids)
    assert assert_same(audited, known, model, out=tmp_path / "of-ids")["parts"] > 1
    unknown = _accounts(tmp_path / "platforms", ["tik\x00tok", "a'b"] * (len(ids) // 2), ids)
    with pytest.raises(DetectorError, match="of 1,200 rows none could be used"):
        audited(unknown, tmp_path / "of-platforms")
    aside = pq.read_table(tmp_path / "of-platforms" / "set_aside.parquet").column("where").to_pylist()
    assert aside == [row.where for row in scored(unknown, model)[1].set_aside]


def _accounts(source: Path, platforms: list[str], ids: list[str]) -> Path:
    (source / "accounts").mkdir(parents=True)
    pq.write_table(
        pa.table({"platform": platforms, "account_id": ids, "followers": [5] * len(ids)}),
        source / "accounts" / "p.parquet",
    )
    return source
