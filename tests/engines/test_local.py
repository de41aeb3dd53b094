"""The local engine: answers of all tasks, and nothing left behind in the caller's process."""

import os

import pytest

from detector.engines.local import KEPT_MEMORY, run_local


def _shared(number: int) -> int:
    return number


def _told(shared: int, task: int) -> tuple[int, dict[str, str | None]]:
    return shared * task, {name: os.environ.get(name) for name in KEPT_MEMORY}


def test_workers_are_told_how_to_keep_memory_and_the_caller_keeps_its_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in KEPT_MEMORY:
        monkeypatch.delenv(name, raising=False)
    before = dict(os.environ)
    found = sorted(run_local(_shared, (3,), _told, [1, 2, 3, 4], 2))
    assert found == [(3 * task, KEPT_MEMORY) for task in (1, 2, 3, 4)]
    assert dict(os.environ) == before


def test_what_is_set_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    name = next(iter(KEPT_MEMORY))
    monkeypatch.setenv(name, "1000000")
    found = dict(run_local(_shared, (1,), _told, [1, 2], 2))
    assert {told[name] for told in found.values()} == {"1000000"}
    assert os.environ[name] == "1000000"
