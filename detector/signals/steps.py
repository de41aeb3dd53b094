"""Step signals of the history: likes or followers that come for one day or a few, end at once, and bring nothing along.

Attention fades: the day after a post's best day still brings a third of it or more, and followers come along with the
likes. A delivery is a box: nothing before, nothing after, and no followers. What is measured is therefore the ratio
of a day to the larger of its neighbours, beyond the same ratio of the companion, which needs no size in advance: a
thousand likes are a step on an account that gets ten a day, and none where ten thousand are usual. Followers that are
delivered bring no likes: the same, the other way round.

Each signal gives (n,), higher = odder, NaN without `MIN_DAYS` known days.

References
----------
SIGNALS 1, 2 (H2, H6, H9); NATO StratCom COE 2022/23: 89 % of inflated engagement arrived within one day.
docs/decisions/0007, 0028.
"""

from dataclasses import dataclass

import numpy as np

from detector.panel import FloatArray, Panel, once
from detector.signals.compiled import fast
from detector.signals.looks import DIP_DAYS, HIDDEN_SHARE, Rates, beside, moved, rates_of
from detector.signals.loops.boxes import MARGIN
from detector.signals.quantities import MIN_DAYS
from detector.signals.stats import count, maximum, median

__all__ = [
    "follower_step_without_likes",
    "like_drip_without_followers",
    "like_step",
    "like_step_without_followers",
    "like_step_without_views",
]


@dataclass(frozen=True, slots=True)
class _Box:
    """A stretch of `looks`, and how many looks on either side say what is usual around it.

    An `even` box is as high as its lowest day, any other as its mean.
    """

    looks: int
    edge: int
    even: bool = False


ONE, TWO = _Box(1, 2), _Box(2, 2)
"""An order placed in the evening arrives by two looks."""

TWO_LOOKS = 0.2
"""What a step over two looks counts less, ln: hits have more of them. Of steps of 10 % .79 are found at 1 % false
positives with one look alone, .89 with two as well (docs/decisions/0007)."""

THREE = _Box(3, 2)
LONGER = 0.1
"""What followers over two or three looks count less, ln: deliveries take up to three days (docs/decisions/0028)."""

DRIPS = tuple(_Box(looks, 1, even=True) for looks in (4, 5, 6, 7))
"""Short drips. Of longer ones each day is too small to have edges."""

FARTHEST = max(box.looks + box.edge for box in (ONE, TWO, *DRIPS))
"""How far from a column anything looks."""

DELETED = 1.5
"""A fall of so many times the gain before it does not take the gain back: posts were deleted."""

COMPANION_SHARE = 0.5
"""Weight of the companion's absence beside the shape of the likes: with the shape alone .77 of steps of 10 % are found
at 0.1 % false positives, with it .83 (docs/decisions/0007)."""

MOST_ABSENCE = 2.0
"""Ceiling of the companion's absence, ln: that it came seven times short and a hundred times short say the same."""


FALL_SHARE, MOST_FALL = 0.3, 3.0
"""Weight and ceiling, ln, of how far the look after a step fell below it: what comes before a hit may be still, what
comes after it seldom is. With it .882 of steps of 10 % are found at 1 % false positives, without .878."""


Pair = tuple[str, str]
"""A counter, and the companion that comes along with it organically."""

LIKES: Pair = ("likes", "followers")


def like_step(panel: Panel) -> FloatArray:
    """Sharpest rise of likes over a day or two: ln of it over the days around it (H6).

    Context where no companion is known, and weighs little: a post that fades within hours has such edges too.
    """
    one, two = np.log(_sharpest(panel, LIKES, (ONE, TWO)))
    return _enough(panel, "likes", np.fmax(one, two - TWO_LOOKS))


def _sharpest(panel: Panel, pair: Pair, boxes: tuple[_Box, ...]) -> FloatArray:
    """The largest edge of a counter for each box, (boxes, n)."""
    if fast() is not None:
        return _by_loop(panel, pair, boxes)[0]
    return np.stack([maximum(_edges(panel, pair[0], pair[0], box).ratio) for box in boxes])


