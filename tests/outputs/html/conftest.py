"""Reports of the sample's stories and of a hostile account, each made once, with pictures."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import detector
from detector.api import judge
from detector.outputs.html import report
from detector.tables import Tables

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "data" / "sample"

HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://example.com","x")',
    "gnp\u202egnp.exe",
    "\x1b[2Jred\x07",
    "{{ 7 * 7 }}{% raw %}",
    "</title></style><svg onload=alert(1)>",
    "e" + "\u0301" * 400,
    "مرحبا_creator",
)


@pytest.fixture(scope="session")
def page() -> Callable[..., str]:
    """The report of a story of the sample, or of the whole sample, as HTML; `handle` renames the account."""
    model = detector.load_model()

    def of(tables: Tables) -> str:
        return report(tables, model, judge(tables, model, reasons="all"))

    @cache
    def made(story: str | None = None, handle: str | None = None) -> str:
        tables = detector.read(SAMPLE, account=None if story is None else f"sample_{story}")
        if handle is None:
            return of(tables)
        renamed = tables.accounts.replace(handle=np.array([handle], dtype=object))
        return of(Tables(renamed, tables.posts, tables.snapshots))

    return made


@pytest.fixture(params=HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def hostile_name(request: pytest.FixtureRequest) -> str:
    """A name that would do something if it were not text."""
    return str(request.param)
