"""The words for one row of a result: what a terminal says about an account. All text is made printable."""

from collections import Counter
from collections.abc import Sequence
from math import floor, log10
from typing import Any

from detector.how_many import how_many
from detector.outputs.hostile import printable

__all__ = [
    "EVIDENCE",
    "LEVEL",
    "about",
    "amounts",
    "faults",
    "getting_data",
    "name",
    "names",
    "oddness",
    "one_in",
    "peers",
    "printable",
    "rests_on",
    "roughly",
    "sections",
    "share",
    "who",
    "why_unjudged",
    "worth",
]

LEVEL = {
    "ordinary": "ordinary",
    "unusual": "unusual",
    "suspicious": "suspicious",
    "insufficient_data": "insufficient",
}

EVIDENCE = {
    "profile": "profile",
    "profile+posts": "posts",
    "profile+history": "history",
    "profile+posts+history": "posts+hist",
}
"""The profile is always there; this is what there is beside it."""

NOT_MEASURED = (
    "How much inflation such evidence would have shown was not measured for this model: `detector train evaluate MODEL "
    "--keep`."
)

_AXIS = {"followers": "Followers", "likes": "Likes", "automation": "Automation"}
_SECTIONS = ("tiktok", "instagram", "youtube", "x")
_LONGEST_NAME = 60  # a handle may be megabytes of combining marks that take no room on the screen


def name(row: dict[str, Any]) -> str:
    """Handle where there is one, else id."""
    text = printable(str(row["handle"] or row["account_id"]))
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 3] + "..."


