"""`detector score` on databases: the verdicts that Parquet gives, errors of one paragraph, no password anywhere."""

import json
import sqlite3
import threading

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROWS = pa.table(
    {
        "platform": ["tiktok"] * 400,
        "account_id": [str(i) for i in range(400)],
        "followers": [1_000 + 977 * i for i in range(400)],
        "likes": [9_000 + 7_919 * i for i in range(400)],
        "posts": [20 + i for i in range(400)],
    }
)


@pytest.fixture
def filled(postgres):
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(postgres) as connection, connection.cursor() as cursor:
        for name in ("posts", "snapshots"):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.adbc_ingest("accounts", ROWS, mode="replace")
        connection.commit()
    return postgres


def test_verdicts_are_those_of_parquet_row_for_row(detector, filled, tmp_path):
    pq.write_table(ROWS, tmp_path / "accounts.parquet")
    outs = []
    for source in (tmp_path / "accounts.parquet", filled):
        ran = detector("score", source, "--json", "--quiet")
        assert ran.code == 0, ran.err
        outs.append(json.loads(ran.out)["rows"])
    assert len(outs[0]) == 400
    assert outs[0] == outs[1]


def test_a_mapping_file_may_name_tables_and_queries(detector, tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE creators (net, who, fans, likes, posts)")
        connection.execute("INSERT INTO creators VALUES ('tiktok', 7, 5000, 60000, 70)")
    connection.close()
    toml = tmp_path / "ours.toml"
    toml.write_text('[map]\nplatform = "net"\naccount_id = "who"\n[tables]\naccounts = "creators"\n')
    ran = detector("score", tmp_path / "a.db", "--map", toml, "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["rows"][0]["account_id"] == "7"
    toml.write_text('[queries]\naccounts = "select net as platform, who as account_id, fans from creators"\n')
    assert detector("score", tmp_path / "a.db", "--map", toml).code == 0
    ran = detector("score", tmp_path / "a.db", "--map", toml, "--query", "accounts=select 1")
    assert (ran.code, "says twice" in ran.err) == (2, True)
    ran = detector("score", tmp_path / "a.db", "--table", "creators")
    assert (ran.code, "--table 'creators' is not OURS=..." in ran.err) == (2, True)


def test_a_connection_killed_halfway_ends_with_one_error_and_no_result(detector, filled, tmp_path):
    from adbc_driver_postgresql import dbapi

    def kill():
        with dbapi.connect(f"{filled}?application_name=killer") as connection, connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'detector'"
            )

    slow = "select platform, account_id, followers, pg_sleep(0.02)::text as handle from accounts"
    killer = threading.Timer(1.0, kill)
    killer.start()
    ran = detector("score", filled, "--query", f"accounts={slow}", "--out", tmp_path / "r.csv")
    killer.join()
    assert ran.code == 1
    assert ran.err.startswith("detector: postgresql://127.0.0.1:")
    assert len(ran.err.splitlines()) == 1
    assert "terminating connection" in ran.err
    assert ran.out == ""
    assert not (tmp_path / "r.csv").exists()


SECRET = "s3cret-word"  # noqa: S105 - no password of anything


@pytest.mark.parametrize(
    "arguments",
    [
        ["score", f"postgresql://me:{SECRET}@127.0.0.1:1/x"],
        ["score", f"postgresql://me:{SECRET}@127.0.0.1:1/x", "--followers", "5"],
        ["score", "accounts.csv", f"postgresql://me:{SECRET}@127.0.0.1:1/x"],
        ["score", f"postgresql://127.0.0.1:1/x?user=me&password={SECRET}"],
        ["score", f"postgresql://me:{SECRET}@127.0.0.1:1/x", "--out", "nowhere/x.csv"],
        ["score", f"mysql://me:{SECRET}@127.0.0.1:1/x"],
        ["score", "--model", f"postgresql://me:{SECRET}@h/x", "--platform", "x", "--followers", "5"],
    ],
)
def test_a_password_in_an_address_is_in_nothing_that_is_said(arguments, detector, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    ran = detector(*arguments)
    assert ran.code in (1, 2)
    assert SECRET not in ran.err + ran.out


def test_a_password_in_an_address_is_in_no_file(detector, filled, tmp_path, monkeypatch):
    import os
    from urllib.parse import quote

    password = os.environ["PGPASSWORD"]
    monkeypatch.delenv("PGPASSWORD")
    address = filled.replace("tester@", f"tester:{quote(password, safe='')}@")
    lost = "select 'nowhere' as platform, account_id from accounts"  # every row is set aside
    ran = detector("score", address, "--query", f"accounts={lost}")
    assert ran.code == 1, ran.err
    assert "PGPASSWORD or a password file" in ran.err
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    for text in [ran.err, ran.out, *map(str, files), *(path.read_text() for path in files)]:
        assert password not in text
        assert quote(password, safe="") not in text
