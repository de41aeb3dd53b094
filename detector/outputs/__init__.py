"""A result on its way out: one file a format. A new format is one more file, and one line here."""

from pathlib import Path

from detector.errors import UsageError
from detector.outputs import csv_table, html, json_document, json_lines, parquet, terminal
from detector.outputs.atomic import check_writable, replacing
from detector.outputs.output import Output
from detector.verdict import Result

__all__ = ["OUTPUTS", "Output", "check_writable", "output_for", "write"]

OUTPUTS: tuple[Output, ...] = (
    csv_table.OUTPUT,
    html.OUTPUT,
    json_document.OUTPUT,
    json_lines.OUTPUT,
    parquet.OUTPUT,
    terminal.OUTPUT,
)


def output_for(path: Path) -> Output:
    """The format that a file's name asks for.

    Raises
    ------
    UsageError
        Its ending is none of the formats'.
    """
    for output in OUTPUTS:
        if path.suffix.lower() == output.suffix:
            return output
    known = ", ".join(output.suffix for output in OUTPUTS)
    ending = f"ends in {path.suffix!r}" if path.suffix else "has no ending"
    raise UsageError(f"{path} {ending}, which names no format of results. End it in one of {known}.")


def write(result: Result, path: str | Path) -> None:
    """Write a result in the format that the file's name asks for; the file is there whole or not at all.

    Raises
    ------
    UsageError
        The name's ending is no known format.
    DetectorError
        The file cannot be written there.
    """
    path = Path(path)
    output = output_for(path)
    with replacing(path) as stream:
        output.write(result, stream)
