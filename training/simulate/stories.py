"""The stories of data/sample: two dozen creators that never lived, honest ones and inflated ones, with the truth.

``python -m training.simulate.stories --seed 7 --out data/sample`` writes them. Scores see no story: it is said in
the handle, which no score uses, and in a truth file outside the folder that is read.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from detector.tables import Tables
from training.simulate import inflate
from training.simulate.csv_files import write_records, write_tables
from training.simulate.events import Ads, Deletion, Event, Giveaway, Hit, Purge
from training.simulate.life import live
from training.simulate.look import Look, join, shown, to_tables
from training.simulate.organic import LAST_LOOK, account_id, dormant_star
from training.simulate.traits import Traits, draw_traits

__all__ = ["STORIES", "Story", "Truth", "stories", "truth_file"]

DAYS = 90
_FIRST = 900_000
"""Numbers of the stories' accounts: far from those of a population of the same seed."""

_FINE = ("ordinary", "unusual")
_CAUGHT = ("suspicious",)
_HINTED = ("suspicious", "unusual")


@dataclass(frozen=True, slots=True)
class Story:
    """What happens, whether counters are inflated in it, on which axis, and the levels that tell it rightly."""

    name: str
    axis: str | None
    levels: tuple[str, ...]
    tell: Callable[[np.random.Generator, "_Told"], Tables]

    @property
    def inflated(self) -> bool:
        return self.axis is not None


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of one account of the sample; `axis` is empty for innocent ones."""

    account_id: str
    story: str
    label: str
    axis: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """Who a story is told of: makes exact tables from traits and events."""

    account_id: str
    handle: str

    def of(self, rng: np.random.Generator, traits: Traits, *events: Event, days: int = DAYS) -> Tables:
        life = live(traits, days, rng, events)
        return to_tables(life, rng, self.account_id, self.handle, LAST_LOOK, "tiktok")


def _someone(rng: np.random.Generator, followers: float, posts_per_day: float | None = None) -> Traits:
    """A creator of about `followers`, not far from the middle of the reference, who posts twice a week or more."""
    size = int(followers * np.exp(rng.uniform(-0.3, 0.3)))
    traits = draw_traits(rng, size, posts_per_day=posts_per_day, typical=0.6)
    return replace(traits, posts=max(traits.posts, 40), posts_per_day=max(traits.posts_per_day, 0.3))


def _ordinary(followers: float, look: Look, posts_per_day: float | None = None) -> Callable[..., Tables]:
    def tell(rng: np.random.Generator, who: _Told) -> Tables:
        return shown(who.of(rng, _someone(rng, followers, posts_per_day)), look)

    return tell


def _eventful(
    followers: float, event: Callable[[np.random.Generator], Event], look: Look
) -> Callable[..., Tables]:
    def tell(rng: np.random.Generator, who: _Told) -> Tables:
        return shown(who.of(rng, _someone(rng, followers), event(rng)), look)

    return tell


def _dormant_star(rng: np.random.Generator, who: _Told) -> Tables:
    traits = dormant_star(rng, int(2.5e6 * np.exp(rng.uniform(-0.4, 0.4))))
    return shown(who.of(rng, traits), Look("mixed"))


def _newcomer(rng: np.random.Generator, who: _Told) -> Tables:
    traits = draw_traits(rng, int(rng.integers(30, 200)), int(rng.integers(2, 6)), 0.2, typical=0.6)
    return shown(who.of(rng, traits, days=int(rng.integers(15, 30))), Look())


def _wrapped(rng: np.random.Generator, who: _Told) -> Tables:
    exact = who.of(rng, _someone(rng, 4.5e7))
    last = exact.accounts.column("likes")[0]
    # Between 2**31 and 2**32 a signed 32-bit integer is negative; the likes of older videos make up the rest.
    older = np.round(rng.uniform(2.2e9, 2.8e9) - last)
    accounts = exact.accounts.replace(likes=exact.accounts.column("likes") + older)
    snapshots = exact.snapshots.replace(likes=exact.snapshots.column("likes") + older)
    return shown(replace(exact, accounts=accounts, snapshots=snapshots), Look("mixed", wrapped_likes=True))


def _scrape_gaps(rng: np.random.Generator, who: _Told) -> Tables:
    seen = rng.random(DAYS + 1) > 0.05
    for start in (12, 41, 63):
        seen[start + int(rng.integers(0, 8)) :][: int(rng.integers(4, 10))] = False
    seen[[0, -1]] = True
    traits = _someone(rng, 7e4, 0.8)
    return shown(who.of(rng, replace(traits, conversion=2 * traits.conversion)), Look(seen=seen))


def _hollow(rng: np.random.Generator, who: _Told) -> Tables:
    exact = who.of(rng, _someone(rng, 8e3))
    return shown(inflate.hollow_followers(exact, float(rng.uniform(15, 40))), Look("shown"))


def _like_spike(rng: np.random.Generator, who: _Told) -> Tables:
    exact = who.of(rng, _someone(rng, 4e4))
    likes = exact.snapshots.column("likes")
    usual_day = float(np.median(np.diff(likes)))
    size = max(rng.uniform(0.25, 0.5) * likes[-1], 15 * usual_day)
    return shown(inflate.lifetime_like_spike(exact, _day(rng), round(size, -3), rng), Look())


def _package(rng: np.random.Generator, who: _Told) -> Tables:
    exact = who.of(rng, _someone(rng, 2.5e4))
    return shown(inflate.follower_package(exact, _day(rng), _size(rng, exact, 0.4, 0.9), rng), Look())


def _burst(rng: np.random.Generator, who: _Told) -> Tables:
    exact = who.of(rng, _someone(rng, 1.2e5))
    return shown(inflate.follower_burst(exact, _day(rng), _size(rng, exact, 0.4, 0.8), rng), Look("shown"))


def _drip(rng: np.random.Generator, who: _Told) -> Tables:
    exact = who.of(rng, _someone(rng, 1.5e4))
    return shown(inflate.follower_drip(exact, _day(rng), _size(rng, exact, 0.25, 0.6), 30, rng), Look())


def _refill(rng: np.random.Generator, who: _Told) -> Tables:
    exact = who.of(rng, _someone(rng, 3e4))
    return shown(inflate.follower_refill(exact, _day(rng), _size(rng, exact, 0.4, 0.8), rng), Look())


def _like_shower(rng: np.random.Generator, who: _Told) -> Tables:
    exact = who.of(rng, _someone(rng, 3e3, 0.4))
    own = float(np.median(exact.posts.column("likes")))
    low = max(int(round(own * rng.uniform(8, 15), -2)), 1_000)
    return shown(inflate.like_subscription(exact, low, int(low * rng.uniform(1.1, 1.4)), rng), Look())


def _one_post(rng: np.random.Generator, who: _Told) -> Tables:
    exact = who.of(rng, _someone(rng, 1.5e4, 0.5))
    return shown(inflate.post_likes(exact, 0.0, float(rng.uniform(20, 40)), rng), Look())


def _day(rng: np.random.Generator) -> int:
    """The look at which a delivery starts: enough past before it, and room for thirty days of drip after it."""
    return int(rng.integers(35, 55))


def _size(rng: np.random.Generator, exact: Tables, low: float, high: float) -> int:
    """A round package of `low` to `high` times the followers before it."""
    wanted = float(exact.snapshots.column("followers")[0]) * rng.uniform(low, high)
    step = 500 if wanted < 10_000 else 5_000
    return max(round(wanted / step), 1) * step


def _at(rng: np.random.Generator) -> float:
    return float(rng.uniform(35, 70))


STORIES: tuple[Story, ...] = (
    Story("ordinary_small", None, _FINE, _ordinary(4e3, Look())),
    Story("ordinary_middle", None, _FINE, _ordinary(5e4, Look("shown"))),
    Story("ordinary_large", None, _FINE, _ordinary(6e5, Look("mixed"))),
    Story("ordinary_star", None, _FINE, _ordinary(5e6, Look("shown"))),
    Story("ordinary_busy", None, _FINE, _ordinary(2e5, Look(), 3.0)),
    Story("viral_hit", None, _FINE, _eventful(8e4, lambda rng: Hit(_at(rng), rng.uniform(20, 60)), Look())),
    Story(
        "viral_old_video",
        None,
        _FINE,
        _eventful(1.2e5, lambda rng: Hit(_at(rng), rng.uniform(20, 50), rng.uniform(40, 120)), Look()),
    ),
    Story(
        "giveaway",
        None,
        _FINE,
        _eventful(
            2e4, lambda rng: Giveaway(_at(rng), rng.uniform(0.05, 0.15), rng.uniform(0.4, 1.2)), Look()
        ),
    ),
    Story("dormant_star", None, _FINE, _dormant_star),
    Story("tiny_newcomer", None, ("ordinary", "insufficient_data"), _newcomer),
    Story("wrapped_counter", None, (*_FINE, "insufficient_data"), _wrapped),
    Story(
        "deleted_videos",
        None,
        _FINE,
        _eventful(1.5e5, lambda rng: Deletion(_at(rng), rng.uniform(0.2, 0.5)), Look()),
    ),
    Story("scrape_gaps", None, _FINE, _scrape_gaps),
    Story(
        "platform_purge",
        None,
        _FINE,
        _eventful(3e5, lambda rng: Purge(_at(rng), rng.uniform(0.01, 0.03)), Look()),
    ),
    Story(
        "paid_reach",
        None,
        _FINE,
        _eventful(9e4, lambda rng: Ads(_at(rng), rng.uniform(3, 8), int(rng.integers(5, 12))), Look()),
    ),
    Story("hidden_likes", None, _FINE, _ordinary(3e4, Look(hidden_likes=True))),
    Story("hollow_followers", "followers", _CAUGHT, _hollow),
    Story("follower_package", "followers", _CAUGHT, _package),
    Story("follower_burst", "followers", _CAUGHT, _burst),
    Story("follower_drip", "followers", _HINTED, _drip),
    Story("follower_refill", "followers", _HINTED, _refill),
    Story("like_spike", "likes", _CAUGHT, _like_spike),
    Story("like_shower", "likes", _CAUGHT, _like_shower),
    Story("one_showered_post", "likes", _HINTED, _one_post),
)


def stories(seed: int) -> tuple[Tables, tuple[Truth, ...]]:
    """Every story once, and the truth about it.

    Parameters
    ----------
    seed : int
        Not negative. Account ids differ between seeds, so that several can be scored together.

    Returns
    -------
    tables : Tables
        One account a story.
    truth : tuple of Truth
        In the same order.
    """
    told, truth = [], []
    for number, story in enumerate(STORIES):
        rng = np.random.default_rng([seed, _FIRST + number])
        who = _Told(account_id(seed, _FIRST + number), f"sample_{story.name}")
        told.append(story.tell(rng, who))
        label = "inflated" if story.inflated else "genuine"
        truth.append(Truth(who.account_id, story.name, label, story.axis or "", story.levels))
    return join(told), tuple(truth)


def truth_file(out: Path) -> Path:
    """Beside the folder of the tables, where no source is read from."""
    return out.with_name(f"{out.name}-truth.csv")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.simulate.stories", description=__doc__)
    parser.add_argument("--seed", type=int, default=7, help="0 or more; the same seed gives the same bytes")
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
