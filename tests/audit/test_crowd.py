"""An audit lists who moves together, beside rows that are those of `score`; and ends with the same bytes, always."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from detector.contract import BATCH, RESULT
from tests.audit.conftest import HOSTILE, everything, parts_of, scored

MEMBERS = 15
ACCOUNTS, LOOKS = 400, 40


@pytest.fixture(scope="module")
def together(tmp_path_factory) -> Path:
    """400 accounts with forty looks; 15 of them, one of a hostile name, gained the same on the same five days."""
    rng = np.random.default_rng(6)
    days = np.datetime64("2026-05-01T03:00", "us") + np.arange(LOOKS).astype("timedelta64[D]")
    start = np.exp(rng.normal(7.6, 0.5, ACCOUNTS))
    followers = start[:, None] + np.cumsum(rng.poisson(start[:, None] / 300, (ACCOUNTS, LOOKS)), axis=1)
    for day, amount in ((5, 1_500), (11, 2_500), (18, 900), (24, 4_000), (31, 1_200)):
        followers[:MEMBERS, day:] += np.floor(amount * np.exp(rng.normal(0, 0.01, MEMBERS)))[:, None]
    followers = np.floor(followers).astype(np.int64)
    ids = ["+3" if i == 3 else f"{i:05d}" for i in range(ACCOUNTS)]
    handles = [HOSTILE if i == 3 else f"creator_{i}" for i in range(ACCOUNTS)]
    folder = tmp_path_factory.mktemp("together")
    scattered = rng.permutation(ACCOUNTS * LOOKS)
    tables = {
        "accounts": {"account_id": ids, "handle": handles, "followers": followers[:, -1]},
        "snapshots": {
            "account_id": np.repeat(np.array(ids, dtype=object), LOOKS)[scattered].tolist(),
            "observed_at": np.tile(days, ACCOUNTS)[scattered],
            "followers": followers.ravel()[scattered],
        },
    }
    for name, columns in tables.items():
        (folder / name).mkdir()
        n = len(columns["account_id"])
        pq.write_table(pa.table({"platform": ["instagram"] * n, **columns}), folder / name / "0.parquet")
    return folder


def lines(folder: Path) -> list[dict[str, str]]:
    with (folder / "groups.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_group_is_listed_with_its_members_and_evidence(audited, together):
    summary, folder = audited(together)
    (line,) = lines(folder)
    assert line["kind"] == "lockstep"
    assert 13 <= int(line["accounts"]) <= MEMBERS
    assert "gained followers on the same 5 days" in line["evidence"]
    assert "about 2,500" in line["evidence"]
    assert (line["first_day"], line["last_day"]) == ("2026-05-06", "2026-06-01")
    members = pq.read_table(folder / "groups.parquet").to_pylist()
    assert len(members) == int(line["accounts"])
    assert {row["account_id"] for row in members} <= {"+3", *(f"{i:05d}" for i in range(MEMBERS))}
    assert summary["crowd"]["groups"] == 1
    assert summary["crowd"]["null"]["cells"] == 0
    rows = parts_of(folder, crowd=True).to_pylist()
    inside = {row["account_id"] for row in rows if row["batch_groups"] == [line["group"]]}
    assert inside == {row["account_id"] for row in members}
    assert {row["batch_score"] for row in rows if not row["batch_groups"]} == {0.0}
    text = re.sub(r"<[^>]*>|\s+", " ", (folder / "index.html").read_text(encoding="utf-8"))
    assert "1 group of accounts move" in text
    assert line["evidence"] in text


def test_what_score_says_is_not_touched(audited, together, model):
    _, folder = audited(together)
    whole = parts_of(folder, crowd=True)
    assert whole.column_names == [column.name for column in (*RESULT, *BATCH)]
    assert parts_of(folder).equals(scored(together, model)[0])


def test_names_from_outside_do_no_harm(audited, together):
    _, folder = audited(together)
    raw = (folder / "groups.csv").read_bytes().decode()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", raw)
    assert all(
        not value.startswith(("=", "+", "-", "@")) for line in lines(folder) for value in line.values()
    )
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page


def test_workers_memory_and_an_interruption_change_no_byte(audited, together, tmp_path, monkeypatch):
    from detector.audit import crowd as stage

    _, one = audited(together, tmp_path / "1" / "night")
    _, two = audited(together, tmp_path / "2" / "night", workers=2, memory=400_000_000)
    assert parts_of(one, crowd=True).equals(parts_of(two, crowd=True))
    assert (one / "groups.csv").read_bytes() == (two / "groups.csv").read_bytes()
    assert pq.read_table(one / "groups.parquet").equals(pq.read_table(two / "groups.parquet"))
    assert (one / "index.html").read_bytes() == (two / "index.html").read_bytes()
    real, done = stage.put_together, []

    def interrupted(*arguments):
        real(*arguments)
        done.append(arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(stage, "put_together", interrupted)
    with pytest.raises(KeyboardInterrupt):
        audited(together, tmp_path / "3" / "night")
    monkeypatch.undo()
    assert done
    assert not (tmp_path / "3" / "night" / "summary.json").exists()
    _, three = audited(together, tmp_path / "3" / "night")
    assert everything(three) == everything(one)


def test_carried_accounts_are_in_the_crowd_of_an_incremental_night(audited, together, tmp_path):
    """Seven of the group come a night later: the eight that are carried over are told with them."""
    late = pa.array([f"{i:05d}" for i in range(8, MEMBERS)])
    for name in ("accounts", "snapshots"):
        rows = pq.read_table(together / name / "0.parquet")
        (tmp_path / "source" / name).mkdir(parents=True)
        early = rows.filter(pc.invert(pc.is_in(rows.column("account_id"), late)))
        pq.write_table(early, tmp_path / "source" / name / "0.parquet")
    _, before = audited(tmp_path / "source", tmp_path / "before", incremental=True)
    night = {"previous": before, "incremental": True}
    summary, some = audited(together, tmp_path / "some" / "night", **night)
    _, full = audited(together, tmp_path / "full" / "night", previous=before)
    assert summary["carry"]["accounts"] == ACCOUNTS - len(late) - 1  # one of an odd id is judged every night
    assert parts_of(some, crowd=True).equals(parts_of(full, crowd=True))
    for name in ("groups.csv", "groups.parquet", "index.html"):
        assert (some / name).read_bytes() == (full / name).read_bytes()
    told = {row["account_id"]: row["batch_evidence"] for row in parts_of(some, crowd=True).to_pylist()}
    then = {row["account_id"]: row["batch_evidence"] for row in parts_of(before, crowd=True).to_pylist()}
    assert told["00000"] != then["00000"]
    assert told["00000"] == told["00008"]
    summary, plain = audited(together, tmp_path / "plain" / "night", crowd=False, **night)
    assert summary["carry"]["accounts"] == 0
    assert "--crowd" in summary["carry"]["why_not"]
    assert not list(plain.glob("groups.*"))


def test_it_can_be_left_out(audited, together):
    summary, folder = audited(together, crowd=False)
    assert "crowd" not in summary
    assert parts_of(folder, crowd=True).column_names == [column.name for column in RESULT]
    assert not list(folder.glob("groups.*"))
    assert "groups.csv" not in (folder / "index.html").read_text(encoding="utf-8")
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["settings"]["crowd"] is False
