"""Old audits go, and nothing else: not what was not finished, not what somebody put there, not where a link leads."""

import shutil

import pytest

from detector.audit import retention
from detector.audit.folder import finished
from detector.audit.retention import beside, latest, retain
from detector.errors import AuditError, UsageError


@pytest.fixture
def nights(audit, row, tmp_path):
    """Five nights in one folder: monday the oldest, friday the newest; what is left of them can be asked."""
    for day, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday"), start=1):
        audit(f"nights/{name}", [row("a"), row("b")], part=1, day=day)
        for file in ("set_aside.parquet", "flagged.csv", "changes.csv", "index.html"):
            (tmp_path / "nights" / name / file).touch()
    return tmp_path / "nights"


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_newest_stay_and_the_oldest_go_first(nights):
    removed = retain(nights / "friday", 3)
    assert [path.name for path in removed] == ["monday", "tuesday"]
    assert left(nights) == ["friday", "thursday", "wednesday"]
    assert retain(nights / "friday", 3) == []


@pytest.mark.parametrize(("keep", "stays"), [(1, 1), (2, 2), (5, 5), (50, 5)])
def test_as_many_stay_as_are_to_be_kept(nights, keep, stays):
    retain(nights / "friday", keep)
    assert len(left(nights)) == stays
    assert "friday" in left(nights)


def test_the_folder_itself_is_never_removed_however_old(nights):
    retain(nights / "monday", 2)
    assert left(nights) == ["friday", "monday"]


def test_at_least_one_is_kept(nights):
    with pytest.raises(UsageError, match="would keep nothing"):
        retain(nights / "friday", 0)
    assert len(left(nights)) == 5


def test_what_is_not_surely_an_audit_stays(nights, tmp_path):
    (nights / "notes.txt").touch()
    (nights / "photos").mkdir()
    (nights / "tuesday" / "my notes.txt").touch()  # somebody works in it
    (nights / "wednesday" / "result" / "copy.csv").touch()
    (nights / "thursday" / ".work").mkdir()  # it is being audited anew
    (nights / "thursday" / "summary.json").write_text('{"schema": {"name": "detector-audit", "version": 2}}')
    before = left(nights)
    retain(nights / "friday", 1)
    assert left(nights) == [name for name in before if name != "monday"]


@pytest.mark.parametrize("name", ["part-of-a-letter.txt", "mine.parquet"])
def test_an_audit_among_whose_parts_lies_anything_else_stays(nights, name):
    (nights / "monday" / "result" / name).touch()
    assert "monday" not in [path.name for path in retain(nights / "friday", 1)]
    assert (nights / "monday" / "result" / name).is_file()


def test_links_are_neither_followed_nor_removed(nights, tmp_path, audit, row):
    elsewhere = audit("elsewhere", [row("a")], day=1).folder
    (nights / "link").symlink_to(elsewhere, target_is_directory=True)
    shutil.move(nights / "monday" / "result", tmp_path / "moved")
    (nights / "monday" / "result").symlink_to(tmp_path / "moved", target_is_directory=True)
    (nights / "tuesday" / "flagged.csv").unlink()
    (nights / "tuesday" / "flagged.csv").symlink_to(elsewhere / "summary.json")
    retain(nights / "friday", 1)
    assert left(nights) == ["friday", "link", "monday", "tuesday"]
    assert finished(elsewhere).parts
    assert len(list((tmp_path / "moved").iterdir())) == 2


def test_a_removal_that_was_interrupted_is_ended_the_next_night(nights, monkeypatch):
    def killed(path):
        raise KeyboardInterrupt

    real = shutil.rmtree
    monkeypatch.setattr(retention.shutil, "rmtree", lambda path: (real(path), killed(path)))
    with pytest.raises(KeyboardInterrupt):
        retain(nights / "friday", 4)
    assert "monday" in left(nights)
    assert [one.folder.name for one in beside(nights)] == ["friday", "thursday", "wednesday", "tuesday"]
    monkeypatch.setattr(retention.shutil, "rmtree", real)
    assert [path.name for path in retain(nights / "friday", 4)] == ["monday"]


def test_what_cannot_be_removed_is_said(nights, monkeypatch):
    def refused(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(retention.shutil, "rmtree", refused)
    with pytest.raises(AuditError, match=r"monday is an old audit and cannot be removed: Permission denied"):
        retain(nights / "friday", 4)


def test_the_latest_is_the_newest_that_was_finished_before(nights):
    assert latest(nights, nights / "saturday").folder.name == "friday"
    assert latest(nights, nights / "friday").folder.name == "thursday"  # run again: the same comparison
    assert latest(nights, nights / "monday") is None
    (nights / "friday" / "summary.json").unlink()
    assert latest(nights, nights / "saturday").folder.name == "thursday"
    next((nights / "thursday" / "result").iterdir()).unlink()
    assert latest(nights, nights / "saturday").folder.name == "wednesday"


def test_a_folder_without_audits_has_no_latest(tmp_path):
    assert latest(tmp_path, tmp_path / "first") is None
    assert latest(tmp_path / "nowhere", tmp_path / "nowhere" / "first") is None
