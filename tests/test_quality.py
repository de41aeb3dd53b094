"""The quality benchmark's own logic: who is measured, and what a shift counts."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from detector.tables import Table, Tables

PATH = Path(__file__).resolve().parent.parent / "benchmarks" / "quality.py"


@pytest.fixture(scope="module")
def quality():
    spec = importlib.util.spec_from_file_location("quality_benchmark", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def accounts() -> Tables:
    rng = np.random.default_rng(1)
    rows = [
        {
            "platform": "tiktok",
            "account_id": str(i),
            "followers": float(rng.integers(1_000, 100_000)),
            "likes": float(rng.integers(10_000, 1_000_000)),
            "posts": float(rng.integers(20, 200)),
        }
        for i in range(400)
    ]
    return Tables(accounts=Table.from_rows("accounts", rows))


def test_the_measured_half_follows_the_id_alone(quality, accounts):
    half = quality.measured_half(accounts)
    assert 150 < len(half.accounts) < 250
    some = quality.of_ids(accounts, [str(i) for i in range(50)])
    wanted = {account for account in half.accounts.column("account_id") if int(account) < 50}
    assert set(quality.measured_half(some).accounts.column("account_id")) == wanted


def test_it_is_the_half_that_other_parts_of_the_project_name(quality):
    from hashlib import sha256

    first = int(sha256(b"half|c0001").hexdigest()[:8], 16)
    assert quality.half_of("c0001") == first % 2


def test_folds_cut_the_measured_half_once_more(quality, accounts):
    from training.evaluate.cross_fit import fold_of

    half = quality.measured_half(accounts)
    fold = fold_of(half.keys(), quality.FOLDS)
    assert 0.35 < fold.mean() < 0.65


def test_the_readmes_cells_are_cells_of_the_mechanics():
    from benchmarks import quality_page
    from detector.contract import EVIDENCE
    from training.simulate.mechanics import MECHANICS

    for cells in quality_page.IN_SHORT.values():
        for name, dose, view in cells:
            assert dose in MECHANICS[name].doses
            assert view in EVIDENCE
