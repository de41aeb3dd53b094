"""Posts: likes against views, with the posts marked that stand out from the account's own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.explain.search import ODD
from detector.explain.subject import Subject
from detector.model.peers import deviation_at
from detector.panel import FloatArray
from detector.signals.quantities import MIN_POSTS, log_count
from detector.signals.stats import count, median

__all__ = ["Posts", "odd_posts"]


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts with known views and likes, oldest first: arrays of shape (posts,).

    Attributes
    ----------
    views, likes, comments, day : counts (comments may be NaN), and days since 1970 (NaN where unknown)
    odd : which stand out: as the highest post of an account, so much is seen with 1 in 20 peers or fewer
    usual : median likes per view of the account
    peers : likes per view that peers make expected, and the middle half of theirs, NaN where that is not known
    """

    views: FloatArray
    likes: FloatArray
    comments: FloatArray
    day: FloatArray
    odd: NDArray[np.bool_]
    usual: float
    peers: tuple[float, float, float]


def odd_posts(subject: Subject) -> Posts | None:
    """The posts of a subject; None where fewer than three have both views and likes."""
    posts = subject.panel.posts
    both = ~np.isnan(posts.views[0]) & ~np.isnan(posts.likes[0])
    if np.sum(both) < MIN_POSTS:
        return None
    rate = log_count(posts.likes) - log_count(posts.views)
    silence = log_count(posts.likes) - log_count(posts.comments)
    beyond = (rate - median(rate)[:, None])[0]
    quiet = (silence - median(silence)[:, None])[0]
    odd = _stands_out(subject, "likes_per_view_peak", beyond)
    if count(silence)[0] >= MIN_POSTS:
        odd |= _stands_out(subject, "showered_post", np.minimum(beyond, quiet))
    return Posts(
        posts.views[0][both],
        posts.likes[0][both],
        posts.comments[0][both],
        posts.posted_day[0][both],
        odd[both],
        float(np.exp(median(rate)[0])),
        _of_peers(subject),
    )


def _stands_out(subject: Subject, signal: str, values: FloatArray) -> NDArray[np.bool_]:
    """Which posts would make the account odd by this signal if they were its highest."""
    reading, peer = subject.reading("likes", "counters"), subject.peer(signal, "likes", "counters")
    if reading is None or peer is None:
        return np.zeros(len(values), dtype=bool)
    quantities = {name: np.repeat(reading.evidence.quantities[name], len(values)) for name in peer.given}
    with np.errstate(invalid="ignore"):
        odd: NDArray[np.bool_] = peer.surprise(values, quantities) >= ODD
    return odd


def _of_peers(subject: Subject) -> tuple[float, float, float]:
    """Likes per view: what is expected, and the ends of the middle half of such peers."""
    reading, peer = (
        subject.reading("likes", "counters"),
        subject.peer("likes_per_view", "likes", "counters"),
    )
    if reading is None or peer is None:
        return (np.nan, np.nan, np.nan)
    columns = [reading.evidence.quantities[name] for name in peer.given]
    middle, spread = float(peer.middle.at(columns, 1)[0]), float(peer.spread.at(columns, 1)[0])
    low, high = (middle + spread * deviation_at(peer, share) for share in (0.75, 0.25))
    return (float(np.exp(middle)), float(np.exp(low)), float(np.exp(high)))
