"""The published tables and the result: name, type and meaning of every column, in one place.

Sources fill these tables, the panel reads them, outputs write the result. Docs are generated from here.
Other people's scripts rely on it: columns may be added, none renamed or dropped within a major version.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "ACCOUNTS",
    "AXES",
    "BATCH",
    "CASES",
    "EVIDENCE",
    "KEY",
    "LABELS",
    "LEVELS",
    "MAX_COUNT",
    "PLATFORMS",
    "POSTS",
    "RESULT",
    "SNAPSHOTS",
    "SUPPORT",
    "TABLES",
    "Column",
    "Kind",
]

Kind = Literal["text", "count", "time", "flag", "number", "list", "records"]

PLATFORMS = ("tiktok", "instagram", "youtube", "x", "other")
AXES = ("followers", "likes", "automation")
LEVELS = ("ordinary", "unusual", "suspicious", "insufficient_data")
SUPPORT = ("inside", "edge", "outside")
EVIDENCE = ("profile", "profile+posts", "profile+history", "profile+posts+history")
LABELS = ("inflated", "genuine", "unsure")
KEY = ("platform", "account_id")

MAX_COUNT = 10**15
"""No public counter is anywhere near a million thousand millions; more is a fault, not a count.

It also keeps every count exact as a 64-bit float (2**53 is about 9e15).
"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its name, kind, unit (empty where it has none) and meaning."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""


def _counts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "count", f"number of {name.replace('_', ' ')}", name) for name in names)


_WHO = (
    Column("platform", "text", "one of " + ", ".join(PLATFORMS)),
    Column("account_id", "text", "stable id of the account on its platform, always text"),
)

ACCOUNTS = (
    *_WHO,
    Column("handle", "text", "name shown to people; never used in a score"),
    Column("observed_at", "time", "when the counters were read, UTC"),
    *_counts("followers", "following"),
    Column("likes", "count", "lifetime likes received on all posts", "likes"),
    *_counts("posts"),
    Column("views", "count", "lifetime views", "views"),
    Column("verified", "flag", "verified by the platform"),
    Column("private", "flag", "visible to approved followers only"),
    Column("created_at", "time", "when the account was opened, UTC"),
    Column("bio_length", "count", "length of the biography", "characters"),
    Column("handle_length", "count", "length of the handle", "characters"),
    Column("handle_digits", "count", "digits in the handle", "digits"),
    Column("has_picture", "flag", "has a profile picture of its own"),
    Column("has_link", "flag", "has a link in the profile"),
)
"""One row per account."""

POSTS = (
    *_WHO,
    Column("post_id", "text", "stable id of the post"),
    Column("posted_at", "time", "when it was published, UTC"),
    Column("observed_at", "time", "when its counters were read, UTC"),
    *_counts("views", "likes", "comments", "shares", "saves"),
    Column("pinned", "flag", "kept on top of the profile"),
    Column("sponsored", "flag", "marked as paid"),
)
"""One row per post."""

SNAPSHOTS = (
    *_WHO,
    Column("observed_at", "time", "when the counters were read, UTC"),
    *_counts("followers", "following"),
    Column("likes", "count", "lifetime likes received", "likes"),
    *_counts("posts"),
    Column("views", "count", "lifetime views", "views"),
)
"""One row per look at an account."""

TABLES: dict[str, tuple[Column, ...]] = {"accounts": ACCOUNTS, "posts": POSTS, "snapshots": SNAPSHOTS}

CASES = (
    *_WHO,
    Column("label", "text", "one of " + ", ".join(LABELS)),
    Column("axis", "text", "one of " + ", ".join(AXES) + ", or empty for any"),
    Column("reviewer", "text", "who judged"),
    Column("reviewed_at", "time", "when"),
    Column("note", "text", "why"),
    Column("queue", "text", "why it was asked about, as `detector review` says"),
    Column("model", "text", "version of the model whose verdict was seen"),
    Column("evidence", "text", "what was seen, as JSON"),
)
"""Labels given by people."""

