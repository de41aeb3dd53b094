"""Power lies beside the card: looked up by evidence and size, vouched for, and absent from older folders."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest

from detector.errors import ModelError
from detector.model import store
from detector.model.model import Model
from detector.model.power import MAX_POWER_BYTES, Caught, Power, Way
from detector.worth import HEADLINES

ROOT = Path(__file__).parents[2]

WAYS = {
    "follower_package": Way("follower_package", "followers", "a package of followers in a day", "share"),
    "hollow_followers": Way("hollow_followers", "followers", "a long past", "times"),
}


def caught(
    way: str, dose: float, suspicious: int, low: float = 0.0, high: float = inf, n: int = 100
) -> Caught:
    evidence = "profile+history" if way == "follower_package" else "profile"
    return Caught(
        "tiktok", evidence, low, high, way, dose, n, suspicious + (n - suspicious) // 2, suspicious, 0
    )


ROWS = (
    caught("follower_package", 0.25, 90),
    caught("follower_package", 0.05, 10),
    caught("follower_package", 0.25, 60, 1e4, 1e5),
    caught("hollow_followers", 10.0, 55),
)
POWER = Power(WAYS, ("invented accounts",), ROWS)


@pytest.fixture(scope="module")
def bare() -> Model:
    """The shipped model without its power."""
    return replace(store.load(ROOT / "models" / "default"), power=None)


@pytest.fixture(scope="module")
def saved(bare: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("with-power") / "model"
    store.save(replace(bare, power=POWER), folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(saved, tmp_path / "model"))


def test_its_text_gives_it_back_and_is_the_same_each_time():
    assert Power.read(POWER.text()) == POWER
    assert Power.read(POWER.text()).text() == POWER.text()
    assert len(POWER.text().splitlines()) > len(ROWS)  # a row a line, for people


def test_the_size_of_the_account_counts_where_enough_were_counted():
    def share(followers: float) -> dict[float, float]:
        found = POWER.of("tiktok", "profile+history", followers)
        return {row.dose: row.share for row in found}

    assert share(20_000.0) == {0.05: 0.10, 0.25: 0.60}
    assert share(5_000_000.0) == share(nan) == {0.05: 0.10, 0.25: 0.90}
    assert POWER.of("youtube", "profile", 1.0) == ()
    assert POWER.evidences("tiktok") == ("profile", "profile+history")


def test_a_share_lies_in_its_interval_and_more_accounts_narrow_it():
    few, many = caught("hollow_followers", 3.0, 5, n=10), caught("hollow_followers", 3.0, 500, n=1000)
    for row in (few, many):
        assert row.interval[0] < row.share < row.interval[1]
    assert few.interval[1] - few.interval[0] > 3 * (many.interval[1] - many.interval[0])
    none = caught("hollow_followers", 3.0, 0)
    assert none.interval[0] == 0.0
    assert 0.0 < none.interval[1] < 0.05


def test_a_model_keeps_it_and_its_version_tells_it_apart(saved, bare):
    back = store.load(saved)
    assert back.power == POWER
    assert back.version.split("-")[-1] == json.loads((saved / "card.json").read_text())["content_hash"][:12]
    assert back.platforms.keys() == bare.platforms.keys()


def test_a_model_saved_without_it_names_none(saved, tmp_path):
    store.save(replace(store.load(saved), power=None), tmp_path / "bare")
    assert not (tmp_path / "bare" / "power.json").exists()
    assert store.load(tmp_path / "bare").power is None


def test_a_folder_of_before_loads_as_not_measured(bare, tmp_path):
    """Such a folder has two files, and a card that names no power."""
    store.save(bare, tmp_path / "old")
    assert sorted(path.name for path in (tmp_path / "old").iterdir()) == ["arrays.npz", "card.json"]
    assert store.load(tmp_path / "old").power is None


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the file, and let the card vouch for it: the hash protects against accidents, not against people."""
    content = json.loads((folder / "power.json").read_text())
    change(content)
    text = json.dumps(content).encode()
    (folder / "power.json").write_bytes(text)
    card = json.loads((folder / "card.json").read_text())
    card["power_sha256"] = store.sha256(text).hexdigest()
    kept = {key: value for key, value in card.items() if key not in ("format", "content_hash")}
    card["content_hash"] = store._digest(kept, store._arrays(folder / "arrays.npz"))
    (folder / "card.json").write_text(json.dumps(card))


@pytest.mark.parametrize("damage", ["missing", "changed", "long", "no text"])
def test_a_file_that_the_card_does_not_vouch_for_is_refused(folder, damage):
    path = folder / "power.json"
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(
            {"changed": POWER.text().replace("90", "91").encode(), "long": b" " * (MAX_POWER_BYTES + 9)}.get(
                damage, b"\xff\xfe"
            )
        )
    with pytest.raises(ModelError, match=r"power\.json"):
        store.load(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["rows"][0].__setitem__(-2, 101),  # more suspicious than accounts
        lambda content: content["rows"][0].__setitem__(-4, 0),  # of nobody
        lambda content: content["rows"][0].__setitem__(-1, 7),  # a population that is not there
        lambda content: content["rows"][0].__setitem__(1, "rumour"),
        lambda content: content["rows"][0].__setitem__(4, "unheard_of"),
        lambda content: content["rows"][0].__setitem__(5, "much"),
        lambda content: content["rows"][0].__setitem__(5, float("nan")),
        lambda content: content["rows"][0].__setitem__(2, float("inf")),
        lambda content: content["rows"][0].pop(),
        lambda content: content["rows"].append(5),
        lambda content: content.pop("rows"),
        lambda content: content.update(format=2),
        lambda content: content.update(ways=[1]),
        lambda content: content["ways"].update(more=["followers", "x" * 1000, "share"]),
        lambda content: content["ways"].update(more=["fame", "title", "share"]),
        lambda content: content.update(populations=[3]),
    ],
)
def test_counts_that_cannot_be_are_refused(folder, change):
    changed(folder, change)
    with pytest.raises(ModelError, match=r"power\.json"):
        store.load(folder)


def test_what_is_told_in_a_sentence_is_measured_at_both_of_its_doses():
    from training.simulate.mechanics import MECHANICS

    for headline in HEADLINES:
        assert {headline.large, headline.small} <= set(MECHANICS[headline.way].doses)
