"""Compressed files: the same table as the plain one, and what is damaged, protected or made to fill the machine."""

import bz2
import gzip
import io
import lzma
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import SourceError, UnknownFormatError
from detector.sources import packed, read

PLAIN = b"platform,account_id,followers\ntiktok,1,5\nx,2,many\n"


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def zstd(content: bytes) -> bytes:
    return pa.compress(content, codec="zstd", asbytes=True)


PACK = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
    "zip": lambda content: zipped(
        {"some/accounts.csv": content, "__MACOSX/._accounts.csv": b"x", "some/": b""}
    ),
}


@pytest.mark.parametrize("kind", PACK)
def test_a_compressed_table_is_the_table(kind, write, rows_of, balanced):
    tables = balanced(read(write("a.csv.packed", PACK[kind](PLAIN))))
    assert rows_of(tables.accounts) == [{"platform": "tiktok", "account_id": "1", "followers": 5}]
    member = "/some/accounts.csv" if kind == "zip" else ""
    assert tables.set_aside[0].where == f"a.csv.packed{member}, line 3"


@pytest.mark.parametrize(("kind", "suffix"), [("gzip", "gz"), ("bzip2", "bz2"), ("xz", "xz"), ("zip", "ZIP")])
def test_a_compressed_table_of_a_folder_is_found_by_its_name(kind, suffix, write, tmp_path, balanced):
    write(f"s/accounts.csv.{suffix}", PACK[kind](PLAIN))
    write("s/posts/part-0.csv", PACK[kind](b"platform,account_id,post_id\ntiktok,1,a\n"))
    tables = balanced(read(tmp_path / "s"))
    assert (len(tables.accounts), len(tables.posts)) == (1, 1)


def test_compressed_parquet_and_json_are_read_too(write, tmp_path):
    pq.write_table(pa.table({"platform": ["x"], "account_id": ["1"]}), tmp_path / "a.parquet")
    assert read(write("b", gzip.compress((tmp_path / "a.parquet").read_bytes()))).keys() == [("x", "1")]
    assert read(write("c", bz2.compress(b'{"platform":"x","account_id":1}'))).keys() == [("x", "1")]


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_a_compressed_file_that_is_cut_off_is_damaged_and_never_half_a_table(kind, share, write):
    whole = PACK[kind](PLAIN * 3 + bytes(f"{[*range(5000)]}", "ascii"))
    with pytest.raises(SourceError, match=rf"a\.gz is a damaged {kind} file"):
        read(write("a.gz", whole[: int(len(whole) * share)]))


@pytest.mark.parametrize("kind", PACK)
def test_a_bomb_is_refused_before_it_fills_anything(kind, write, monkeypatch):
    monkeypatch.setattr(packed, "SMALL_BYTES", 1 << 20)
    with pytest.raises(SourceError, match="more than 250 times its size"):
        read(write("bomb", PACK[kind](b"\0" * (32 << 20))))


def test_no_file_unpacks_to_more_than_the_largest_table(write, monkeypatch):
    monkeypatch.setattr(packed, "is_unpacked_too_far", lambda n, *_: n > 10)
    with pytest.raises(SourceError, match="looks made to fill"):
        read(write("a.gz", gzip.compress(PLAIN)))


def test_what_is_packed_twice_is_said(write):
    with pytest.raises(UnknownFormatError, match="compressed twice"):
        read(write("a.gz", gzip.compress(gzip.compress(PLAIN))))


@pytest.mark.parametrize("files", [{}, {"a/": b""}, {"a/.hidden": b"x"}])
def test_an_archive_of_nothing_is_refused(files, write):
    with pytest.raises(SourceError, match=r"b\.zip"):
        read(write("b.zip", zipped(files)))


def test_an_archive_behind_a_password_is_said(write):
    data = bytearray(zipped({"a.csv": PLAIN}))
    data[6] |= 1  # the flag of encryption, in the member's own head and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SourceError, match="password"):
        read(write("a.zip", bytes(data)))


def test_a_full_disk_is_said(write, monkeypatch):
    def full(self, *_):
        raise OSError(28, "No space left on device")

    class Full(io.BytesIO):
        write = full

    path = write("a.gz", gzip.compress(PLAIN))
    opened = packed.Path.open
    monkeypatch.setattr(
        packed.Path, "open", lambda self, mode="r": Full() if mode == "wb" else opened(self, mode)
    )
    with pytest.raises(SourceError, match="No space left on device"):
        read(path)
