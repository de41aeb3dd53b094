"""Signals of other packages: installed ones alone, named by the model, and none but those that it was fitted with."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from detector.errors import ModelError, SignalError
from detector.model import store
from detector.model.evidence import gather
from detector.model.model import Model
from detector.model.packing import pack
from detector.panel import build_panel
from detector.repair import repair
from detector.scoring import score_tables
from detector.signals import joined
from detector.signals.catalogue import CATALOGUE, SIGNALS
from detector.tables import Table, Tables
from training.fit import FitSettings, fit

NAME = "acme.few_likes_per_post"

MODULE = """
import numpy as np
from detector.signals.catalogue import Signal


def few(panel):
    return -np.log1p(panel.profile["likes"] / np.maximum(panel.profile["posts"], 1.0))


ONE = Signal(
    "acme.few_likes_per_post", "followers", "counters", ("likes", "posts"), ("followers",), {weight}, "count_below",
    "likes", "{{value}} likes per post, as acme counts them; peers have {{expected}}.", ("sabotage",), "acme", {value},
)
"""


def install(
    folder: Path, version: str = "1.2", value: str = "few", weight: str = "0.3", name: str = NAME
) -> Path:
    """A package as installers leave it: a module, and its metadata with an entry point."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "acme_signals.py").write_text(MODULE.format(value=value, weight=weight), encoding="utf-8")
    metadata = folder / f"acme_signals-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: acme-signals\nVersion: {version}\n")
    (metadata / "entry_points.txt").write_text(f"[{joined.GROUP}]\n{name} = acme_signals:ONE\n")
    return folder


def accounts(n: int, seed: int = 0) -> Tables:
    rng = np.random.default_rng(seed)
    followers = np.round(10 ** rng.uniform(3, 6, n))
    columns = {
        "platform": np.full(n, "tiktok", dtype=object),
        "account_id": np.array([f"a{i:04d}" for i in range(n)], dtype=object),
        "followers": followers,
        "likes": np.round(followers * rng.lognormal(2, 1, n)),
        "posts": np.round(10 ** rng.uniform(1, 2.5, n)),
    }
    return Tables(accounts=Table("accounts", columns))


@pytest.fixture
def _forgotten() -> Iterator[None]:
    """What was found is not remembered from test to test, nor the module."""
    joined.find.cache_clear()
    yield
    joined.find.cache_clear()
    sys.modules.pop("acme_signals", None)


