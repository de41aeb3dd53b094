"""Cells: tokens counted in fine cells and in the coarse cells around them, and which hold more than chance puts there.

Chance: an account in a coarse cell lies anywhere in it. So of the others around, a share of 1 / (fine cells in it - 1)
is expected in one fine cell. A count's surprise is Chernoff's bound of the Poisson tail, as -log10: never more than the
exact one, and without a function that DuckDB lacks. The number of fine cells that could have been counted is what the
surprise must make up for: then the expected number of false cells in a night is at most `FALSE_CELLS`.
"""

from dataclasses import dataclass
from typing import Any

from detector.crowd.kinds import KINDS, Kind

__all__ = ["FALSE_CELLS", "PHASES", "Found", "count_cells", "surprise"]

FALSE_CELLS = 0.01
"""False cells that chance may give in a night, over all kinds together."""

NEAR, FAR = 1.5, 3.0
"""How many times as dense as the coarse cells around it an ordinary place may be: nothing is quite even."""

RATIO = {"same_jump": 2.0, "lockstep": 2.0, "delivery": 2.0, "clones": 5.0}
"""A cell holds so many times what chance puts there, however sure that is: most of its members then belong to it."""

FEWEST = 4
"""Jumps, or accounts with a profile, below which there is nothing to count."""

PHASES = 2
"""Grids of each kind, moved against each other by half a cell: what an edge cuts in one lies within the other."""


LINK_CHANCE, LINK_SURPRISE = 0.5, 3.1
"""Where chance puts few accounts into a cell, those that are there are a link if chance seldom gives as many: two where
0.02 are expected, three where 0.1 are."""


@dataclass(frozen=True, slots=True)
class Found:
    """Cells of one kind and grid that hold more than chance puts there are in the table `name`, and links where the
    kind has them: keys, f1, ..., `n`, `chance`, `surprise`, `sure` (beyond chance by itself). `cells` of them are sure.
    """

    name: str
    kind: Kind
    phase: int
    cells: int
    links: int


def surprise(n: str, chance: str) -> str:
    """SQL: -log10 of Chernoff's bound on the chance of `n` or more where `chance` are expected; 0 below that."""
    return (
        f"CASE WHEN {n} > {chance} THEN ({n} * ln({n} / {chance}) - {n} + {chance}) / ln(10.0) ELSE 0.0 END"
    )


def _link(odd: str) -> str:
    return f"n >= 2 AND chance <= {LINK_CHANCE} AND {odd} >= {LINK_SURPRISE}"


def tokens(kind: Kind, phase: int, *, smeared: bool) -> str:
    """SQL of a kind's tokens: account, keys, f1, f2, ... the fine cell in a grid."""
    coordinates = kind.smeared if smeared else kind.coordinates
    fine = (
        f"CAST(floor(({x}) / {kind.width} + {phase / PHASES}) AS INTEGER) AS f{i}"
        for i, x in enumerate(coordinates, 1)
    )
    keys = (f"{sql} AS {name}" for name, sql in kind.keys.items())
    began = ", day1" if kind.counts != "count(*)" else ""
    return f"SELECT DISTINCT account, {', '.join((*keys, *fine))}{began} FROM {kind.source}"


def names_of(kind: Kind) -> tuple[list[str], list[str]]:
    """Names of keys and of fine coordinates."""
    return list(kind.keys), [f"f{i}" for i in range(1, len(kind.coordinates) + 1)]


