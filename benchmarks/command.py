"""Command: how a benchmark on the reference data is asked, and how it writes what it found."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["on_data", "write"]


def on_data(about: str | None, results: Path) -> argparse.ArgumentParser:
    """A parser of `--data`, a folder that is there, and `--out`, the file of the figures: `results` unless said.

    `about` is the docstring of the benchmark, of which the first line is told.
    """
    parser = argparse.ArgumentParser(description=(about or "").split("\n")[0])
    parser.add_argument("--data", type=_folder, required=True, help="folder of the reference data sets")
    parser.add_argument("--out", type=Path, default=results)
    return parser


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return path


def write(found: Mapping[str, Any], out: Path) -> None:
    """Write figures as JSON, with names in order, so that two runs differ in what differs."""
    out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1, sort_keys=True, allow_nan=False)
    out.write_text(text + "\n", encoding="utf-8")
