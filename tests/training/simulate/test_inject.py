"""The contract of putting in: every mechanic, on every way in which a source may show its counters."""

from dataclasses import replace

import numpy as np
import pytest

from detector.contract import TABLES
from detector.repair import display_step, repair
from detector.tables import Table, Tables
from training.simulate.inject import inject, mixture
from training.simulate.ledger import COUNTERS, coarse_step
from training.simulate.look import Look, shown
from training.simulate.mechanics import MECHANICS, Mechanic
from training.simulate.organic import organic
from training.simulate.render import join
from training.simulate.truth import Truth

EVERY = pytest.mark.parametrize("mechanic", MECHANICS.values(), ids=str)
TABLE_NAMES = ("accounts", "posts", "snapshots")
TURN = 2.0**32
Key = tuple[str, str]


def only(tables: Tables, *keys: Key) -> Tables:
    """Some accounts of a source."""
    wanted = set(keys)
    parts = {}
    for name in TABLE_NAMES:
        table: Table = getattr(tables, name)
        rows = zip(table.column("platform"), table.column("account_id"), strict=True)
        parts[name] = table.take(np.array([key in wanted for key in rows], dtype=bool))
    return replace(tables, accounts=parts["accounts"], posts=parts["posts"], snapshots=parts["snapshots"])


def renamed(tables: Tables, account_id: str, platform: str = "tiktok") -> Tables:
    parts = {
        name: getattr(tables, name).replace(
            platform=np.full(len(getattr(tables, name)), platform, dtype=object),
            account_id=np.full(len(getattr(tables, name)), account_id, dtype=object),
        )
        for name in TABLE_NAMES
    }
    return Tables(parts["accounts"], parts["posts"], parts["snapshots"])


def with_holes(tables: Tables) -> Tables:
    """Some counters of some rows are missing."""
    rng = np.random.default_rng(1)
    parts = {}
    for name in TABLE_NAMES:
        table: Table = getattr(tables, name)
        counters = [c.name for c in TABLES[name] if c.kind == "count" and c.name in table.columns]
        holed = {
            c: np.where(rng.random(len(table)) < 0.2, np.nan, table.columns[c])
            for c in counters
            if name != "accounts"
        }
        parts[name] = table.replace(**holed)
    return Tables(parts["accounts"], parts["posts"], parts["snapshots"])


def wrapped(tables: Tables) -> Tables:
    """So many lifetime likes that a 32-bit integer turned over, as the web page of TikTok shows them."""
    older = 3.4e9 - tables.accounts.column("likes")[0]

    def turned(table: Table) -> Table:
        return table.replace(
            likes=(table.column("likes") + older + TURN / 2) % TURN - TURN / 2,
            followers=table.column("followers") + 6e7,
        )

    return replace(tables, accounts=turned(tables.accounts), snapshots=turned(tables.snapshots))


def zeroed(tables: Tables) -> Tables:
    """A look at which the account was gone: every counter reads 0."""
    gone = np.arange(len(tables.snapshots)) == 60
    zeros = {
        name: np.where(gone, 0.0, tables.snapshots.column(name)) for name in ("followers", "likes", "posts")
    }
    return replace(tables, snapshots=tables.snapshots.replace(**zeros))


@pytest.fixture
def every_look(exact: Tables) -> dict[str, Tables]:
    """One creator, seen in every way in which a source may show counters. Each has its own id: its name."""
    none_of = {name: Table.empty(name) for name in TABLE_NAMES}
    views = {name: np.full(len(getattr(exact, name)), 2e8) for name in ("accounts", "snapshots")}
    looks = {
        "exact": exact,
        "shown": shown(exact, Look("shown")),
        "mixed": shown(exact, Look("mixed")),
        "hidden": shown(exact, Look("shown", hidden_likes=True)),
        "wrapped": wrapped(exact),
        "gaps": shown(exact, Look("shown", seen=np.random.default_rng(2).random(91) > 0.3)),
        "holes": with_holes(exact),
        "zeroed": zeroed(exact),
        "views": replace(
            exact,
            accounts=exact.accounts.replace(views=views["accounts"]),
            snapshots=exact.snapshots.replace(views=views["snapshots"]),
        ),
        "profile": replace(exact, posts=none_of["posts"], snapshots=none_of["snapshots"]),
        "posts": replace(exact, accounts=none_of["accounts"], snapshots=none_of["snapshots"]),
        "history": replace(exact, accounts=none_of["accounts"], posts=none_of["posts"]),
    }
    return {name: renamed(tables, name) for name, tables in looks.items()}


