"""Loop of `stretches`: even weeks of followers between edges that a companion did not share.

Gains come interleaved, see `rows.interleaved`: a column further is `lanes` places further.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HELPERS", "LOOPS"]


def followed(own: Any, other: Any, lanes: Any, gained: Any, came: Any, lacking: Any) -> None:
    """`stretches._path` of two counters, and on how many days before each either is unknown."""
    gained[:lanes], came[:lanes], lacking[:lanes] = 0.0, 0.0, 0.0
    for c in range(0, len(own), lanes):
        added(own[c:][:lanes], gained[c:][:lanes], gained[c + lanes :][:lanes])
        added(other[c:][:lanes], came[c:][:lanes], came[c + lanes :][:lanes])
        one, two, before, after = own[c:], other[c:], lacking[c:][:lanes], lacking[c + lanes :][:lanes]
        for r in range(lanes):
            after[r] = before[r] + (0.0 if (one[r] == one[r]) & (two[r] == two[r]) else 1.0)


def added(gain: Any, before: Any, after: Any) -> None:
    """What was gained after a day, from what was before it."""
    for r in range(len(gain)):
        after[r] = before[r] + (gain[r] if gain[r] == gain[r] else 0.0)


def first_known(gains: Any, lanes: Any) -> Any:
    """The first column that any row knows."""
    for c in range(len(gains)):
        if gains[c] == gains[c]:
            return c // lanes
    return len(gains) // lanes


def least_of(gained: Any, cuts: Any, lanes: Any, out: Any) -> None:
    """Gain per day of stretches' least part; `cuts` are where the parts of the first one begin, and its end."""
    m = len(out)
    for part in range(len(cuts) - 1):
        first, last = gained[cuts[part] * lanes :][:m], gained[cuts[part + 1] * lanes :][:m]
        days = cuts[part + 1] - cuts[part]
        for c in range(m):
            one = (last[c] - first[c]) / days
            out[c] = (one if (part == 0) | (one < out[c]) else out[c]) + 0.0


def raised_to(gained: Any, start: Any, days: Any, lanes: Any, around: Any) -> None:
    """Puts in the gain per day of the days after a column, the first stretch's, where it is more."""
    first, last = gained[start * lanes :][: len(around)], gained[(start + days) * lanes :][: len(around)]
    for c in range(len(around)):
        one = (last[c] - first[c]) / days
        around[c] = (one if one > around[c] else around[c]) + 0.0


def raised_to_rest(
    gained: Any, end: Any, skipped: Any, edge: Any, after: Any, lanes: Any, around: Any
) -> None:
    """Puts in the gain per day of the days left beyond stretches with one edge, where more, and these are enough."""
    newest = gained[len(gained) - lanes :]
    for c in range(edge - after - skipped):
        own, first, left = around[c * lanes :][:lanes], gained[(end + c) * lanes :], edge - 1 - skipped - c
        for r in range(lanes):
            one = (newest[r] - first[r]) / left
            own[r] = (one if one > own[r] else own[r]) + 0.0


def over(around: Any, noise: Any, out: Any) -> None:
    """How many times as large values are as what is around them, both widened by each row's noise."""
    lanes = len(noise)
    for c in range(0, len(out), lanes):
        value, other = out[c:][:lanes], around[c:][:lanes]
        for r in range(lanes):
            high, low = value[r] if value[r] > 0.0 else 0.0, other[r] if other[r] > 0.0 else 0.0
            value[r] = (high + noise[r]) / (low + noise[r])


def raised_to_squares(rise: Any, shared: Any, before: Any, until: Any, newest: Any, highest: Any) -> None:
    """Puts in the squares that are higher where as many days are unknown before a stretch and until its end, which is
    the same day for all in the `newest` case.
    """
    lanes = len(highest)
    for c in range(0, len(rise), lanes):
        own, also, first, last = rise[c:], shared[c:], before[c:], until[0 if newest else c :]
        for r in range(lanes):
            other = also[r] if also[r] > 1.0 else 1.0
            square = own[r] * own[r] / (other * (other * other))
            known = (first[r] == last[r]) & (square > highest[r])
            highest[r] = (square if known else highest[r]) + 0.0


