"""What to ask the creator for: what would settle each explanation that the data leave possible or open."""

from collections.abc import Iterable
from typing import Any

from detector.explain import Days
from detector.signals.innocent import EXPLANATIONS

__all__ = ["ASKS", "questions"]

_EVENTS = "links to the giveaways, contests or joint posts of that time"
_PRESS = "what happened elsewhere at that time: television, press, a mention on another platform, with a link"

ASKS: dict[str, str] = {
    "dormant_star": "where else the creator is known from, and why there are few posts",
    "fame_elsewhere": _PRESS,
    "deleted_posts": "whether posts were deleted or hidden, which ones and when",
    "hidden_counters": "a screenshot of the likes, which the account hides",
    "viral_hit": "the post that went viral, and where its views came from (the platform's own statistics)",
    "old_hit": "the older post that went viral again, if there was one",
    "recommended_to_strangers": "for the best posts, the share of views that recommendations brought",
    "giveaway": _EVENTS,
    "paid_reach": "invoices or screenshots of the advertising behind the views",
    "scrape_gap": "daily followers and likes over the gap, from the platform's own statistics",
    "rounding": "exact counters from the platform's own statistics",
    "rounded_likes": "exact counters from the platform's own statistics",
    "purge": "",
    "comments_off": "on which posts comments are switched off",
    "steady_niche": "the countries and ages of the audience, from the platform's own statistics",
    "platform_glitch": "screenshots of the counters on these days, from the platform's own statistics",
    "newcomer": "since when the account is in use, and an earlier account if there was one",
    "lurker": "what the account is used for",
    "few_friends": "whether the account is private, and for whom it is",
    "sabotage": "whether the creator noticed and reported it: rivals can send followers or likes to anybody",
}
"""By the name of an explanation, empty where the creator could not know; every explanation has its line."""

_NAMES = {explanation.text: name for name, explanation in EXPLANATIONS.items()}


def questions(innocent: Iterable[dict[str, Any]], days: Days | None) -> tuple[str, ...]:
    """What to ask for, the marked days first; nothing twice."""
    asked: dict[str, None] = {}
    if days is not None:
        for axis in ("followers", "likes"):
            spans = [span for span in days.spans if span.axis == axis]
            if spans:
                excess = sum(span.excess for span in spans)
                when = "; ".join(days.when(span) for span in spans)
                asked[f"what happened then ({when}): {excess:,.0f} {axis} came beyond usual days"] = None
    for explanation in innocent:
        if not (explanation["checked"] and explanation["ruled_out"]):
            name = _NAMES.get(explanation["explanation"])
            if name is not None and ASKS[name]:
                asked[ASKS[name]] = None
    return tuple(asked)
