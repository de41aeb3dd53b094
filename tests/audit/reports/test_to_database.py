"""The result in a table: row for row what the parts hold, whole or not at all, and no password in what is said."""

import json
import os
from urllib.parse import quote

import pytest

from detector.audit.folder import Audit
from detector.audit.reports.to_database import TABLE, check_address, to_database
from detector.contract import RESULT
from detector.errors import AuditError, SourceError, UsageError


@pytest.fixture
def ask(postgres):
    """Ask the server: rows as tuples. Tables of earlier tests are gone."""
    from adbc_driver_postgresql import dbapi

    def asked(statement, *, commit=False):
        with dbapi.connect(postgres) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            found = cursor.fetchall() if not commit else []
            connection.commit()
        return found

    for name in (TABLE, "other", '"Odd Name"'):
        asked(f"DROP TABLE IF EXISTS {name}", commit=True)
    return asked


def test_the_table_holds_what_the_parts_hold(audit, sample, postgres, ask):
    night = audit("night", sample, part=6)
    assert to_database(night.parts, postgres, "2026-05-03") == len(sample)
    names = [column.name for column in RESULT]
    kinds = {column.name: column.kind for column in RESULT}
    shown = [
        f"{name}::text"
        if kinds[name] in ("list", "records")
        else f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
        if kinds[name] == "time"
        else name
        for name in names
    ]
    rows = ask(f"SELECT run, {', '.join(shown)} FROM detector_audit")  # noqa: S608 - names of the contract
    rows.sort(key=lambda row: row[1:3])
    assert {row[0] for row in rows} == {"2026-05-03"}
    found = [
        {
            name: json.loads(value) if kinds[name] in ("list", "records") else value
            for name, value in zip(names, row[1:], strict=True)
        }
        for row in rows
    ]
    assert found == list(sample.rows())


def test_the_same_run_again_gives_the_same_rows(audit, row, postgres, ask):
    night = audit("night", [row("a", "suspicious"), row("b")])
    for _ in range(3):
        assert to_database(night.parts, postgres, "monday") == 2
    assert ask("SELECT run, account_id, level FROM detector_audit ORDER BY 2") == [
        ("monday", "a", "suspicious"),
        ("monday", "b", "ordinary"),
    ]


def test_a_run_is_replaced_and_others_stay(audit, row, postgres, ask):
    to_database(audit("monday", [row("a"), row("gone")]).parts, postgres, "monday")
    to_database(audit("tuesday", [row("a", "unusual")]).parts, postgres, "tuesday")
    to_database(audit("again", [row("a", "suspicious")]).parts, postgres, "monday")
    assert ask("SELECT run, account_id, level FROM detector_audit ORDER BY 1, 2") == [
        ("monday", "a", "suspicious"),
        ("tuesday", "a", "unusual"),
    ]


def test_a_part_that_cannot_be_read_leaves_the_table_as_it_was(audit, row, postgres, ask):
    to_database(audit("monday", [row("a")]).parts, postgres, "monday")
    broken = audit("broken", [row(str(i), "suspicious") for i in range(6)], part=2)
    broken.parts[2].write_bytes(b"no parquet")
    with pytest.raises(AuditError, match=r"part-00002\.parquet cannot be read"):
        to_database(broken.parts, postgres, "monday")
    assert ask("SELECT account_id, level FROM detector_audit") == [("a", "ordinary")]


def test_a_server_that_goes_away_leaves_the_table_as_it_was(audit, row, postgres, ask, monkeypatch):
    from detector.audit.reports import to_database as module

    to_database(audit("monday", [row("a")]).parts, postgres, "monday")
    night = audit("night", [row(str(i)) for i in range(6)], part=2)
    batches, real = [], module._stage

    def staged(connection, batch):
        batches.append(batch)
        if len(batches) == 2:
            ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'detector' AND pid <> pg_backend_pid()"
            )
        real(connection, batch)

    monkeypatch.setattr(module, "_stage", staged)
    with pytest.raises(AuditError, match=r"did not take the result: .*Its table is as it was"):
        to_database(night.parts, postgres, "monday")
    assert ask("SELECT account_id FROM detector_audit") == [("a",)]


