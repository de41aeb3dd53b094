"""Small stand-ins: reference data sets of invented rows, a quick fit, and a user's folders."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from detector.cases import Case
from detector.tables import Table, Tables
from training import plots, tracking

if TYPE_CHECKING:  # the tests of the simulator need no fit, and do not wait for its imports
    from training.fit import FitOutcome

CREATORS = (
    "account,video,group,source_file,create_time,n_plays,n_likes,n_comments,n_shares,"
    "n_followers,n_total_likes,n_total_vids"
)
USERS = (
    "account,verified,follower_count,following_count,heart_count,video_count,"
    "username_length,username_digits,bio_length"
)
VTUBERS = "date,account,activity,youtube_subscribers,youtube_total_views"
CHANNELS = "date_utc,channel,subscribers,views,videos"
VIDEOS = "channel,video,snapshot_utc,published_at,view_count,like_count,comment_count"
DAILY = "Date,Username,Followers,Likes,Videos,Total_Views"
VIDEO_DAYS = "run_date_bkk,run_datetime_utc,video,published_at,view_count,like_count,comment_count"


def write_csv(path: Path, header: str, rows: list[str]) -> None:
    """A CSV file of a reference set."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def write_references(data: Path, seed: int = 0) -> Path:
    """All four sets and both of daily likes, coupled loosely as real ones are, and no larger than a quick fit of TikTok
    needs.

    40 creators and 100 users; 20 + 20 channels, which are too few for a fit of YouTube.
    """
    rng = np.random.default_rng(seed)
    folder = data / "tiktok-creators-2020"
    write_csv(folder / "videos.csv", CREATORS, [row for i in range(40) for row in creator(i, rng)])
    folder = data / "tiktok-user-sample-2024"
    write_csv(folder / "users.csv", USERS, [user(i, rng) for i in range(100)])
    vtubers, channels, videos = [], [], []
    for i in range(20):
        for day, fans, seen in growth(rng):
            vtubers.append(f"{day},t{i:04d},active,{fans}.0,{seen}.0")
            channels.append(f"{day},k{i:04d},{fans},{seen},{int(rng.integers(20, 30))}")
        videos += [video(i, j, rng) for j in range(12)]
    write_csv(data / "vtuber-daily-2026" / "vtuber_daily.csv", VTUBERS, vtubers)
    write_csv(data / "youtube-daily-2026" / "channels_daily.csv", CHANNELS, channels)
    write_csv(data / "youtube-daily-2026" / "videos_monthly.csv", VIDEOS, videos)
    write_daily_likes(data, rng)
    return data


def write_daily_likes(data: Path, rng: np.random.Generator) -> None:
    """Two accounts, one of them with likes that a 32-bit counter turned over, and two videos, for 61 days."""
    accounts, videos = [], []
    for name, fans, likes in (("giant_a", 160_400_000, 2_574_556_625), ("small_a", 1_193, 10_500)):
        for day in range(61):
            shown = (likes + 2**31) % 2**32 - 2**31
            accounts.append(f"{np.datetime64('2026-03-27') + day},{name},{fans},{shown},{102 + day},0")
            likes, fans = likes + int(likes * rng.uniform(0, 0.002)), fans + int(rng.integers(0, 3))
    for name, views in (("video_1", 90_000), ("video_2", 5_000)):
        for day in range(61):
            date = np.datetime64("2025-08-11") + day
            likes = views // 20
            videos.append(f"{date},{date}T14:31:49+00:00,{name},2025-01-03T15:37:39Z,{views}.0,{likes}.0,9.0")
            views += int(rng.integers(100, 900))
    write_csv(data / "tiktok-daily-2026" / "tiktok_daily_stats.csv", DAILY, accounts)
    write_csv(data / "youtube-video-daily-2025" / "video_daily_stats.csv", VIDEO_DAYS, videos)


def creator(i: int, rng: np.random.Generator) -> list[str]:
    """Twelve videos of one creator."""
    followers = int(10 ** rng.uniform(3, 7))
    likes, posts = int(followers * rng.lognormal(2, 1)) + 1, int(rng.integers(12, 900))
    rows = []
    for j in range(12):
        plays = int(followers * rng.lognormal(-1, 1)) + 10
        liked = int(plays * rng.uniform(0.03, 0.2))
        rows.append(
            f"c{i:04d},v{i:04d}{j:02d},suggested,a,{1_600_000_000 + 86_400 * j},{plays},{liked},"
            f"{liked // 50},{liked // 80},{followers},{likes},{posts}"
        )
    return rows