def counted(kind: Kind, phase: int, *, smeared: bool, least: int | None = None) -> str:
    """SQL of all fine cells of a grid with their counts and what chance puts there, where `least` are around."""
    keys, fine = names_of(kind)
    own = ", ".join((*keys, *fine))
    near, far = (
        ", ".join((*keys, *(f"CAST(floor({f} / {ratio}.0) AS INTEGER)" for f in fine)))
        for ratio in (kind.near, kind.far)
    )
    least = (2 if kind.links else kind.least) if least is None else least
    power = "large" if kind.what == "clones" else len(fine)
    inside = [f"CAST({ratio} AS DOUBLE) ^ {power}" for ratio in (kind.near, kind.far)]
    return f"""
        SELECT *, greatest(
            {NEAR} * (near - n) / ({inside[0]} - 1), {FAR} * (far - n + 1) / ({inside[1]} - 1)
        ) AS chance, {inside[1]} AS inside
        FROM (
            SELECT *, CAST(sum(n) OVER (PARTITION BY {near}) AS BIGINT) AS near,
                CAST(sum(n) OVER (PARTITION BY {far}) AS BIGINT) AS far,
                row_number() OVER (PARTITION BY {far}) AS nth
            FROM (
                SELECT {own}, {kind.counts} AS n FROM ({tokens(kind, phase, smeared=smeared)}) GROUP BY {own}
            )
        ) WHERE far >= {least}
    """


def count_cells(connection: Any, *, smeared: bool = False, links_alone: bool = False) -> list[Found]:
    """Count all kinds of a night, or of its null; leaves tables of the cells that hold more than chance puts there.

    Parameters
    ----------
    connection : DuckDB connection
        With views `rises` and `places`.
    smeared : bool
        Whether to count the null: the same accounts on the same days, amounts and counters smeared over a coarse cell.
    links_alone : bool
        Only kinds that have links.
    """
    kinds = [kind for kind in KINDS if kind.links or not links_alone]
    grids = [
        (kind, phase, f"{kind.name}_{phase}{'_null' * smeared}") for kind in kinds for phase in range(PHASES)
    ]
    many = f"SELECT (SELECT count(*) FROM rises) >= {FEWEST}, (SELECT count(*) FROM places) >= {FEWEST}"
    rises, places = connection.execute(many).fetchall()[0]
    used = [grid for grid in grids if (places if grid[0].what == "clones" else rises)]
    each = dict.fromkeys(RATIO, 0.0)
    kept = []
    for kind, phase, name in used:
        tested, n = _count(connection, kind, phase, name, smeared=smeared)
        each[kind.what] += tested
        kept += [(kind, phase, name)] if n else []
    return [_judged(connection, *grid, each[grid[0].what] * len(each)) for grid in kept]


def _count(connection: Any, kind: Kind, phase: int, name: str, *, smeared: bool) -> tuple[float, int]:
    """Keeps what may be beyond chance in the table `name`, where anything is; gives how many cells could have been."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE counted AS {counted(kind, phase, smeared=smeared)}")
    keep = f"n >= {kind.least} AND n >= {RATIO[kind.what]} * chance"
    if kind.links:
        keep = f"({keep}) OR ({_link(surprise('n', 'chance'))})"
    tested, n = connection.execute(f"""
        SELECT coalesce(sum(inside) FILTER (nth = 1 AND far >= {kind.least}), 0.0), count(*) FILTER ({keep})
        FROM counted
    """).fetchall()[0]
    if n:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * EXCLUDE (inside, nth), "
            f"{surprise('n', 'chance')} AS surprise FROM counted WHERE {keep}"
        )
    return float(tested), int(n)


def _judged(connection: Any, kind: Kind, phase: int, name: str, tested: float) -> Found:
    """Turns surprise into that of a whole night: 10 ** -surprise is how many cells as good chance gives in one, each
    way to be alike getting as many.
    """
    night = f"surprise - log10({max(tested, 1.0)!r})"
    sure = f"n >= {kind.least} AND {night} >= -log10({FALSE_CELLS!r})"
    kept = f"({sure}) OR ({_link('surprise')})" if kind.links else sure
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * REPLACE ({night} AS surprise), "
        f"{sure} AS sure FROM {name} WHERE {kept}"
    )
    both = f"SELECT count(*) FILTER (sure), count(*) FILTER (NOT sure) FROM {name}"
    cells, links = connection.execute(both).fetchall()[0]
    return Found(name, kind, phase, int(cells), int(links))
