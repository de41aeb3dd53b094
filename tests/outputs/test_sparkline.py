"""A history in the terminal: blocks as high as the gains, the odd days pointed at, never wider than it may be."""

import numpy as np
import pytest

from detector.explain import COUNTERS, Days, Span
from detector.outputs.sparkline import BLOCKS, WIDEST, drawn_with, sparkline

NAN = float("nan")


def _days(gains: dict[str, list[float]], *spans: tuple[int, int, str]) -> Days:
    full = {name: np.array(gains.get(name, []), dtype=float) for name in COUNTERS}
    width = max(map(len, full.values()))
    arrays = {name: values if len(values) else np.full(width, NAN) for name, values in full.items()}
    marked = []
    for start, end, counter in spans:
        came = {name: float(np.nansum(values[start : end + 1])) for name, values in arrays.items()}
        marked.append(Span(start, end, counter, counter, came, dict.fromkeys(COUNTERS, 0.0), NAN))
    return Days(arrays, 0, 20_000.0, tuple(marked), {})


def test_a_block_is_as_high_as_the_gain_of_its_day():
    title, blocks = sparkline(_days({"followers": [0, 4, 8, -3, NAN, 1]}), COUNTERS)
    assert title == "New followers a day, at most 8:"
    assert blocks == "▁▅█▁ ▂"


def test_the_odd_days_are_pointed_at_and_the_largest_is_named():
    lines = sparkline(_days({"likes": [1, 1, 50, 1, 1, 9]}, (2, 2, "likes"), (5, 5, "likes")), COUNTERS)
    assert lines[1][2] == "█"
    assert lines[2].startswith("  ^  ^ ")
    assert lines[2].endswith(": +50")


def test_the_counter_with_an_odd_day_is_drawn_before_the_one_that_is_preferred():
    days = _days({"followers": [1, 2, 3], "likes": [1, 90, 3]}, (1, 1, "likes"))
    assert sparkline(days, COUNTERS)[0].startswith("New likes a day")


@pytest.mark.parametrize("length", [2, 74, 75, 90, 120])
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_no_line_is_wider_than_it_may_be_wherever_the_mark_stands(length, place):
    at = int(place * (length - 1))
    gains = [1.0] * length
    gains[at] = 5_000_000.0
    lines = sparkline(_days({"followers": gains}, (at, at, "followers")), COUNTERS)
    assert max(map(len, lines)) <= WIDEST
    pointed = next(line for line in lines[2:] if "^" in line)
    assert lines[1][pointed.index("^")] == BLOCKS[-1]


def test_nothing_known_is_nothing_drawn():
    assert sparkline(_days({"followers": [NAN, NAN, NAN]}), COUNTERS) == []


@pytest.mark.parametrize(
    ("encoding", "can"), [("utf-8", True), ("ascii", False), ("cp1252", False), (None, False)]
)
def test_a_stream_without_the_blocks_gets_none(encoding, can):
    assert drawn_with(encoding) is can