def user(i: int, rng: np.random.Generator) -> str:
    """A user with 100 to 10,000 followers."""
    followers = int(10 ** rng.uniform(2, 4))
    return (
        f"u{i:04d},False,{followers},{int(rng.integers(1, 9_000))},{int(followers * rng.lognormal(1, 1)) + 1},"
        f"{int(rng.integers(1, 200))},{int(rng.integers(4, 20))},"
        f"{int(rng.integers(0, 5))},{int(rng.integers(0, 80))}"
    )


def growth(rng: np.random.Generator) -> list[tuple[str, int, int]]:
    """35 days of followers and views."""
    fans, seen, days = 10 ** rng.uniform(2, 5), 10 ** rng.uniform(4, 6), []
    for day in range(35):
        fans, seen = fans * rng.uniform(1, 1.004), seen * rng.uniform(1, 1.006)
        days.append((str(np.datetime64("2026-06-13") + day), int(fans), int(seen)))
    return days


def video(i: int, j: int, rng: np.random.Generator) -> str:
    """A video of channel `i`."""
    views = int(1000 * rng.lognormal(0, 1)) + 10
    published = f"2026-06-{j + 1:02d}T17:15:08Z"
    return (
        f"k{i:04d},w{i:04d}{j:02d},2026-07-01T00:00:00.5+00:00,{published},{views},"
        f"{views // 20}.0,{views // 300}.0"
    )


