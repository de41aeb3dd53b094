"""Kinds: in which ways accounts can be alike, each as tokens that are counted in fine cells beside coarse ones.

A token has keys, which must be the same (a day, a platform), and coordinates, which may differ a little: logarithms of
amounts. A fine cell is `width` wide in each coordinate, the coarse one around it `ratio` times as wide. What chance
puts into a fine cell is read off the coarse one: a real event lifts accounts by amounts as different as they are,
and fills the coarse cell as evenly as any other day does, only higher.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from detector.crowd.shape import COUNTS

__all__ = ["KINDS", "Kind"]

RANKED = 8
"""Jumps of a counter that go into triples of days: 8 give 56. The rest of a wild account says little."""

PAIRED = 12
"""Jumps of a counter that go into pairs of days."""


SMEARED = 0.8
"""How far the null smears the logarithm of an amount: over the near cells of each kind that has links."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to be alike.

    Attributes
    ----------
    name : str
    what : str
        Of groups: ``same_jump``, ``lockstep``, ``delivery`` or ``clones``.
    keys : mapping
        Name -> SQL over `source`: what must be the same.
    coordinates : tuple of str
        SQL over `source`: what may differ by less than `width`; NULL where it says nothing.
    source : str
        SQL of rows, with `account`, and `smear` names of draws for each coordinate.
    smeared : tuple of str
        The coordinates of the null.
    width : float
        Of a fine cell.
    near, far : int
        Fine cells across the coarse ones around it: where few accounts are, a far one says better what is usual.
    least : int
        Accounts that are a cell beyond chance at least.
    links : bool
        Whether two accounts in a cell where chance hardly puts one are a link: many links make a group.
    counts : str
        SQL of what is counted in a cell: accounts, or days on which a delivery began.
    """

    name: str
    what: str
    keys: Mapping[str, str]
    coordinates: tuple[str, ...]
    smeared: tuple[str, ...]
    source: str
    width: float
    near: int
    far: int
    least: int
    links: bool = False
    counts: str = "count(*)"


def _jumps(width: float, most: int | None = None) -> str:
    """Rises that are known well enough for cells of a width."""
    ranked = "" if most is None else f" AND place <= {most}"
    return f"(SELECT * FROM rises WHERE noise <= {width / 2} AND grain <= {width / 4}{ranked})"


def _pairs(width: float, most: int) -> str:
    """Two days of one account, not successive ones, and the days between them."""
    return f"""(
        SELECT a.account, a.platform, a.counter, a.day AS day1, b.day AS day2, b.day - a.day AS apart,
            a.size AS size1, b.size AS size2, a.smear AS smear1, b.smear AS smear2
        FROM {_jumps(width, most)} a JOIN {_jumps(width, most)} b
        ON a.account = b.account AND a.counter = b.counter AND a.day + 1 < b.day
    )"""


def _triples(width: float, most: int) -> str:
    rises = _jumps(width, most)
    return f"""(
        SELECT a.account, a.platform, a.counter, a.day AS day1, b.day AS day2, c.day AS day3,
            b.size - a.size AS x1, c.size - b.size AS x2,
            b.smear - a.smear AS s1, c.smear - b.smear AS s2
        FROM {rises} a
        JOIN {rises} b ON a.account = b.account AND a.counter = b.counter AND a.day + 1 < b.day
        JOIN {rises} c ON a.account = c.account AND a.counter = c.counter AND b.day + 1 < c.day
    )"""


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in ("platform", *names)}


def _same_jump(name: str, width: float, near: int, far: int) -> Kind:
    return Kind(
        name,
        "same_jump",
        _same("counter") | {"day1": "day"},
        ("size",),
        _shift(width, near, "size smear"),
        _jumps(width),
        width,
        near,
        far,
        4,
    )


def _clones(name: str, width: float, near: int = 3) -> Kind:
    n = range(len(COUNTS))
    pattern = " + ".join(
        f"(CASE WHEN x{i} IS NULL THEN 0 WHEN x{i} = 0 THEN 1 ELSE 2 END) * {3**i}" for i in n
    )
    # a counter that is small or unknown is the same for all of the pattern, smeared or not
    return Kind(
        name,
        "clones",
        {"platform": "platform", "pattern": pattern, "large": "large"},
        tuple(f"coalesce(x{i}, 0)" for i in n),
        tuple(f"CASE WHEN x{i} > 0 THEN x{i} + {width * near} * s{i} ELSE 0 END" for i in n),
        "(SELECT * FROM places WHERE large >= 2)",
        width,
        near,
        near,
        6,
    )


def _shift(width: float, near: int, *names: str) -> tuple[str, ...]:
    return tuple(f"{size} + {width * near} * {smear}" for size, smear in (name.split() for name in names))


KINDS: tuple[Kind, ...] = (
    _same_jump("same_jump_fine", 0.02, 25, 50),
    _same_jump("same_jump", 0.08, 10, 20),
    Kind(
        "same_jumps_on_two_days",
        "lockstep",
        _same("counter", "day1", "day2"),
        ("size1", "size2"),
        _shift(0.08, 10, "size1 smear1", "size2 smear2"),
        _pairs(0.08, PAIRED),
        0.08,
        10,
        30,
        4,
        links=True,
    ),
    Kind(
        "same_shape_on_three_days",
        "lockstep",
        _same("counter", "day1", "day2", "day3"),
        ("x1", "x2"),
        _shift(0.2, 4, "x1 s1", "x2 s2"),
        _triples(0.2, RANKED),
        0.2,
        4,
        16,
        4,
        links=True,
    ),
    Kind(
        "same_delivery",
        "delivery",
        _same("counter", "apart"),
        ("size1", "size2"),
        _shift(0.08, 10, "size1 smear1", "size2 smear2"),
        _pairs(0.08, PAIRED),
        0.08,
        10,
        30,
        5,
        counts="count(DISTINCT day1)",
    ),
    _clones("clones_near", 0.1),
    _clones("clones", 0.3),
)
"""All ways that are looked at; the order says nothing."""
