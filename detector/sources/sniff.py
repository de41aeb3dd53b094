"""What a file is, by its first bytes: Parquet, a spreadsheet, a database, JSON, a web page or delimited text.

The name decides nothing.
"""

import codecs
from pathlib import Path
from typing import Literal

from detector.errors import SourceError, UnknownFormatError

__all__ = [
    "Content",
    "cannot_read",
    "content_of",
    "database_of",
    "known_formats",
    "read_head",
    "read_text",
    "text_encoding",
]

Content = Literal["parquet", "spreadsheet", "sqlite", "duckdb", "json", "delimited", "page"]

_HEAD = 1 << 16
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet (.xls)", "Save it as .xlsx or CSV."),
    (b"\x1f\x8b", "compressed twice", "Unpack it first: gunzip FILE."),
    (b"BZh", "compressed twice", "Unpack it first: bunzip2 FILE."),
    (b"\xfd7zXZ", "compressed twice", "Unpack it first: unxz FILE."),
    (b"\x28\xb5\x2f\xfd", "compressed twice", "Unpack it first: unzstd FILE."),
    (b"PK\x05\x06", "an empty zip archive", "Pack it again."),
    (b"ARROW1", "an Arrow or Feather file", "Write it as Parquet."),
    (b"ORC", "an ORC file", "Write it as Parquet."),
    (b"%PDF", "a PDF", "Export the table as CSV."),
)


def known_formats() -> str:
    """The formats we read, for messages."""
    from detector.sources.exports import titles

    return (
        "Known formats: tables as Parquet, CSV, JSON lines or .xlsx, also compressed; databases; exports of "
        f"{', '.join(titles())}"
    )


def content_of(path: Path, name: str) -> Content:
    """What kind of content a file has.

    Parameters
    ----------
    path
        A regular file.
    name
        How messages name it.

    Raises
    ------
    SourceError
        It is empty, cut off, or cannot be opened.
    UnknownFormatError
        It is none of what we read.
    """
    head = read_head(path, name)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):  # other archives were unpacked before
        return "spreadsheet"
    database = database_of(head)
    if database is not None:
        return database
    for magic, what, advice in _OTHERS:
        if head.startswith(magic):
            raise UnknownFormatError(f"{name} is {what}. {advice} {known_formats()}.")
    text = _decoded_head(head, name).lstrip("\ufeff \t\r\n")
    if not text and len(head) < _HEAD:
        raise SourceError(f"{name} is empty. Expected {known_formats()[15:]}: write the export again.")
    if text[:15].casefold().startswith(("<!doctype", "<html", "<?xml")):
        return "page"
    return "json" if text.startswith(("{", "[")) else "delimited"


def read_head(path: Path, name: str) -> bytes:
    """The first bytes of a file.

    Raises
    ------
    SourceError
        It cannot be opened.
    """
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise cannot_read(name, error) from error


def database_of(head: bytes) -> Literal["sqlite", "duckdb"] | None:
    """Which kind of database file starts with these bytes."""
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    return "duckdb" if head[8:12] == b"DUCK" else None


def cannot_read(name: str, error: OSError) -> SourceError:
    """The error for a file or folder that the system does not let us read."""
    why = error.strerror or type(error).__name__
    return SourceError(f"{name} cannot be read: {why}. Check that it exists, and its permissions.")


def text_encoding(data: bytes) -> str:
    """The encoding of a text by its first bytes; ``utf-8`` unless they say otherwise."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    even, odd = data[:400:2].count(0), data[1:400:2].count(0)
    n = max(len(data[:400]) // 2, 1)
    if odd > 0.4 * n and even < 0.1 * n:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * n and odd < 0.1 * n else "utf-8"


def read_text(path: Path, name: str) -> tuple[str, tuple[str, ...]]:
    """A whole text file and what to say about its encoding (Latin-1 where it is not UTF-8 or UTF-16).

    Raises
    ------
    SourceError
        It cannot be opened, or is no text in any of these.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise cannot_read(name, error) from error
    encoding = text_encoding(data)
    try:
        return data.decode(encoding).removeprefix("\ufeff"), ()
    except UnicodeDecodeError as error:
        if encoding != "utf-8" and encoding != "utf-8-sig":
            raise SourceError(
                f"{name} starts as {encoding} text but is damaged at byte {error.start}: it may be cut off. "
                "Write it again, as UTF-8."
            ) from error
        notice = f"{name} is not UTF-8 (byte {error.start}): read as Latin-1, so check names with accents."
    try:
        return data.decode("cp1252"), (
            notice,
        )  # what spreadsheets call Latin-1, with quotes and the euro sign
    except UnicodeDecodeError:
        return data.decode("latin-1"), (notice,)


def _decoded_head(head: bytes, name: str) -> str:
    encoding = text_encoding(head)
    text = head.decode(encoding, errors="ignore")
    strange = sum(c < " " and c not in "\t\r\n\f\x1b" for c in text[:4096])
    if strange > 0.05 * len(text[:4096]) + 8:  # names may hold a few
        raise UnknownFormatError(f"{name} is neither text nor Parquet. {known_formats()}.")
    return text