@pytest.fixture
def installed(_forgotten: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Install the package for this test: `installed(version="2")`; the last one installed counts."""
    plain = list(sys.path)

    def made(**changes: str) -> Path:
        folder = install(tmp_path / f"site{len(list(tmp_path.glob('site*')))}", **changes)
        joined.find.cache_clear()
        sys.modules.pop("acme_signals", None)
        monkeypatch.setattr(sys, "path", [str(folder), *plain])
        return folder

    return made


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Model]:
    """The folder of a model that was fitted with the package, where that is installed, and the model."""
    site = install(tmp_path_factory.mktemp("packages") / "acme")
    sys.path.insert(0, str(site))
    joined.find.cache_clear()
    try:
        model = fit(accounts(200), FitSettings(name="with-acme", signals=(NAME,))).model
    finally:
        sys.path.remove(str(site))
        sys.modules.pop("acme_signals", None)
        joined.find.cache_clear()
    folder = tmp_path_factory.mktemp("model") / "with-acme"
    store.save(model, folder)
    return folder, site, model


@pytest.fixture(scope="module")
def plain() -> Model:
    return fit(accounts(120), FitSettings(name="plain")).model


def scored(folder: Path, site: Path | None, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """`detector score` in a process of its own, where the package is installed or not."""
    source = tmp_path / "accounts.csv"
    source.write_text(
        "platform,account_id,followers,likes,posts\ntiktok,1,500000,9000,200\ntiktok,2,20000,150000,30\n"
    )
    path = [str(site)] if site is not None else []
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*path, *(one for one in sys.path if one)])}
    command = [sys.executable, "-m", "detector", "score", str(source), "--model", str(folder), "--json"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_model_fitted_with_it_scores_and_names_it_as_a_reason(fitted, tmp_path):
    folder, site, _ = fitted
    done = scored(folder, site, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "as acme counts them" in done.stdout


def test_without_the_package_the_model_is_refused_in_a_paragraph(fitted, tmp_path):
    done = scored(fitted[0], None, tmp_path)
    assert done.returncode == 1
    assert NAME in done.stderr
    assert "acme-signals 1.2" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_card_names_signal_package_and_version(fitted):
    (record,) = fitted[2].card["joined_signals"]
    assert (record["name"], record["package"], record["version"]) == (NAME, "acme-signals", "1.2")


def test_scores_are_the_same_before_and_after_the_disk_and_in_any_company(fitted, installed):
    folder, _, model = fitted
    installed()
    tables = accounts(40, seed=3)
    before, after = score_tables(tables, model), score_tables(tables, store.load(folder))
    alone = [score_tables(tables, model, keys=[key]) for key in tables.keys()]  # noqa: SIM118 - no dictionary
    for name in ("score", "p_value", "followers_score"):
        together = before.columns[name]
        assert np.array_equal(together, after.columns[name], equal_nan=True)
        assert np.array_equal(together, [one.columns[name][0] for one in alone], equal_nan=True)


def test_evidence_gathered_without_knowing_of_it_is_completed(fitted, installed):
    installed()
    model = fitted[2]
    tables = accounts(20, seed=4)
    panel = build_panel(repair(tables), tables.keys())
    own, given = model.judge(panel), model.judge(panel, gather(panel))
    assert np.array_equal(own.score, given.score)


def test_what_is_merely_installed_changes_no_model(plain, installed):
    installed()
    again = fit(accounts(120), FitSettings(name="plain")).model
    assert store._digest(plain.card, pack(plain)) == store._digest(again.card, pack(again))
    assert "joined_signals" not in again.card


def test_it_is_not_listed_among_our_own(installed):
    installed()
    assert SIGNALS[NAME].axis == "followers"
    assert NAME not in SIGNALS
    assert len(SIGNALS) == len(CATALOGUE)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"version": "1.3"}, "installed is acme-signals 1.3"), ({"weight": "0.2"}, "another row")],
)
def test_another_version_or_row_is_refused(fitted, installed, changes, said):
    installed(**changes)
    with pytest.raises(ModelError, match=said):
        store.load(fitted[0])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value": "lambda panel: 1.0"}, "gave float for 3 accounts"),
        ({"value": "lambda panel: np.ones((len(panel), 2))"}, r"gave float64\(3, 2\)"),
        ({"value": "lambda panel: np.full(len(panel), np.inf)"}, "infinite"),
        ({"value": "lambda panel: 1 / 0"}, "failed: ZeroDivisionError"),
    ],
)
def test_what_it_gives_wrong_is_said_with_the_package(installed, changes, said):
    installed(**changes)
    tables = accounts(3)
    with pytest.raises(SignalError, match=said) as error:
        gather(build_panel(tables, tables.keys()), joined=(NAME,))
    assert "acme-signals 1.2" in str(error.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weight": "2.0"}, "its weight is 2.0"),
        ({"name": "acme.other"}, "calls itself 'acme.few_likes_per_post'"),
        ({"value": "None"}, "value is none that there is"),
        ({"value": "missing_function"}, "cannot be imported: NameError"),
    ],
)
def test_a_row_that_is_not_sound_is_refused(installed, changes, said):
    installed(**changes)
    with pytest.raises(SignalError, match=said):
        joined.find(changes.get("name", NAME))


@pytest.mark.parametrize("name", ["follower_spike", "acme.nothing", "../acme", "acme_signals:ONE", "acme.py"])
def test_only_names_of_installed_packages_lead_anywhere(installed, name):
    installed()
    with pytest.raises(SignalError, match="no installed package brings it"):
        joined.find(name)


def test_two_packages_with_one_name_are_refused(installed, tmp_path, monkeypatch):
    first = installed()
    other = install(tmp_path / "other")
    (other / "acme_signals-1.2.dist-info").rename(other / "rival-9.dist-info")
    (other / "rival-9.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: rival\nVersion: 9\n")
    monkeypatch.setattr(sys, "path", [str(first), str(other), *sys.path])
    with pytest.raises(SignalError, match="several packages: acme-signals, rival"):
        joined.find(NAME)


def test_a_card_that_names_no_signal_loads_no_package(plain, tmp_path):
    store.save(plain, tmp_path / "plain")
    program = (
        "import sys; from pathlib import Path; from detector.model import store\n"
        f"store.load(Path({str(tmp_path / 'plain')!r}))\n"
        "assert 'detector.signals.joined' not in sys.modules"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