RESULT = (
    *_WHO,
    Column("handle", "text", "name shown to people"),
    Column("suspicion", "number", "100 x the share of ordinary peers that look less odd", "0..100"),
    Column("p_value", "number", "share of ordinary peers that look at least this odd, never 0", "0..1"),
    Column("followers_suspicion", "number", "followers that likes, views and posts do not carry", "0..100"),
    Column(
        "likes_suspicion",
        "number",
        "likes that followers, views, comments and posts do not carry",
        "0..100",
    ),
    Column("automation_suspicion", "number", "an account that itself behaves like a bot", "0..100"),
    Column("score", "number", "unbounded score for ranking, finer than suspicion in the tail"),
    Column("followers_score", "number", "unbounded score of the axis"),
    Column("likes_score", "number", "unbounded score of the axis"),
    Column("automation_score", "number", "unbounded score of the axis"),
    Column("level", "text", "one of " + ", ".join(LEVELS)),
    Column("support", "text", "how well the reference covers such accounts: " + ", ".join(SUPPORT)),
    Column("needed", "list", "what evidence would let it judge, or judge better"),
    Column("as_of", "time", "the time it speaks of, UTC"),
    Column("evidence", "text", "one of " + ", ".join(EVIDENCE)),
    Column(
        "followers_expected", "number", "followers of peers with the same likes, views and posts", "followers"
    ),
    Column("followers_excess", "number", "followers / followers_expected", "times"),
    Column("probability", "number", "of being inflated; only with a model trained on cases", "0..1"),
    Column("probability_low", "number", "lower end of its interval", "0..1"),
    Column("probability_high", "number", "upper end of its interval", "0..1"),
    Column("reasons", "records", "what is odd, strongest first"),
    Column("innocent", "records", "what else could explain it, and whether the data rule it out"),
    Column("faults", "records", "counters that cannot be right, and what was done with them"),
    Column("cohort", "text", "the peers it was compared with"),
    Column("cohort_size", "count", "how many peers", "accounts"),
    Column("model_version", "text", "name, version and content hash of the model"),
    Column("inflated_followers", "number", "followers that look inflated, where they stand out", "followers"),
    Column("inflated_followers_low", "number", "lower end of its interval", "followers"),
    Column("inflated_followers_high", "number", "upper end of its interval", "followers"),
    Column(
        "inflated_followers_by",
        "text",
        "ruler of these: `peers` with the same likes, views and posts, or the account's own usual `days`",
    ),
    Column("inflated_likes", "number", "likes that look inflated, by odd days of a history", "likes"),
    Column("inflated_likes_low", "number", "lower end of its interval", "likes"),
    Column("inflated_likes_high", "number", "upper end of its interval", "likes"),
    Column("power", "text", "which inflation such evidence would have shown, as measured of the model"),
    Column(
        "followers_detectable",
        "number",
        "smallest measured inflation of followers at which half of such accounts are called suspicious",
        "share of those before",
    ),
    Column("likes_detectable", "number", "the same of likes", "share of those before"),
)
"""One row per account, in the order of the source."""

BATCH = (
    Column("batch_score", "number", "how far it is in a crowd: -log10 of what chance gives; 0 = in none"),
    Column("batch_groups", "list", "groups of the night that it belongs to, as groups.csv names them"),
    Column("batch_same_jumps", "count", "others that gained the same on the same day", "accounts"),
    Column("batch_lockstep_days", "count", "days on which it jumped with its group", "days"),
    Column("batch_clones", "number", "accounts with nearly its counters / those to be expected", "times"),
    Column("batch_purge_days", "count", "days on which it lost followers as the whole platform did", "days"),
    Column("batch_evidence", "list", "what its groups have in common, as sentences"),
)
"""What an audit adds to a row of the result: signals that look across accounts. They never enter a score."""
