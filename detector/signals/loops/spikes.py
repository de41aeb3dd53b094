"""Loop of `history`: what came of a companion with the largest gain of a counter.

Gains come interleaved, see `rows.interleaved`: a column further is `lanes` places further.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HELPERS", "LOOPS"]

NAN = np.nan


def greater(a: Any, b: Any) -> Any:
    """`np.maximum`: unknown where either is."""
    return a if a > b or a != a else b


def lesser(a: Any, b: Any) -> Any:
    """`np.minimum`."""
    return a if a < b or a != a else b


def first_lane(gains: Any, lanes: Any) -> Any:
    """The first column that any row knows, or one of seven before: what NumPy adds up in its first lane."""
    c = 0
    while c < len(gains) and gains[c] != gains[c]:
        c += 1
    return c // lanes // 8 * 8


def known_in_both(gains: Any, others: Any, out: Any) -> None:
    """Gains of the days for which another counter's are known too."""
    for c in range(len(out)):
        out[c] = gains[c] if others[c] == others[c] else NAN


def raised(highest: Any, values: Any) -> None:
    """Puts in the values that are higher."""
    for c in range(len(highest)):
        highest[c] = (values[c] if values[c] > highest[c] else highest[c]) + 0.0


def near_peak(gained: Any, days: Any, lanes: Any, own: Any, out: Any) -> None:
    """`gains.nearby_peak` of rows; `own` is scratch."""
    m = len(gained)
    for c in range(m):
        own[c] = gained[c] if gained[c] > 0.0 else 0.0
    out[:] = own
    for away in range(lanes, days * lanes + 1, lanes):
        raised(out[: m - away], own[away:])
        raised(out[away:], own[: m - away])


def third_largest(values: Any, first: Any, second: Any, third: Any) -> None:
    """The three largest of each row, -infinite where fewer are known."""
    lanes = len(first)
    first[:], second[:], third[:] = -np.inf, -np.inf, -np.inf
    for c in range(0, len(values), lanes):
        own = values[c:][:lanes]
        for r in range(lanes):
            one, two, three = own[r] if own[r] == own[r] else -np.inf, first[r], second[r]
            first[r], one = (one if one > two else two) + 0.0, two if one > two else one
            second[r], one = (one if one > three else three) + 0.0, three if one > three else one
            third[r] = (one if one > third[r] else third[r]) + 0.0


def usual_days(values: Any, came: Any, peak: Any, highest: Any, limit: Any, out: Any) -> None:
    """Rises on the days that tell the own rate, 0 on others: not those on which the companion rose alone."""
    lanes = len(highest)
    for c in range(0, len(out), lanes):
        value, other, near, one = values[c:], came[c:], peak[c:], out[c:]
        for r in range(lanes):
            alone = (other[r] >= highest[r]) & (near[r] < limit[r])
            told = (value[r] > 0.0) & (other[r] == other[r])
            one[r] = value[r] if told & (not alone) else 0.0


def largest(gained: Any, days: Any, shift: Any, total: Any, last: Any, highest: Any) -> None:
    """The largest gain in `days` days beyond a shift, and the column at its end; `total` is scratch."""
    lanes = len(shift)
    total[:] = gained
    for back in range(lanes, days * lanes, lanes):
        own = total[back:]
        for c in range(len(own)):
            own[c] += gained[c]
    last[:], highest[:] = 0.0, -np.inf
    for c in range((days - 1) * lanes, len(total), lanes):
        own, place = total[c:][:lanes], c // lanes
        for r in range(lanes):
            excess = own[r] - shift[r]
            last[r] = (place if excess > highest[r] else last[r]) + 0.0
            highest[r] = (excess if excess > highest[r] else highest[r]) + 0.0


def parted(came: Any, last: Any, days: Any, near: Any, rest: Any, rest_came: Any, n_near: Any) -> None:
    """Takes the days near the largest gain out of the rest, and puts what came on them into `near`."""
    lanes, width = len(last), len(came) // len(last)
    near[:] = 0.0
    for r in range(lanes):
        n_near[r] = 0.0
        for c in range(max(int(last[r]) - days - 1, 0), min(int(last[r]) + 3, width)):
            place = c * lanes + r
            rest[place], rest_came[place] = 0.0, 0.0
            if came[place] == came[place]:
                near[place] = came[place]
                n_near[r] += 1.0


