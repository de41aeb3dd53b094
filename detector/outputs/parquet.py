"""Parquet: typed columns, lists of structs for the records; what the next program should read."""

from typing import IO

from detector.outputs.output import Output
from detector.verdict import Result

__all__ = ["OUTPUT"]


def _write(result: Result, stream: IO[bytes]) -> None:
    import pyarrow.parquet as pq

    pq.write_table(result.to_arrow(), stream)


OUTPUT = Output(".parquet", "typed columns and records", _write)
