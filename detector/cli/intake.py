"""What goes in: typed numbers, other column names, and where the result may be written."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from detector.contract import PLATFORMS, TABLES
from detector.errors import UsageError

if TYPE_CHECKING:
    from detector.tables import Tables

__all__ = ["check_out", "read_mapping", "typed_numbers"]

EXAMPLE = "detector score --platform tiktok --followers 1.2M --likes 3.4K --posts 40"


def typed_numbers(
    platform: str | None,
    given: Mapping[str, str],
    handle: str | None,
    verified: bool | None,
    mapping: Mapping[str, str],
    account: str | None,
) -> "Tables":
    """The tables of one account whose numbers were typed.

    Raises
    ------
    UsageError
        Nothing to score, no platform, a number that cannot be read, or options meant for a file.
    """
    if not given:
        raise UsageError(
            f"Nothing to score: give a SOURCE (a folder or file), or the numbers of one account: {EXAMPLE}"
        )
    if mapping or account is not None:
        option = "--map" if mapping else "--account"
        raise UsageError(
            f"{option} is for a SOURCE, and there is none beside the typed numbers; leave it out."
        )
    if platform is None:
        raise UsageError(f"--platform is missing: whose numbers are these? One of {', '.join(PLATFORMS)}.")
    from detector.sources.profile import read_profile

    tables = read_profile(platform, handle=handle, **given)
    return tables if verified is None else _with_verified(tables, verified)


def _with_verified(tables: "Tables", verified: bool) -> "Tables":
    from dataclasses import replace

    import numpy as np

    flags = np.full(len(tables.accounts), float(verified))
    return replace(tables, accounts=tables.accounts.replace(verified=flags))


def read_mapping(items: Sequence[str]) -> dict[str, str]:
    """Column names from `ours=theirs` items and TOML files with a table `[map]`: {ours: theirs}.

    Raises
    ------
    UsageError
        An item is neither, a file cannot be read, or one of our names is given twice.
    """
    found: dict[str, str] = {}
    for item in items:
        for ours, theirs in _pairs(item):
            if found.get(ours, theirs) != theirs:
                raise UsageError(
                    f"--map names two columns for {ours}: {found[ours]!r} and {theirs!r}; keep one."
                )
            found[ours] = theirs
    return found


def _pairs(item: str) -> list[tuple[str, str]]:
    if item.lower().endswith(".toml") and "=" not in item:
        return _toml(Path(item))
    ours, equals, theirs = (part.strip() for part in item.partition("="))
    if not (ours and equals and theirs):
        raise UsageError(
            f"--map {item!r} is not OURS=THEIRS, such as followers=follower_count, nor a .toml file."
        )
    return [(ours, theirs)]


def _toml(path: Path) -> list[tuple[str, str]]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise UsageError(f"--map {path} cannot be read: {said}. Expected TOML with a table [map].") from error
    table = document.get("map")
    if not isinstance(table, dict) or not all(isinstance(theirs, str) for theirs in table.values()):
        raise UsageError(
            f'--map {path} has no table [map] of texts; expected [map] and lines: followers = "their name".'
        )
    return list(table.items())


def check_out(out: Path, source: str | None) -> None:
    """Find out before the work whether the result can be written, and that it overwrites nothing of the source.

    Raises
    ------
    UsageError
        No such format or folder, or a file of the source would be overwritten.
    DetectorError
        The folder may not be written to.
    """
    from detector.outputs import check_writable, output_for

    output_for(out)
    check_writable(out)
    if source is not None and _is_part_of(out, Path(source)):
        raise UsageError(f"--out {out} would overwrite a file of the source {source}. Name another file.")


def _is_part_of(out: Path, source: Path) -> bool:
    target, root = out.resolve(), source.resolve()
    if target == root:
        return True
    inside = root in target.parents
    return inside and (target.parent != root or target.stem in TABLES or target.exists())