def summed(values: Any, parts: Any, out: Any) -> None:
    """`np.sum` of rows without unknown numbers: in eight lanes, then what is left; `parts` (8, lanes) is scratch."""
    lanes, parts[:] = len(out), 0.0
    whole = len(values) // lanes // 8 * 8 * lanes
    for c in range(0, whole, lanes):
        plus(values[c:], parts[c // lanes % 8])
    for r in range(lanes):
        low = (parts[0, r] + parts[1, r]) + (parts[2, r] + parts[3, r])
        out[r] = low + ((parts[4, r] + parts[5, r]) + (parts[6, r] + parts[7, r]))
    for c in range(whole, len(values), lanes):
        plus(values[c:], out)


def plus(values: Any, out: Any) -> None:
    """Adds numbers to others."""
    for r in range(len(out)):
        out[r] += values[r]


def level_at(values: Any, column: Any) -> Any:
    """The last number of a row that is known at a column."""
    while column > 0 and values[column] != values[column]:
        column -= 1
    return values[column]


def fallen_short(row: Any, about: Any, level: Any, spreads: Any, wider: Any, limits: Any, out: Any) -> None:
    """What `history._around_largest` gives of rows, from the sums that `around_largest` holds for them."""
    highest, nearby, rest, rest_came, n_near = row[4], row[5], row[6], row[7], row[8]
    usual_came, spread, first, first_came, step, step_came = (
        about[1],
        about[2],
        about[3],
        about[4],
        about[5],
        about[6],
    )
    (least_level, prior_gain, share), times, size = limits, out[0], out[1]
    for r in range(len(level)):
        lifetime = first_came[r] / greater(first[r], least_level)
        prior = prior_gain * lesser(1.0, 1.0 / greater(lifetime, 1e-9)) + step[r]
        extra = greater(highest[r] if highest[r] > -np.inf else NAN, 0.0)
        rate = lesser((rest_came[r] + prior * 0.2 * lifetime) / (rest[r] + prior), lifetime)
        near_by = greater(nearby[r] - n_near[r] * usual_came[r], 0.0)
        noise = spreads * spread[r] * wider + step_came[r] + 2.0
        times[r] = (extra * rate + noise) / (near_by + noise)
        size[r] = extra / greater(share * level[r], 1.0)


def around_largest(gains: Any, others: Any, values: Any, about: Any, windows: Any, limits: Any) -> Any:
    """`history._around_largest`.

    `gains` and `others` are those of the counter, whose `values` are (n, width), and of its companion; `about` (7, n)
    the usual gains of both, the companion's spread, the first levels and the steps of both.
    """
    n, (blocks, width, lanes) = about.shape[1], gains.shape
    ratios = np.empty((2, len(windows), n))
    scratch, row, parts = np.empty((7, width * lanes)), np.zeros((9, lanes)), np.empty((8, lanes))
    own_about, level, sides = np.ones((7, lanes)), np.empty(lanes), np.empty((2, lanes))
    usual, limit, shift, last, highest = own_about[0], row[1], row[2], row[3], row[4]
    nearby, rest, rest_came, n_near = row[5], row[6], row[7], row[8]
    for block in range(blocks):
        first, held = block * lanes, min(lanes, n - block * lanes)
        gain, other = gains[block].reshape(-1), others[block].reshape(-1)
        lead = first_lane(gain, lanes)
        gain, other, m = gain[lead * lanes :], other[lead * lanes :], (width - lead) * lanes
        gained, came, own = scratch[0][:m], scratch[1][:m], scratch[2][:m]
        peak, rises, comes, near = scratch[3][:m], scratch[4][:m], scratch[5][:m], scratch[6][:m]
        known_in_both(gain, other, gained)
        known_in_both(other, gain, came)
        for kind in range(len(about)):
            own_about[kind, :held] = about[kind, first : first + held]
        for r in range(lanes):
            limit[r] = 3.0 * greater(usual[r], 1.0)
        near_peak(gained, 2, lanes, own, peak)
        third_largest(came, shift, highest, rest)
        usual_days(gained, came, peak, rest, limit, rises)
        usual_days(came, came, peak, rest, limit, comes)
        for k in range(len(windows)):
            days = windows[k]
            for r in range(lanes):
                shift[r] = days * usual[r]
            largest(gained, days, shift, own, last, highest)
            own[:], peak[:] = rises, comes
            parted(came, last, days, near, own, peak, n_near)
            summed(near, parts, nearby)
            summed(own, parts, rest)
            summed(peak, parts, rest_came)
            for r in range(held):
                level[r] = level_at(values[first + r], int(last[r]) + lead if highest[r] > -np.inf else 0)
            fallen_short(row, own_about, level, 3.0, np.sqrt(days + 4.0), limits, sides)
            for kind in range(2):
                ratios[kind, k, first : first + held] = sides[kind, :held]
    return ratios


HELPERS: tuple[Callable[..., Any], ...] = (
    greater,
    lesser,
    first_lane,
    known_in_both,
    raised,
    near_peak,
    third_largest,
    usual_days,
    largest,
    parted,
    plus,
    summed,
    level_at,
    fallen_short,
)
LOOPS: tuple[Callable[..., Any], ...] = (around_largest,)
