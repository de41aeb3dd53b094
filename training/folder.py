"""A model's folder is there whole or not at all: written beside its place, then moved onto it."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from detector.errors import DetectorError, UsageError

__all__ = ["check_replaceable", "swapped", "write_model"]

CARD = "card.json"


def check_replaceable(out: Path) -> None:
    """Find out before the work whether a model may be written to `out`: new, empty, or a model already.

    Raises
    ------
    UsageError
        It is a file, or a folder that holds something else than a model.
    """
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageError(f"{out} is not a folder; name the folder to write the model to.")
    try:
        names = sorted(path.name for path in out.iterdir()) if out.exists() else []
    except OSError as error:
        raise DetectorError(f"{out} cannot be read: {error.strerror}. Name another folder.") from error
    if names and CARD not in names:
        raise UsageError(
            f"{out} holds {names[0]} and no {CARD}, so it is not a model and is left as it is. "
            "Name a new folder, or one that holds a model to replace."
        )


def write_model(save: Callable[[Path], object], out: Path) -> None:
    """Let `save` fill a folder beside `out`, then move it there; an older model gives way at the very end.

    Parameters
    ----------
    save
        Writes the model into the empty folder that it is given.
    out
        Where the model shall be; folders above are made.

    Raises
    ------
    UsageError
        `out` holds something else than a model.
    DetectorError
        It cannot be written there; what was there before is still there.
    """
    check_replaceable(out)
    target = out.absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name[:100]}.part-") as part:
            new, old = Path(part, "new"), Path(part, "old")
            new.mkdir()
            save(new)
            swapped(new, target, old)
    except OSError as error:
        reason = error.strerror or error
        raise DetectorError(
            f"The model cannot be written to {out}: {reason}. Nothing was changed there; "
            "name a folder that may be written to and has room."
        ) from error


def swapped(new: Path, target: Path, old: Path) -> None:
    """Moves `new` to `target`; what was there goes to `old`, or comes back when the move fails.

    Raises
    ------
    OSError
        It cannot be moved; `target` is as it was.
    """
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            shutil.move(old, target)
        raise
