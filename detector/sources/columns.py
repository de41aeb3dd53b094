"""Column names: a file's own names matched with the contract's, and which table a file is.

Exact names count first, then the same name in another spelling (`Account ID`), then a common word for it
(`follower_count`) where one column alone can be meant; the last two are said in a notice. Nothing else is guessed: a
near miss is left aside and suggested as a mapping.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from shlex import quote

from detector.contract import TABLES
from detector.errors import SourceError, UsageError
from detector.sources.shown import listed, named, near, shown

__all__ = [
    "REQUIRED",
    "UNNAMED",
    "Resolved",
    "check_mapped",
    "check_mapping",
    "known_names",
    "looks_like_posts",
    "resolve",
]

REQUIRED = {
    "accounts": ("account_id",),
    "posts": ("account_id", "post_id"),
    "snapshots": ("account_id", "observed_at"),
}
"""Columns without which no row of a table can be used; a missing `platform` may come from an option."""

UNNAMED = "column "
"""How a column without a name is called, with its number behind."""

_NAMES = {table: {column.name for column in columns} for table, columns in TABLES.items()}
_ALL = set().union(*_NAMES.values())
_ONLY_POSTS = _NAMES["posts"] - _NAMES["accounts"] - _NAMES["snapshots"]

_SYNONYMS = {
    "account_id": "user_id userid channel_id author_id creator_id profile_id",
    "followers": "follower_count followers_count n_followers subscribers subscriber_count fans fan_count",
    "following": "following_count followings n_following follows_count friends_count",
    "likes": "like_count likes_count heart hearts heart_count total_likes n_likes n_total_likes",
    "posts": "post_count posts_count video_count videos media_count n_posts n_videos statuses_count",
    "views": "view_count views_count play_count plays total_views n_views n_plays",
    "comments": "comment_count comments_count n_comments",
    "shares": "share_count shares_count n_shares",
    "saves": "save_count saves_count collect_count bookmark_count",
    "post_id": "video_id media_id aweme_id tweet_id item_id",
    "observed_at": "scraped_at fetched_at collected_at snapshot_at snapshot_date",
}
"""Words that mean one column of ours whatever tool wrote them: read as it where nothing else could be meant."""

_SYNONYMS_OF = {
    "accounts": {"observed_at": "date", "created_at": "create_time joined_at registered_at"},
    "posts": {"likes": "digg_count", "posted_at": "create_time created_time published_at publish_time"},
    "snapshots": {"observed_at": "date day"},
}
"""Words whose meaning the table decides: an account's `digg_count` is what it liked, a post's what it received."""

_OTHER_WORDS = {
    "account_id": "id user_id userid channel_id author_id creator_id profile_id uid account channel user username",
    "handle": "username user_name unique_id screen_name nickname name author channel_title",
    "followers": "follower_count followers_count subscribers subscriber_count fans fan_count n_followers",
    "following": "following_count follows follows_count followings friends_count n_following",
    "likes": "like_count likes_count heart hearts heart_count digg_count total_likes n_likes favorites n_total_likes",
    "posts": "post_count posts_count video_count videos media_count uploads n_posts statuses_count n_videos",
    "views": "view_count views_count play_count plays total_views n_plays n_views",
    "comments": "comment_count comments_count n_comments reply_count",
    "shares": "share_count shares_count n_shares repost_count retweet_count",
    "saves": "save_count saves_count collect_count bookmark_count favourite_count",
    "observed_at": "date day time timestamp date_utc scraped_at fetched_at collected_at snapshot_date snapshot_at",
    "posted_at": "create_time publish_time published_at created_time timestamp upload_date",
    "created_at": "create_time joined_at registered_at",
    "post_id": "id video_id media_id item_id tweet_id video aweme_id",
    "platform": "network site source social_network",
}
"""What other tools call our columns, and others too: suggested in a message, never applied by itself."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Contract name -> the file's own name, and what to say of the rest (without the file's name)."""

    names: Mapping[str, str]
    notices: tuple[str, ...]


def check_mapping(mapping: Mapping[str, str] | None) -> dict[str, str]:
    """The mapping as a dictionary.

    Raises
    ------
    UsageError
        One of its keys is no column of the contract.
    """
    checked = dict(mapping or {})
    for ours, theirs in checked.items():
        if ours in _ALL and isinstance(theirs, str) and theirs:
            continue
        if ours in _ALL:
            raise UsageError(
                f"The mapping for {ours} names no column. Write it as --map {ours}=their_column."
            )
        turned = isinstance(theirs, str) and theirs in _ALL
        close = near(str(ours), sorted(_ALL))
        hint = (
            f" Did you mean --map {theirs}={ours}?" if turned else f" Did you mean {close}?" if close else ""
        )
        raise UsageError(
            f"The mapping names {shown(ours)}, which is no column of ours.{hint} "
            f"Columns: {', '.join(sorted(_ALL))}. Write --map ours=theirs."
        )
    return checked


def check_mapped(columns: Iterable[str], mapping: Mapping[str, str]) -> None:
    """Find out whether the source has all columns that a mapping names.

    Raises
    ------
    SourceError
        It has not.
    """
    there = dict.fromkeys(columns)
    absent = {ours: theirs for ours, theirs in mapping.items() if theirs not in there}
    if absent:
        ours, theirs = next(iter(absent.items()))
        raise SourceError(
            f"The mapping {ours}={named(theirs)} names a column that no table of this source has. "
            f"Columns there: {listed(there, 40)}."
        )


def looks_like_posts(columns: Iterable[str], mapping: Mapping[str, str]) -> bool:
    """Whether the columns name something that only posts have; by a common word for it, at least a post's id."""
    columns = list(columns)
    surely = _spelt(columns, mapping, _ALL).keys()
    return not _ONLY_POSTS.isdisjoint(surely) or "post_id" in _match(columns, mapping, "posts")


