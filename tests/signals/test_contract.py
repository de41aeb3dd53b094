"""What every row of the catalogue keeps to, found automatically: shape, missing rule, independence, wording."""

import string
import warnings
from dataclasses import fields, replace

import numpy as np
import pytest

from detector.contract import AXES
from detector.model.evidence import gather
from detector.panel import Panel, build_panel
from detector.repair import repair
from detector.signals.catalogue import BLOCKS, CATALOGUE, SIGNALS, Signal, shown
from detector.signals.innocent import EXPLANATIONS
from detector.signals.quantities import ATOMS, MIN_DAYS, MIN_POSTS, QUANTITIES
from detector.tables import Table, Tables
from training.simulate.organic import organic

N = 60
FIELDS = {"value", "expected", "times", "share", "expected_share", "given"}
"""What `detector.reasons` fills into a sentence."""

every_signal = pytest.mark.parametrize("signal", CATALOGUE, ids=lambda signal: signal.name)


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Honest creators, every third on Instagram; lifetime views, which neither shows, go along with the likes."""
    told = repair(organic(N, seed=11, days=60))
    moved = {account for _, account in told.keys()[::3]}
    told = replace(told, snapshots=told.snapshots.replace(views=12 * told.snapshots.column("likes")))
    return Tables(
        *(_on_instagram(table, moved) for table in (told.accounts, told.posts, told.snapshots)),
        faults=told.faults,
    )


def _on_instagram(table: Table, accounts: set[str]) -> Table:
    """The same rows, those of some accounts told of another platform."""
    ids, platform = table.column("account_id").tolist(), table.column("platform").copy()
    platform[[one in accounts for one in ids]] = "instagram"
    return table.replace(platform=platform)


@pytest.fixture(scope="module")
def panel(tables: Tables) -> Panel:
    """Read-only: a signal that writes to its input raises."""
    built = build_panel(tables)
    for array in _arrays(built):
        array.flags.writeable = False
    return built


def _arrays(panel: Panel) -> list[np.ndarray]:
    parts = [*panel.profile.values(), panel.impossible_posts, panel.platform]
    for part in (panel.posts, panel.history):
        parts += [getattr(part, field.name) for field in fields(part)]
    return parts


@every_signal
def test_it_gives_one_number_an_account_without_a_warning_and_writes_to_nothing(signal: Signal, panel: Panel):
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("error")
        values = signal.value(panel)
    assert values.dtype == np.float64
    assert values.shape == (N,)
    assert not np.isinf(values).any()


@every_signal
def test_it_is_known_for_some_honest_creators(signal: Signal, panel: Panel):
    assert (~np.isnan(gather(panel).signals[signal.name])).sum() >= N // 4


@pytest.mark.parametrize(
    ("signal", "atom"),
    [(signal, atom) for signal in CATALOGUE for atom in signal.needs],
    ids=lambda value: getattr(value, "name", value),
)
def test_it_is_unknown_without_each_of_its_needs(signal: Signal, atom: str, tables: Tables):
    kind, _, name = atom.rpartition(".")
    hidden = build_panel(tables)
    if kind:
        array = getattr(getattr(hidden, {"post": "posts", "history": "history"}[kind]), name)
        array[:, : array.shape[1] - ({"post": MIN_POSTS, "history": MIN_DAYS}[kind] - 1)] = np.nan
    else:
        hidden.profile[name][:] = np.nan
    assert np.isnan(gather(hidden).signals[signal.name]).all()


@pytest.fixture(scope="module")
def whole(panel: Panel) -> dict[str, np.ndarray]:
    return gather(panel).signals


def test_the_order_of_rows_changes_no_bit(tables: Tables, whole: dict[str, np.ndarray]):
    rng = np.random.default_rng(0)
    parts = {name: getattr(tables, name) for name in ("accounts", "posts", "snapshots")}
    mixed = Tables(
        **{name: table.take(rng.permutation(len(table))) for name, table in parts.items()},
        faults=tables.faults,
    )
    found = gather(build_panel(mixed, tables.keys())).signals
    assert [name for name in whole if found[name].tobytes() != whole[name].tobytes()] == []


def test_the_order_of_accounts_changes_no_bit(tables: Tables, whole: dict[str, np.ndarray]):
    order = np.random.default_rng(1).permutation(N)
    keys = tables.keys()
    found = gather(build_panel(tables, [keys[i] for i in order])).signals
    assert [name for name in whole if found[name].tobytes() != whole[name][order].tobytes()] == []


def test_each_account_alone_gives_the_same_bits(tables: Tables, whole: dict[str, np.ndarray]):
    for i, key in enumerate(tables.keys()[:12]):
        alone = gather(build_panel(tables, [key])).signals
        for name, values in alone.items():
            assert values.tobytes() == whole[name][i : i + 1].tobytes(), (name, key)


def test_no_account_at_all_gives_no_number_and_no_warning():
    evidence = gather(build_panel(Tables()))
    assert {values.shape for values in evidence.signals.values()} == {(0,)}


@every_signal
def test_it_says_what_it_is_where_it_comes_from_and_what_else_it_may_be(signal: Signal):
    assert signal.unit
    assert signal.source
    assert signal.innocent
    assert set(signal.innocent) <= set(EXPLANATIONS)
    assert signal.value.__doc__
    assert signal.axis in AXES
    assert signal.block in BLOCKS
    assert set(signal.needs) <= set(ATOMS)
    assert signal.needs
    assert set(signal.given) <= set(QUANTITIES)
    assert set(signal.given_any) <= set(signal.given)
    assert signal.weight > 0


@every_signal
def test_its_sentence_asks_only_for_what_reasons_give(signal: Signal):
    asked = {field for _, field, _, _ in string.Formatter().parse(signal.sentence) if field is not None}
    assert asked <= FIELDS
    said = signal.sentence.format(**dict.fromkeys(FIELDS, "7"))
    assert said.endswith(".")
    assert "{" not in said


@every_signal
def test_no_sentence_accuses(signal: Signal):
    text = f"{signal.sentence} {signal.unit} {[EXPLANATIONS[name].text for name in signal.innocent]}".lower()
    assert not [word for word in ("fraud", "bought", "fake", "cheat") if word in text]


@every_signal
def test_what_people_read_is_a_finite_number(signal: Signal, whole: dict[str, np.ndarray]):
    values = whole[signal.name]
    assert all(np.isfinite(shown(signal.show, float(value))) for value in values[~np.isnan(values)])


def test_names_are_unique():
    assert len(SIGNALS) == len(CATALOGUE)


@pytest.mark.parametrize("name", EXPLANATIONS)
def test_an_explanation_is_ruled_out_left_standing_or_unknown_and_nothing_else(name: str, panel: Panel):
    with np.errstate(invalid="ignore", divide="ignore"):
        verdict = EXPLANATIONS[name].check(panel)
    assert verdict.shape == (N,)
    assert set(verdict[~np.isnan(verdict)]) <= {0.0, 1.0}


def test_every_explanation_is_one_of_some_signal():
    assert {name for signal in CATALOGUE for name in signal.innocent} == set(EXPLANATIONS)
