"""Populations of any size: in memory, or as a folder of Parquet part files written by several processes.

Creator i depends on the seed and on i alone, to the last bit: not on how many there are, on the number of workers,
or on where it is kept.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from detector.tables import Tables
from training.simulate.organic import BLOCK, Settings, check, creators
from training.simulate.parquet_files import write_part
from training.simulate.render import join
from training.simulate.truth import Truth, truth_file, write_truth

__all__ = ["Change", "Progress", "population", "write_population"]

Progress = Callable[[int, int], None]
"""Called with how many creators are done, and of how many."""

Change = Callable[[Tables, tuple[Truth, ...]], tuple[Tables, tuple[Truth, ...]]]
"""What is done to a block of creators before it is kept: the same accounts, or some of them, with their truth."""

_SCRATCH = ".part-"
_T = TypeVar("_T")


def population(
    n: int,
    seed: int,
    *,
    platform: str = "tiktok",
    days: int = 90,
    posts: int = 30,
    archetypes: Sequence[str] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> tuple[Tables, tuple[Truth, ...]]:
    """`n` honest creators with profile, newest posts and daily history, and the truth about each.

    Parameters
    ----------
    n : int
        How many. 100,000 take about 6 GB in memory: `write_population` holds no more than a block of each worker.
    seed : int
        Not negative. Creator i is the same for every `n` and `workers`; other seeds have other accounts.
    platform : str
        Written into the tables. Figures are TikTok's.
    days : int
        Usual length of a history, 7 or more: seven in ten lie within a third of it, the others between a sixth and
        four times of it.
    posts : int
        The newest posts listed, 1 or more.
    archetypes : sequence of str, optional
        Names out of `training.simulate.archetypes.ARCHETYPES`, which take turns: creator i is `archetypes[i % k]`.
        None = all archetypes at realistic rates. One account has the same id whatever its archetype: take another
        seed for populations that are joined.
    workers : int
        Processes.
    progress : callable, optional
        Called after each block with how many creators are done, and `n`.

    Returns
    -------
    tables : Tables
        One row in `accounts` each, in order of number; counts as the look shows them, hidden likes as -1, wrapped
        lifetime likes negative or too small.
    truth : tuple of Truth
        In the same order; label `genuine`, with the archetype.

    Raises
    ------
    ValueError
        For settings that make no population.

    Examples
    --------
    >>> tables, truth = population(2, seed=1, archetypes=["press", "giveaway"])
    >>> [one.archetype for one in truth]
    ['press', 'giveaway']
    """
    settings = _settings(n, seed, platform, days, posts, archetypes, workers)
    blocks = _mapped(partial(_kept, settings=settings), n, workers, progress)
    parts = list(blocks)
    return join(tables for tables, _ in parts), tuple(one for _, truth in parts for one in truth)


def write_population(
    out: Path,
    n: int,
    seed: int,
    *,
    platform: str = "tiktok",
    days: int = 90,
    posts: int = 30,
    archetypes: Sequence[str] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    change: Change | None = None,
) -> Path:
    """Writes the same population to a folder that `detector` reads, and the truth beside it.

    `out` gets the folders accounts, posts and snapshots with a Parquet file for every `BLOCK` creators, and is there
    whole or not at all. `OUT-truth.csv` beside it holds a row an account. Memory does not grow with `n`, apart from
    the truth. The same bytes for one seed, however many workers.

    Parameters
    ----------
    out : Path
        New or empty. Folders above it are made.
    n, seed, platform, days, posts, archetypes, workers, progress
        As `population` takes them.
    change : callable, optional
        Done to the tables and truth of each block of `BLOCK` creators in its worker: how inflation is put in. A
        function that can be pickled, and that draws its chance from the accounts' ids, not from how often it ran.

    Returns
    -------
    Path
        The truth file, see `training.simulate.truth.read_truth`.

    Raises
    ------
    ValueError
        For settings that make no population, or when `out` holds something.
    OSError
        When it cannot be written; then nothing is left there.
    """
    settings = _settings(n, seed, platform, days, posts, archetypes, workers)
    target = out.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ValueError(f"{out} is there and not an empty folder; name a new one")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name[:100]}{_SCRATCH}") as scratch:
        new, truths = Path(scratch, "tables"), Path(scratch, "truth.csv")
        new.mkdir()
        write = partial(_written, settings=settings, folder=new, change=change, block=BLOCK)
        write_truth((one for part in _mapped(write, n, workers, progress) for one in part), truths)
        if target.exists():
            target.rmdir()
        new.rename(target)
        try:
            truths.replace(truth_file(target))
        except OSError:
            shutil.rmtree(target)
            raise
    return truth_file(out)


def _settings(
    n: int,
    seed: int,
    platform: str,
    days: int,
    posts: int,
    archetypes: Sequence[str] | None,
    workers: int,
) -> Settings:
    names = None if archetypes is None else tuple(archetypes)
    settings = Settings(seed, platform, days, posts, names)
    check(n, settings)
    if workers < 1:
        raise ValueError(f"expected one worker or more, not {workers}")
    return settings


def _kept(numbers: range, settings: Settings) -> tuple[Tables, tuple[Truth, ...]]:
    return creators(numbers, settings)


def _written(
    numbers: range, settings: Settings, folder: Path, change: Change | None, block: int
) -> tuple[Truth, ...]:
    tables, truth = creators(numbers, settings)
    if change is not None:
        tables, truth = change(tables, truth)
    write_part(tables, folder, numbers.start // block)
    return truth


def _mapped(work: Callable[[range], _T], n: int, workers: int, progress: Progress | None) -> Iterator[_T]:
    """What `work` makes of every block, in order; no more than a few blocks are waiting at once."""
    blocks = [range(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK)]
    for block, made in zip(blocks, _results(work, blocks, workers), strict=True):
        yield made
        if progress is not None:
            progress(block.stop, n)


def _results(work: Callable[[range], _T], blocks: list[range], workers: int) -> Iterator[_T]:
    if workers == 1 or len(blocks) < 2:
        yield from map(work, blocks)
        return
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=workers, batch_size=1, pre_dispatch="2*n_jobs", return_as="generator")
    yield from parallel(delayed(work)(block) for block in blocks)