def two_edged(
    gained: Any, came: Any, lacking: Any, noise: Any, cuts: Any, scratch: Any, highest: Any
) -> None:
    """`stretches._squares` of rows, see `stretches`."""
    lanes, ends = len(highest), np.empty(2, dtype=np.int64)
    for k in range(len(cuts)):
        edge, end = cuts[k, 0], cuts[k, -1]
        m = len(gained) - (edge + end) * lanes
        if m < lanes:
            break
        ends[0], ends[1] = edge, end
        rise, shared, around = scratch[0][:m], scratch[1][:m], scratch[2][:m]
        for out, path, parts, wide in ((rise, gained, cuts[k], noise[0]), (shared, came, ends, noise[1])):
            least_of(path, parts, lanes, out)
            around[:] = -np.inf
            raised_to(path, 0, edge, lanes, around)
            raised_to(path, end, edge, lanes, around)
            over(around, wide, out)
        raised_to_squares(rise, shared, lacking, lacking[(edge + end) * lanes :], False, highest)


def one_edged(
    gained: Any,
    came: Any,
    lacking: Any,
    noise: Any,
    cuts: Any,
    limits: Any,
    lead: Any,
    scratch: Any,
    highest: Any,
) -> None:
    """`stretches._open_squares` of rows, whose first `lead` columns have been left away, see `stretches`."""
    lanes, (edge, weeks, after), ends = len(highest), limits, np.empty(2, dtype=np.int64)
    for k in range(len(cuts)):
        parts = cuts[k] + len(gained) // lanes
        first = parts[0] - weeks * edge
        if first + lead < 0 or first + edge <= 0:
            break
        skipped = max(-first, 0)
        parts = parts + skipped
        m, ends[0], ends[1] = (edge - skipped) * lanes, parts[0], parts[-1]
        rise, shared, around = scratch[0][:m], scratch[1][:m], scratch[2][:m]
        for out, path, own, wide in ((rise, gained, parts, noise[0]), (shared, came, ends, noise[1])):
            least_of(path, own, lanes, out)
            around[:] = -np.inf
            for week in range(1, weeks + 1):
                raised_to(path, ends[0] - edge * week, edge, lanes, around)
            raised_to_rest(path, ends[1], skipped, edge, after, lanes, around)
            over(around, wide, out)
        before, newest = lacking[(first + skipped) * lanes :], lacking[len(lacking) - lanes :]
        raised_to_squares(rise, shared, before, newest, True, highest)


def stretches(gains: Any, others: Any, noise: Any, cuts: Any, open_cuts: Any, share: Any, limits: Any) -> Any:
    """The squares that `stretches._stretch_without` takes the logarithms of, (2, n): with two edges, and with one.

    `gains` and `others` are those of the followers and of the companion, `noise` (2, n) belongs to both, to the other
    comes a `share` of the mean day, and one to each. `cuts` and `open_cuts` (lengths, parts + 1) say how each length is
    divided, `limits` the days of an open edge, how many weeks are before it, and how many days beyond it are enough.
    """
    n, (blocks, width, lanes) = noise.shape[1], gains.shape
    found, path, scratch = (
        np.ones((2, n)),
        np.empty((3, (width + 1) * lanes)),
        np.empty((3, (width + 1) * lanes)),
    )
    wide, highest = np.empty((2, lanes)), np.empty((2, lanes))
    for block in range(blocks):
        own, other, first = gains[block].reshape(-1), others[block].reshape(-1), block * lanes
        followed(own, other, lanes, path[0], path[1], path[2])
        held = min(lanes, n - first)
        for r in range(held):
            total, known = path[1][width * lanes + r], 0
            for c in range(r, width * lanes, lanes):
                known += other[c] == other[c]
            mean = (total if total > 0.0 else 0.0) / max(known, 1)
            wide[0, r], wide[1, r] = noise[0, first + r] + 1.0, share * mean + noise[1, first + r] + 1.0
        lead = max(first_known(own, lanes), first_known(other, lanes))
        gained, came, lacking = path[0][lead * lanes :], path[1][lead * lanes :], path[2][lead * lanes :]
        highest[:] = 1.0
        two_edged(gained, came, lacking, wide, cuts, scratch, highest[0])
        one_edged(gained, came, lacking, wide, open_cuts, limits, lead, scratch, highest[1])
        for kind in range(2):
            found[kind, first : first + held] = highest[kind, :held]
    return found


HELPERS: tuple[Callable[..., Any], ...] = (
    added,
    followed,
    first_known,
    least_of,
    raised_to,
    raised_to_rest,
    over,
    raised_to_squares,
    two_edged,
    one_edged,
)
LOOPS: tuple[Callable[..., Any], ...] = (stretches,)
