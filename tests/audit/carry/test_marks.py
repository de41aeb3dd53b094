"""Marks are the same bits however they were put together, and are counted as the tally counts."""

import numpy as np
import pytest

from detector.audit.carry.marks import Marks, words_from

WORDS = [("likes/history", f"signal_{i}()", "above") for i in range(9)] + [("likes/history", "03", "bin")]


def same(one, other):
    return (
        one.words == other.words
        and one.starts.tolist() == other.starts.tolist()
        and one.codes.tolist() == other.codes.tolist()
    )


@pytest.fixture
def marks():
    """Of 40 accounts, some of which have none."""
    rng = np.random.default_rng(3)
    pairs = np.unique(rng.integers(0, [40, len(WORDS)], (150, 2)), axis=0)
    rng.shuffle(pairs)
    return Marks.of(40, WORDS, pairs[:, 0], pairs[:, 1])


def test_parts_put_together_are_the_whole(marks):
    parts = [marks.take(np.arange(*ends)) for ends in ((0, 7), (7, 7), (7, 30), (30, 40))]
    assert same(Marks.concat(parts), marks)
    assert same(Marks.concat([]), Marks.none())


def test_the_order_in_which_words_came_does_not_matter(marks):
    order = np.random.default_rng(1).permutation(len(marks.words))
    words = [marks.words[i] for i in order.tolist()]
    number = np.argsort(order)[marks.codes]
    shuffled = np.random.default_rng(2).permutation(len(number))
    assert same(Marks.of(40, words, marks.owner[shuffled], number[shuffled]), marks)


def test_words_of_nobody_are_dropped_and_all_go_through_a_file(marks):
    few = marks.take(np.array([5, 5, 2]))
    assert len(few) == 3
    assert set(few.words) == {few.words[i] for i in few.codes.tolist()}
    assert words_from(marks.vocabulary()) == marks.words


def test_marks_are_counted_as_judged_above_and_top():
    words = [("l/h", "a()", "top"), ("l/h", "a()", "judged"), ("l/h", "02", "bin")]
    found = Marks.of(3, words, np.array([0, 1, 0, 2]), np.array([0, 1, 2, 2]))
    columns = {name: np.array(["x"] * 3, dtype=object) for name in ("level", "support", "evidence", "cohort")}
    columns["platform"] = np.array(["tiktok", "tiktok", "youtube"], dtype=object)
    counts = found.counted(columns).counts
    assert counts["tiktok", "judged l/h", "a()"] == 2
    assert counts["tiktok", "above l/h", "a()"] == counts["tiktok", "top l/h", "a()"] == 1
    assert counts["tiktok", "look l/h", "02"] == counts["youtube", "look l/h", "02"] == 1
    assert counts["youtube", "accounts", "all"] == 1
