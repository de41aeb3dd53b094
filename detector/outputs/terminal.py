"""For people: a table of the accounts, worst first; below it why, compared with whom, what would tell more.

Plain text of 80 columns; colour only repeats what a word says already, and only on a terminal.
"""

from collections.abc import Mapping, Sequence
from io import StringIO
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, Literal

import numpy as np

from detector.contract import AXES, LEVELS
from detector.how_many import how_many
from detector.outputs import words
from detector.outputs.output import Output
from detector.outputs.summary import summary
from detector.outputs.worst import worst_first
from detector.verdict import Result

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

__all__ = [
    "EXPLAINED",
    "NARROWEST",
    "OUTPUT",
    "SHOWN",
    "WIDTH",
    "explained",
    "show",
    "trimmed",
    "worst_first",
]

WIDTH = 80
NARROWEST = 32
"""Where a terminal says that it is narrower, lines are broken by it and not by us."""
INDENT = 2
SHOWN = 40
"""Rows of the table: a terminal is no place for a thousand accounts."""
EXPLAINED = 5
"""Accounts explained below the table."""

LEAST_NAME, ROOM_FOR_NAMES = 12, 28
"""Signs of a name that a narrow terminal leaves, and those that a wide one gives to names of any length."""
_ALWAYS = ("level", "susp")
"""Columns that the narrowest terminal shows. Others go whole, the last first: a number that is cut says nothing."""

_STYLES = {"suspicious": "bold red", "unusual": "yellow", "insufficient_data": "dim"}


def show(
    result: Result,
    console: "Console",
    *,
    explain_all: bool = False,
    drawings: Mapping[tuple[str, str], Sequence[str]] = MappingProxyType({}),
) -> None:
    """Print a result for a person to read.

    Parameters
    ----------
    result
        The judged accounts.
    console
        Where to; its width and colours are used.
    explain_all
        Explain ordinary accounts too (those that have reasons), and not only the worst few.
    drawings
        Lines to show below an account's verdict, by its platform and id: its history as blocks.
    """
    order = worst_first(result)
    console.print(_accounts(result.take(order[:SHOWN]), console.width))
    if len(order) > SHOWN:
        console.print(f"... and {len(order) - SHOWN:,} more, less suspicious. --out FILE keeps all of them.")
    for row in explained(result, explain_all=explain_all).rows():
        console.print()
        drawing = drawings.get((row["platform"], row["account_id"]), ())
        if any(len(line) > console.width - INDENT for line in drawing):
            drawing = ()  # broken into lines, its marks would stand under other days
        console.print(_explanation(row, drawing, alone=len(result) == 1))
    _print_unjudged(result, console)
    _print_footer(result, console)


def explained(result: Result, *, explain_all: bool = False) -> Result:
    """The accounts that are explained below the table, in that order."""
    return result.take(_to_explain(result, worst_first(result), explain_all))


def _to_explain(result: Result, order: np.ndarray[Any, Any], explain_all: bool) -> np.ndarray[Any, Any]:
    level = result.columns["level"][order]
    if explain_all or len(result) == 1:
        return np.asarray(order[level != "insufficient_data"][:SHOWN])
    return np.asarray(order[(level == "suspicious") | (level == "unusual")][:EXPLAINED])


def _accounts(result: Result, width: int) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    found = list(result.rows())
    rows = [(row, name, words.peers(row)) for row, name in zip(found, words.names(found), strict=True)]
    peers = max([8, *(len(text) for _, _, text in rows)])  # a number that is cut says nothing
    widths = {"level": 12, "susp": 4, "foll": 4, "like": 4, "auto": 4, "evidence": 10, "peers": peers}
    while len(widths) > len(_ALWAYS) and _beside(widths) + LEAST_NAME > width:
        widths.popitem()
    longest = max([ROOM_FOR_NAMES, *(len(name) for _, name, _ in rows)])
    account = min(max(width - _beside(widths), LEAST_NAME), longest)
    table.add_column("account", width=account, no_wrap=True, overflow="ellipsis")
    for title, wide in widths.items():
        right: Literal["left", "right"] = "left" if title in ("level", "evidence") else "right"
        table.add_column(title, width=wide, justify=right, no_wrap=True)
    for row, name, of_peers in rows:
        cells = [
            Text(words.LEVEL[row["level"]], style=_STYLES.get(row["level"], "")),
            *(
                Text(words.share(row[name]))
                for name in ("suspicion", *(f"{axis}_suspicion" for axis in AXES))
            ),
            Text(words.EVIDENCE.get(row["evidence"], "")),
            Text(of_peers),
        ]
        table.add_row(Text(name), *cells[: len(widths)])
    return table


