"""The pictures of one creator, each with the sentence that says what it shows."""

from typing import Any

import numpy as np

from detector.explain import ODD, Band, Days, Posts, Shares, Subject
from detector.outputs import words
from detector.outputs.html.charts import Bar, history_chart, posts_chart, standing_chart, waterfall_chart
from detector.outputs.html.charts.standing import against
from detector.outputs.html.charts.waterfall import rounded
from detector.outputs.html.phrases import TITLES
from detector.outputs.html.view import Picture, Table

__all__ = [
    "days_after",
    "history_finding",
    "history_picture",
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
    head = ("mark", "when", *(f"{name} (usual)" for name in names), "posts that week")
    rows = []
    for number, span in enumerate(days.spans, start=1):
        moved = (f"{_signed(span.gained[name])} ({_signed(span.usual[name])})" for name in names)
        posts = "unknown" if np.isnan(span.posts) else f"{span.posts:.0f}"
        rows.append((str(number), days.when(span), *moved, posts))
    table = Table("What moved on the marked days", head, tuple(rows)) if rows else None
    reading = "A bar a day: what the counter gained."
    if any(span.axis for span in days.spans):
        reading += (
            " Marks: days without which it would be less odd. That week: the seven days before included."
        )
    drawing = history_chart(days, subject.panel.posts.posted_day[0], finding)
    return Picture(drawing, finding, reading, table)


def history_finding(days: Days) -> str:
    """What the days say, in one or two sentences."""
    odd = [span for span in days.spans if span.axis]
    if not odd:
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
            left = (
                f"look ordinary: 1 in {words.one_in(p)} peers is as odd"
                if p <= 0.5
                else "look like those of most peers"
            )
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
    return Picture(posts_chart(posts, finding), finding, reading, _odd_posts(posts) if odd else None)


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


def shares_picture(shares: Shares, reasons: list[dict[str, Any]]) -> Picture:
    """What adds how much to the score."""
    numbers = {(reason["axis"], reason["signal"]): number for number, reason in enumerate(reasons, start=1)}
    shown = [part for part in shares.parts if part.amount >= max(0.005, 0.01 * shares.score)][:MOST_BARS]
    rest = shares.score - sum(part.amount for part in shown)
    amounts = rounded([*(part.amount for part in shown), max(rest, 0.0)], shares.score)
    names = [_named(part.axis, part.block, part.signal, numbers) for part in shown]
    named = zip([*names, "all other signals together"], amounts, strict=True)
    bars = [Bar(name, amount) for name, amount in named if amount or name in names]
    first = f"{bars[0].name} adds most, {bars[0].hundredths / 100:.2f} of {shares.score:.2f}"
    finding = f"{first}." if shown else "No single signal adds anything to speak of."
    reading = (
        "Several signals often tell the same story, so each bar is what the score loses without the signal, averaged "
        "over every order of taking them away. Together they are the score; 2 stands for 1 in 100 peers. Numbers: the "
        "reasons below."
    )
    return Picture(waterfall_chart(bars), finding, reading)


def _named(axis: str, block: str, signal: str, numbers: dict[tuple[str, str], int]) -> str:
    number = numbers.get((axis, signal))
    text = signal.replace("_", " ")
    if signal == "forest":
        text = f"rare combination, {'day by day' if block == 'history' else 'counters'}"
    return f"{f'{number}. ' if number else ''}{TITLES[axis]}: {text}"


def _per_hundred(rate: float) -> str:
    return f"{100.0 * rate:.2g}" if rate < 0.995 else f"{100.0 * rate:,.0f}"


def _signed(value: float) -> str:
    return "unknown" if np.isnan(value) else f"{round(value):+,}" if round(value) else "0"


def _list(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
