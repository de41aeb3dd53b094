"""Databases: the tables that Parquet gives, row for row; read-only, whole or not at all, no password seen."""

import os
import sqlite3
import threading
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.contract import TABLES
from detector.errors import SourceError, UnknownFormatError, UsageError
from detector.sources import read
from detector.sources.address import masked, postgres_address

N = 3_000
ACCOUNTS = pa.table(
    {
        "platform": ["tiktok", "youtube", "Friendster"] * (N // 3),
        "account_id": [str(7_100_000_000_000_000_011 + i) for i in range(N)],
        "handle": [None if i % 7 == 0 else f"kite {i}" for i in range(N)],
        "followers": pa.array([None if i % 5 == 0 else i * 1_000 for i in range(N)], pa.int64()),
        "likes": pa.array([-1 if i == 4 else i for i in range(N)], pa.int64()),
        "verified": [i % 2 == 0 for i in range(N)],
        "created_at": pa.array([1_600_000_000_000_000 + i for i in range(N)], pa.timestamp("us", tz="UTC")),
        "colour": ["red"] * N,
    }
)
POSTS = pa.table(
    {
        "platform": ["tiktok", "youtube", "tiktok"],
        "account_id": ACCOUNTS["account_id"].take([0, 1, 0]),
        "post_id": ["a", "b", "a"],
        "views": [1, 2, 3],
    }
)
SNAPSHOTS = pa.table(
    {
        "platform": ["tiktok"] * 4,
        "account_id": ACCOUNTS["account_id"].take([0, 0, 0, 0]),
        "observed_at": pa.array([1_774_634_400 + i * 86_400 for i in (0, 1, 1, 2)]).cast(pa.timestamp("s")),
        "followers": [1, 2, 3, 4],
    }
)
SOURCE = {"accounts": ACCOUNTS, "posts": POSTS, "snapshots": SNAPSHOTS}


@pytest.fixture(scope="session")
def parquet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parquet")
    for name, table in SOURCE.items():
        pq.write_table(table, folder / f"{name}.parquet")
    return folder


@pytest.fixture
def sqlite_file(tmp_path):
    path = tmp_path / "stats.db"
    connection = sqlite3.connect(path)
    for name, table in SOURCE.items():
        connection.execute(f"CREATE TABLE {name} ({', '.join(table.column_names)})")
        marks = ",".join("?" * table.num_columns)
        rows = [
            [v.isoformat() if hasattr(v, "isoformat") else v for v in row.values()]
            for row in table.to_pylist()
        ]
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def duckdb_file(tmp_path, parquet):
    path = tmp_path / "stats.duckdb"
    with duckdb.connect(str(path)) as connection:
        for name in SOURCE:
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM '{parquet / name}.parquet'")  # noqa: S608
    return path


@pytest.fixture
def server(postgres, parquet):
    """The server with the tables in it, filled anew."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(postgres) as connection, connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS crm CASCADE")
        cursor.execute("CREATE SCHEMA crm")
        for name, table in SOURCE.items():
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
            cursor.adbc_ingest(name, table, mode="create")
        connection.commit()
    return postgres


def run(address, *statements):
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(address) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        connection.commit()


@pytest.fixture(params=["sqlite", "duckdb", "postgres"])
def database(request):
    """The address of each kind of database in turn."""
    if request.param == "postgres":
        return request.getfixturevalue("server")
    return f"{request.param}:///{request.getfixturevalue(f'{request.param}_file')}"


def same(found, expected):
    for name in TABLES:
        mine, theirs = getattr(found, name), getattr(expected, name)
        assert set(mine.columns) == set(theirs.columns)
        for column, values in theirs.columns.items():
            np.testing.assert_array_equal(mine.column(column), values)
    assert found.rows_read == expected.rows_read
    assert [(row.table, row.reason.split(";")[0]) for row in found.set_aside] == [
        (row.table, row.reason.split(";")[0]) for row in expected.set_aside
    ]


def test_a_database_gives_the_tables_that_parquet_gives_row_for_row(database, parquet, balanced):
    found, expected = balanced(read(database)), read(parquet)
    same(found, expected)
    assert len(found.set_aside) == N // 3 + 2
    assert found.set_aside[0].where.startswith("table accounts, row 3")
    assert any("left aside column `colour`" in notice for notice in found.notices)


@pytest.mark.parametrize("wanted", [ACCOUNTS["account_id"][1].as_py(), "@Kite 1", "kite 1"])
def test_one_account_is_asked_of_the_database_by_parameter(wanted, database, parquet):
    found, expected = read(database, account=wanted), read(parquet, account=wanted)
    assert found.keys() == expected.keys() == [("youtube", ACCOUNTS["account_id"][1].as_py())]
    assert found.posts.column("post_id").tolist() == expected.posts.column("post_id").tolist() == ["b"]
    assert found.rows_read["accounts"] == 1


@pytest.mark.parametrize("wanted", ["x' OR '1'='1", '" OR 1=1 --', "$1", "?1", "nobody"])
def test_an_account_is_never_taken_for_sql(wanted, database):
    with pytest.raises(SourceError, match="no account"):
        read(database, account=wanted)


def test_queries_and_names_say_what_is_read(database):
    tables = read(
        database,
        tables={"posts": "", "snapshots": "Snapshots"},
        queries={
            "accounts": "select platform, account_id as who, likes * 2 as likes from accounts -- all\n;"
        },
        mapping={"account_id": "who"},
    )
    assert len(tables.posts) == 0
    assert len(tables.snapshots) == 3
    assert tables.accounts.column("likes")[2] == 6
    assert tables.set_aside[0].where == "query for accounts, row 3"


FAILS = {
    "no such table": ({"tables": {"accounts": "nowhere"}}, "nowhere.*--table accounts="),
    "no such column": ({"queries": {"accounts": "select nope from accounts"}}, "nope"),
    "no id": ({"queries": {"accounts": "select likes from accounts"}}, "no column account_id"),
    "no sql": ({"queries": {"accounts": "selec"}}, "syntax error|selec"),
    "two statements": ({"queries": {"accounts": "select 1; drop table accounts"}}, "syntax error"),
    "a deletion": ({"queries": {"accounts": "delete from accounts"}}, "syntax error|not authorized"),
    "a way out of the brackets": (
        {"queries": {"accounts": "select 1) as x; delete from accounts; select * from (select 1"}},
        "multiple|one statement|read-only|authorized",
    ),
}


@pytest.mark.parametrize("case", FAILS)
def test_what_the_database_refuses_is_one_clear_error_and_changes_nothing(case, database, tmp_path):
    given, said = FAILS[case]
    before = read(database)
    with pytest.raises(SourceError, match=f"(?s){said}") as error:
        read(database, **given)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 600
    assert str(tmp_path) not in str(error.value)
    same(read(database), before)


@pytest.mark.parametrize("name", ["a b", "x.y.", "accounts; drop table accounts", ".x", 'a"b'])
def test_what_is_no_name_of_a_table_is_wrong_usage(name, database):
    with pytest.raises(UsageError, match="no name of a table"):
        read(database, tables={"accounts": name})


def test_options_for_databases_are_checked(parquet, sqlite_file):
    with pytest.raises(UsageError, match="for databases"):
        read(parquet, tables={"accounts": "x"})
    with pytest.raises(UsageError, match="accounts, posts, snapshots"):
        read(sqlite_file, tables={"creators": "x"})
    with pytest.raises(UsageError, match="Both"):
        read(sqlite_file, tables={"posts": "x"}, queries={"posts": "select 1"})
    with pytest.raises(UsageError, match="is empty"):
        read(sqlite_file, queries={"posts": " ; "})


def test_a_database_file_is_known_by_its_content(sqlite_file, duckdb_file, parquet, tmp_path):
    expected = read(parquet)
    same(read(sqlite_file), expected)
    same(read(duckdb_file.rename(tmp_path / "nothing.csv")), expected)
    (tmp_path / "s").mkdir()
    sqlite_file.rename(tmp_path / "s" / "accounts")
    with pytest.raises(UnknownFormatError, match="database among other files"):
        read(tmp_path / "s")


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_database_file_without_our_tables_or_damaged_is_said(kind, sqlite_file, duckdb_file, tmp_path):
    path = sqlite_file if kind == "sqlite" else duckdb_file
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    with pytest.raises(SourceError, match=r"stats\.(db|duckdb).*(damaged|Check the file)"):
        read(path)
    path.write_bytes(data[:100])
    with pytest.raises(SourceError, match=r"stats\.(db|duckdb)"):
        read(path)
    with pytest.raises(SourceError, match="no file or folder"):
        read(f"{kind}:///{tmp_path}/nowhere")
    empty = tmp_path / "empty"
    if kind == "sqlite":
        with sqlite3.connect(empty) as connection:
            connection.execute("CREATE TABLE other (x)")
        connection.close()
    else:
        duckdb.connect(str(empty)).close()
    with pytest.raises(SourceError, match="has no table accounts or posts or snapshots"):
        read(empty)


def test_values_of_any_type_in_sqlite_set_their_row_aside(tmp_path, balanced):
    path = tmp_path / "odd.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE accounts (platform, account_id, followers)")
        odd = [
            ("x", 7, 5),
            ("x", "8", "1.2K"),
            ("x", "9", b"\xff"),
            ("x", 1.5, 1),
            (b"x", "10", 1),
            ("x", None, 1),
        ]
        connection.executemany("INSERT INTO accounts VALUES (?, ?, ?)", odd)
        connection.execute("INSERT INTO accounts VALUES ('x', CAST(x'ff41' AS TEXT), 1)")
    connection.close()
    tables = balanced(read(path))
    assert tables.keys() == [("x", "7"), ("x", "8")]
    assert len(tables.set_aside) == 5


def test_types_that_arrow_lacks_are_read(tmp_path):
    path = tmp_path / "odd.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE accounts AS SELECT 'x'::ENUM('x') AS platform, 7100000000000000011::HUGEINT AS account_id, "
            "sum(5)::HUGEINT AS followers, 7.00::DECIMAL(9, 2) AS likes, [1] AS posts2, DATE '2026-01-01' AS created_at"
        )
    for account in (None, "7100000000000000011"):
        accounts = read(path, account=account).accounts
        assert accounts.column("account_id").tolist() == ["7100000000000000011"]
        assert (accounts.column("followers")[0], accounts.column("likes")[0]) == (5, 7)


def test_types_of_postgres_are_read(server):
    run(
        server,
        'CREATE TABLE crm."My Accounts" (platform char(9), account_id numeric, handle varchar, followers int, '
        "likes numeric(12, 3), verified bool, observed_at timestamptz, created_at date, note jsonb)",
        "INSERT INTO crm.\"My Accounts\" VALUES ('tiktok', 7100000000000000011, 'boats', 5, 1234, true, "
        "'2026-03-27 20:00+02', '2020-01-01', '{}')",
        "CREATE TABLE crm.posts (platform text, account_id uuid, post_id bigint, views real)",
        "INSERT INTO crm.posts VALUES ('x', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 7, 3)",
    )
    names = {"accounts": 'crm."My Accounts"', "posts": "CRM.Posts", "snapshots": ""}
    for account in (None, "7100000000000000011", "boats"):
        accounts = read(server, tables=names, account=account).accounts
        assert accounts.column("account_id").tolist() == ["7100000000000000011"]
        assert (accounts.column("followers")[0], accounts.column("likes")[0]) == (5, 1234)
        assert accounts.column("observed_at")[0] == np.datetime64("2026-03-27T18:00:00")
        assert accounts.column("created_at")[0] == np.datetime64("2020-01-01")
    posts = read(server, tables=names, account="a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11").posts
    assert posts.column("post_id").tolist() == ["7"]


def test_the_server_itself_refuses_to_write(server):
    run(
        server,
        "CREATE FUNCTION crm.meddle() RETURNS bigint LANGUAGE sql AS "
        "'DELETE FROM accounts WHERE likes = 5 RETURNING likes'",
    )
    with pytest.raises(SourceError, match=r"cannot execute DELETE in a read-only transaction.*SELECT"):
        read(server, queries={"accounts": "select platform, account_id, crm.meddle() as likes from accounts"})
    assert read(server).rows_read["accounts"] == N


def test_a_connection_killed_on_the_way_is_one_error_and_no_half_table(server):
    slow = "select platform, account_id, pg_sleep(0.002)::text as handle from accounts, generate_series(1, 9)"
    kill = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'detector'"
    killer = threading.Timer(1.0, run, [f"{server}?application_name=killer", kill])
    killer.start()
    started = time.monotonic()
    with pytest.raises(SourceError, match=r"terminating connection.*Nothing was scored") as error:
        read(server, queries={"accounts": slow})
    killer.join()
    assert time.monotonic() - started < 20
    assert str(error.value).count("\n") == 0


UNREACHABLE = {
    "a dead server": (lambda uri: "postgresql://127.0.0.1:1/stats", "cannot be reached.*Connection refused"),
    "no such host": (lambda uri: "postgresql://nowhere.invalid/stats", "nowhere.invalid.*cannot be reached"),
    "no such database": (
        lambda uri: uri.replace("/postgres", "/nowhere"),
        'database `?"nowhere" does not exist',
    ),
    "no such option": (lambda uri: uri + "?colour=red", "colour"),
    "no such service": (lambda uri: "postgresql://?service=nowhere", "nowhere"),
    "no address": (lambda uri: "postgresql://[::1/x", "cannot be taken apart"),
}


@pytest.mark.parametrize("case", UNREACHABLE)
def test_a_server_that_cannot_be_reached_is_one_error(case, postgres):
    address, said = UNREACHABLE[case]
    with pytest.raises(SourceError, match=f"(?s){said}") as error:
        read(address(postgres))
    assert str(error.value).isprintable()


def test_a_password_is_used_wherever_it_stands_and_shown_nowhere(server, monkeypatch, tmp_path):
    from urllib.parse import quote

    password = os.environ["PGPASSWORD"]
    monkeypatch.delenv("PGPASSWORD")
    hosts = server.split("@")[1]
    for written in (quote(password, safe=""), password.replace("/", "%2F")):  # an @ of its own is no end
        tables = read(f"postgresql://tester:{written}@{hosts}")
        assert len(tables.accounts) == N * 2 // 3
        assert "PGPASSWORD" in tables.notices[0]
        assert password not in str(tables.notices) + str(tables.set_aside[:5])
    with pytest.raises(SourceError, match="password") as error:
        read(f"postgresql://tester:wrong-secret@{hosts}")
    assert "wrong-secret" not in str(error.value)
    assert "PGPASSWORD or a password file" in str(error.value)
    with pytest.raises(SourceError, match="PGPASSWORD"):
        read(server)
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:tester:{password}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert not any("process" in notice for notice in read(server).notices)


def test_an_address_never_shows_its_password():
    hidden = postgres_address(
        "postgresql://me:p%40ss%2Fword@h1:1,h2/db?sslmode=require&sslpassword=other-one"
    )
    assert "ss" not in hidden.shown
    assert "p%40ss" not in repr(hidden)
    assert hidden.secrets == ("p@ss/word", "other-one")
    assert "connect_timeout=10" in hidden.uri
    assert "other-one" not in hidden.hide("no other-one and p@ss/word")
    assert masked("a postgresql://me:p@ss@h/x b") == "a postgresql://me:***@h/x b"
    assert masked("postgresql:///x?user=me&password=abc&y=1") == "postgresql:///x?user=me&password=***&y=1"
    assert masked("mail me@example.org: 5") == "mail me@example.org: 5"


def test_a_missing_driver_is_said_with_the_way_to_it(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    with pytest.raises(SourceError, match=r"pip install 'bot-suspicion\[postgres\]'"):
        read("postgresql://me:secret@nowhere/x")


def test_a_batch_is_never_held_as_a_whole_result(sqlite_file, monkeypatch):
    from detector.sources.databases import sqlite

    monkeypatch.setattr(sqlite, "_BATCH", 7)
    same(read(sqlite_file), read(f"sqlite:///{sqlite_file}"))
    assert Path(sqlite_file).exists()
