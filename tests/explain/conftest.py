"""The sample's stories, each as a subject of the shipped model."""

from collections.abc import Callable
from pathlib import Path

import pytest

import detector
from detector.explain import Subject, subjects

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def told() -> Callable[[str], Subject]:
    """The subject of a story of data/sample, by its name without `sample_`."""
    model, tables = detector.load_model(), detector.read(ROOT / "data" / "sample")
    handles = tables.accounts.column("handle").tolist()
    keys = tables.keys()[: len(handles)]
    found = dict(zip(handles, subjects(tables, model, keys), strict=True))
    return lambda story: found[f"sample_{story}"]
