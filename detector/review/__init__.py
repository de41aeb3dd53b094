"""Review: the accounts most worth a person's label, shown one by one, and the answers kept as cases.

::

    result of score or audit ─► table ─► queue ─► session (shows, asks) ─► log (append-only cases)
                                            ▲                                 │
                                            └──────── answers so far ─────────┘
"""

from detector.review.log import Answer, Log
from detector.review.queue import KINDS, Item, queue
from detector.review.session import Session, case_of, review
from detector.review.table import Reviewed, read_result

__all__ = [
    "KINDS",
    "Answer",
    "Item",
    "Log",
    "Reviewed",
    "Session",
    "case_of",
    "queue",
    "read_result",
    "review",
]