def known_names(columns: Iterable[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Contract names of any table found among the columns, each with the file's own name."""
    columns = list(columns)
    found: dict[str, str] = {}
    for table in TABLES:
        found |= _match(columns, mapping, table)
    return found


def resolve(table: str, origin: str, columns: Iterable[str], mapping: Mapping[str, str]) -> Resolved:
    """Match a file's columns with those of a table.

    Parameters
    ----------
    table
        ``accounts``, ``posts`` or ``snapshots``.
    origin
        How messages name the file.
    columns
        The file's own names.
    mapping
        Contract name -> the file's own name; only what this file has is applied.

    Raises
    ------
    SourceError
        A column is missing without which no row could be used.
    """
    columns = list(columns)
    names = _match(columns, mapping, table)
    absent = [name for name in REQUIRED[table] if name not in names]
    if absent:
        raise SourceError(_absence(table, origin, columns, absent, set(names.values())))
    respelt = [
        f"{theirs} as {ours}" for ours, theirs in names.items() if theirs != ours and ours not in mapping
    ]
    notices = [f"read {listed(respelt)}"] if respelt else []
    unknown = [column for column in columns if column not in names.values()]
    if unknown:
        notices.append(f"left aside {_unknown(unknown, _NAMES[table] - names.keys())}")
    return Resolved(names, tuple(notices))


def _suggestions(columns: Sequence[str], wanted: Iterable[str]) -> list[str]:
    """Options that would supply the wanted columns from these."""
    found = []
    for ours in wanted:
        close = next((theirs for theirs in columns[:200] if ours in _candidates(theirs, {ours})), None)
        if close is not None:
            found.append(_option(ours, close))
    return found


def _by_handle(table: str, columns: Sequence[str]) -> list[str]:
    """The handle, where nothing else could name an account: whoever has no ids may say that it stands for them."""
    handle = _spelt(columns, {}, {"handle"}).get("handle") if "handle" in _NAMES[table] else None
    words = _OTHER_WORDS["handle"].split()
    found = [handle] if handle else [column for column in columns if _spelling(column) in words]
    return [_option("account_id", found[0])] if found else []


def _option(ours: str, theirs: str) -> str:
    """The option that maps a column, as it is typed into a shell."""
    return f"--map {quote(f'{ours}={named(theirs)}')}"


def _match(columns: Sequence[str], mapping: Mapping[str, str], table: str) -> dict[str, str]:
    """Contract names of a table, each with the file's own name: as written, spelt otherwise, or a common word."""
    names = _spelt(columns, mapping, _NAMES[table])
    taken = {*names.values(), *mapping.values()}
    words: dict[str, list[str]] = {}
    for column in columns:
        if column not in taken:
            words.setdefault(_spelling(column), []).append(column)
    for ours in sorted(_NAMES[table] - names.keys() - mapping.keys()):
        meant = [column for word in _words(table, ours) for column in words.get(word, ())]
        if len(meant) == 1:
            names[ours] = meant[0]
    return names


def _words(table: str, ours: str) -> list[str]:
    return f"{_SYNONYMS.get(ours, '')} {_SYNONYMS_OF[table].get(ours, '')}".split()


def _spelt(columns: Iterable[str], mapping: Mapping[str, str], known: Iterable[str]) -> dict[str, str]:
    there = list(columns)
    spelt: dict[str, str] = {}
    for column in there:
        spelt.setdefault(_spelling(column), column)
    names = {}
    for ours in sorted(known):  # messages come out the same every time
        theirs = mapping.get(ours)
        if theirs is not None and theirs in there:
            names[ours] = theirs
        elif ours in there:
            names[ours] = ours
        elif ours in spelt and spelt[ours] not in mapping.values():
            names[ours] = spelt[ours]
    return names


def _spelling(column: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    return re.sub(r"[\s\-_.]+", "_", parted).casefold()


def _candidates(column: str, free: Iterable[str]) -> list[str]:
    free = set(free)
    spelling = _spelling(column)
    by_word = [ours for ours, words in _OTHER_WORDS.items() if ours in free and spelling in words.split()]
    close = near(spelling, sorted(free), closeness=0.75)
    return by_word or ([close] if close else [])


def _unknown(unknown: list[str], free: set[str]) -> str:
    told = []
    for column in unknown[:12]:
        close = _candidates(column, free)
        told.append(shown(column, 40) + (f" (did you mean {_option(close[0], column)}?)" if close else ""))
    more = f" and {len(unknown) - len(told)} more" if len(unknown) > len(told) else ""
    return ("columns " if len(unknown) > 1 else "column ") + ", ".join(told) + more


def _absence(table: str, origin: str, columns: list[str], absent: list[str], used: set[str]) -> str:
    unused = [column for column in columns if column not in used]
    hints = _suggestions(unused, absent) or (_by_handle(table, columns) if absent == ["account_id"] else [])
    tip = f"Did you mean {' '.join(hints)}?" if hints else f"Name yours with --map {absent[0]}=their_column."
    if columns and all(re.fullmatch(r"[\d.,:TZ+\- ]*", column) for column in columns[1:2] or columns):
        tip += " The first row looks like data: is the header row missing?"
    elif not used and sum(column.startswith(UNNAMED) for column in columns) >= len(columns) / 2:
        tip = "The first row looks like a title: remove what stands above the column names."
    return (
        f"{origin} has no column {' and no column '.join(absent)}, which every row of {table} needs. "
        f"Its columns: {listed(columns) or 'none'}. {tip}"
    )
