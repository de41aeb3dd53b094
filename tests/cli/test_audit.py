"""`detector audit` on the command line: what is said where, exit codes, PostgreSQL on both ends, nights in a row."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"
ROWS = pa.table(
    {
        "platform": ["tiktok"] * 40,
        "account_id": [f"{i:02}" for i in range(40)],
        "followers": [1_000 + 977 * i for i in range(40)],
        "likes": [9_000 + 7_919 * i for i in range(40)],
        "posts": [20 + i for i in range(40)],
    }
)


def rows_of(folder: Path) -> list[dict]:
    return [row for part in sorted((folder / "result").iterdir()) for row in pq.read_table(part).to_pylist()]


def test_the_sample_is_audited_and_the_law_said(detector, tmp_path):
    ran = detector("audit", SAMPLE, "--out", tmp_path / "night", "--workers", 1)
    assert ran.code == 0, ran.err
    assert "accounts = " in ran.err
    assert "If all 23 were ordinary, about 0.23 would be called suspicious by chance." in ran.out
    names = {path.name for path in (tmp_path / "night").iterdir()}
    assert names == {
        ".lock",
        "result",
        "set_aside.parquet",
        "flagged.csv",
        "groups.csv",
        "groups.parquet",
        "summary.json",
        "index.html",
    }


def test_found_accounts_end_with_3_where_that_was_asked_for(detector, tmp_path):
    ran = detector("audit", SAMPLE, "--out", tmp_path / "n", "--workers", 1, "--fail-on", "suspicious", "-q")
    assert (ran.code, ran.out, ran.err) == (3, "", "")


def test_a_night_of_which_no_row_can_be_used_removes_no_older_night(detector, tmp_path):
    for name, followers in (("1", 5_000), ("2", "many")):
        (tmp_path / f"{name}.csv").write_text(
            f"platform,account_id,followers,likes,posts\ntiktok,7,{followers},9000,40\n"
        )
        out = tmp_path / "nights" / name
        ran = detector("audit", tmp_path / f"{name}.csv", "--out", out, "--workers", 1, "--keep", 1)
        assert ran.code == (0 if name == "1" else 1), ran.err
    assert (tmp_path / "nights" / "1" / "summary.json").is_file()


def test_an_audit_says_where_the_rows_are_that_it_set_aside(detector, tmp_path):
    (tmp_path / "some.csv").write_text(
        "platform,account_id,followers,likes,posts\ntiktok,7,5000,9000,40\ntiktok,8,many,9000,40\n"
    )
    ran = detector("audit", tmp_path / "some.csv", "--out", tmp_path / "night", "--workers", 1)
    assert ran.code == 0
    assert f"rows set aside, each with its reason: {tmp_path / 'night' / 'set_aside.parquet'}" in ran.err


def test_the_log_can_be_json_lines_and_the_summary_on_stdout(detector, tmp_path):
    ran = detector("audit", SAMPLE, "--out", tmp_path / "n", "--workers", 1, "--log", "json", "--json")
    told = [json.loads(line) for line in ran.err.splitlines()]
    assert {"said", "note", "progress"} <= {one["event"] for one in told}
    assert json.loads(ran.out)["accounts"]["in"] == 25


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--memory", "much"], "is no size"),
        (["--memory", "1MB"], "too little"),
        (["--since", "yesterday"], "--since"),
        (["--previous", "nowhere"], "no folder"),
        (["--to", "mysql://db/x"], "postgresql://"),
        (["--map", "folowers=x"], "no column of ours"),
    ],
)
def test_wrong_options_are_said_before_anything_is_read(detector, tmp_path, options, said):
    ran = detector("audit", SAMPLE, "--out", tmp_path / "n", *options)
    assert ran.code in (1, 2)
    assert said in ran.err
    assert not (tmp_path / "n" / "summary.json").exists()


def test_a_folder_that_is_a_file_and_a_source_that_is_not_there(detector, tmp_path):
    (tmp_path / "file").write_text("x")
    assert "is a file" in detector("audit", SAMPLE, "--out", tmp_path / "file").err
    ran = detector("audit", tmp_path / "nothing", "--out", tmp_path / "n")
    assert ran.code == 1
    assert "There is no file or folder" in ran.err


@pytest.fixture
def database(postgres):
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(postgres) as connection, connection.cursor() as cursor:
        for name in ("posts", "snapshots", "detector_audit"):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.adbc_ingest("accounts", ROWS, mode="replace")
        cursor.execute("ALTER TABLE accounts ALTER COLUMN likes TYPE numeric(20, 2)")
        connection.commit()
    return postgres


def test_a_database_gives_the_rows_of_parquet_and_takes_the_result(detector, database, tmp_path):
    pq.write_table(ROWS, tmp_path / "accounts.parquet")
    ran = detector("audit", tmp_path / "accounts.parquet", "--out", tmp_path / "1", "--workers", 1)
    assert ran.code == 0, ran.err
    for _ in range(2):  # again: nothing is left to do, and no row is there twice
        ran = detector("audit", database, "--out", tmp_path / "2", "--to", database, "--workers", 1)
        assert ran.code == 0, ran.err
    assert "as a whole" not in ran.err
    assert rows_of(tmp_path / "1") == rows_of(tmp_path / "2")
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT run, account_id, level FROM detector_audit ORDER BY account_id")
        found = cursor.fetchall()
    assert found == [("2", row["account_id"], row["level"]) for row in rows_of(tmp_path / "2")]


def test_a_database_named_after_the_night_was_finished_is_written_too(detector, database, tmp_path):
    for more in ((), ("--to", database)):
        ran = detector("audit", SAMPLE, "--out", tmp_path / "late", "--workers", 1, "--quiet", *more)
        assert ran.code == 0, ran.err
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM detector_audit WHERE run = 'late'")
        assert cursor.fetchall() == [(25,)]


def test_nights_in_a_row_are_compared_and_the_oldest_removed(detector, tmp_path):
    nights = tmp_path / "nights"
    for day in ("1", "2", "3"):
        ran = detector(
            "audit", SAMPLE, "--out", nights / day, "--previous", "latest", "--keep", 2, "--workers", 1
        )
        assert ran.code == 0, ran.err
    assert sorted(path.name for path in nights.iterdir()) == ["2", "3"]
    changes = json.loads((nights / "3" / "summary.json").read_text())["changes"]
    assert changes["still_suspicious"] > 0
    assert changes["became_suspicious"] == changes["new"] == changes["gone"] == 0
