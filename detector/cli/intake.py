"""What goes in: typed numbers, other column names, and where the result may be written."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.contract import PLATFORMS, TABLES
from detector.errors import UsageError

if TYPE_CHECKING:
    from detector.tables import Tables

__all__ = ["check_apart", "check_out", "read_mapping", "read_relations", "typed_numbers"]

EXAMPLE = "detector score --platform tiktok --followers 1.2M --likes 3.4K --posts 40"


def typed_numbers(
    platform: str | None,
    given: Mapping[str, str],
    handle: str | None,
    verified: bool | None,
    for_sources: Sequence[str],
) -> "Tables":
    """The tables of one account whose numbers were typed.

    `for_sources` names the options given that are for files and databases alone.

    Raises
    ------
    UsageError
        Nothing to score, no platform, a number that cannot be read, or options meant for a file.
    """
    if not given:
        raise UsageError(
            f"Nothing to score: give a SOURCE (a folder or file), or the numbers of one account: {EXAMPLE}"
        )
    if for_sources:
        option = for_sources[0]
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


def read_relations(option: str, items: Sequence[str], maps: Sequence[str] = ()) -> dict[str, str]:
    """What a database's tables are read from: `ours=name` items, and a table of the TOML files among `maps`.

    Parameters
    ----------
    option
        ``--table`` or ``--query``: in TOML the table is ``[tables]`` or ``[queries]``.
    items
        What was given with the option.
    maps
        What was given with ``--map``.

    Raises
    ------
    UsageError
        An item is none, a file cannot be read, or one of our tables is given twice.
    """
    section = {"--table": "tables", "--query": "queries"}[option]
    pairs = [
        pair for item in maps if _is_toml(item) for pair in _texts(Path(item), _toml(Path(item)), section)
    ]
    for item in items:
        ours, equals, theirs = item.partition("=")
        if not (ours.strip() and equals):
            raise UsageError(f"{option} {item!r} is not OURS=..., such as {_RELATION_EXAMPLES[option]}.")
        pairs.append((ours.strip(), theirs.strip()))
    found: dict[str, str] = {}
    for ours, theirs in pairs:
        if found.setdefault(ours, theirs) != theirs:
            raise UsageError(f"{option} says twice what {ours} is read from; keep one.")
    return found


_RELATION_EXAMPLES = {"--table": "accounts=schema.creators", "--query": 'posts="select ..."'}


def _pairs(item: str) -> list[tuple[str, str]]:
    if _is_toml(item):
        document = _toml(Path(item))
        if "map" not in document and {"tables", "queries"} & document.keys():
            return []
        return _texts(Path(item), document, "map", required=True)
    ours, equals, theirs = (part.strip() for part in item.partition("="))
    if not (ours and equals and theirs):
        raise UsageError(
            f"--map {item!r} is not OURS=THEIRS, such as followers=follower_count, nor a .toml file."
        )
    return [(ours, theirs)]


def _is_toml(item: str) -> bool:
    return item.lower().endswith(".toml") and "=" not in item


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise UsageError(f"--map {path} cannot be read: {said}. Expected TOML with a table [map].") from error


def _texts(
    path: Path, document: dict[str, Any], section: str, *, required: bool = False
) -> list[tuple[str, str]]:
    """The lines of a table of a TOML file, each a name and a text."""
    table = document.get(section, None if required else {})
    if not isinstance(table, dict) or not all(isinstance(theirs, str) for theirs in table.values()):
        example = {"map": 'followers = "their name"'}.get(section, 'accounts = "their name"')
        raise UsageError(
            f"--map {path} has no table [{section}] of texts; expected [{section}] and lines: {example}."
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
    from detector.outputs import output_for

    output_for(out)
    check_apart(out, source)


def check_apart(out: Path, source: str | None) -> None:
    """The same for a file of any format.

    Raises
    ------
    UsageError
        No such folder, or a file of the source would be overwritten.
    DetectorError
        The folder may not be written to.
    """
    from detector.outputs import check_writable
    from detector.sources.address import file_of, scheme_of

    check_writable(out)
    scheme = scheme_of(source)
    path = file_of(str(source)) if scheme in ("sqlite", "duckdb") else None if scheme else source
    if path is not None and _is_part_of(out, Path(path)):
        raise UsageError(f"--out {out} would overwrite a file of the source {source}. Name another file.")


def _is_part_of(out: Path, source: Path) -> bool:
    target, root = out.resolve(), source.resolve()
    if target == root:
        return True
    inside = root in target.parents
    return inside and (target.parent != root or target.stem in TABLES or target.exists())