@pytest.fixture
def source(every_look: dict[str, Tables]) -> Tables:
    """All of them, and ten random creators; rows in no order."""
    tables = join([*every_look.values(), organic(10, seed=5)])
    rng = np.random.default_rng(9)
    mixed = {
        name: getattr(tables, name).take(rng.permutation(len(getattr(tables, name)))) for name in TABLE_NAMES
    }
    return Tables(mixed["accounts"], mixed["posts"], mixed["snapshots"], notices=("a notice",))


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fM"))


def same(one: Tables, other: Tables) -> bool:
    return all(
        set(getattr(one, name).columns) == set(getattr(other, name).columns)
        and all(
            _same(values, getattr(other, name).columns[c]) for c, values in getattr(one, name).columns.items()
        )
        for name in TABLE_NAMES
    )


@EVERY
def test_only_the_counters_it_names_move_and_the_source_stays(source: Tables, mechanic: Mechanic) -> None:
    copies = {n: {c: v.copy() for c, v in getattr(source, n).columns.items()} for n in TABLE_NAMES}
    after, truth = inject(source, mechanic, mechanic.doses[-1], seed=1)
    assert truth
    touched = {one.key for one in truth}
    for name, columns in copies.items():
        table, new = getattr(source, name), getattr(after, name)
        keys = zip(table.column("platform"), table.column("account_id"), strict=True)
        put_in = np.array([key in touched for key in keys], dtype=bool)
        assert list(new.columns) == list(table.columns)
        for column, values in columns.items():
            assert _same(values, table.columns[column]), f"{name}.{column} of the source changed"
            counter = f"posts.{column}" if name == "posts" else column
            if counter not in mechanic.moves:
                assert _same(values, new.columns[column]), f"{name}.{column} moved"
            else:
                assert _same(values[~put_in], new.columns[column][~put_in]), "an account without truth moved"
    assert after.notices == source.notices


@EVERY
def test_it_is_the_same_alone_or_among_others_in_any_order(source: Tables, mechanic: Mechanic) -> None:
    dose = mechanic.doses[-1]
    after, truth = inject(source, mechanic, dose, seed=1)
    again, truth_again = inject(source, mechanic, dose, seed=1)
    assert same(after, again)
    assert truth == truth_again
    by_key = {one.key: one for one in truth}
    for key in source.keys():  # noqa: SIM118 - a method of Tables, which is no dictionary
        alone, own = inject(only(source, key), mechanic, dose, seed=1)
        assert own == ((by_key[key],) if key in by_key else ())
        assert same(alone, only(after, key)), key


@EVERY
def test_keys_choose_the_accounts(source: Tables, mechanic: Mechanic) -> None:
    dose = mechanic.doses[-1]
    whole, all_truth = inject(source, mechanic, dose, seed=1)
    wanted = [one.key for one in all_truth][::2]
    after, truth = inject(source, mechanic, dose, seed=1, keys=wanted)
    assert [one.key for one in truth] == wanted
    others = [key for key in source.keys() if key not in wanted]  # noqa: SIM118
    assert same(only(after, *wanted), only(whole, *wanted))
    assert same(only(after, *others), only(source, *others))


@EVERY
def test_another_seed_is_another_purchase(source: Tables, mechanic: Mechanic) -> None:
    after, _ = inject(source, mechanic, mechanic.doses[-1], seed=1)
    other, _ = inject(source, mechanic, mechanic.doses[-1], seed=2)
    assert not same(after, other) or mechanic.name == "hollow_followers"


def test_a_multiple_of_a_counter_leaves_nothing_to_chance_but_its_hidden_digits(source: Tables) -> None:
    hollow = MECHANICS["hollow_followers"]
    after, other = (inject(source, hollow, hollow.doses[-1], seed)[0] for seed in (1, 2))
    for name in ("accounts", "snapshots"):
        one, two = (getattr(tables, name).column("followers") for tables in (after, other))
        assert np.allclose(one, two, rtol=0.01, equal_nan=True)
    assert same(replace(after, accounts=other.accounts, snapshots=other.snapshots), other)


@EVERY
def test_needs_are_respected(every_look: dict[str, Tables], mechanic: Mechanic) -> None:
    has = {"profile": {"profile"}, "posts": {"posts"}, "history": {"profile", "snapshots"}}
    for name, present in has.items():
        after, truth = inject(every_look[name], mechanic, mechanic.doses[-1], seed=1)
        if not mechanic.needs <= present:
            assert truth == ()
            assert same(after, every_look[name])
        else:
            assert len(truth) == 1
    assert len(inject(every_look["exact"], mechanic, mechanic.doses[-1], seed=1)[1]) == 1


