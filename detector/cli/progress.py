"""Progress of long work: on stderr, on a terminal alone, and only where there is something to wait for."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

__all__ = ["WORTH_SHOWING", "progress_bar"]

WORTH_SHOWING = 4_000
"""Accounts below which a score is there before a bar could be read."""


@contextmanager
def progress_bar(
    *, quiet: bool = False, doing: str = "scoring"
) -> Iterator[Callable[[int, int], None] | None]:
    """A function to call with (accounts done, accounts in all), or None where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as stack:
        bar: list[Callable[[int, int], None]] = []

        def report(done: int, total: int) -> None:
            if total < WORTH_SHOWING:
                return
            if not bar:
                bar.append(_start(stack, doing))
            bar[0](done, total)

        yield report


def _start(stack: ExitStack, doing: str) -> Callable[[int, int], None]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = stack.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
    task = progress.add_task("")

    def update(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)

    return update
