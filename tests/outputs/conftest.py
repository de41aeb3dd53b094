"""Results made by hand: a row of each level, and one whose every text is hostile."""

from collections.abc import Callable
from typing import Any

import pytest

from detector.contract import RESULT
from detector.tables import Fault
from detector.verdict import Innocent, Reason, Result

HOSTILE = "=1+2\x1b[31m\u202eevil[bold]\n\tx\x00\x9b2J\ud800" + "\u0301" * 30

_ORDINARY: dict[str, Any] = {
    "platform": "tiktok",
    "account_id": "6800000000000000001",
    "handle": "calm_creator",
    "suspicion": 31.25,
    "p_value": 0.6875,
    "followers_suspicion": 31.25,
    "likes_suspicion": 12.0,
    "automation_suspicion": None,
    "score": 0.4,
    "followers_score": 0.4,
    "likes_score": 0.1,
    "automation_score": None,
    "level": "ordinary",
    "support": "inside",
    "needed": ("14 daily looks at the counters",),
    "as_of": "2026-05-03T00:00:00",
    "evidence": "profile+posts",
    "followers_expected": 1000.0,
    "followers_excess": 1.1,
    "cohort": "tiktok, 10k to 100k followers",
    "cohort_size": 412,
    "model_version": "default 1 0123abcd",
}
_SUSPICIOUS: dict[str, Any] = _ORDINARY | {
    "account_id": "007",
    "handle": "hollow_creator",
    "suspicion": 99.7,
    "p_value": 0.003,
    "followers_suspicion": 99.8,
    "score": 9.5,
    "level": "suspicious",
    "as_of": "2026-05-03T04:05:06.000007",
    "reasons": (
        Reason(
            "followers_beyond_engagement",
            "followers",
            38000.0,
            1000.0,
            "followers",
            99.8,
            7.5,
            "38,000 followers, where peers with the same likes and posts have about 1,000: 38 times as many.",
        ),
        Reason("likes_below_followers", "followers", 0.5, float("nan"), "", 99.0, 2.0, "Likes are few."),
    ),
    "innocent": (
        Innocent("A star who seldom posts.", checked=True, ruled_out=True),
        Innocent("Posts were deleted.", checked=False, ruled_out=False),
        Innocent("Fame made elsewhere.", checked=True, ruled_out=False),
    ),
    "faults": (
        Fault("tiktok", "007", "likes", "wrapped", "-12", "missing", "likes was -12: taken as missing."),
    ),
}
_UNUSUAL = _SUSPICIOUS | {
    "account_id": "8",
    "handle": None,
    "suspicion": 96.0,
    "p_value": 0.04,
    "level": "unusual",
}
_UNJUDGED: dict[str, Any] = {
    "platform": "x",
    "account_id": "9",
    "level": "insufficient_data",
    "support": "outside",
    "needed": ("lifetime likes, or recent posts",),
    "evidence": "profile",
    "model_version": "default 1 0123abcd",
}
_HOSTILE: dict[str, Any] = _SUSPICIOUS | {
    "account_id": "-1",
    "handle": HOSTILE,
    "needed": (HOSTILE,),
    "cohort": HOSTILE,
    "reasons": (Reason("s", "likes", 1.0, 2.0, "u", 99.0, 1.0, HOSTILE),),
    "innocent": (Innocent(HOSTILE, checked=True, ruled_out=False),),
    "faults": (Fault("tiktok", "-1", "likes", "wrapped", "-12", "missing", HOSTILE),),
}


def build(*rows: dict[str, Any]) -> Result:
    """A result of these rows; what a row does not say is missing."""
    absent = {"number": float("nan"), "count": float("nan"), "time": "NaT", "list": (), "records": ()}

    def value(row: dict[str, Any], name: str, kind: str) -> Any:
        return absent.get(kind) if row.get(name) is None else row[name]

    return Result({c.name: [value(row, c.name, c.kind) for row in rows] for c in RESULT})


@pytest.fixture
def make() -> Callable[..., Result]:
    """Build a result: `make("ordinary", "hostile", handle="x")` takes the named rows, changed."""

    def made(*names: str, **changes: Any) -> Result:
        return build(*(ROWS[name] | changes for name in names))

    return made


ROWS = {
    "ordinary": _ORDINARY,
    "suspicious": _SUSPICIOUS,
    "unusual": _UNUSUAL,
    "unjudged": _UNJUDGED,
    "hostile": _HOSTILE,
}


@pytest.fixture
def result() -> Result:
    """A row of each level, and the hostile one."""
    return build(*ROWS.values())


@pytest.fixture
def hostile() -> str:
    """The text that the hostile row holds wherever text may stand."""
    return HOSTILE
