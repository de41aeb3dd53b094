"""Zip archives -> a temporary folder, read like any other. What a hostile archive could do is refused and said.

==============================  ==============================================================
found                           what becomes of it
==============================  ==============================================================
a name that leaves the folder   the archive is refused
too many, too large, too deep   refused, before anything is unpacked; again while unpacking
packed beyond any text's worth  refused: a few bytes that become gigabytes
a password, a damaged file      refused
one name twice                  refused: which one counts?
a link                          left aside, with a notice
archives inside                 left aside, with a notice (by the folder's reader)
==============================  ==============================================================
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from detector.errors import SourceError
from detector.sources.shown import listed, named, repeated
from detector.sources.sniff import cannot_read

__all__ = ["LIMITS", "Limits", "Unpacked", "is_archive", "unpacked"]

_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")  # the latter begins an empty one
_SPREADSHEET = "[Content_Types].xml"
_BLOCK = 1 << 20
_SMALL = 1 << 20  # below this a ratio means nothing


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may hold: files, folders in folders, bytes of one file and of all, bytes out of a packed byte.

    JSON packs 5 to 20 times, and monotonous tables up to about 100 times; zip can reach 1,032.
    """

    members: int = 20_000
    depth: int = 30
    member_bytes: int = 2 << 30
    total_bytes: int = 4 << 30
    ratio: int = 250


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The archive's files, in a folder of its name below the root (``creator.zip/user.json``), and what to say."""

    files: Path
    root: Path
    notices: tuple[str, ...]


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive whose list of files is whole, and not a spreadsheet, which is one inside."""
    try:
        with path.open("rb") as file:
            if file.read(4) not in _MAGIC:
                return False
        with zipfile.ZipFile(path) as archive:
            return _SPREADSHEET not in archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


@contextmanager
def unpacked(path: Path, name: str, limits: Limits = LIMITS) -> Iterator[Unpacked]:
    """The archive's files in a temporary folder, gone afterwards.

    Parameters
    ----------
    path, name
        The archive, and how messages name it.
    limits
        What it may hold.

    Raises
    ------
    SourceError
        It is damaged, locked, hostile, or larger than the limits.
    """
    with TemporaryDirectory(prefix="detector-") as folder:
        root, files = Path(folder), Path(folder) / path.name
        files.mkdir()
        try:
            with zipfile.ZipFile(path) as archive:
                members, notices = _members(archive, name, limits)
                _unpack(archive, members, files, name, limits)
        except OSError as error:
            raise cannot_read(name, error) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
            raise SourceError(
                f"{name} is a damaged zip archive: {error}. Download or pack it again."
            ) from error
        except (NotImplementedError, RuntimeError) as error:
            raise SourceError(
                f"{name} cannot be unpacked: {error}. Unpack it yourself, and give the folder."
            ) from error
        yield Unpacked(files, root, notices)


def _members(
    archive: zipfile.ZipFile, name: str, limits: Limits
) -> tuple[list[zipfile.ZipInfo], tuple[str, ...]]:
    """The files to unpack, all of them checked, and what is said of the others."""
    found = [member for member in archive.infolist() if not member.is_dir()]
    links = [member for member in found if stat.S_ISLNK(member.external_attr >> 16)]
    members = [member for member in found if member not in links]
    deep = [member.filename for member in members if member.filename.count("/") > limits.depth]
    if deep:
        raise _refused(name, f"holds folders in folders, {deep[0].count('/'):,} deep")
    outside = [member.filename for member in members if not _is_inside(member.filename)]
    if outside:
        raise _refused(name, f"holds the name {named(outside[0])}, which would leave the folder")
    twice = repeated(member.filename for member in members)
    if twice is not None:
        raise _refused(name, f"holds {named(twice)} twice: which one counts?")
    locked = [member.filename for member in members if member.flag_bits & 1]
    if locked:
        raise _refused(name, f"is locked with a password ({named(locked[0])})")
    _check_sizes(members, name, limits)
    said = f"{name}: links were left aside: {listed((link.filename for link in links), 3)}."
    return members, (said,) if links else ()


def _check_sizes(members: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    if len(members) > limits.members:
        raise _refused(name, f"holds {len(members):,} files, more than {limits.members:,}")
    for member in members:
        if member.file_size > limits.member_bytes:
            raise _refused(name, f"holds {named(member.filename)} of {_size(member.file_size)}")
        if member.file_size > _SMALL and member.file_size > limits.ratio * max(member.compress_size, 1):
            raise _refused(
                name,
                f"packs {named(member.filename)} into {member.compress_size:,} bytes that become "
                f"{_size(member.file_size)}, more than {limits.ratio} times its size",
            )
    total = sum(member.file_size for member in members)
    if total > limits.total_bytes:
        raise _refused(name, f"becomes {_size(total)} when unpacked, more than {_size(limits.total_bytes)}")


def _unpack(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], root: Path, name: str, limits: Limits
) -> None:
    total = 0
    for member in members:
        target = root.joinpath(*PurePosixPath(member.filename).parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as packed, target.open("xb") as file:
            while block := packed.read(_BLOCK):
                total += len(block)
                if total > limits.total_bytes:  # the sizes that an archive states may be lies
                    raise _refused(name, f"becomes more than {_size(limits.total_bytes)} when unpacked")
                file.write(block)


def _is_inside(filename: str) -> bool:
    parts = PurePosixPath(filename).parts
    strange = any(
        part in ("..", ".") or "\\" in part or ":" in part or not part.isprintable() for part in parts
    )
    return bool(parts) and not strange and not filename.startswith("/")


def _refused(name: str, why: str) -> SourceError:
    return SourceError(
        f"{name} was not unpacked: it {why}. Unpack what you trust, and give the folder or file."
    )


def _size(n: int) -> str:
    return f"{n / (1 << 20):,.0f} MiB"
