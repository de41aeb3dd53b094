"""The stories of data/sample: two dozen creators that never lived, honest ones and inflated ones, with the truth.

``python -m training.simulate.stories --seed 9 --out data/sample`` writes them. Scores see no story: it is said in
the handle, which no score uses, and in a truth file outside the folder that is read.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detector.tables import Tables
from training.simulate import tellings
from training.simulate.csv_files import write_records, write_tables
from training.simulate.events import Ads, Deletion, Giveaway, Hit, Purge
from training.simulate.look import Look
from training.simulate.organic import account_id
from training.simulate.render import join
from training.simulate.truth import truth_file

__all__ = ["STORIES", "Story", "StoryTruth", "stories"]

_FIRST = 900_000
"""Numbers of the stories' accounts: far from those of a population of the same seed."""

_FINE = ("ordinary", "unusual")
_CAUGHT = ("suspicious",)
# Followers that come without likes for a day or three also come after a mention on television: an honest reader says
# `unusual` then, and `suspicious` where it is extreme.
_HINTED = ("suspicious", "unusual")


@dataclass(frozen=True, slots=True)
class Story:
    """What happens, whether counters are inflated in it, on which axis, and the levels that tell it rightly."""

    name: str
    axis: str | None
    levels: tuple[str, ...]
    tell: Callable[[np.random.Generator, tellings.Told], Tables]

    @property
    def inflated(self) -> bool:
        return self.axis is not None


@dataclass(frozen=True, slots=True)
class StoryTruth:
    """What is true of one account of the sample; `axis` is empty for innocent ones."""

    account_id: str
    story: str
    label: str
    axis: str
    levels: tuple[str, ...]


STORIES: tuple[Story, ...] = (
    Story("ordinary_small", None, _FINE, tellings.ordinary(4e3, Look())),
    Story("ordinary_middle", None, _FINE, tellings.ordinary(5e4, Look("shown"))),
    Story("ordinary_large", None, _FINE, tellings.ordinary(6e5, Look("mixed"))),
    Story("ordinary_star", None, _FINE, tellings.ordinary(5e6, Look("shown"))),
    Story("ordinary_busy", None, _FINE, tellings.ordinary(2e5, Look(), 3.0)),
    Story(
        "viral_hit",
        None,
        _FINE,
        tellings.eventful(8e4, lambda rng: Hit(tellings.some_day(rng), rng.uniform(20, 60)), Look()),
    ),
    Story(
        "viral_old_video",
        None,
        _FINE,
        tellings.eventful(
            1.2e5, lambda rng: Hit(tellings.some_day(rng), rng.uniform(20, 50), rng.uniform(40, 120)), Look()
        ),
    ),
    Story(
        "giveaway",
        None,
        _FINE,
        tellings.eventful(
            2e4,
            lambda rng: Giveaway(tellings.some_day(rng), rng.uniform(0.04, 0.1), rng.uniform(0.4, 1.2)),
            Look(),
        ),
    ),
    Story("dormant_star", None, _FINE, tellings.famous_elsewhere),
    Story("tiny_newcomer", None, ("ordinary", "insufficient_data"), tellings.tiny_newcomer),
    Story("wrapped_counter", None, (*_FINE, "insufficient_data"), tellings.wrapped),
    Story(
        "deleted_videos",
        None,
        _FINE,
        tellings.eventful(1.5e5, lambda rng: Deletion(tellings.some_day(rng), rng.uniform(0.2, 0.5)), Look()),
    ),
    Story("scrape_gaps", None, _FINE, tellings.scrape_gaps),
    Story("counter_slips", None, _FINE, tellings.counter_slips),
    Story(
        "platform_purge",
        None,
        _FINE,
        tellings.eventful(3e5, lambda rng: Purge(tellings.some_day(rng), rng.uniform(0.01, 0.03)), Look()),
    ),
    Story(
        "paid_reach",
        None,
        _FINE,
        tellings.eventful(
            9e4, lambda rng: Ads(tellings.some_day(rng), rng.uniform(3, 8), int(rng.integers(5, 12))), Look()
        ),
    ),
    Story("hidden_likes", None, _FINE, tellings.ordinary(3e4, Look(hidden_likes=True))),
    Story("hollow_followers", "followers", _CAUGHT, tellings.hollow),
    Story("follower_package", "followers", _HINTED, tellings.package),
    Story("follower_burst", "followers", _HINTED, tellings.burst),
    Story("follower_drip", "followers", _HINTED, tellings.drip),
    Story("follower_refill", "followers", _HINTED, tellings.refill),
    Story("like_spike", "likes", _CAUGHT, tellings.like_spike),
    Story("like_shower", "likes", _CAUGHT, tellings.like_shower),
    Story("one_showered_post", "likes", _HINTED, tellings.one_post),
)


def stories(seed: int) -> tuple[Tables, tuple[StoryTruth, ...]]:
    """Every story once, and the truth about it.

    Parameters
    ----------
    seed : int
        Not negative. Account ids differ between seeds, so that several can be scored together.

    Returns
    -------
    tables : Tables
        One account a story.
    truth : tuple of StoryTruth
        In the same order.
    """
    told, truth = [], []
    for number, story in enumerate(STORIES):
        rng = np.random.default_rng([seed, _FIRST + number])
        who = tellings.Told(account_id(seed, _FIRST + number), f"sample_{story.name}")
        told.append(story.tell(rng, who))
        label = "inflated" if story.inflated else "genuine"
        truth.append(StoryTruth(who.account_id, story.name, label, story.axis or "", story.levels))
    return join(told), tuple(truth)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.simulate.stories", description=__doc__)
    parser.add_argument("--seed", type=int, default=8, help="0 or more; the same seed gives the same bytes")
    parser.add_argument("--out", type=Path, required=True, help="folder for accounts, posts, snapshots (CSV)")
    options = parser.parse_args(arguments)
    if options.seed < 0:
        parser.error(f"--seed is {options.seed}, expected 0 or more")
    tables, truth = stories(options.seed)
    try:
        write_tables(tables, options.out)
        write_records(
            truth_file(options.out),
            ("account_id", "story", "label", "axis", "levels"),
            [(one.account_id, one.story, one.label, one.axis, " ".join(one.levels)) for one in truth],
        )
    except OSError as error:
        parser.exit(1, f"cannot write to {options.out}: {error.strerror or error}; name a folder for --out\n")
    sys.stderr.write(
        f"{len(truth)} stories written to {options.out}, the truth to {truth_file(options.out)}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