@EVERY
def test_missing_and_hidden_counters_and_looks_that_are_none_stay(source: Tables, mechanic: Mechanic) -> None:
    after, _ = inject(source, mechanic, mechanic.doses[-1], seed=1)
    mended = repair(source)
    for name, counters in COUNTERS.items():
        for counter in counters:
            if counter in getattr(source, name).columns:
                aside = np.isnan(getattr(mended, name).column(counter))
                before, now = getattr(source, name).column(counter), getattr(after, name).column(counter)
                assert _same(before[aside], now[aside]), (name, counter)
                assert np.isfinite(now[~aside]).all()


@EVERY
@pytest.mark.parametrize(
    "look", ["exact", "shown", "mixed", "hidden", "wrapped", "gaps", "holes", "zeroed", "views"]
)
def test_truth_says_what_was_added(every_look: dict[str, Tables], mechanic: Mechanic, look: str) -> None:
    tables = every_look[look]
    after, truth = inject(tables, mechanic, mechanic.doses[-1], seed=4)
    if look == "hidden" and "posts.likes" in mechanic.moves:
        assert truth == ()
        return
    (one,) = truth
    assert (one.label, one.axis, one.mechanic, one.dose) == (
        "inflated",
        mechanic.axis,
        mechanic.name,
        mechanic.doses[-1],
    )
    counter = "likes" if mechanic.axis == "likes" else "followers"
    gains, slack = [], []
    for name in ("accounts", "snapshots"):
        known = ~np.isnan(getattr(repair(tables), name).column(counter))
        before, now = (getattr(which, name).column(counter)[known] for which in (tables, after))
        gains += (
            np.mod(now - before, TURN) if look == "wrapped" and counter == "likes" else now - before
        ).tolist()
        slack += (
            coarse_step("tiktok", counter, now).tolist()
            if look in ("shown", "mixed", "gaps", "hidden")
            else [0]
        )
    assert one.amount >= 1
    assert max(gains) == pytest.approx(one.amount, abs=max(slack) + 1e-6)


@EVERY
def test_the_day_in_the_truth_is_that_of_the_first_look_that_shows_it(
    every_look: dict[str, Tables], mechanic: Mechanic
) -> None:
    tables = every_look["exact"]
    after, ((one),) = inject(tables, mechanic, mechanic.doses[-1], seed=4)
    counter = "likes" if mechanic.axis == "likes" else "followers"
    moved = after.snapshots.column(counter) != tables.snapshots.column(counter)
    times = tables.snapshots.column("observed_at")
    assert one.started_on == ("" if moved.all() else str(times[moved].min().astype("datetime64[D]")))


@EVERY
def test_what_was_rounded_is_rounded_and_what_was_exact_is_exact(
    every_look: dict[str, Tables], mechanic: Mechanic
) -> None:
    def steps(look: str, name: str, counter: str) -> tuple[np.ndarray, np.ndarray]:
        after, _ = inject(every_look[look], mechanic, mechanic.doses[-1], seed=1)
        values = getattr(after, name).column(counter)
        values = values[values > 0]
        return display_step("tiktok", counter, values), coarse_step("tiktok", counter, values)

    for name, counter in (
        ("accounts", "followers"),
        ("snapshots", "likes"),
        ("posts", "likes"),
        ("posts", "views"),
    ):
        found, coarse = steps("shown", name, counter)
        assert np.array_equal(found, coarse), (name, counter)
        found, coarse = steps("exact", name, counter)
        assert ((found < coarse) | (coarse == 1)).mean() > 0.9, (name, counter)
    found, coarse = steps("mixed", "snapshots", "followers")
    assert np.array_equal(found, coarse)
    found, coarse = steps("mixed", "snapshots", "likes")
    assert (found < coarse).mean() > 0.9


@pytest.mark.parametrize("name", ["lifetime_like_spike", "likes_on_all_posts", "lifetime_like_drip"])
def test_a_wrapped_counter_turns_on(every_look: dict[str, Tables], name: str) -> None:
    """Undone, the counter has what it had and the amount; shown, it is still within 32 bits."""
    tables = every_look["wrapped"]
    after, (one,) = inject(tables, MECHANICS[name], MECHANICS[name].doses[1], seed=1)
    was, now = (which.accounts.column("likes")[0] for which in (tables, after))
    assert was == 3.4e9 - TURN
    assert (np.abs(after.snapshots.column("likes")) <= TURN / 2).all()
    assert 0.7 * one.amount < (now - was) % TURN <= one.amount  # some have left since
    assert now == (3.4e9 + (now - was) % TURN + TURN / 2) % TURN - TURN / 2