def _beside(widths: Mapping[str, int]) -> int:
    """Room that the columns beside the name take, with a blank before each."""
    return sum(widths.values()) + len(widths)


def _explanation(row: dict[str, Any], drawing: Sequence[str], *, alone: bool) -> "RenderableType":
    from rich.console import Group
    from rich.text import Text

    style = _STYLES.get(row["level"], "bold")
    parts: list[RenderableType] = [
        Text.assemble((words.LEVEL[row["level"]].upper(), style), "  ", (words.who(row), "bold")),
        _indented([words.oddness(row), words.rests_on(row)]),
    ]
    if alone:
        parts.append(_indented([words.worth(row)]))
    if drawing:
        parts.append(_indented(drawing))
    for title, lines in words.sections(row):
        parts += [_indented([title]), _bullets(lines)]
    return Group(*parts)


def _indented(lines: Sequence[str]) -> "RenderableType":
    from rich.padding import Padding
    from rich.text import Text

    return Padding(Text("\n".join(line for line in lines if line)), (0, 0, 0, INDENT))


def _bullets(lines: Sequence[str]) -> "RenderableType":
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=3, justify="right")
    grid.add_column()
    for line in lines:
        grid.add_row("-", Text(line))
    return grid


def _print_unjudged(result: Result, console: "Console") -> None:
    from rich.text import Text

    # Grouped on the columns, since a night's source may hold a million accounts that cannot be judged.
    columns = result.columns
    groups: dict[tuple[Any, ...], list[int]] = {}
    for i in np.flatnonzero(columns["level"] == "insufficient_data").tolist():
        sentences = tuple(fault.sentence for fault in columns["faults"][i])
        lacks = (columns["platform"][i], columns["support"][i], columns["needed"][i], sentences)
        groups.setdefault(lacks, []).append(i)
    for rows in list(groups.values())[:EXPLAINED]:
        first = list(result.take(rows[:3]).rows())
        names = ", ".join(map(words.name, first)) if len(first) > 1 else words.who(first[0])
        names += f" and {len(rows) - 3:,} more" if len(rows) > 3 else ""
        console.print()
        console.print(Text.assemble(("INSUFFICIENT DATA", "bold"), f"  {names}"))
        worth = [words.worth(first[0])] if len(result) == 1 else []
        console.print(_bullets([*words.why_unjudged(first[0]), *worth]))
    if len(groups) > EXPLAINED:
        console.print()
        console.print(
            f"... and {len(groups) - EXPLAINED:,} more kinds of missing data: see `needed` in --out FILE."
        )


def _print_footer(result: Result, console: "Console") -> None:
    counts = summary(result)
    if not counts.accounts:
        return
    console.print()
    said = ", ".join(
        f"{counts.levels[name]:,} {name.replace('_', ' ')}" for name in LEVELS if counts.levels[name]
    )
    console.print(f"{how_many(counts.accounts, 'account')}: {said}.")
    if counts.scored > 1:
        console.print(
            f"If all {counts.scored:,} judged accounts were ordinary, about {words.roughly(counts.expected_by_chance)} "
            "would be called suspicious by chance."
        )
    if counts.levels["suspicious"] or counts.levels["unusual"]:
        console.print("Evidence, not proof: counters cannot tell who inflated them. A person decides.")
    if any(counts.model_versions):
        console.print(f"Model: {words.printable(', '.join(counts.model_versions))}")


def trimmed(text: str) -> str:
    """The text without the blanks that fill its lines up to the width of the console."""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def _write(result: Result, stream: IO[bytes]) -> None:
    from rich.console import Console

    text = StringIO()
    plain = Console(
        file=text,
        width=WIDTH,
        color_system=None,
        force_terminal=False,
        markup=False,
        highlight=False,
        emoji=False,
    )
    show(result, plain)
    stream.write(trimmed(text.getvalue()).encode())


OUTPUT = Output(".txt", "the text that the terminal shows", _write)
