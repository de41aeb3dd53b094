"""One creator: a row of the result, and what can be drawn of it, as a view."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from detector.contract import AXES
from detector.explain import (
    Band,
    Days,
    Posts,
    Shares,
    Subject,
    odd_days,
    odd_posts,
    peer_band,
    score_shares,
)
from detector.model.model import Model
from detector.outputs import words
from detector.outputs.html import phrases, pictures, trust
from detector.outputs.html.asks import questions
from detector.outputs.html.charts import Dot, rarity_chart
from detector.outputs.html.drawing import Drawing
from detector.outputs.html.price import price_lines
from detector.outputs.html.view import Creator, Picture, ReasonLine, Section
from detector.signals.stats import count

__all__ = ["Drawn", "creator_view", "draw"]

LOOK = {"suspicious": "suspicious", "unusual": "unusual", "ordinary": "ordinary"}


@dataclass(frozen=True, slots=True, repr=False)
class Drawn:
    """What was found of one account for its pictures; None where the data do not allow a picture."""

    subject: Subject
    band: Band | None
    days: Days | None
    posts: Posts | None
    shares: Shares | None

    def __repr__(self) -> str:
        return f"Drawn({self.subject!r})"


def draw(subject: Subject) -> Drawn:
    """Find everything that a page shows of an account beyond its row."""
    return Drawn(
        subject,
        peer_band(subject),
        odd_days(subject),
        odd_posts(subject),
        score_shares(subject.judgement),
    )


def creator_view(row: dict[str, Any], drawn: Drawn | None, model: Model | None) -> Creator:
    """The whole view of one account.

    Parameters
    ----------
    row : one of `Result.rows()`
    drawn : what was found for its pictures; without it the page is words alone
    model : what judged it, for its card; None where only the result is at hand
    """
    odds, odds_text = phrases.odds(row)
    days, band = (drawn.days, _band(row, drawn)) if drawn else (None, None)
    profile = drawn.subject.panel.profile if drawn else {}
    followers, likes = (float(profile[name][0]) if profile else np.nan for name in ("followers", "likes"))
    return Creator(
        name=words.name(row),
        identity=f"{words.printable(row['platform'])} · id {words.printable(row['account_id'])[:60]}",
        as_of=f"as of {_date(row['as_of'])}" if row["as_of"] else "",
        level=row["level"],
        level_text=phrases.LEVEL_TEXT[row["level"]],
        verdict=phrases.verdict(row),
        odds=odds,
        odds_text=odds_text,
        peers=phrases.peers_text(row),
        evidence=_evidence(row, drawn),
        rarity=_rarity(row),
        axes=phrases.axis_tiles(row),
        pictures=tuple(_pictures(row, drawn)),
        reasons_title=_reasons_title(row),
        reasons=tuple(_reason(reason, drawn.shares if drawn else None) for reason in row["reasons"]),
        innocent=phrases.innocent_groups(row["innocent"]),
        change=_change(row, days),
        ask=_ask(row, days),
        price=Section("What it would change on a price", price_lines(row, band, days, likes)),
        trust=(
            trust.faults_section(row),
            *trust.model_sections(
                row["platform"], followers, row["model_version"] or "unknown", model, row["power"] or ""
            ),
        ),
        doses=trust.doses_section(row, followers, model),
        counters=trust.counters_table(drawn.subject) if drawn else None,
    )


def _date(iso: str) -> str:
    at = np.datetime64(iso[:10], "D").item()
    return f"{at.day} {at:%B %Y}"


def _evidence(row: dict[str, Any], drawn: Drawn | None) -> tuple[tuple[str, bool, str], ...]:
    seen = row["evidence"] or ""
    posts = history = ""
    if drawn is not None:
        panel = drawn.subject.panel
        n_posts = max(float(count(getattr(panel.posts, name))[0]) for name in ("views", "likes"))
        n_days = max(
            float(count(getattr(panel.history, name))[0]) for name in ("followers", "likes", "views")
        )
        posts, history = f"{n_posts:.0f} posts", f"{n_days:.0f} days"
    return (
        ("profile", True, "counters as they stand"),
        ("recent posts", "posts" in seen, posts if "posts" in seen else "not enough in the data"),
        ("daily history", "history" in seen, history if "history" in seen else "not enough in the data"),
    )


def _rarity(row: dict[str, Any]) -> Drawing | None:
    known = {axis: phrases.axis_p(row, axis) for axis in AXES}
    if row["p_value"] is None and not any(known.values()):
        return None
    level = LOOK.get(row["level"], "none")
    dots = [Dot("All together", row["p_value"], "diamond", level)]
    dots += [Dot(phrases.TITLES[axis], p, "circle", "axis-dot") for axis, p in known.items()]
    return rarity_chart("rarity", "How rare such a look is among ordinary peers", dots)


def _band(row: dict[str, Any], drawn: Drawn) -> Band | None:
    """How many followers its peers have, where its followers were judged: else it has none to be held against."""
    return None if row["followers_suspicion"] is None else drawn.band


def _pictures(row: dict[str, Any], drawn: Drawn | None) -> list[Picture]:
    if drawn is None:
        return []
    found = []
    band = _band(row, drawn)
    if band is not None:
        found.append(pictures.standing_picture(band))
    if drawn.days is not None:
        found.append(pictures.history_picture(drawn.days, drawn.subject))
    if drawn.posts is not None:
        found.append(pictures.posts_picture(drawn.posts))
    if drawn.shares is not None and row["level"] != "insufficient_data" and drawn.shares.score > 0.01:
        found.append(pictures.shares_picture(drawn.shares, row["reasons"]))
    return found


def _reasons_title(row: dict[str, Any]) -> str:
    if row["level"] in ("unusual", "suspicious"):
        return "Why"
    return "What stands out most" + (", though within the ordinary" if row["level"] == "ordinary" else "")


def _reason(reason: dict[str, Any], shares: Shares | None) -> ReasonLine:
    adds = ""
    if shares is not None:
        amount = pictures.in_hundredths(shares).get((reason["axis"], reason["signal"]), 0)
        adds = f"adds {amount / 100:.2f} of {shares.score:.2f}" if amount else ""
    title = phrases.TITLES.get(reason["axis"], words.printable(reason["axis"]))
    return ReasonLine(title, words.printable(reason["sentence"]), adds)


def _change(row: dict[str, Any], days: Days | None) -> Section:
    needed = tuple(words.printable(item) for item in row["needed"])
    said = []
    if days is not None and any(span.axis for span in days.spans):
        said.append(f"An honest cause of the marked days.{pictures.days_after(days)}")
    elif row["level"] in ("unusual", "suspicious"):
        said.append("An honest cause, shown by the creator, for what is listed above.")
    if needed:
        lead = "It could judge with" if row["level"] == "insufficient_data" else "It would know more with"
        how = f"; {words.getting_data(row['platform'])} says how to get it"
        said.append(
            f"{lead} what is listed here{'' if all(item.startswith('a model ') for item in needed) else how}."
        )
    elif row["level"] != "insufficient_data":
        said.append("No kind of evidence is lacking: profile, posts and history were all there.")
    return Section("What would change the verdict", tuple(said), needed)


def _ask(row: dict[str, Any], days: Days | None) -> Section:
    if row["level"] == "ordinary":
        return Section("What to ask the creator for", ("Nothing has to be asked on this evidence.",))
    if row["level"] == "insufficient_data":
        nothing_to_send = ("a model ", "posts: ")  # the first is ours to make, the second are not there yet
        asked = tuple(words.printable(item) for item in row["needed"] if not item.startswith(nothing_to_send))
    else:
        asked = questions(row["innocent"], days)
    if not asked:
        asked = (
            "screenshots of the platform's own statistics: daily followers and likes of the last 90 days",
        )
    return Section("What to ask the creator for", (), asked)