@pytest.fixture
def train(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs `detector train ...` as the main program does, also where the project is not installed; the exit code."""
    from detector.cli import app as commands
    from detector.cli.entry import run
    from training.cli import app

    entry = type("Entry", (), {"load": staticmethod(lambda: app)})
    monkeypatch.setattr(commands, "_joined", lambda: {"train": entry})
    return lambda *arguments: run(["train", *map(str, arguments)])


@pytest.fixture(scope="session")
def references(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all four sets."""
    return write_references(tmp_path_factory.mktemp("references"))


@pytest.fixture(scope="session")
def reference() -> Tables:
    """160 invented profiles, enough for a quick fit."""
    return profiles(160)


@pytest.fixture(scope="session")
def outcome(reference: Tables) -> "FitOutcome":
    """A quick real fit."""
    from training.fit import FitSettings, fit

    return fit(reference, FitSettings(name="quick"))


@pytest.fixture(scope="session")
def model_folder(outcome: "FitOutcome", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of that fit, saved. Tests read it only."""
    from detector.model import store

    folder = tmp_path_factory.mktemp("models") / "quick"
    folder.mkdir()
    store.save(outcome.model, folder)
    return folder


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow database without runs: to be copied, since making one takes seconds."""
    path = tmp_path_factory.mktemp("database") / "mlflow.db"
    with tracking.connected(tracking.Store(f"sqlite:///{path}", (path.parent / "artifacts").as_uri(), path)):
        return path


@pytest.fixture
def home(tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folders inside of `tmp_path`, with an empty database, and no MLflow settings of the user."""
    for name in list(os.environ):
        if name.startswith("MLFLOW_") and name != "MLFLOW_DISABLE_TELEMETRY":
            monkeypatch.delenv(name)
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setattr("platformdirs.user_data_path", lambda app: tmp_path / "home" / "data" / app)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda app: tmp_path / "home" / "cache" / app)
    (tmp_path / "home" / "data" / "bot-suspicion").mkdir(parents=True)
    shutil.copy(database, tmp_path / "home" / "data" / "bot-suspicion" / "mlflow.db")
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    return tmp_path / "home"


@pytest.fixture(scope="session")
def record(outcome: "FitOutcome", model_folder: Path) -> tracking.Record:
    """What a run of that fit holds."""
    return tracking.Record(
        name="quick",
        settings={"name": "quick", "seed": 7, "sources": ({"name": "s" * 600},), "map": ""},
        data_sha256={"accounts": "a" * 64},
        metrics=outcome.report.metrics | {"odd name (%)": 1.5, "unknown": float("nan")},
        notices=("one", "two"),
        figures=plots.figures(outcome.report.out_of_fold),
        folder=model_folder,
    )


@pytest.fixture(scope="session")
def tracked(
    record: tracking.Record, database: Path, tmp_path_factory: pytest.TempPathFactory
) -> tracking.Tracked:
    """That fit tracked once, in a store of its own. Tests may register its model under names of their own."""
    folder = tmp_path_factory.mktemp("store")
    shutil.copy(database, folder / "mlflow.db")
    place = tracking.Store(
        f"sqlite:///{folder / 'mlflow.db'}", (folder / "artifacts").as_uri(), folder / "mlflow.db"
    )
    return tracking.track(record, "an experiment", place)


@pytest.fixture(scope="session")
def labelled() -> Callable[..., tuple[Tables, dict[str, bool]]]:
    """Invented profiles of one platform, and who of them is inflated: `labelled(n, share, seed)`."""
    return _labelled


@pytest.fixture(scope="session")
def cases_of() -> Callable[..., tuple[Case, ...]]:
    """`cases_of(truth, count, flipped)`: half of them inflated; a share of the labels says the contrary."""
    return _cases_of


@contextmanager
def few_trees() -> Iterator[None]:
    """Boosts three tenths of the trees that cases teach, each a larger step, in a third of the time: for tests of
    what is done with such a model. How well it ranks is asked of all trees, in `fit/test_lessons.py`.
    """
    from training.fit import boosting

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boosting, "TREES", 60)
        patch.setattr(boosting, "RATE", 0.15)
        patch.setattr(boosting, "DOUBTING", 20)
        yield


@pytest.fixture(scope="module")
def fewer_trees() -> Iterator[None]:
    """The same for all tests of a file."""
    with few_trees():
        yield


@pytest.fixture(scope="session")
def unlabelled() -> "FitOutcome":
    """A model of 300 such profiles, a twelfth of them inflated, that knows no label."""
    from training.fit import FitSettings, fit

    return fit(_labelled(300, 1 / 12, seed=1)[0], FitSettings(name="champion"))


def _labelled(n: int, share: float = 0.3, seed: int = 0) -> tuple[Tables, dict[str, bool]]:
    """Inflated accounts follow many and write short biographies; of the honest ones some have five times the followers
    that their likes carry, which the unlabelled score takes for odd.
    """
    rng = np.random.default_rng(seed)
    inflated = rng.random(n) < share
    star = ~inflated & (rng.random(n) < 0.3)
    followers = np.round(10 ** rng.uniform(3, 6, n))
    ids = [f"c{seed}x{i:05d}" for i in range(n)]
    columns = {
        "platform": np.full(n, "instagram", dtype=object),
        "account_id": np.array(ids, dtype=object),
        "followers": np.where(star, 5 * followers, followers),
        "likes": np.round(followers * rng.lognormal(2, 0.6, n)),
        "posts": np.round(10 ** rng.uniform(1, 2.5, n)),
        "following": np.round(10 ** rng.uniform(1.5, 3, n) * np.where(inflated, 6, 1)),
        "bio_length": np.round(np.where(inflated, rng.uniform(0, 60, n), rng.uniform(20, 140, n))),
        "handle_length": np.full(n, 10.0),
        "handle_digits": np.round(rng.uniform(0, 3, n)),
    }
    truth = dict(zip(ids, inflated.tolist(), strict=True))
    return Tables(accounts=Table("accounts", columns), rows_read={"accounts": n}), truth


def _cases_of(truth: dict[str, bool], count: int, flipped: float = 0.0, seed: int = 1) -> tuple[Case, ...]:
    rng = np.random.default_rng(seed)
    up = rng.permutation([name for name, inflated in truth.items() if inflated])[: count // 2].tolist()
    down = rng.permutation([name for name, inflated in truth.items() if not inflated])
    chosen = [*up, *down[: count - len(up)].tolist()]
    wrong = set(rng.permutation(chosen)[: round(flipped * count)].tolist())
    return tuple(
        Case("instagram", name, "inflated" if truth[name] != (name in wrong) else "genuine")
        for name in chosen
    )


def profiles(n: int, seed: int = 0) -> Tables:
    """Invented TikTok profiles: followers and likes that go with them."""
    rng = np.random.default_rng(seed)
    followers = np.round(10 ** rng.uniform(3, 6, n))
    columns = {
        "platform": np.full(n, "tiktok", dtype=object),
        "account_id": np.array([f"a{i:04d}" for i in range(n)], dtype=object),
        "followers": followers,
        "likes": np.round(followers * rng.lognormal(2, 1, n)),
    }
    return Tables(accounts=Table("accounts", columns), rows_read={"accounts": n})
