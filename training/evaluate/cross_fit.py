"""Cross-fit: every account is judged by a model that was fitted without it. For a population that has no model yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from detector.model.model import Model
from detector.panel import FloatArray, Panel
from detector.tables import Tables
from training.accounts import number_of, only

__all__ = ["CrossFitted", "CrossFittedBaseline", "cross_fit", "fold_of"]

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, repr=False)
class CrossFitted:
    """One model a fold, each fitted on all accounts but those of its fold.

    `folds` says of accounts, given their keys, in which fold each is, (n,); by `fold_of` where None.
    """

    models: tuple[Model, ...] = field(repr=False)
    folds: Callable[[Sequence[Key]], NDArray[np.intp]] | None = field(default=None, repr=False)

    @property
    def version(self) -> str:
        """Words in place of a version: there is no one model."""
        return f"a model refitted in {len(self.models)} folds"

    def __repr__(self) -> str:
        return f"CrossFitted({len(self.models)} folds)"

    def fold(self, keys: Sequence[Key]) -> NDArray[np.intp]:
        """The fold of each account, (n,)."""
        return fold_of(keys, len(self.models)) if self.folds is None else self.folds(keys)

    def each(self, change: Callable[[Model], Model]) -> "CrossFitted":
        """The same with every model changed."""
        return replace(self, models=tuple(change(model) for model in self.models))


class CrossFittedBaseline:
    """A baseline a fold, in the same way."""

    def __init__(self, name: str, fold_scores: Sequence[Callable[[Panel], FloatArray]]) -> None:
        self.name = name
        self.fold_scores = tuple(fold_scores)

    def score(self, panel: Panel) -> FloatArray:
        """Oddity of each account by the baseline that did not see it, (n,)."""
        keys = list(zip(panel.platform.tolist(), panel.account_id.tolist(), strict=True))
        fold = fold_of(keys, len(self.fold_scores))
        found = np.stack([score(panel) for score in self.fold_scores])
        return np.asarray(found[fold, np.arange(len(keys))])


def fold_of(keys: Sequence[Key], folds: int) -> NDArray[np.intp]:
    """The fold of each account, (n,), from a hash of its key."""
    return np.array([number_of("quality", key[1]) % folds for key in keys], dtype=np.intp)


def cross_fit(tables: Tables, fit: Callable[[Tables], Model], folds: int = 2) -> CrossFitted:
    """Fits a model for each fold on the accounts of all others."""
    keys = tables.keys()
    fold = fold_of(keys, folds)
    return CrossFitted(
        tuple(
            fit(only(tables, [key for key, own in zip(keys, fold, strict=True) if own != held]))
            for held in range(folds)
        )
    )
