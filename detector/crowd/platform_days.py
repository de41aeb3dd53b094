"""Platform days: what happened to all accounts of a platform on a day, and so to none of them in particular.

A purge is a day on which many accounts lose followers at once; a recount one on which most of them rise. The first
is what explains an account's loss, jumps of the second are nobody's. Days on which many rise, but not most, are
events: they are told, and hold nothing against anybody.
"""

from dataclasses import dataclass
from typing import Any

from detector.contract import PLATFORMS
from detector.crowd.jumps import COUNTERS

__all__ = ["PlatformDay", "platform_days"]

LEAST_KNOWN = 100
"""Accounts of a platform with a known gain on a day, below which nothing is said of it."""

FELL, TIMES = 0.05, 5.0
"""A purge: this share of accounts fell, and so many times the usual share."""

ROSE = 0.5
"""A recount: most accounts rose."""

EVENT_TIMES, EVENTS = 3.0, 20
"""An event: so many times as many accounts rose as usual. As many of them are told, the largest."""


@dataclass(frozen=True, slots=True)
class PlatformDay:
    """A day (days since 1970) of a platform's counter: `what` is ``purge``, ``recount`` or ``event``; `share` of the
    `known` accounts fell or rose, `usual` is the median day's.
    """

    platform: str
    counter: str
    day: int
    what: str
    known: int
    share: float
    usual: float


def platform_days(connection: Any) -> list[PlatformDay]:
    """The days of a night's accounts that are out of the ordinary, from the view `days`."""
    rows = connection.execute(f"""
        SELECT platform, counter, day, known, rose, fell,
            median(rose) OVER (PARTITION BY platform, counter) AS usual_rose,
            median(fell) OVER (PARTITION BY platform, counter) AS usual_fell
        FROM (
            SELECT platform, counter, day, CAST(sum(known) AS BIGINT) AS known,
                CAST(sum(rises) AS DOUBLE) / CAST(sum(known) AS DOUBLE) AS rose,
                CAST(sum(falls) AS DOUBLE) / CAST(sum(known) AS DOUBLE) AS fell
            FROM days GROUP BY platform, counter, day HAVING sum(known) >= {LEAST_KNOWN}
        ) ORDER BY platform, counter, day
    """).fetchall()
    found = []
    for platform, counter, day, known, rose, fell, usual_rose, usual_fell in rows:
        who = PLATFORMS[platform], COUNTERS[counter], int(day)
        if fell >= max(FELL, TIMES * usual_fell):
            found.append(PlatformDay(*who, "purge", known, fell, usual_fell))
        if rose >= ROSE:
            found.append(PlatformDay(*who, "recount", known, rose, usual_rose))
        elif rose >= EVENT_TIMES * usual_rose and rose * known >= LEAST_KNOWN:
            found.append(PlatformDay(*who, "event", known, rose, usual_rose))
    events = sorted(
        (one for one in found if one.what == "event"), key=lambda one: (-one.share, one.day, one.counter)
    )
    return [one for one in found if one.what != "event" or one in events[:EVENTS]]
