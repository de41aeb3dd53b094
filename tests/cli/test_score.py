"""`detector score` with a stand-in for the model: options, exit codes, where data and talk go, the law."""

import json
from dataclasses import replace

import numpy as np
import pytest

from detector.contract import RESULT
from detector.tables import Fault, SetAside, Table, Tables
from detector.verdict import Result

LEVELS = {"1": "ordinary", "2": "unusual", "3": "suspicious", "4": "insufficient_data"}
P_VALUES = {"1": 0.5, "2": 0.03, "3": 0.002, "4": np.nan}


def judged(tables: Tables) -> Result:
    """A result whose level is told by the account's id."""
    keys = tables.keys()
    fill = {"number": np.nan, "count": np.nan, "time": "NaT", "list": (), "records": (), "text": None}
    columns = {column.name: [fill[column.kind]] * len(keys) for column in RESULT}
    columns["platform"], columns["account_id"] = [key[0] for key in keys], [key[1] for key in keys]
    columns["level"] = [LEVELS.get(key[1], "ordinary") for key in keys]
    columns["p_value"] = [P_VALUES.get(key[1], 0.5) for key in keys]
    return Result(columns)


def source(*ids: str, **changes) -> Tables:
    accounts = Table.from_rows("accounts", [{"platform": "tiktok", "account_id": i} for i in ids])
    return replace(Tables(accounts, rows_read={"accounts": len(ids)}), **changes)


@pytest.fixture
def stand_in(monkeypatch):
    """Serve these tables for any source, judged by their ids; records what was asked for."""
    asked = {}

    def serve(tables: Tables, result: Result | None = None) -> dict:
        def read(address, **options):
            asked.update(options, address=address)
            return tables

        def judge(given, model, *, reasons, progress):
            asked.update(model=model, reasons=reasons)
            if progress is not None:
                progress(5_000, 5_000)
            return judged(given) if result is None else result

        monkeypatch.setattr("detector.api.read", read)
        monkeypatch.setattr("detector.api.load_model", lambda address=None: f"model at {address}")
        monkeypatch.setattr("detector.api.judge", judge)
        return asked

    return serve


def test_the_table_goes_to_stdout_and_the_law_to_stderr(detector, stand_in):
    stand_in(source("1", "3", "4"))
    ran = detector("score", "here")
    assert ran.code == 0
    assert "SUSPICIOUS  tiktok 3" in ran.out
    assert (
        ran.err
        == "accounts: 3 rows = 3 used + 0 set aside\n3 accounts = 2 scored + 1 with insufficient data\n"
    )


def test_options_reach_the_source_and_the_model(detector, stand_in):
    asked = stand_in(source("1"))
    options = ("--platform", "x", "--account", "7", "--map", "followers=fans", "--map", "likes = hearts ")
    relations = ("--table", "accounts=crm.creators", "--query", "posts=select 1 = 1", "--table", "snapshots=")
    detector("score", "here", *options, *relations, "--model", "models:/a@b", "--reasons", "all")
    assert asked == {
        "address": "here",
        "platform": "x",
        "account": "7",
        "mapping": {"followers": "fans", "likes": "hearts"},
        "tables": {"accounts": "crm.creators", "snapshots": ""},
        "queries": {"posts": "select 1 = 1"},
        "model": "model at models:/a@b",
        "reasons": "all",
    }


def test_json_on_stdout_is_one_document_and_nothing_else(detector, stand_in):
    stand_in(source("1", "3"))
    ran = detector("score", "here", "--json")
    document = json.loads(ran.out)
    assert [row["account_id"] for row in document["rows"]] == ["1", "3"]
    assert "2 accounts = 2 scored" in ran.err


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "parquet", "txt"])
def test_the_result_is_written_in_the_format_of_the_ending(detector, stand_in, tmp_path, ending):
    stand_in(source("1", "3"))
    ran = detector("score", "here", "--out", tmp_path / f"r.{ending}")
    assert ran.code == 0
    assert (tmp_path / f"r.{ending}").stat().st_size > 0
    assert "suspicious" in ran.out