@once
def _about(panel: Panel, counter: str, by: str) -> list[FloatArray]:
    """What the compiled loops take the edges of a counter by, (n,) each."""
    rates = rates_of(panel, counter, by)
    noise = _noise_around(rates, own=counter == by)
    return [one[:, 0] for one in ((1.0 - HIDDEN_SHARE) * rates.step, rates.pace, noise)]


def _noise_around(rates: Rates, *, own: bool) -> FloatArray:
    """What chance and rounding do to a day's gain and to those around it, (n, 1).

    Followers of a large account come and go by tens: what a companion's usual day may be off by is no edge.
    """
    return rates.noise if own else np.maximum(rates.noise, rates.spread)


@once
def _last_look(panel: Panel, counter: str, by: str) -> int:
    """Columns up to the last that any account knows."""
    rates = rates_of(panel, counter, by)
    return max(int(fast().last_known(one, FARTHEST)) for one in (rates.gain, rates.rest))


@once
def _interleaved(panel: Panel, pair: Pair) -> tuple[tuple[FloatArray, ...], tuple[FloatArray, ...]]:
    """Gains of a counter and of its companion, and what their days were like, as the compiled loops take them."""
    width = max(_last_look(panel, counter, pair[0]) for counter in pair)
    (gain, rest), (came, around) = (_laid(panel, counter, pair[0], width) for counter in pair)
    return (gain, came), (rest, around)


@once
def _laid(panel: Panel, counter: str, by: str, width: int) -> tuple[FloatArray, FloatArray]:
    """Gains of a counter, and what its days were like."""
    loops, rates = fast(), rates_of(panel, counter, by)
    return loops.interleaved(rates.gain, width, 0), loops.interleaved(rates.rest, width, MARGIN)


def like_step_without_followers(panel: Panel) -> FloatArray:
    """Sharpest rise of likes over a day or two that the followers did not share (H2, H6).

    ln of (likes of the day / likes of the days around it), less the same for followers, plus a share of what followers
    fell short of and of how far the next look fell. A hit raises both and fades over days; a mention elsewhere raises
    both. Misleads where likes and followers are read from pages cached at different times.
    """
    return _step_without(panel, ("likes", "followers"))


def like_step_without_views(panel: Panel) -> FloatArray:
    """Sharpest rise of likes over a day or two that the views did not share (H2, H6); see the one for followers."""
    return _step_without(panel, ("likes", "views"))


def follower_step_without_likes(panel: Panel) -> FloatArray:
    """Sharpest rise of followers over one to three days that the likes did not share (H1, H3).

    As `like_step_without_followers`, with the counters in each other's place. A hit raises both and fades over days;
    after a mention on television followers come without many likes, but for days.
    """
    one, two, three = _highest_of_each(panel, ("followers", "likes"), (ONE, TWO, THREE))
    return _enough(panel, "followers", np.fmax(one, np.fmax(two, three) - LONGER))


def like_drip_without_followers(panel: Panel) -> FloatArray:
    """Four to seven days of even likes with sharp edges that the followers did not share (H2, H9).

    The least of these days over the days before and after, less what followers did and how uneven the days were.
    Organic attention rises at once and fades, or swells slowly: it has one edge at most, and no flat top.
    """
    found = np.full(len(panel), np.nan)
    for one in _highest_of_each(panel, LIKES, DRIPS):
        found = np.fmax(found, one)
    return _enough(panel, "likes", found)


def _step_without(panel: Panel, pair: Pair) -> FloatArray:
    one, two = _highest_of_each(panel, pair, (ONE, TWO))
    return _enough(panel, pair[0], np.fmax(one, two - TWO_LOOKS))


