"""JSON: one document with a summary and the rows, a row on each line."""

from typing import IO

from detector.outputs.hostile import json_text
from detector.outputs.output import Output
from detector.outputs.summary import summary
from detector.verdict import Result

__all__ = ["OUTPUT"]


def _write(result: Result, stream: IO[bytes]) -> None:
    stream.write(f'{{"summary": {json_text(summary(result).as_dict())},\n"rows": ['.encode())
    for number, row in enumerate(result.rows()):
        stream.write((",\n" if number else "\n").encode() + json_text(row).encode())
    stream.write(b"\n]}\n")


OUTPUT = Output(".json", "one JSON document: summary and rows", _write)
