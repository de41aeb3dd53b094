"""A folder of simulated tables and the truth beside it: there whole or not at all, and never in place of a source."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from detector.contract import TABLES
from detector.errors import DetectorError, UsageError
from training.folder import swapped
from training.simulate.truth import read_truth, truth_file

__all__ = ["check_out", "write_simulated"]


def check_out(out: Path, source: str | None = None) -> None:
    """Find out before the work whether tables may be written to `out`: new, empty, or simulated tables already.

    A folder is known as simulated by its truth file: tables without one may be somebody's data.

    Raises
    ------
    UsageError
        It holds something else, is a file, or would overwrite a part of the source.
    DetectorError
        It cannot be read.
    """
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageError(f"{out} is not a folder; name the folder to write the tables to.")
    if source is not None:
        target, root = out.resolve(), Path(source).resolve()
        if target == root or root in target.parents or target in root.parents:
            raise UsageError(f"--out {out} would be written into the source {source}. Name another folder.")
    truth = truth_file(out)
    known = _is_truth(truth)
    if truth.exists() and not known:
        raise UsageError(
            f"{truth}, where the truth goes, is no truth file and is left as it is; name another folder."
        )
    try:
        names = sorted(path.name for path in out.iterdir()) if out.exists() else []
    except OSError as error:
        raise DetectorError(f"{out} cannot be read: {error.strerror}. Name another folder.") from error
    others = [name for name in names if name.split(".")[0] not in TABLES]
    if others or (names and not known):
        why = f"no {truth.name} beside it" if not others else "it is not simulated tables"
        raise UsageError(
            f"{out} holds {(others or names)[0]} and {why}, so it is left as it is. "
            "Name a new folder, or one that holds simulated tables to replace."
        )


def _is_truth(path: Path) -> bool:
    try:
        read_truth(path)
    except (OSError, ValueError):
        return False
    return True


def write_simulated(save: Callable[[Path], object], out: Path) -> Path:
    """Lets `save` write tables to a folder beside `out`, and their truth beside that; then moves both there.

    Parameters
    ----------
    save
        Makes the folder that it is given, and its truth file.
    out
        Where the folder shall be; folders above are made. Simulated tables there give way at the very end.

    Returns
    -------
    Path
        The truth file.

    Raises
    ------
    DetectorError
        It cannot be written there; what was there before is still there.
    """
    target = out.absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name[:100]}.part-") as part:
            new, old = Path(part, "new"), Path(part, "old")
            save(new)
            _moved(new, target, old)
    except OSError as error:
        raise DetectorError(
            f"The tables cannot be written to {out}: {error.strerror or error}. Nothing was changed there; "
            "name a folder that may be written to and has room."
        ) from error
    return truth_file(out)


def _moved(new: Path, target: Path, old: Path) -> None:
    """Folder and truth to their places, the older ones to `old`; on an error everything is as it was."""
    truth, there = truth_file(target), False
    if truth.exists():  # tables without a truth mislead nobody, should the process end in between
        truth.rename(truth_file(old))
    try:
        swapped(new, target, old)
        there = True
        truth_file(new).rename(truth)
    except OSError:
        if there:
            target.rename(new)
        if there and old.exists():
            old.rename(target)
        if truth_file(old).exists():
            truth_file(old).rename(truth)
        raise