def test_signs_that_a_server_refuses_are_replaced(audit, row, reason, hostile, postgres, ask):
    hard = hostile + "\\u0000"
    odd = row("a", "suspicious", handle=hard, needed=(hard,), reasons=(reason("s", 1.0, sentence=hard),))
    to_database(audit("night", [odd]).parts, postgres, "r'; DROP TABLE x; --")
    wanted = hard.replace("\x00", "\ufffd")
    assert ask("SELECT run, handle, needed ->> 0, reasons -> 0 ->> 'sentence' FROM detector_audit") == [
        ("r'; DROP TABLE x; --", wanted, wanted, wanted)
    ]


def test_a_table_of_an_older_version_gets_the_columns_it_lacks(audit, row, postgres, ask):
    to_database(audit("monday", [row("a")]).parts, postgres, "monday")
    ask("ALTER TABLE detector_audit DROP COLUMN probability, ADD COLUMN note text", commit=True)
    to_database(audit("tuesday", [row("a", "unusual")]).parts, postgres, "tuesday")
    assert ask("SELECT run, level, probability, note FROM detector_audit ORDER BY 1") == [
        ("monday", "ordinary", None, None),
        ("tuesday", "unusual", None, None),
    ]


def test_a_table_has_any_name_but_is_one_of_audits(audit, row, postgres, ask):
    night = audit("night", [row("a")])
    to_database(night.parts, postgres, "monday", "public.Odd Name")
    assert ask('SELECT run FROM "Odd Name"') == [("monday",)]
    ask("CREATE TABLE other (id int)", commit=True)
    with pytest.raises(AuditError, match="no column run"):
        to_database(night.parts, postgres, "monday", "other")
    assert ask("SELECT count(*) FROM other") == [(0,)]
    for name in ("", "a.b.c", "a."):
        with pytest.raises(UsageError, match="no name of a table"):
            to_database(night.parts, postgres, "monday", name)


def test_what_a_table_asks_for_is_found_out_before_the_night(postgres, ask):
    check_address(postgres)
    assert ask("SELECT to_regclass('detector_audit') IS NULL") == [(True,)]
    ask("CREATE TABLE other (id int)", commit=True)
    with pytest.raises(AuditError, match="no column run"):
        check_address(postgres, "other")
    with pytest.raises(AuditError, match=r"did not take the result: .*nowhere"):
        check_address(postgres, "nowhere.t")


def test_a_run_needs_a_name(audit, row, postgres):
    with pytest.raises(UsageError, match="need a name"):
        to_database(audit("night", [row("a")]).parts, postgres, " ")


def test_a_night_of_nobody_empties_its_run(audit, row, postgres, ask):
    to_database(audit("monday", [row("a")]).parts, postgres, "monday")
    assert to_database(audit("none", []).parts, postgres, "monday") == 0
    assert ask("SELECT count(*) FROM detector_audit") == [(0,)]


SECRET = "s3cret-w/ord"  # noqa: S105 - no password of anything


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (f"mysql://me:{quote(SECRET, safe='')}@127.0.0.1:1/x", UsageError),
        (f"postgresql://me:{quote(SECRET, safe='')}@127.0.0.1:1/x", SourceError),
        (f"postgresql://127.0.0.1:1/x?user=me&password={SECRET}", SourceError),
    ],
)
def test_a_password_is_in_nothing_that_is_said(address, kind, monkeypatch):
    monkeypatch.delenv("PGPASSWORD", raising=False)
    with pytest.raises(kind) as caught:
        check_address(address)
    for secret in (SECRET, quote(SECRET, safe="")):
        assert secret not in str(caught.value)
        assert secret not in repr(caught.value)


def test_a_wrong_table_hides_the_password_too(postgres, monkeypatch, row, audit):
    password = os.environ["PGPASSWORD"]
    monkeypatch.delenv("PGPASSWORD")
    address = postgres.replace("tester@", f"tester:{quote(password, safe='')}@")
    night: Audit = audit("night", [row("a")])
    with pytest.raises(AuditError) as caught:
        to_database(night.parts, address, "monday", "nowhere.t")
    assert password not in str(caught.value)
    assert quote(password, safe="") not in str(caught.value)
