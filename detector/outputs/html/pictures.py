"""The pictures of one creator, each with the sentence that says what it shows."""

from typing import Any

import numpy as np

from detector.explain import ODD, Band, Days, Posts, Shares, Subject
from detector.model.unit import FOREST
from detector.outputs import words
from detector.outputs.html.charts import Bar, history_chart, posts_chart, standing_chart, waterfall_chart
from detector.outputs.html.charts.standing import against
from detector.outputs.html.charts.waterfall import rounded
from detector.outputs.html.phrases import TITLES
from detector.outputs.html.view import Picture, Table

__all__ = [
    "days_after",
    "history_alternative",
    "history_finding",
    "history_picture",
    "in_hundredths",
    "posts_picture",
    "shares_picture",
    "standing_picture",
]

MOST_BARS = 6
MOST_ROWS = 5


def standing_picture(band: Band) -> Picture:
    """Where it stands among its peers."""
    low, high = words.about(band.here[0.75]), words.about(band.here[0.25])
    if band.followers > band.here[0.25]:
        where = f"{words.about(band.followers / max(band.expected, 1.0))} times as many as is usual"
    elif band.followers < band.here[0.75]:
        where = "fewer than is usual"
    else:
        where = "as many as is usual"
    finding = (
        f"{band.followers:,.0f} followers are {where}: of peers with such {against(band)}, and other counters like "
        f"its own, half have {low} to {high}."
    )
    reading = (
        "Diamond: this account. Ring: the middle of peers with its counters. The band holds half of them; 1 in 20 and "
        "1 in 100 lie above the lines. Drawn from what the model learnt; it holds no accounts, so it shows no others."
    )
    return Picture(standing_chart(band), finding, reading)


def history_picture(days: Days, subject: Subject) -> Picture:
    """Its history, the odd days marked, and what else moved."""
    finding = history_finding(days)
    names = days.known
    head = ("when", *(f"{name} (usual)" for name in names), "posts that week")
    rows = []
    for number, span in enumerate(days.spans, start=1):
        moved = (f"{_signed(span.gained[name])} ({_signed(span.usual[name])})" for name in names)
        posts = "unknown" if np.isnan(span.posts) else f"{span.posts:.0f}"
        rows.append((f"{number}: {days.when(span)}", *moved, posts))
    table = Table("What moved on the marked days", head, tuple(rows)) if rows else None
    reading = "A bar a day: what the counter gained."
    if any(span.axis for span in days.spans):
        reading += (
            " Marks: days without which it would be less odd. That week: the seven days before included."
        )
    drawing = history_chart(days, subject.panel.posts.posted_day[0], history_alternative(days))
    return Picture(drawing, finding, reading, table)


def history_alternative(days: Days) -> str:
    """What the picture shows, for who cannot see it."""
    width = len(next(iter(days.gains.values())))
    start, end = (days.date(column) for column in (days.first, width - 1))
    peaks = []
    for name in days.known:
        values = days.gains[name]
        at = int(np.nanargmax(values))
        day = days.date(at)
        peaks.append(f"{name} at most {values[at]:+,.0f}, on {day.day} {day:%B}")
    return f"Daily gains from {start.day} {start:%B} to {end.day} {end:%B %Y}: {'; '.join(peaks)}."


def history_finding(days: Days) -> str:
    """What the days say, in one or two sentences."""
    odd = [span for span in days.spans if span.axis]
    if not odd:
        if days.without:
            return "No stretch of days stands out by itself, though the history does as a whole: see the reasons."
        if not days.spans:
            return "No day stands out."
        span = days.spans[0]
        also = [name for name in days.known if name != span.counter]
        moved = _list([f"{name} {_signed(span.gained[name])}" for name in also])
        beside = f", {moved}" if moved else ""
        return (
            f"The busiest day, {days.when(span)}, brought {_signed(span.gained[span.counter])} {span.counter}"
            f"{beside}: not odd for an account like this."
        )
    largest = max(odd, key=lambda span: span.excess / max(abs(span.usual[span.counter]), 1.0))
    since = "on" if largest.start == largest.end else "from"
    gained, usual = (_signed(by[largest.counter]) for by in (largest.gained, largest.usual))
    said = f"{gained} {largest.counter} {since} {days.when(largest)}, where {usual} would be usual"
    if len(odd) == 1:
        return f"One stretch stands out: {said}.{days_after(days)}"
    return f"{len(odd)} stretches of days stand out, most of all {said}.{days_after(days)}"


