"""The result itself: the contract's columns and nothing else, plain rows, parts put together."""

import json

import numpy as np
import pytest

from detector.contract import RESULT
from detector.tables import Fault
from detector.verdict import Innocent, Reason, Result

NAMES = [column.name for column in RESULT]


def columns(result):
    return dict(result.columns)


def test_columns_stand_in_the_order_of_the_contract_whatever_order_they_came_in(result):
    assert list(Result(dict(reversed(columns(result).items()))).columns) == NAMES
    assert result.to_arrow().column_names == NAMES


def test_a_missing_and_an_unknown_column_are_both_said(result):
    bad = columns(result) | {"colour": [1] * 5}
    del bad["score"]
    with pytest.raises(ValueError, match=r"lacks the columns \['score'\].*unknown columns \['colour'\]"):
        Result(bad)


@pytest.mark.parametrize(
    ("name", "value", "error", "said"),
    [
        ("suspicion", [np.inf] * 5, ValueError, "infinite in row 0"),
        ("suspicion", [101.0] * 5, ValueError, "outside of its range"),
        ("p_value", [0.0] * 5, ValueError, "outside of its range"),
        ("p_value", [-0.1] * 5, ValueError, "outside of its range"),
        ("cohort_size", [1.5] * 5, ValueError, "whole number"),
        ("level", ["odd"] * 5, ValueError, "expected one of"),
        ("level", [None] * 5, ValueError, "expected one of"),
        ("support", ["near"] * 5, ValueError, "expected one of"),
        ("platform", [None] * 5, ValueError, "platform is missing in row 0"),
        ("account_id", [7] * 5, TypeError, "expected text"),
        ("needed", ["posts"] * 5, TypeError, "no tuple of str"),
        ("needed", [["posts"]] * 5, TypeError, "no tuple of str"),
        ("reasons", [(Innocent("x", True, True),)] * 5, TypeError, "no tuple of Reason"),
        ("handle", ["x"] * 4, ValueError, "differ in length"),
    ],
)
def test_a_value_that_the_contract_does_not_allow_is_refused(result, name, value, error, said):
    with pytest.raises(error, match=said):
        Result(columns(result) | {name: value})


def test_rows_are_plain_values_that_json_takes(result):
    rows = list(result.rows())
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert rows[0]["as_of"] == "2026-05-03T00:00:00Z"
    assert rows[1]["as_of"] == "2026-05-03T04:05:06.000007Z"
    assert rows[3]["as_of"] is None
    assert rows[3]["handle"] is None
    assert rows[3]["suspicion"] is None
    assert rows[3]["reasons"] == []
    assert type(rows[0]["cohort_size"]) is int
    assert rows[1]["reasons"][1]["expected"] is None
    assert rows[1]["innocent"][0] == {
        "explanation": "A star who seldom posts.",
        "checked": True,
        "ruled_out": True,
    }
    assert list(rows[1]["faults"][0]) == ["counter", "kind", "found", "action", "sentence"]


def test_text_without_a_utf8_form_is_replaced_and_the_rest_kept(make):
    row = next(make("ordinary", handle="a\ud800é\U0001f600").rows())
    assert row["handle"] == "a\ufffdé\U0001f600"
    assert make("ordinary", handle="a\ud800é\U0001f600").to_arrow()["handle"].to_pylist() == [row["handle"]]


def test_arrow_and_rows_say_the_same(result):
    arrow = result.to_arrow().drop_columns(["as_of"]).to_pylist()
    assert arrow == [{k: v for k, v in row.items() if k != "as_of"} for row in result.rows()]


def test_a_result_of_no_accounts_has_the_same_types(result):
    assert Result.empty().to_arrow().schema == result.to_arrow().schema
    assert len(Result.concat([])) == 0


def test_taking_rows_apart_and_putting_them_together_gives_them_back(result):
    parts = [result.take(np.arange(5) == i) for i in range(5)]
    assert list(Result.concat(parts).rows()) == list(result.rows())
    assert list(result.take([4, 0]).rows()) == [list(result.rows())[i] for i in (4, 0)]
    assert len(result.take([])) == 0


def test_more_rows_than_a_chunk_come_in_order(make):
    many = Result.concat([make("ordinary", account_id=str(i)) for i in range(3)] * 3000)
    assert [row["account_id"] for row in many.rows()] == ["0", "1", "2"] * 3000


def test_numpy_values_in_records_become_plain(make):
    reason = Reason("s", "likes", np.float64(1), np.float32(np.nan), "u", np.inf, 2, "x")
    fault = Fault("tiktok", "1", "likes", "wrapped", "-1", "missing", "x")
    innocent = Innocent("x", np.bool_(True), np.bool_(False))
    row = next(make("ordinary", reasons=(reason,), faults=(fault,), innocent=(innocent,)).rows())
    assert json.dumps(row["innocent"]) == '[{"explanation": "x", "checked": true, "ruled_out": false}]'
    assert row["reasons"][0] | {"sentence": ""} == {
        "signal": "s",
        "axis": "likes",
        "value": 1.0,
        "expected": None,
        "unit": "u",
        "peers_percentile": None,
        "contribution": 2.0,
        "sentence": "",
    }


def test_its_repr_is_short(result):
    assert repr(result) == "Result(5 accounts: 1 insufficient_data, 1 ordinary, 2 suspicious, 1 unusual)"
