"""Nights side by side: the newest finished one, and the removal of those that are too old.

Removed is only what is surely an audit: a folder (no link) with a summary of ours and nothing in it that an audit
does not write. Whatever else lies there is left alone.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from detector.audit.folder import NAMES, RESULT, SUMMARY, WORK, Audit, finished, read_summary
from detector.errors import AuditError, UsageError

__all__ = ["beside", "latest", "retain"]


def beside(parent: Path) -> list[Audit]:
    """All finished audits in a folder, the newest first; by name where two were finished at the same time."""
    whole = []
    for path, _ in _known(parent):
        with suppress(AuditError):  # parts are gone: nothing to compare with
            whole.append(finished(path))
    return sorted(whole, key=lambda audit: _age(audit.folder, audit.finished_at), reverse=True)


def latest(parent: Path, before: Path) -> Audit | None:
    """The newest finished audit in `parent`, not counting `before`; None where there is none.

    Where `before` is finished itself (it is run again), those finished after it do not count either: what it was
    compared with stays the same.
    """
    own = [audit for audit in beside(parent) if _same(audit.folder, before)]
    for audit in beside(parent):
        if not _same(audit.folder, before) and all(audit.finished_at <= one.finished_at for one in own):
            return audit
    return None


def retain(folder: Path, keep: int) -> list[Path]:
    """Remove old audits beside `folder`, so that the newest `keep` stay, `folder` among them.

    `folder` itself is never removed, nor is an audit that was not finished or that holds anything else.

    Returns
    -------
    list of Path
        What was removed, the oldest first.

    Raises
    ------
    UsageError
        `keep` is less than 1.
    AuditError
        `folder` is no finished audit, or an old one cannot be removed.
    """
    if keep < 1:
        raise UsageError(f"--keep {keep} would keep nothing. Give 1 or more, or leave it out to keep all.")
    folder = folder.resolve()
    kept = [finished(folder), *(audit for audit in beside(folder.parent) if not _same(audit.folder, folder))]
    if len(kept) < keep:
        return []
    limit = _age(kept[keep - 1].folder, kept[keep - 1].finished_at)
    old = [(path, at) for path, at in _known(folder.parent) if _age(path, at) < limit and path != folder]
    removed = []
    for path, _ in sorted(old, key=lambda one: _age(*one)):
        if _is_audit_alone(path):
            _remove(path)
            removed.append(path)
    return removed


def _age(folder: Path, finished_at: str) -> tuple[str, str]:
    """What audits are ordered by."""
    return finished_at, folder.name


def _known(parent: Path) -> Iterator[tuple[Path, str]]:
    """Folders with a summary of ours, and when they were finished; no links, nothing of another version."""
    for path in sorted(parent.iterdir()) if parent.is_dir() else ():
        summary = path / SUMMARY
        if not path.is_symlink() and summary.is_file() and not summary.is_symlink():
            with suppress(AuditError):
                yield path, str(read_summary(summary)["finished_at"])


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _is_audit_alone(folder: Path) -> bool:
    """Whether a folder holds nothing but what an audit writes, and is not being worked in."""
    inside = list(folder.iterdir())
    parts = list((folder / RESULT).iterdir()) if (folder / RESULT).is_dir() else []
    return (
        {path.name for path in inside} <= NAMES - {WORK}
        and not any(path.is_symlink() for path in [*inside, *parts])
        and all(path.name.startswith("part-") and path.suffix == ".parquet" for path in parts)
    )


def _remove(folder: Path) -> None:
    """The summary goes last: interrupted, it is still known as an audit, and the next night removes the rest."""
    try:
        for path in sorted(folder.iterdir()):
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != SUMMARY:
                path.unlink()
        (folder / SUMMARY).unlink()
        folder.rmdir()
    except OSError as error:
        raise AuditError(
            f"{folder} is an old audit and cannot be removed: {error.strerror or error}. Remove it by hand, or let "
            "this user write there."
        ) from error
