"""JSON lines: one account a line, to be streamed."""

from typing import IO

from detector.outputs.hostile import json_text
from detector.outputs.output import Output
from detector.verdict import Result

__all__ = ["OUTPUT"]


def _write(result: Result, stream: IO[bytes]) -> None:
    for row in result.rows():
        stream.write(json_text(row).encode() + b"\n")


OUTPUT = Output(".jsonl", "JSON, one account a line", _write)
