"""Marks: what each account adds to the tally of a night, kept so that it can be counted again without judging."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.audit.reports.tally import Tally, Word, counted_as, words_of
from detector.model.model import Judgement
from detector.verdict import Result

__all__ = ["Marks", "MarksBook", "words_from"]


@dataclass(frozen=True, slots=True, repr=False)
class Marks:
    """Words by account. `words` are sorted; account i has those numbered ``codes[starts[i]:starts[i + 1]]``, ascending.

    The same accounts give the same bits, however they were put together.
    """

    words: tuple[Word, ...]
    starts: NDArray[np.int64]
    codes: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __repr__(self) -> str:
        return f"Marks({len(self)} accounts, {len(self.words)} words)"

    @classmethod
    def none(cls, n: int = 0) -> "Marks":
        """No marks of `n` accounts."""
        return cls((), np.zeros(n + 1, np.int64), np.empty(0, np.uint16))

    @classmethod
    def of(cls, n: int, words: list[Word], owner: NDArray[np.int64], number: NDArray[np.int64]) -> "Marks":
        """From pairs of an account and the number of a word, in any order."""
        kept = sorted(words)
        place = {word: i for i, word in enumerate(kept)}
        rank = np.array([place[word] for word in words], dtype=np.int64)
        pairs = np.sort(owner * len(words) + rank[number])
        starts = _starts(np.bincount(owner, minlength=n))
        return cls._used(kept, starts, pairs % max(len(words), 1))

    @classmethod
    def concat(cls, parts: Iterable["Marks"]) -> "Marks":
        """The accounts of all parts, in the order given."""
        parts = list(parts)
        words = sorted({word for part in parts for word in part.words})
        place = {word: i for i, word in enumerate(words)}
        sizes, codes = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for part in parts:
            sizes.append(np.diff(part.starts))
            codes.append(np.array([place[word] for word in part.words], dtype=np.int64)[part.codes])
        return cls._used(words, _starts(np.concatenate(sizes)), np.concatenate(codes))

    @classmethod
    def _used(cls, words: list[Word], starts: NDArray[np.int64], codes: NDArray[np.int64]) -> "Marks":
        """Words in order and codes that ascend within an account; words that nobody has are dropped."""
        used = np.bincount(codes, minlength=len(words)) > 0
        kept = tuple(word for word, one in zip(words, used.tolist(), strict=True) if one)
        return cls(kept, starts, (np.cumsum(used) - 1)[codes].astype(np.uint16))

    @property
    def owner(self) -> NDArray[np.int64]:
        """The account of each mark."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.starts))

    def take(self, rows: NDArray[np.intp]) -> "Marks":
        """The marks of some accounts, in that order."""
        sizes = np.diff(self.starts)[rows]
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        codes = self.codes[np.repeat(self.starts[rows], sizes) + within]
        return Marks._used(list(self.words), _starts(sizes), codes.astype(np.int64))

    def counted(self, columns: dict[str, NDArray[np.object_]]) -> Tally:
        """The tally of these accounts, whose rows of the result are `columns`: what `Tally.add` would have counted."""
        tally = Tally()
        tally.add_rows(columns)
        platform = columns["platform"][self.owner]
        for name in sorted(set(platform.tolist())):
            found = np.bincount(self.codes[platform == name], minlength=len(self.words))
            for code in np.flatnonzero(found).tolist():
                tally.counts.update(
                    Counter({(name, *key): int(found[code]) for key in counted_as(self.words[code])})
                )
        return tally

    def vocabulary(self) -> bytes:
        """The words as JSON."""
        return json.dumps(self.words).encode()


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def words_from(vocabulary: bytes) -> tuple[Word, ...]:
    """The words that `Marks.vocabulary` wrote."""
    return tuple((str(look), str(what), str(how)) for look, what, how in json.loads(vocabulary))


class MarksBook:
    """Gathers marks as accounts are judged, chunk after chunk."""

    def __init__(self) -> None:
        self._numbers: dict[Word, int] = {}
        self._owners: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        self._codes: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        self._n = 0

    def add(self, judgement: Judgement, result: Result) -> None:
        """The next chunk."""
        for reading in judgement.readings:
            for word, rows in words_of(reading):
                number = self._numbers.setdefault(word, len(self._numbers))
                self._owners.append(rows.astype(np.int64) + self._n)
                self._codes.append(np.full(len(rows), number, np.int64))
        self._n += len(result)

    def marks(self) -> Marks:
        """Of all accounts so far."""
        return Marks.of(
            self._n, list(self._numbers), np.concatenate(self._owners), np.concatenate(self._codes)
        )
