"""Champions: which version of a registered model holds the alias, since when, by which figures, and how to go back.

Every change is an event, kept as a tag of its own on the registered model: two people at once lose none. The line of
champions is what the events leave: a promotion puts one on top, a rollback takes the top one off.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from detector.errors import ModelError
from training.gates.ground import Outcome
from training.tracking import Store, connected

__all__ = ["Event", "current", "history", "line", "promote", "rollback"]

EVENT = "bot_suspicion.event."
GATES_TAG = "bot_suspicion.gates"
FORCED_TAG = "bot_suspicion.forced"
PROMOTED_TAG = "bot_suspicion.promoted_at"
CHAMPION, CHALLENGER = "champion", "challenger"
MOST = 4_900
"""Characters of a tag: MLflow's databases take 5,000."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change of the alias `champion`: `action` is promote or rollback, `version` the champion from then on."""

    at: str
    action: str
    version: str
    before: str = ""
    forced: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)


def current(name: str, place: Store, alias: str = CHAMPION) -> str | None:
    """The version that holds an alias, None if nobody does.

    Raises
    ------
    ModelError
        There is no such registered model, or the registry cannot be reached.
    """
    with _registry(name, place) as (_, model):
        held = model.aliases.get(alias)
        return None if held is None else str(held)


def promote(
    name: str,
    version: str,
    place: Store,
    outcomes: Sequence[Outcome],
    forced: str = "",
    now: datetime | None = None,
) -> Event:
    """Makes a version the champion; what the gates found and why they were overruled stays with it.

    Raises
    ------
    ModelError
        The registry cannot be reached, or the version already is the champion.
    """
    with _registry(name, place) as (client, model):
        before = str(model.aliases.get(CHAMPION, ""))
        if before == str(version):
            raise ModelError(
                f"Version {version} of {name} is the champion already; there is nothing to promote."
            )
        figures = {
            f"{one.gate}: {key}": round(value, 6) for one in outcomes for key, value in one.figures.items()
        }
        event = Event(_stamp(now), "promote", str(version), before, forced, _short(figures))
        client.set_model_version_tag(name, version, GATES_TAG, _gates(outcomes))
        client.set_model_version_tag(name, version, PROMOTED_TAG, event.at)
        if forced:
            client.set_model_version_tag(name, version, FORCED_TAG, forced[:MOST])
        _write(client, name, event)
        client.set_registered_model_alias(name, CHAMPION, version)
        if str(model.aliases.get(CHALLENGER, "")) == str(version):
            client.delete_registered_model_alias(name, CHALLENGER)
        return event


def rollback(name: str, place: Store, why: str = "", now: datetime | None = None) -> Event:
    """Gives the alias back to the last champion before this one.

    Raises
    ------
    ModelError
        The registry cannot be reached, or there was no other champion before.
    """
    with _registry(name, place) as (client, model):
        held = str(model.aliases.get(CHAMPION, ""))
        before = [version for version in line(_events(model)) if version != held]
        if not held or not before:
            raise ModelError(
                f"{name} has no earlier champion to go back to. `detector train history {name}` shows the line."
            )
        event = Event(_stamp(now), "rollback", before[-1], held, why)
        _write(client, name, event)
        client.set_registered_model_alias(name, CHAMPION, before[-1])
        return event


def history(name: str, place: Store) -> tuple[Event, ...]:
    """All events of a registered model, oldest first.

    Raises
    ------
    ModelError
        There is no such registered model, or the registry cannot be reached.
    """
    with _registry(name, place) as (_, model):
        return _events(model)


def line(events: Sequence[Event]) -> list[str]:
    """Champions as the events leave them, the current one last.

    >>> line([Event("1", "promote", "1"), Event("2", "promote", "2", "1"), Event("3", "rollback", "1", "2")])
    ['1']
    """
    found: list[str] = []
    for event in events:
        if event.action == "promote":
            if event.before and event.before not in found:
                found.append(event.before)  # an alias that was set by hand
            found.append(event.version)
        else:
            while found and found[-1] != event.version:
                found.pop()
    return found


class _registry:  # noqa: N801 - used as a function
    """Client and registered model, with whatever MLflow raises as a `ModelError`."""

    def __init__(self, name: str, place: Store) -> None:
        self.name, self.place, self.connection = name, place, connected(place)

    def __enter__(self) -> tuple[Any, Any]:
        if self.place.database is not None and not self.place.database.exists():
            raise ModelError(f"There is no registry yet at {self.place.uri}.")
        mlflow = self.connection.__enter__()
        try:
            client = mlflow.MlflowClient()
            return client, client.get_registered_model(self.name)
        except Exception as error:
            self.connection.__exit__(None, None, None)
            raise self._said(error) from error

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        with suppress(Exception):
            self.connection.__exit__(None, None, None)
        if error is not None and not isinstance(error, ModelError) and isinstance(error, Exception):
            raise self._said(error) from error

    def _said(self, error: Exception) -> ModelError:
        if getattr(error, "error_code", None) == "RESOURCE_DOES_NOT_EXIST":
            return ModelError(
                f"There is no model `{self.name}` in the registry at {self.place.uri}, or no such version or alias of "
                f"it. `detector train fit SOURCE --out DIR --register {self.name}` registers one."
            )
        lines = str(error).strip().splitlines() or [type(error).__name__]
        return ModelError(f"{self.name} in the registry at {self.place.uri}: {lines[0][:300]}")


def _stamp(now: datetime | None) -> str:
    return (now or datetime.now(UTC)).isoformat(timespec="microseconds")


def _write(client: Any, name: str, event: Event) -> None:
    content = {
        "action": event.action,
        "version": event.version,
        "before": event.before,
        "forced": event.forced[:1000],
        "figures": dict(event.figures),
    }
    key = f"{EVENT}{event.at.replace(':', '-').replace('+', '_')}.{event.version}"
    client.set_registered_model_tag(name, key, json.dumps(content | {"at": event.at}))


def _events(model: Any) -> tuple[Event, ...]:
    found = []
    for key, text in sorted(model.tags.items()):
        if key.startswith(EVENT):
            content = json.loads(text)
            found.append(Event(**{name: content.get(name, "") for name in Event.__slots__}))
    return tuple(found)


def _short(figures: Mapping[str, float]) -> dict[str, float]:
    """The figures that history shows: all of them are in the version's own tag."""
    shown = (
        "auc_",
        "gain",
        "recall_",
        "suspicious_",
        "ratio",
        "at_0.01",
        "lowered",
        "all.",
        "error_",
        "brier_",
    )
    return {key: value for key, value in figures.items() if key.partition(": ")[2].startswith(shown)}


def _gates(outcomes: Sequence[Outcome]) -> str:
    """Outcomes as JSON; the figures go first where a tag is too short for all."""
    plain = [{"gate": one.gate, "passed": one.passed, "said": one.said} for one in outcomes]
    text = json.dumps(plain)
    while len(text) > MOST:
        longest = max(plain, key=lambda one: len(str(one["said"])))
        longest["said"] = str(longest["said"])[: len(str(longest["said"])) // 2] + "..."
        text = json.dumps(plain)
    return text
