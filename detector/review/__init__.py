"""Review: the accounts most worth a person's label, shown one by one, and the answers kept as cases.

::

    result of score or audit ─► table ─► signs ─► queue ─► session (shows, asks) ─► log (append-only cases)
                        source that was scored ──┘    ▲                                 │
                                                      └──────── each answer ────────────┘
"""

from detector.review.log import Answer, Log, standing
from detector.review.queue import KINDS, Item, Queue, Said
from detector.review.session import Session, case_of, review
from detector.review.signs import Signs, signs_of_result, signs_of_tables
from detector.review.table import Reviewed, read_result

__all__ = [
    "KINDS",
    "Answer",
    "Item",
    "Log",
    "Queue",
    "Reviewed",
    "Said",
    "Session",
    "Signs",
    "case_of",
    "read_result",
    "review",
    "signs_of_result",
    "signs_of_tables",
    "standing",
]