@once
def _fall(panel: Panel, counter: str, box: _Box) -> FloatArray:
    """How far the gain of the look after each box fell below the box's, ln, 0..`MOST_FALL`."""
    own = rates_of(panel, counter, counter)
    gain, after = (
        np.maximum(one, 0.0) + own.noise
        for one in (_inside(panel, counter, counter, box), moved(own.rest, -1))
    )
    fall: FloatArray = np.clip(np.log(gain / after), 0.0, MOST_FALL)
    return fall


def _enough(panel: Panel, counter: str, highest: FloatArray) -> FloatArray:
    """At least 0; NaN where too few looks are known, or the companion never is."""
    return np.where(_n_looks(panel, counter) >= MIN_DAYS - 1, np.maximum(highest, 0.0), np.nan)


@once
def _n_looks(panel: Panel, counter: str) -> FloatArray:
    """Gains of a counter that are known, (n,)."""
    return count(rates_of(panel, counter, counter).gain)


@once
def _inside(panel: Panel, counter: str, by: str, box: _Box) -> FloatArray:
    """Gain per day of the box that ends at each column."""
    gain = rates_of(panel, counter, by).gain
    found = gain.copy()
    put_together = np.minimum if box.even else np.add
    # Along all rows at once, as in `window_sums`.
    whole, moved = found.reshape(-1), gain.reshape(-1)
    for back in range(1, box.looks):
        put_together(whole[back:], moved[:-back], out=whole[back:])
    found[:, : box.looks - 1] = np.nan
    return found if box.even or box.looks == 1 else found / box.looks


@once
def _taken_back(panel: Panel, counter: str, by: str) -> FloatArray:
    """What a counter lost in the days after each column."""
    gain = rates_of(panel, counter, by).gain
    n, width = gain.shape
    losses = np.zeros((n, width + DIP_DAYS))  # nothing between two rows, so that they can be taken as one
    np.fmin(gain, 0.0, out=losses[:, :width])
    flat, back = losses.reshape(-1), np.zeros(losses.size)
    for ahead in range(1, DIP_DAYS + 1):
        back[:-ahead] -= flat[ahead:]
    return back.reshape(losses.shape)[:, :width]


@once
def _apart(panel: Panel, counter: str, by: str) -> FloatArray:
    """What days were like, with unknown ones between two rows, so that they can be taken as one."""
    gain = rates_of(panel, counter, by).rest
    apart = np.full((len(gain), gain.shape[1] + FARTHEST), np.nan)
    apart[:, : gain.shape[1]] = gain
    return apart


@dataclass(frozen=True, slots=True)
class _Edges:
    """How many times the gain in the box that ends at each column is as large as the largest around it; the gain."""

    ratio: FloatArray
    gain: FloatArray


@once
def _edges(panel: Panel, counter: str, by: str, box: _Box) -> _Edges:
    """The edges of a counter's gains between looks at which `by`, itself or what it accompanies, says something new.

    Unknown where the look after it is: a step on the newest day cannot be told from the first day of a hit. What is
    taken back within days was a mistake of the platform, and does not count; a far larger fall is deleted posts.
    """
    rates = rates_of(panel, counter, by)
    gain, back = _inside(panel, counter, by, box), _taken_back(panel, counter, by)
    deleted = back > DELETED * gain * box.looks
    back = back / box.looks
    back[deleted] = 0.0
    held = gain - back - (1.0 - HIDDEN_SHARE) * rates.step
    apart = _apart(panel, counter, by)
    flat, highest = apart.reshape(-1), np.repeat(rates.pace[:, 0], apart.shape[1])
    for further in range(box.edge):
        before, after = box.looks + further, 1 + further
        np.fmax(highest[before:], flat[:-before], out=highest[before:])
        np.fmax(highest[:-after], flat[after:], out=highest[:-after])
    around = highest.reshape(apart.shape)[:, : gain.shape[1]]
    noise = _noise_around(rates, own=counter == by)
    ratio = (np.maximum(held, 0.0) + noise) / (np.maximum(around, 0.0) + noise)
    ratio[:, :-1][np.isnan(rates.rest[:, 1:])] = np.nan
    ratio[:, -1] = np.nan
    return _Edges(ratio, gain)


