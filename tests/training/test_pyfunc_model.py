"""The logged model's own code: frames in, frames out, and mistakes said with row or column."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from detector import api
from detector.contract import ACCOUNTS, RESULT
from detector.errors import SourceError
from detector.model import store
from detector.tables import Tables
from training import signature
from training.pyfunc_model import AccountScorer, _tables


@pytest.fixture
def scorer(model_folder: Path) -> AccountScorer:
    scorer = AccountScorer()
    scorer.load_context(SimpleNamespace(artifacts={"detector_model": str(model_folder)}))
    return scorer


def frame(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame({"platform": ["tiktok", "tiktok"], "account_id": ["1", "2"]} | columns)


def test_it_says_the_same_as_the_tool_itself(
    scorer: AccountScorer, reference: Tables, model_folder: Path
) -> None:
    given = pd.DataFrame(dict(reference.accounts.columns))
    found = scorer.predict(None, given)
    expected = api.score(reference, store.load(model_folder)).to_pydict()
    assert list(found.columns) == [column.name for column in RESULT]
    for name in ("account_id", "level", "support", "model_version"):
        assert found[name].tolist() == expected[name]
    for name in ("suspicion", "score", "followers_expected"):
        known = [float("nan") if value is None else value for value in expected[name]]
        assert np.array_equal(found[name].to_numpy(), np.array(known), equal_nan=True)


def test_whole_numbers_gaps_text_numbers_flags_and_times_are_read() -> None:
    table = _tables(
        frame(
            followers=[10, 20],
            likes=[1.0, None],
            posts=["7", None],
            verified=[True, None],
            observed_at=["2026-01-02T03:00:00+02:00", None],
            unknown=[1, 2],
        )
    ).accounts
    assert table.column("followers").tolist() == [10.0, 20.0]
    assert np.array_equal(table.column("likes"), [1.0, np.nan], equal_nan=True)
    assert np.array_equal(table.column("posts"), [7.0, np.nan], equal_nan=True)
    assert np.array_equal(table.column("verified"), [1.0, np.nan], equal_nan=True)
    assert table.column("observed_at")[0] == np.datetime64("2026-01-02T01:00:00")
    assert np.isnat(table.column("observed_at")[1])


def test_names_of_platforms_may_vary_as_in_files() -> None:
    found = _tables(frame(platform=["Tik Tok", "Twitter"])).accounts.column("platform")
    assert found.tolist() == ["tiktok", "x"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"followers": ["many", 1]}, "Column followers cannot be read"),
        ({"followers": [np.inf, 1]}, "Column followers, row 0: inf is no count"),
        ({"followers": [1, 10**18]}, "row 1"),
        ({"observed_at": ["yesterday-ish", None]}, "Column observed_at cannot be read"),
        ({"account_id": ["1", "1"]}, "twice"),
        ({"account_id": ["1", None]}, "account_id is missing"),
        ({"platform": ["tiktok", "myspace"]}, "'myspace' is no platform"),
        ({"platform": ["tiktok", None]}, "None is no platform"),
    ],
)
def test_mistakes_are_said_with_what_was_found(columns: dict[str, list[Any]], said: str) -> None:
    with pytest.raises(SourceError, match=said):
        _tables(frame(**columns))


def test_a_frame_without_the_key_is_refused() -> None:
    with pytest.raises(SourceError, match="no column account_id"):
        _tables(pd.DataFrame({"platform": ["x"]}))


def test_the_example_is_of_the_contract_and_can_be_scored(scorer: AccountScorer) -> None:
    example = signature.example()
    assert set(example.columns) <= {column.name for column in ACCOUNTS}
    assert scorer.predict(None, example)["account_id"].tolist() == example["account_id"].tolist()
