"""What is no source: refused with what was found, where, and what to do."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import SourceError, UnknownFormatError
from detector.sources import read
from tests.sources.conftest import PLAIN

REFUSED: dict[str, tuple[bytes | str, type[Exception], str]] = {
    "an empty file": ("", SourceError, "is empty"),
    "blanks alone": (" \n\n\t", SourceError, "is empty"),
    "a BOM alone": ("\ufeff", SourceError, "is empty"),
    "prose": (
        "Dear all,\nplease find attached",
        SourceError,
        "no column account_id|neither JSON nor a table",
    ),
    "a word": ("hello", UnknownFormatError, "neither JSON nor a table"),
    "a web page": ("<!DOCTYPE html><html></html>", UnknownFormatError, "web page"),
    "a broken archive": (b"PK\x03\x04" + b"\0" * 50, SourceError, "damaged zip"),
    "broken gzip": (b"\x1f\x8b\x08" + b"\0" * 50, SourceError, "damaged gzip"),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0" + b"\0" * 50, UnknownFormatError, "old spreadsheet"),
    "bytes": (bytes(range(256)) * 8, UnknownFormatError, "neither text nor Parquet"),
    "cut off JSON": ('{"userInfo": {"user": {"id": "1"', SourceError, "cut off"),
    "broken JSON": ('{"a": 1,, "b": 2}', SourceError, "line 1, column 9"),
    "an unknown export": ('{"hello": {"world": 1}}', UnknownFormatError, "keys: hello"),
    "an API's error": ('{"error": {"code": 403, "message": "quota"}}', UnknownFormatError, "`quota`"),
    "an empty list": ("[]", SourceError, "an empty list"),
    "numbers": ("[1, 2]", SourceError, "no objects"),
    "Parquet's first bytes": (b"PAR1", SourceError, "cut off"),
    "Parquet's ends alone": (b"PAR1" + b"\0" * 20 + b"PAR1", SourceError, "damaged"),
    "a number too long": ("[" + "9" * 5000 + "]", SourceError, "too long|digits"),
    "cut off UTF-16": (PLAIN.encode("utf-16")[:-1], SourceError, "cut off"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_source_is_refused_with_what_where_and_what_to_do(case, write):
    content, error, said = REFUSED[case]
    with pytest.raises(error, match=f"(?s)given.dat.*({said})") as raised:
        read(write("given.dat", content))
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 900


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated_parquet_is_said_to_be_cut_off(share, tmp_path):
    pq.write_table(pa.table({"account_id": [str(i) for i in range(500)]}), tmp_path / "a.parquet")
    data = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(data[: int(share * len(data))])
    with pytest.raises(SourceError, match=r"a\.parquet.*cut off"):
        read(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    "address", ["nowhere.csv", "postgresql://host/db", "a\0b", "x" * 5000, "~nobody-at-all/x"]
)
def test_an_address_that_leads_nowhere_is_said(address):
    with pytest.raises(SourceError):
        read(address)


def test_a_near_miss_of_a_file_name_is_suggested(write):
    path = write("accounts.csv", PLAIN)
    with pytest.raises(SourceError, match=r"Did you mean accounts\.csv"):
        read(path.with_name("acounts.csv"))


def test_a_file_that_may_not_be_read_is_said(write, monkeypatch):
    def refused(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    path = write("a.csv", PLAIN)
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(SourceError, match=r"a\.csv cannot be read: Permission denied"):
        read(path)
    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(SourceError, match="cannot be read: Permission denied"):
        read(path.parent)


def test_messages_name_no_folder_of_this_machine(write, tmp_path):
    tables = read(write("a.csv", PLAIN + "tiktok,1,b,x,3\n"))
    assert str(tmp_path) not in str(tables.set_aside) + str(tables.notices)
    with pytest.raises(SourceError) as error:
        read(write("b.csv", "x,y\n1,2\n"))
    assert str(tmp_path) not in str(error.value)
