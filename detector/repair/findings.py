"""What the steps of repair share: how a finding is gathered and said."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.owners import Owners
from detector.tables import Fault, Table

__all__ = ["Mask", "Owners", "by_account", "fault", "plain", "said", "times_of"]

Mask = NDArray[np.bool_]

SHOWN = 3
"""Values quoted in a fault; the rest is counted, so that a long history does not fill the page."""


def times_of(table: Table) -> NDArray[np.int64]:
    """`observed_at` in microseconds. A profile without a time counts as newest, a look without one as oldest."""
    times = table.column("observed_at")
    untimed = np.iinfo(np.int64).max if table.name == "accounts" else np.iinfo(np.int64).min
    return np.where(np.isnat(times), untimed, times.astype(np.int64))


def by_account(owner: NDArray[np.intp], values: Iterable[Any]) -> dict[int, list[Any]]:
    """Values of faulty rows, gathered by account and sorted, so that the order of rows never shows."""
    found: dict[int, list[Any]] = {}
    for account, value in zip(owner.tolist(), values, strict=True):
        found.setdefault(account, []).append(value)
    return {account: sorted(values) for account, values in found.items()}


def said(values: list[Any]) -> str:
    """Sorted values as text, the first few and how many more.

    >>> said([-7.0, -5.0, -5.0, -4.0, -1.0, -1.0])
    '-7, -5 (2 times), -4 and 2 more'
    """
    groups = [(value, len(list(same))) for value, same in groupby(values)]
    texts = []
    for value, times in groups[:SHOWN]:
        text = f"{value:,.0f}" if isinstance(value, float) else str(value)
        texts.append(text if times == 1 else f"{text} ({times:,} times)")
    more = sum(times for _, times in groups[SHOWN:])
    return ", ".join(texts) + (f" and {more:,} more" if more else "")


def plain(text: object, longest: int = 40) -> str:
    """Text from outside made harmless to print: no control or direction signs, not too long.

    >>> plain("a" + chr(27) + "[31mb")
    'a?[31mb'
    """
    shown = "".join(sign if sign.isprintable() else "?" for sign in str(text))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def fault(key: tuple[str, str], counter: str, kind: str, found: str, action: str, sentence: str) -> Fault:
    """A Fault of the account `key`."""
    return Fault(key[0], key[1], counter, kind, found, action, sentence)
