"""The command line: `detector score` and the commands that other packages join. `main` is the console script."""

from detector.cli.entry import main

__all__ = ["main"]
