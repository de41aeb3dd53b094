"""Explain: what pictures show of one account beyond its row of the result. Drawn from the model and its own data alone.

`subject` brings one account's arrays and judgement, `shares` what adds how much to its score, `days` and `posts` what
is odd when and where, `peers` where it stands among accounts like it.
"""

from detector.explain.days import COUNTERS, Days, Span, odd_days
from detector.explain.peers import Band, peer_band
from detector.explain.posts import Posts, odd_posts
from detector.explain.search import ODD
from detector.explain.shares import Share, Shares, score_shares
from detector.explain.subject import Subject, rows_of, subjects

__all__ = [
    "COUNTERS",
    "ODD",
    "Band",
    "Days",
    "Posts",
    "Share",
    "Shares",
    "Span",
    "Subject",
    "odd_days",
    "odd_posts",
    "peer_band",
    "rows_of",
    "score_shares",
    "subjects",
]