def names(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The names of accounts listed together: where several share one, with the platform, then by the id.

    >>> ana = {"platform": "tiktok", "account_id": "7", "handle": "ana"}
    >>> names([ana, {**ana, "platform": "youtube"}, {**ana, "handle": "ben"}])
    ['tiktok ana', 'youtube ana', 'ben']
    >>> names([ana, {**ana, "account_id": "8"}])
    ['tiktok 7', 'tiktok 8']
    """
    plain = [name(row) for row in rows]
    with_platform = [f"{printable(row['platform'])} {text}" for row, text in zip(rows, plain, strict=True)]
    by_id = [f"{printable(row['platform'])} {printable(row['account_id'])[:_LONGEST_NAME]}" for row in rows]
    shared, still = Counter(plain), Counter(with_platform)
    return [
        text if shared[text] == 1 else longer if still[longer] == 1 else longest
        for text, longer, longest in zip(plain, with_platform, by_id, strict=True)
    ]


def who(row: dict[str, Any]) -> str:
    """Handle, platform and id."""
    identity = f"{printable(row['platform'])} {printable(row['account_id'])[:_LONGEST_NAME]}"
    return f"{name(row)} ({identity})" if row["handle"] else identity


def share(value: float | None) -> str:
    """0..100 with one decimal, rounded down, at most 99.9: nothing is odder than every peer that could be.

    >>> share(100.0), share(None), share(4.0)
    ('99.9', '-', '4.0')
    """
    return "-" if value is None else f"{min(floor(value * 10) / 10, 99.9):.1f}"


def peers(row: dict[str, Any]) -> str:
    """How many peers, with a word where they are few or far: `edge` or `none`."""
    if row["support"] == "outside" or not row["cohort_size"]:
        return "none"
    return f"{'edge ' if row['support'] == 'edge' else ''}{_short(row['cohort_size'])}"


def oddness(row: dict[str, Any]) -> str:
    """What its p-value means, and against whom.

    >>> oddness({"p_value": 0.0038, "cohort": "large creators", "cohort_size": 412, "support": "inside"})
    '1 in 260 ordinary peers looks this odd. Peers: large creators (412 accounts).'
    """
    said = []
    if row["p_value"] is not None and row["p_value"] > 0.5:
        said.append("Most ordinary peers look at least this odd.")
    elif row["p_value"] is not None:
        said.append(f"1 in {one_in(row['p_value'])} ordinary peers looks this odd.")
    if row["cohort"]:
        size = f" ({how_many(row['cohort_size'], 'account')})" if row["cohort_size"] else ""
        said.append(f"Peers: {printable(row['cohort'])}{size}.")
    if row["support"] == "edge":
        said.append("It lies at their edge, so read this with care.")
    return " ".join(said)


def rests_on(row: dict[str, Any]) -> str:
    """Which data were seen, and from when."""
    evidence = (row["evidence"] or "nothing").replace("+", ", ")
    as_of = f", as of {row['as_of'][:10]}" if row["as_of"] else ""
    return f"Rests on: {evidence}{as_of}."


def sections(row: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Titles and their lines, without the empty ones."""
    found = [
        (_why_title(row), [_reason(reason) for reason in row["reasons"]]),
        ("How much:", amounts(row)),
        ("What else could explain it:", _innocent(row["innocent"])),
        ("What would tell more:", [printable(item) for item in row["needed"]]),
        ("Counters that cannot be right:", faults(row)),
    ]
    return [(title, lines) for title, lines in found if lines]


def why_unjudged(row: dict[str, Any]) -> list[str]:
    """Why there is no verdict, and what would allow one."""
    lines = [f"needed: {printable(item)}" for item in row["needed"]]
    if row["support"] == "outside":
        lines.insert(0, "the reference has no peers for accounts like this one")
    lines += faults(row)
    lines = lines or ["no axis can be judged from these counters"]
    return [*lines, f"how to get more: {getting_data(row['platform'])}"]


def faults(row: dict[str, Any]) -> list[str]:
    """Counters that cannot be right, a line a kind: sixty posts with more likes than views are one thing to know.

    >>> one = {"counter": "posts.likes", "kind": "impossible", "sentence": "More likes than views."}
    >>> faults({"faults": [one, one, one]})
    ['More likes than views. 2 more of this kind.']
    """
    kinds: dict[tuple[str, str], list[str]] = {}
    for fault in row["faults"]:
        kinds.setdefault((fault["counter"], fault["kind"]), []).append(printable(fault["sentence"]))
    return [
        first + (f" {len(others):,} more of this kind." if others else "")
        for first, *others in kinds.values()
    ]


def getting_data(platform: str) -> str:
    """The section that says how a platform's data are had, and which verdicts they allow.

    >>> getting_data("tiktok")
    'docs/getting-data.md#tiktok'
    """
    return f"docs/getting-data.md#{platform if platform in _SECTIONS else 'other-platforms'}"


_BY = {
    "peers": "are more than peers with the same likes, views and posts have",
    "days": "came on its odd days beyond what its usual days bring; some may be gone since",
}


def amounts(row: dict[str, Any]) -> list[str]:
    """How many followers and likes look inflated, where that can be said."""
    found = []
    for counter in ("followers", "likes"):
        amount, by = row[f"inflated_{counter}"], row.get(f"inflated_{counter}_by") or "days"
        if amount is not None and by in _BY:
            low, middle, high = (about(row[f"inflated_{counter}{end}"]) for end in ("_low", "", "_high"))
            between = f", {low} to {high}," if low != high else ""
            found.append(f"About {middle} {counter}{between} {_BY[by]}. An honest cause makes it less.")
    return found


def worth(row: dict[str, Any]) -> str:
    """What a verdict on such evidence is worth, or that nobody measured it."""
    return printable(row["power"]) if row["power"] else NOT_MEASURED


def _why_title(row: dict[str, Any]) -> str:
    if row["level"] == "ordinary":
        return "What stands out most, though within the ordinary:"
    return "Why:"


def _reason(reason: dict[str, Any]) -> str:
    return f"{_AXIS.get(reason['axis'], printable(reason['axis']))}: {printable(reason['sentence'])}"


def _innocent(explanations: list[dict[str, Any]]) -> list[str]:
    """What stands first, what cannot be known next, what is ruled out last; one line each."""
    possible = [e for e in explanations if e["checked"] and not e["ruled_out"]]
    unchecked = [e for e in explanations if not e["checked"]]
    ruled_out = [e for e in explanations if e["checked"] and e["ruled_out"]]
    groups = (("possible", possible), ("no data to check", unchecked), ("ruled out", ruled_out))
    return [
        f"{title}: {'; '.join(printable(e['explanation']).rstrip('.') for e in group)}"
        for title, group in groups
        if group
    ]


def roughly(count: float) -> str:
    """Two digits below ten, whole from there on.

    >>> roughly(0.04), roughly(2.98), roughly(298.0), roughly(12345.6)
    ('0.04', '3', '298', '12,346')
    """
    return f"{count:.2g}" if count < 10 else f"{count:,.0f}"


def one_in(p_value: float) -> str:
    """1 / p with two significant digits, rounded down.

    >>> one_in(0.0038), one_in(0.01), one_in(0.4), one_in(0.5)
    ('260', '100', '2.5', '2')
    """
    times = 1.0 / p_value * (1 + 1e-9)  # 1 / 0.01 must not fall short of 100
    step = 10.0 ** (floor(log10(times)) - 1)
    return f"{floor(times / step) * step:,.{0 if times >= 10 else 1}f}".removesuffix(".0")


def _short(count: int) -> str:
    return str(count) if count < 100_000 else f"{count // 1000}k"


def about(value: float) -> str:
    """Two significant digits, for what is expected and not counted.

    >>> about(16234.0), about(3.24), about(1.0)
    ('16,000', '3.2', '1')
    """
    rough = float(f"{value:.2g}")
    return f"{rough:,.0f}" if abs(rough) >= 10 else f"{rough:.2g}"
