"""Texts: outer blanks go, whichever they are and wherever they stand."""

import numpy as np
import pyarrow as pa
import pytest

from detector.sources.flags import read_text
from detector.sources.raw import RawTable, object_array

TEXTS = {
    ("a", "b"): ["a", "b"],
    ("a", "b "): ["a", "b"],
    (" a", "b"): ["a", "b"],
    ("a", "", "b"): ["a", None, "b"],
    ("a b", "c"): ["a b", "c"],
    ("a\u2003", "c"): ["a", "c"],
    ("a", " "): ["a", None],
    ("\x1f",): [None],
    ("a", None): ["a", None],
    (): [],
}


@pytest.mark.parametrize("given", TEXTS)
def test_outer_blanks_go_and_nothing_else(given):
    texts, problems = read_text(object_array(given))
    assert texts.tolist() == TEXTS[given]
    assert problems == []


@pytest.mark.parametrize("n_chunks", [1, 2])
def test_a_dictionary_gives_each_row_its_text_whatever_else_it_holds(n_chunks):
    codes = pa.array([2, None, 0, 2], pa.int8())
    chunk = pa.DictionaryArray.from_arrays(codes, pa.array(["b", "nobody's", "a"]))
    other = pa.DictionaryArray.from_arrays(pa.array([0, 1, 1, None], pa.int8()), pa.array(["c", None]))
    rows = pa.chunked_array([chunk, other][:n_chunks])
    values, found = RawTable("a.parquet", {"id": rows}, len(rows)).coded("id")
    assert values[found].tolist() == rows.to_pylist()
    assert found.dtype == np.intp
