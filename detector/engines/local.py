"""The local engine: processes of this machine. A worker ends with its parent, however that ends."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from detector.errors import DetectorError

__all__ = ["run_local"]

WATCH_SECONDS = 0.5

KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(256 << 20)}
"""Told to the C library of the workers (glibc; mallopt(3)): arrays of a task are made where those of the last one were.
Given back to the system and taken again, their pages are emptied each time, which took a twentieth of the time."""

Work = Callable[[Any, int], Any]

_state: Any = None
"""What `start` made in this worker, for all of its tasks."""


def run_local(
    start: Callable[..., Any], arguments: Sequence[Any], work: Work, tasks: Sequence[int], workers: int
) -> Iterator[Any]:
    """The answers to all tasks, as they come.

    Parameters
    ----------
    start
        Called once in each worker with `arguments`; gives what its tasks share.
    work
        Called with that and the task. Both are functions of modules, and arguments can be pickled.
    tasks
        Numbers.
    workers
        Processes; with one, or one task, the work is done here.

    Raises
    ------
    DetectorError
        A worker was killed, by lack of memory most likely.
    """
    if workers <= 1 or len(tasks) <= 1:
        shared = start(*arguments)
        for task in tasks:
            yield work(shared, task)
        return
    yield from _in_processes(start, arguments, work, tasks, workers)


def _in_processes(
    start: Callable[..., Any], arguments: Sequence[Any], work: Work, tasks: Sequence[int], workers: int
) -> Iterator[Any]:
    from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(
        min(workers, len(tasks)), get_context("spawn"), _begin, (os.getpid(), start, tuple(arguments))
    )
    try:
        with _told_to_workers(KEPT_MEMORY):  # a worker starts as its first task is submitted
            waiting = {pool.submit(_do, work, task) for task in tasks}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
        pool.shutdown()
    except BrokenProcessPool as error:
        raise DetectorError(
            "A worker was ended from outside, most likely for lack of memory. What is done stays done: run the same "
            "command again, with less --memory or fewer --workers."
        ) from error
    except BaseException:  # Ctrl-C too: nobody waits for what is half done
        _end(pool)
        raise


@contextmanager
def _told_to_workers(variables: Mapping[str, str]) -> Iterator[None]:
    """Variables of the environment for processes that start meanwhile; what is set already stays, and is left so."""
    own = [name for name in variables if name not in os.environ]
    os.environ.update({name: variables[name] for name in own})
    try:
        yield
    finally:
        for name in own:
            os.environ.pop(name, None)


def _end(pool: Any) -> None:
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()


def _begin(parent: int, start: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    global _state
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends the workers
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    _state = start(*arguments)


def _watch(parent: int) -> None:
    """End this process when the parent is gone: a killed audit must not go on writing."""
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    sys.stderr.flush()
    os._exit(1)


def _do(work: Work, task: int) -> Any:
    return work(_state, task)