def days_after(days: Days) -> str:
    """How odd the history would be without the marked days."""
    said = []
    for axis, surprise in days.without.items():
        if any(span.axis == axis for span in days.spans):
            p = 10.0**-surprise
            rare = f" (1 in {words.one_in(p)} peers is as odd)" if p <= 0.5 else ""
            left = f"look ordinary{rare}"
            said.append(f"its daily {axis} would {left if surprise < ODD else 'still be odd'}")
    return f" Had these been usual days, {_list(said)}." if said else ""


def posts_picture(posts: Posts) -> Picture:
    """Its posts, likes against views."""
    n, odd = len(posts.views), int(np.sum(posts.odd))
    expected, low, high = posts.peers
    usual = f"Its posts usually get {_per_hundred(posts.usual)} likes per 100 views"
    if not np.isnan(expected):
        usual += f", half of its peers' {_per_hundred(low)} to {_per_hundred(high)}"
    which = (
        f"{odd} of {n} posts {'stands' if odd == 1 else 'stand'} out by likes that its views do not carry. "
        if odd
        else f"None of {n} posts stands out from the others. "
    )
    finding = f"{which}{usual}."
    reading = (
        "A circle a post, a triangle for those that stand out. Line: as many likes per view as usual here. Band: what "
        "half of the peers get."
    )
    views, likes = (f"{np.min(one):,.0f} to {np.max(one):,.0f}" for one in (posts.views, posts.likes))
    alternative = f"{n} posts with {views} views and {likes} likes each, {odd} of them marked."
    return Picture(posts_chart(posts, alternative), finding, reading, _odd_posts(posts) if odd else None)


def _odd_posts(posts: Posts) -> Table:
    rates = (posts.likes + 1.0) / (posts.views + 1.0)
    order = [i for i in np.argsort(-rates, kind="stable").tolist() if posts.odd[i]][:MOST_ROWS]
    rows = tuple(
        (
            _day(posts.day[i]),
            f"{posts.views[i]:,.0f}",
            f"{posts.likes[i]:,.0f}",
            "unknown" if np.isnan(posts.comments[i]) else f"{posts.comments[i]:,.0f}",
            _per_hundred(float(rates[i])),
        )
        for i in order
    )
    head = ("posted", "views", "likes", "comments", "likes per 100 views")
    return Table("Posts that stand out", head, rows)


def _day(day: float) -> str:
    if np.isnan(day):
        return "unknown"
    at = np.datetime64(int(day), "D").item()
    return f"{at.day} {at:%B %Y}"


def in_hundredths(shares: Shares) -> dict[tuple[str, str], int]:
    """What each signal of an axis adds, in hundredths, such that all of them and the rest are the score as shown.

    An axis' forests, of counters and of history, are one, as among the reasons. The largest comes first.
    """
    amounts = rounded([*(part.amount for part in shares.parts), shares.rest], shares.score)
    found: dict[tuple[str, str], int] = {}
    for part, amount in zip(shares.parts, amounts, strict=False):
        key = (part.axis, part.signal)
        found[key] = found.get(key, 0) + amount
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def shares_picture(shares: Shares, reasons: list[dict[str, Any]]) -> Picture:
    """What adds how much to the score."""
    numbers = {(reason["axis"], reason["signal"]): number for number, reason in enumerate(reasons, start=1)}
    least = max(1.0, shares.score)  # a hundredth, and one per cent of the score
    told = [(key, amount) for key, amount in in_hundredths(shares).items() if amount >= least][:MOST_BARS]
    bars = [Bar(_named(*key, numbers.get(key)), amount) for key, amount in told]
    rest = round(shares.score * 100) - sum(bar.hundredths for bar in bars)
    if rest or not bars:
        bars.append(Bar("all other signals together", rest))
    finding = f"{bars[0].name} adds most, {bars[0].hundredths / 100:.2f} of {shares.score:.2f}."
    reading = (
        "Several signals often tell the same story, so each bar is what the score loses without the signal, averaged "
        "over every order of taking them away. Together they are the score; 2 stands for 1 in 100 peers. Numbers: the "
        "reasons below."
    )
    if round(shares.moved * 100):
        reading += (
            f" Labelled cases then move the score by {shares.moved:+.2f}, to {shares.score + shares.moved:.2f}; rarity "
            "is counted from there."
        )
    return Picture(waterfall_chart(bars), finding, reading)


def _named(axis: str, signal: str, number: int | None) -> str:
    text = "rare combination of signals" if signal == FOREST else signal.replace("_", " ")
    return f"{f'{number}. ' if number else ''}{TITLES[axis]}: {text}"


def _per_hundred(rate: float) -> str:
    return f"{100.0 * rate:.2g}" if rate < 0.995 else f"{100.0 * rate:,.0f}"


def _signed(value: float) -> str:
    return "unknown" if np.isnan(value) else f"{round(value):+,}" if round(value) else "0"


def _list(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
