"""Joined: signals of other packages, found by entry point when a model or a fit names one. Never by a path.

Entry point group `detector.signals`: name = the signal's name with a dot in it (`acme.likes_at_night`: our own have
none), value = its `Signal`. Nothing is looked up for models without such signals. A package's code runs only when it is
installed and the signal is named; a model's card can name a signal, and never bring one.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from math import isfinite
from typing import Any

import numpy as np

from detector.contract import AXES
from detector.errors import SignalError
from detector.panel import FloatArray, Panel
from detector.signals.catalogue import BLOCKS, Signal
from detector.signals.innocent import EXPLANATIONS
from detector.signals.quantities import ATOMS, QUANTITIES

__all__ = ["GROUP", "Joined", "find", "recorded", "verified"]

GROUP = "detector.signals"

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_SHOWS = ("count", "count_below", "times", "times_below", "share", "z", "plain", "minus")
_BEYOND = ("exponential", "power", "body")
_FIELDS = ("value", "expected", "times", "share", "expected_share", "given")
_ROW = ("name", "axis", "block", "needs", "given", "given_any", "weight", "beyond")
"""What of a signal a fit depends on, besides its values."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A signal of another package, checked, and the package that brought it."""

    signal: Signal
    package: str
    version: str

    @property
    def row(self) -> str:
        """Hash of what a fit depends on: the same row, the same hash."""
        kept = json.dumps([getattr(self.signal, name) for name in _ROW])
        return sha256(kept.encode()).hexdigest()[:16]


@cache
def find(name: str) -> Joined:
    """The signal of this name.

    Raises
    ------
    SignalError
        No installed package brings it, or several do, or it cannot be imported, or it is no sound signal.
    """
    # Reads every installed package's metadata (about 60 ms), once for each name.
    found = list(entry_points(group=GROUP, name=name)) if _NAME.fullmatch(name) else []
    if not found:
        raise SignalError(
            f"The signal {name!r} is not here: no installed package brings it (entry point group {GROUP}). "
            f"Install the package that does."
        )
    places = {(_package(entry), entry.value) for entry in found}
    if len(places) > 1:
        names = ", ".join(sorted({package for (package, _), _ in places}))
        raise SignalError(f"The signal {name!r} is brought by several packages: {names}. Remove all but one.")
    package, version = _package(found[0])
    try:
        signal = found[0].load()
    except Exception as error:  # a package's import may raise anything
        raise SignalError(
            f"The signal {name!r} of {package} {version} cannot be imported: {type(error).__name__}: {error}. "
            "Mend or remove the package."
        ) from error
    wrong = _wrong(name, signal)
    if wrong:
        raise SignalError(f"The signal {name!r} of {package} {version} is not sound: {wrong}.")
    checked = replace(signal, value=partial(_checked, signal, f"{package} {version}"))
    return Joined(checked, package, version)


def recorded(names: Collection[str]) -> list[dict[str, str]]:
    """What a card says of the signals that a fit used: name, package, version, and the hash of the row.

    Raises
    ------
    SignalError
        One of them is not here or not sound.
    """
    found = [find(name) for name in sorted(set(names))]
    return [
        {"name": one.signal.name, "package": one.package, "version": one.version, "row": one.row}
        for one in found
    ]


def verified(records: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Names of the signals that a card says a model was fitted with, when each is here as it was then.

    Raises
    ------
    SignalError
        One is missing or another: scores would not be those of the model.
    """
    for record in records:
        name, package, version = (str(record[key]) for key in ("name", "package", "version"))
        wanted = f"The model was fitted with the signal {name!r} of the package {package} {version}"
        try:
            here = find(name)
        except SignalError as error:
            raise SignalError(f"{wanted}. {error}") from error
        if (here.package, here.version) != (package, version) or here.row != record["row"]:
            raise SignalError(
                f"{wanted}; installed is {here.package} {here.version}"
                f"{' with another row' if here.row != record['row'] else ''}, which may give other scores. "
                "Install that version, or fit the model anew."
            )
    return frozenset(str(record["name"]) for record in records)


def _package(entry: EntryPoint) -> tuple[str, str]:
    return (entry.dist.name, entry.dist.version) if entry.dist is not None else ("unknown", "unknown")


def _wrong(name: str, signal: object) -> str:
    """What is wrong with a row, empty where nothing is."""
    if not isinstance(signal, Signal):
        return f"it is a {type(signal).__name__}, expected a detector.signals.catalogue.Signal"
    unknown = {
        "evidence": set(signal.needs) - set(ATOMS),
        "quantities": {*signal.given, *signal.given_any} - set(QUANTITIES),
        "explanations": set(signal.innocent) - set(EXPLANATIONS),
    }
    bad = "; ".join(f"unknown {what} {', '.join(sorted(those))}" for what, those in unknown.items() if those)
    if bad:
        return bad
    if signal.name != name:
        return f"it calls itself {signal.name!r}"
    if signal.axis not in AXES or signal.block not in BLOCKS or not signal.needs:
        return f"axis {signal.axis!r}, block {signal.block!r} and needs {signal.needs!r} do not go together"
    if not (isfinite(signal.weight) and 0 < signal.weight <= 1):
        return f"its weight is {signal.weight!r}, expected more than 0 and at most 1"
    if signal.show not in _SHOWS or signal.beyond not in _BEYOND or not callable(signal.value):
        return "show, beyond or value is none that there is"
    return _wrong_sentence(signal.sentence)


def _wrong_sentence(sentence: str) -> str:
    try:
        sentence.format(**dict.fromkeys(_FIELDS, ""))
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        return f"its sentence asks for {error}, there are {', '.join(_FIELDS)}"
    return ""


def _checked(signal: Signal, package: str, panel: Panel) -> FloatArray:
    """What a signal gives, or in one paragraph why that is none."""
    try:
        values = signal.value(panel)
    except Exception as error:
        raise SignalError(
            f"The signal {signal.name!r} of {package} failed: {type(error).__name__}: {error}."
        ) from error
    if not isinstance(values, np.ndarray) or values.shape != (len(panel),) or values.dtype != np.float64:
        what = f"{values.dtype}{values.shape}" if isinstance(values, np.ndarray) else type(values).__name__
        raise SignalError(
            f"The signal {signal.name!r} of {package} gave {what} for {len(panel)} accounts; expected a number each."
        )
    if np.isinf(values).any():
        raise SignalError(f"The signal {signal.name!r} of {package} gave an infinite number.")
    return values