def _unshared(panel: Panel, pair: Pair, box: _Box) -> FloatArray:
    """The edges of a counter, ln, beyond those of the companion, plus `COMPANION_SHARE` of what it fell short of."""
    own, other = (_edges(panel, counter, pair[0], box).ratio for counter in pair)
    return _beyond(own, other, _shortness(panel, pair, box))


@once
def _highest_of_each(panel: Panel, pair: Pair, boxes: tuple[_Box, ...]) -> FloatArray:
    """`_highest_unshared` for boxes all of which are even or none, (boxes, n)."""
    if fast() is not None:
        return _by_loop(panel, pair, boxes)[1]
    return np.stack([_highest_unshared(panel, pair, box) for box in boxes])


def _highest_unshared(panel: Panel, pair: Pair, box: _Box) -> FloatArray:
    """The same, less how uneven the days of an even box were, or plus a share of how far the counter fell after
    another: the largest of each row, at least 0; NaN where none is known.
    """
    if not box.even:
        beyond = _unshared(panel, pair, box) + FALL_SHARE * _fall(panel, pair[0], box)
        return np.maximum(maximum(beyond), 0.0)
    own, other = (_edges(panel, counter, pair[0], box) for counter in pair)
    short, uneven = _shortness(panel, pair, box), _unevenness(panel, pair[0], box)
    known = ~np.isnan(own.ratio) & ~np.isnan(short)
    found = np.where(known.any(axis=1), 0.0, np.nan)
    # ln is what takes long: asked only at the largest of each row, which the ratios' squares tell.
    square = own.ratio / np.fmax(other.ratio, 1.0)
    square /= np.maximum(uneven, 1.0)
    square *= square
    square *= np.minimum(np.maximum(short, 1.0), MOST_SHORT)
    square[~known] = 0.0
    rows = np.arange(len(square))
    highest = np.maximum(square[rows, np.argmax(square, axis=1)], 1.0) * (1.0 - 1e-9)
    at = np.nonzero(square >= highest[:, None])
    value = _beyond(own.ratio[at], other.ratio[at], short[at]) - np.maximum(np.log(uneven[at]), 0.0)
    np.fmax.at(found, at[0], value)
    return found


def _beyond(own: FloatArray, other: FloatArray, short: FloatArray) -> FloatArray:
    """`_unshared` from the edges of the counter, of the companion, and the shortness; of any shape."""
    shared = np.fmax(np.log(other), 0.0)
    absence = np.clip(np.log(short), 0.0, MOST_ABSENCE)
    beyond: FloatArray = np.log(own) - shared + COMPANION_SHARE * absence
    return beyond


@once
def _by_loop(panel: Panel, pair: Pair, boxes: tuple[_Box, ...]) -> tuple[FloatArray, FloatArray]:
    """`_sharpest`, where the boxes are not even, and `_highest_of_each` by the compiled loop, which finds the few
    places where logarithms are asked.
    """
    own, other = beside(panel, *pair)
    whole, even = _together(panel, pair), boxes[0].even
    about = [one for counter in pair for one in _about(panel, counter, pair[0])]
    about += [one[:, 0] for one in (whole.gained, whole.came, whole.rate, -3.0 * (other.spread + other.step))]
    in_box = [[(own.step / box.looks)[:, 0], _noise_of(panel, pair, box)[:, 0]] for box in boxes]
    known, sharpest, place, at = fast().unshared(
        *_interleaved(panel, pair),
        np.stack(about),
        np.array(in_box),
        np.array([(box.looks, box.edge) for box in boxes]),
        even,
        _LIMITS,
    )
    value, more = _beyond(at[:, 0], at[:, 1], at[:, 2]), np.log(at[:, 3])
    more = -np.maximum(more, 0.0) if even else FALL_SHARE * np.clip(more, 0.0, MOST_FALL)
    found = np.where(known, 0.0, np.nan)
    np.fmax.at(found.reshape(-1), place[:, 0] * len(panel) + place[:, 1], value + more)
    return sharpest, found


