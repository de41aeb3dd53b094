"""A finished audit is opened; anything else is refused with a sentence that says what it is and what to do."""

import json

import pytest

from detector.audit.folder import SCHEMA, finished
from detector.errors import AuditError


def test_a_finished_audit_names_its_parts_in_the_order_of_its_rows(audit, row):
    found = audit("night", [row(str(i)) for i in range(9)], part=2)
    assert [part.name for part in found.parts] == [f"part-0000{i}.parquet" for i in range(5)]
    assert (found.finished_at, found.model_version) == ("2026-05-03T03:00:00Z", "default-0123456789ab")
    assert repr(found).endswith("5 parts, finished 2026-05-03T03:00:00Z)")


def test_an_audit_of_no_accounts_is_finished_too(audit):
    assert audit("night", []).parts == ()


def test_what_is_no_folder_is_refused(tmp_path):
    with pytest.raises(AuditError, match="is no folder"):
        finished(tmp_path / "nowhere")


@pytest.mark.parametrize("inside", [".work", "result"])
def test_an_unfinished_audit_is_to_be_run_again(tmp_path, inside):
    (tmp_path / inside).mkdir()
    with pytest.raises(AuditError, match=r"was not finished .* goes on where it stopped"):
        finished(tmp_path)


def test_a_folder_of_something_else_holds_no_audit(tmp_path):
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(AuditError, match="holds no audit"):
        finished(tmp_path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": {"name": "detector-audit", "version": 2}}, "version 2 .* reads version 1"),
        ({"schema": {"name": "detector-audit"}}, "version None"),
        ({"schema": {"name": "other", "version": 1}}, "no summary of an audit"),
        ({"schema": "detector-audit"}, "no summary of an audit"),
        ({"model_version": None}, "lacks model_version"),
        ({"finished_at": 5, "parts": "3"}, "lacks finished_at, parts"),
        ({"parts": 3}, "1 parts of a result, but .* speaks of 3"),
    ],
)
def test_a_summary_that_is_not_ours_is_refused(audit, row, changes, said):
    with pytest.raises(AuditError, match=said):
        audit("night", [row("1")], **changes)


@pytest.mark.parametrize("text", ["", "{", "[1]", "\udcff"])
def test_a_damaged_summary_is_refused(tmp_path, text):
    (tmp_path / "summary.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(AuditError, match=r"summary\.json"):
        finished(tmp_path)


def test_a_part_that_was_lost_is_noticed(audit, row):
    found = audit("night", [row(str(i)) for i in range(9)], part=2)
    found.parts[1].unlink()
    with pytest.raises(AuditError, match=r"4 parts .* 5"):
        finished(found.folder)


def test_the_schema_of_this_version_is_the_first():
    assert json.dumps(SCHEMA) == '{"name": "detector-audit", "version": 1}'
