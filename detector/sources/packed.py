"""Compressed files -> plain ones in a temporary folder, for as long as they are read, with limits against bombs.

gzip, bzip2, xz and zstd hold one file each; of a zip archive, the one file it holds is read. A spreadsheet is a zip
archive too, and is left as it is.
"""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, NamedTuple

from detector.errors import SourceError, UnknownFormatError
from detector.sources.shown import listed, named
from detector.sources.sniff import cannot_read

__all__ = ["MOST_BYTES", "Plain", "check_members", "is_spreadsheet", "is_unpacked_too_far", "unpacked"]

MOST_BYTES = 16 << 30
"""No file may unpack to more."""
MOST_TIMES = 250
"""Nor to more than so many times its size (tables of counters: 3 to 30 times; bombs: a thousand)..."""
SMALL_BYTES = 64 << 20
"""...unless it is small all the same."""

_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}
_BLOCK = 1 << 20
_WORKBOOK = "xl/workbook.xml"


class Plain(NamedTuple):
    """A file that can be read as it is, and how messages name it."""

    path: Path
    name: str


@contextmanager
def unpacked(path: Path, name: str) -> Iterator[Plain]:
    """The file itself, or what is packed in it, in a temporary folder that is gone afterwards.

    Parameters
    ----------
    path
        A regular file.
    name
        How messages name it.

    Raises
    ------
    SourceError
        It is cut off, damaged or protected, unpacks to more than any table, or there is no room for it.
    UnknownFormatError
        An archive holds more files than one, or none.
    """
    kind = _kind(path, name)
    if kind is None or (kind == "zip" and is_spreadsheet(path)):
        yield Plain(path, name)
        return
    with TemporaryDirectory(prefix="detector-") as folder:
        target = Path(folder) / "unpacked"
        member = _unpack(path, kind, target, name)
        yield Plain(target, name if member is None else f"{name}/{member}")


def is_spreadsheet(path: Path) -> bool:
    """Whether a file is a zip archive with a workbook in it."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _WORKBOOK in archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def check_members(archive: zipfile.ZipFile, size: int, name: str, most: int = MOST_BYTES) -> None:
    """Refuse an archive whose members are larger, by its own words, than any table of its size.

    Raises
    ------
    SourceError
        It looks like a bomb.
    """
    if is_unpacked_too_far(sum(member.file_size for member in archive.infolist()), size, most):
        raise _bomb(name)


def is_unpacked_too_far(n_bytes: int, packed: int, most: int = MOST_BYTES) -> bool:
    """Whether so many bytes from a file of `packed` bytes are more than any table gives."""
    return n_bytes > most or (n_bytes > SMALL_BYTES and n_bytes > MOST_TIMES * packed)


def _kind(path: Path, name: str) -> str | None:
    try:
        with path.open("rb") as file:
            head = file.read(6)
    except OSError as error:
        raise cannot_read(name, error) from error
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


def _unpack(path: Path, kind: str, target: Path, name: str) -> str | None:
    """Write what is packed to `target`; the member's name where the file is an archive."""
    try:
        if kind == "zip":
            with zipfile.ZipFile(path) as archive:
                member = _only_member(archive, path.stat().st_size, name)
                with archive.open(member) as stream:
                    _copy(stream, target, path.stat().st_size, name)
            return named(member.filename, 120)
        with _stream(path, kind) as stream:
            _copy(stream, target, path.stat().st_size, name)
    except SourceError:
        raise
    except (
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        zlib.error,
        lzma.LZMAError,
        zipfile.BadZipFile,
    ) as error:
        raise SourceError(
            f"{name} is a damaged {kind} file: {named(error, 120) or type(error).__name__}. It may be cut off or "
            "protected by a password: download or write it again."
        ) from error
    return None


def _stream(path: Path, kind: str) -> Any:
    if kind == "gzip":
        return gzip.open(path)
    if kind == "bzip2":
        return bz2.open(path)
    if kind == "xz":
        return lzma.open(path)
    import pyarrow as pa  # its errors are OSError and ValueError

    return pa.CompressedInputStream(pa.OSFile(str(path), "rb"), "zstd")


def _only_member(archive: zipfile.ZipFile, size: int, name: str) -> zipfile.ZipInfo:
    files = [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not any(part.startswith((".", "__")) for part in member.filename.split("/"))
    ]
    if len(files) != 1:
        there = (
            f"holds {len(files)} files: {listed(file.filename for file in files)}"
            if files
            else "holds no file"
        )
        raise UnknownFormatError(
            f"{name} is a zip archive that {there}. Expected one table: unpack it and give the folder."
        )
    check_members(archive, size, name)
    return files[0]


def _copy(stream: IO[bytes], target: Path, size: int, name: str) -> None:
    n_bytes = 0
    with target.open("wb") as out:
        while block := stream.read(_BLOCK):
            n_bytes += len(block)
            if is_unpacked_too_far(n_bytes, size):
                raise _bomb(name)
            try:
                out.write(block)
            except OSError as error:
                raise SourceError(
                    f"{name} cannot be unpacked: {error.strerror}. Make room in the temporary folder, or unpack it "
                    "yourself and give the plain file."
                ) from error


def _bomb(name: str) -> SourceError:
    return SourceError(
        f"{name} unpacks to more than {MOST_TIMES} times its size, as no table does: it looks made to fill this "
        "machine. If it is sound, unpack it yourself and give the plain file."
    )
