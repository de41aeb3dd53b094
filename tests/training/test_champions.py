"""Champions: promoted, kept with their figures, and given back; nothing of it is lost when several write at once."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from detector.errors import ModelError
from training import champions, registry, tracking
from training.champions import Event, line
from training.gates import Outcome

pytestmark = pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")

PASSED = Outcome("matrix", True, "mean recall 0.5 -> 0.6", {"recall_challenger": 0.6, "recall_champion": 0.5})
FAILED = Outcome("calibration", False, "missed at 1%", {"at_0.01.challenger": 0.09})
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def line_of(tracked: tracking.Tracked, model_folder: Path, request: Any) -> Any:
    """A registered model of its own with three versions, all of the same files; its name."""
    name = f"line-{abs(hash(request.node.name))}"
    for _ in range(3):
        registry.register(tracked, name, model_folder)
    return name


def test_promotions_and_rollbacks_move_the_alias_and_stay_on_record(
    line_of: str, tracked: tracking.Tracked
) -> None:
    place = tracked.store
    assert champions.current(line_of, place) is None
    for day, version in enumerate(("1", "2", "3")):
        now = START + timedelta(days=day)
        event = champions.promote(line_of, version, place, [PASSED], now=now)
        assert champions.current(line_of, place) == version
        assert event.before == (str(day) if day else "")
    back = champions.rollback(line_of, place, "it called every brand suspicious", START + timedelta(days=3))
    assert (back.version, back.before) == ("2", "3")
    again = champions.rollback(line_of, place, now=START + timedelta(days=4))
    assert again.version == "1"
    assert champions.current(line_of, place) == "1"
    with pytest.raises(ModelError, match="no earlier champion"):
        champions.rollback(line_of, place)
    events = champions.history(line_of, place)
    assert [(event.action, event.version) for event in events] == [
        ("promote", "1"),
        ("promote", "2"),
        ("promote", "3"),
        ("rollback", "2"),
        ("rollback", "1"),
    ]
    assert events[0].figures == {"matrix: recall_challenger": 0.6, "matrix: recall_champion": 0.5}
    assert events[3].forced == "it called every brand suspicious"


def test_what_the_gates_found_and_why_they_were_overruled_stays_with_the_version(
    line_of: str, tracked: tracking.Tracked
) -> None:
    champions.promote(line_of, "3", tracked.store, [PASSED, FAILED], forced="the source is of one country")
    with tracking.connected(tracked.store) as mlflow:
        version = mlflow.MlflowClient().get_model_version(line_of, "3")
        assert "challenger" not in mlflow.MlflowClient().get_registered_model(line_of).aliases
    assert version.tags[champions.FORCED_TAG] == "the source is of one country"
    gates = json.loads(version.tags[champions.GATES_TAG])
    assert [(one["gate"], one["passed"]) for one in gates] == [("matrix", True), ("calibration", False)]
    assert version.description.startswith("quick-")


def test_long_findings_fit_into_a_tag() -> None:
    long = [Outcome(str(i), True, "figures " * 500, {}) for i in range(6)]
    text = champions._gates(long)
    assert len(text) <= champions.MOST
    assert [one["gate"] for one in json.loads(text)] == list("012345")


def test_the_champion_itself_cannot_be_promoted_again(line_of: str, tracked: tracking.Tracked) -> None:
    champions.promote(line_of, "2", tracked.store, [])
    with pytest.raises(ModelError, match="is the champion already"):
        champions.promote(line_of, "2", tracked.store, [])


def test_a_model_that_is_not_registered_is_named(tracked: tracking.Tracked, home: Path) -> None:
    with pytest.raises(
        ModelError, match=r"no model `nobody-knows-it` in the registry .*--register nobody-knows-it"
    ):
        champions.current("nobody-knows-it", tracked.store)
    (home / "data" / "bot-suspicion" / "mlflow.db").unlink()
    with pytest.raises(ModelError, match="no registry yet"):
        champions.history("any", tracking.store())


@pytest.mark.parametrize(
    ("events", "standing"),
    [
        ([], []),
        ([Event("1", "promote", "5", "4")], ["4", "5"]),  # version 4 was made champion by hand
        ([Event("1", "promote", "1"), Event("2", "promote", "2", "1")], ["1", "2"]),
        (
            [
                Event("1", "promote", "1"),
                Event("2", "promote", "2", "1"),
                Event("3", "rollback", "1", "2"),
                Event("4", "promote", "3", "1"),
            ],
            ["1", "3"],
        ),
    ],
)
def test_the_line_is_what_the_events_leave(events: list[Event], standing: list[str]) -> None:
    assert line(events) == standing