MOST_SHORT = float(np.exp(MOST_ABSENCE))
"""Since half of the shortness counts (`COMPANION_SHARE`), it stands in a square as it is."""

_LIMITS = (
    DELETED,
    float(DIP_DAYS),
    MOST_SHORT,
    2.0 * FALL_SHARE,
    float(np.exp(MOST_FALL)),
)
"""What the compiled loop is told; powers are those of a square."""


def _unevenness(panel: Panel, counter: str, box: _Box) -> FloatArray:
    """Mean over least of the days of a box."""
    least, mean = (_inside(panel, counter, counter, one) for one in (box, _Box(box.looks, box.edge)))
    noise = rates_of(panel, counter, counter).noise
    ratio: FloatArray = (np.maximum(mean, 0.0) + noise) / (np.maximum(least, 0.0) + noise)
    return ratio


@dataclass(frozen=True, slots=True)
class _Together:
    """What a counter and its companion gained over the looks for which both are known, and the companion's gain for
    each of the counter's on their median day, (n, 1).
    """

    gained: FloatArray
    came: FloatArray
    rate: FloatArray


@once
def _together(panel: Panel, pair: Pair) -> _Together:
    own, other = beside(panel, *pair)
    gained, came, total, other_total = _risen(own.gain, other.gain)
    rate = (median(came) / np.maximum(median(gained), 1.0))[:, None]
    return _Together(total[:, None], other_total[:, None], rate)


def _risen(gain: FloatArray, other: FloatArray) -> tuple[FloatArray, ...]:
    """Of two counters what they gained, at least 0, where both are known, and the sums of each, (n,)."""
    if (loops := fast()) is not None:
        risen, sums = loops.risen_together(gain, other)
        return *risen, *sums
    unknown = np.isnan(gain) | np.isnan(other)
    gained, came = np.maximum(gain, 0.0), np.maximum(other, 0.0)
    gained[unknown] = came[unknown] = np.nan
    return gained, came, _total(gained), _total(came)


def _shortness(panel: Panel, pair: Pair, box: _Box) -> FloatArray:
    """What such a gain brings of the companion at the account's own rate over what came; its ln is 0..`MOST_ABSENCE`.

    The rate is the lower of the median days' and of all other days' together, so that neither one great day nor one
    without likes makes the rest look short. Where the companion fell far nothing is said: a purge hides a gain.
    """
    own, other = beside(panel, *pair)
    whole = _together(panel, pair)
    plain = _Box(box.looks, box.edge)
    inside, brought = (_inside(panel, counter, pair[0], plain) for counter in pair)
    rest_gained = whole.gained - box.looks * np.fmax(inside, 0.0)
    rest_came = whole.came - box.looks * np.fmax(brought, 0.0)
    rate = np.minimum(np.maximum(rest_came, 0.0) / np.maximum(rest_gained, 1.0), whole.rate)
    noise = _noise_of(panel, pair, box)
    due = np.maximum(inside - own.step / box.looks, 0.0) * rate
    short: FloatArray = (due + noise) / (np.maximum(brought, 0.0) + noise)
    short[brought < -3.0 * (other.spread + other.step)] = 1.0
    return short


def _noise_of(panel: Panel, pair: Pair, box: _Box) -> FloatArray:
    """What chance and rounding do to a companion's mean gain in a box, (n, 1)."""
    found: FloatArray = _noise_of_day(panel, pair) / np.sqrt(box.looks)
    return found


@once
def _noise_of_day(panel: Panel, pair: Pair) -> FloatArray:
    other = beside(panel, *pair)[1]
    usual = 2.0 * np.sqrt(np.maximum(other.usual, 0.0))
    noise: FloatArray = other.step + 2.0 + usual + np.nan_to_num(other.spread)
    return noise


def _total(values: FloatArray) -> FloatArray:
    total: FloatArray = np.sum(np.fmax(values, 0.0), axis=1)
    return total