def test_a_counter_that_stood_still_and_was_rounded_never_flickers(every_look: dict[str, Tables]) -> None:
    """One draw of the hidden digits an account: no look falls back by a step that the seller did not take."""
    tables = every_look["shown"]
    still = tables.snapshots.replace(followers=np.full(len(tables.snapshots), 51_300.0))
    tables = replace(tables, snapshots=still)
    for seed in range(20):
        after, _ = inject(tables, MECHANICS["hollow_followers"], 3.0, seed)
        assert len(set(after.snapshots.column("followers").tolist())) == 1
        after, _ = inject(tables, MECHANICS["follow_unfollow"], 0.5, seed)
        assert (np.diff(after.snapshots.column("followers")) >= 0).all()


def test_youtube_rounds_followers_to_three_digits_and_nothing_else(exact: Tables) -> None:
    cut = np.floor(exact.snapshots.column("followers") / 100) * 100
    tables = renamed(replace(exact, snapshots=exact.snapshots.replace(followers=cut)), "yt", "youtube")
    after, _ = inject(tables, MECHANICS["slow_mixture"], 0.5, seed=1)
    moved = after.snapshots.column("followers")
    assert (moved % 100 == 0).all()
    assert (moved > cut).any()
    likes = after.snapshots.column("likes")
    assert (likes % 10 != 0).any()
    over, _ = inject(tables, MECHANICS["hollow_followers"], 20.0, seed=1)
    assert (over.snapshots.column("followers") % 10_000 == 0).all()  # above a million the step is wider


@pytest.mark.parametrize("dose", [0.0, -0.5, 1e9, float("nan")])
@EVERY
def test_absurd_doses_are_refused(exact: Tables, mechanic: Mechanic, dose: float) -> None:
    with pytest.raises(ValueError, match="takes a dose above"):
        inject(exact, mechanic, dose, seed=1)


def test_a_negative_seed_is_refused(exact: Tables) -> None:
    with pytest.raises(ValueError, match="a seed is 0 or more"):
        inject(exact, MECHANICS["hollow_followers"], 2.0, seed=-1)
    with pytest.raises(ValueError, match="a seed is 0 or more"):
        mixture(exact, 0.5, seed=-1)


def test_counts_beyond_any_platform_are_not_put_in(exact: Tables) -> None:
    tables = replace(exact, accounts=exact.accounts.replace(followers=np.array([9e14])))
    after, truth = inject(tables, MECHANICS["hollow_followers"], 20.0, seed=1)
    assert truth == ()
    assert same(after, tables)


def test_no_account_gives_no_truth() -> None:
    after, truth = inject(Tables(), MECHANICS["hollow_followers"], 20.0, seed=1)
    assert truth == ()
    assert same(after, Tables())


def test_a_mixture_labels_every_account() -> None:
    tables = organic(60, seed=11)
    after, truth = mixture(tables, 0.5, seed=3)
    assert [one.key for one in truth] == tables.keys()
    inflated = [one for one in truth if one.label == "inflated"]
    assert 15 <= len(inflated) <= 45
    assert len({one.mechanic for one in inflated}) >= 8
    for one in inflated:
        assert one.dose in MECHANICS[one.mechanic].doses
        assert one.axis == MECHANICS[one.mechanic].axis
    genuine = [one.key for one in truth if one.label == "genuine"]
    assert all(one == Truth(*one.key, label="genuine") for one in truth if one.label == "genuine")
    assert same(only(after, *genuine), only(tables, *genuine))
    keys = [one.key for one in inflated]
    assert not same(only(after, *keys), only(tables, *keys))


def test_a_mixture_is_each_accounts_own() -> None:
    tables = organic(20, seed=11)
    after, truth = mixture(tables, 0.5, seed=3)
    for one in truth[::4]:
        alone, own = mixture(only(tables, one.key), 0.5, seed=3)
        assert own == (one,)
        assert same(alone, only(after, one.key))


def test_a_share_takes_none_or_all() -> None:
    tables = organic(20, seed=11)
    after, truth = mixture(tables, 0.0, seed=3)
    assert {one.label for one in truth} == {"genuine"}
    assert same(after, tables)
    _, truth = mixture(tables, 1.0, seed=3, mechanics=[MECHANICS["hollow_followers"]])
    assert {one.mechanic for one in truth} == {"hollow_followers"}


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_shares_that_are_none_are_refused(exact: Tables, share: float) -> None:
    with pytest.raises(ValueError, match="a share of 0 to 1"):
        mixture(exact, share, seed=1)
    with pytest.raises(ValueError, match="a share of 0 to 1"):
        mixture(exact, 0.5, seed=1, mechanics=[])