def test_quiet_says_nothing_at_all_when_a_file_is_written(detector, stand_in, tmp_path):
    stand_in(source("1", "3", notices=("a guess",)))
    ran = detector("score", "here", "--out", tmp_path / "r.csv", "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    ran = detector("score", "here", "-q")
    assert "suspicious" in ran.out
    assert ran.err == ""


@pytest.mark.parametrize(
    ("ids", "wanted", "code"),
    [
        (("1", "2", "3"), "suspicious", 3),
        (("1", "2"), "suspicious", 0),
        (("1", "2"), "unusual", 3),
        (("1", "3"), "unusual", 3),
        (("1", "4"), "unusual", 0),
    ],
)
def test_fail_on_ends_with_three_when_an_account_is_that_odd_or_odder(
    detector, stand_in, tmp_path, ids, wanted, code
):
    stand_in(source(*ids))
    ran = detector("score", "here", "--fail-on", wanted, "--out", tmp_path / "r.jsonl")
    assert ran.code == code
    assert len((tmp_path / "r.jsonl").read_text().splitlines()) == len(ids)


ASIDE = (
    SetAside(
        "accounts",
        "a.csv, line 3",
        "followers is 'many'",
        "a count",
        {"account_id": "9", "followers": "many"},
    ),
    SetAside(
        "accounts",
        "a.csv, line 8",
        "followers is 'many'",
        "a count",
        {"followers": float("inf"), "x": b"\xff"},
    ),
    SetAside("posts", "p.csv, line 2", "no \x1b[2Jid", "an id", {"deep": [{"a": (1, None, "\ud800")}]}),
)


def with_set_aside() -> Tables:
    return source("1", set_aside=ASIDE, rows_read={"accounts": 3, "posts": 1})


def test_rows_set_aside_stand_beside_the_result_with_their_reasons(detector, stand_in, tmp_path):
    stand_in(with_set_aside())
    ran = detector("score", "here", "--out", tmp_path / "r.csv")
    rows = [json.loads(line) for line in (tmp_path / "r.csv.set_aside.jsonl").read_text().splitlines()]
    assert [row["where"] for row in rows] == [row.where for row in ASIDE]
    assert rows[0]["row"] == {"account_id": "9", "followers": "many"}
    assert rows[1]["row"] == {"followers": "inf", "x": "b'\\xff'"}
    assert rows[2]["row"] == {"deep": [{"a": [1, None, "\ud800"]}]}
    assert "accounts: 3 rows = 1 used + 2 set aside\nposts: 1 row = 0 used + 1 set aside\n" in ran.err
    assert (
        "set aside from accounts: a.csv, line 3 and 1 more: followers is 'many'; expected a count" in ran.err
    )
    assert "r.csv.set_aside.jsonl" in ran.err
    assert "\x1b" not in ran.err


def test_rows_set_aside_without_a_file_of_results_go_to_the_users_data_directory(
    detector, stand_in, tmp_path
):
    stand_in(with_set_aside())
    for _ in range(2):  # the same run again writes the same file
        ran = detector("score", "some where.csv")
    (path,) = (tmp_path / "user-data").rglob("*.jsonl")
    assert path.parent.name == "set-aside"
    assert path.name.startswith("some_where-")
    assert f"rows set aside, each with its reason: {path}" in ran.err
    assert len(path.read_text().splitlines()) == 3


def test_a_data_directory_that_cannot_be_made_is_said_and_the_result_still_shown(
    detector, stand_in, tmp_path
):
    stand_in(with_set_aside())
    (tmp_path / "user-data").write_text("a file")
    ran = detector("score", "here")
    assert ran.code == 1
    assert "ordinary" in ran.out
    assert "3 rows set aside and not kept" in ran.err
    assert "--out FILE" in ran.err


def test_an_older_file_of_rows_set_aside_goes_when_no_row_was(detector, stand_in, tmp_path):
    stand_in(source("1"))
    (tmp_path / "r.csv.set_aside.jsonl").write_text("{}")
    detector("score", "here", "--out", tmp_path / "r.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["r.csv"]


def test_a_row_that_nobody_can_account_for_is_an_error_after_the_result_was_written(
    detector, stand_in, tmp_path
):
    stand_in(source("1", rows_read={"accounts": 4}))
    ran = detector("score", "here", "--out", tmp_path / "r.csv", "--quiet")
    assert ran.code == 1
    assert "4 rows were read, but 1 used and 0 set aside" in ran.err
    assert (tmp_path / "r.csv").exists()


def test_an_account_that_the_result_lacks_is_an_error(detector, stand_in):
    stand_in(source("1", "2"), judged(source("1")))
    ran = detector("score", "here")
    assert ran.code == 1
    assert "2 accounts were read, but the result has 1" in ran.err


def test_counters_that_cannot_be_right_are_counted(detector, stand_in):
    result = judged(source("1", "2"))
    fault = Fault("tiktok", "1", "likes", "wrapped", "-3", "missing", "likes was -3.")
    stand_in(source("1", "2"), Result(dict(result.columns) | {"faults": [(fault, fault), ()]}))
    assert "counters that cannot be right: 2" in detector("score", "here").err


def test_notices_are_said_made_printable(detector, stand_in):
    stand_in(source("1", notices=("column `a\x1b[31m` is left aside",)))
    assert "note: column `a\\x1b[31m` is left aside" in detector("score", "here").err


def test_a_source_without_any_account_is_an_empty_result(detector, stand_in):
    stand_in(Tables())
    ran = detector("score", "here", "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["rows"] == []
    assert ran.err == "0 accounts = 0 scored + 0 with insufficient data\n"
    assert detector("score", "here").code == 0
