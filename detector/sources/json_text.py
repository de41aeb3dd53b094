"""JSON files -> documents or a RawTable: one document, an array, JSON lines, or documents one after another."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from detector.errors import SourceError, UnknownFormatError
from detector.sources.raw import Document, RawTable, Unreadable, from_records
from detector.sources.shown import as_text, listed, shown
from detector.sources.sniff import known_formats, read_text

__all__ = ["JsonFile", "parse", "read_json", "table_of_documents"]

EXPECTED_LINE = "one JSON object a line"
_BLANKS = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class JsonFile:
    """What a JSON file holds: its documents, and the lines that are none."""

    name: str
    documents: tuple[Document, ...]
    unreadable: tuple[Unreadable, ...]
    notices: tuple[str, ...]


def read_json(path: Path, name: str) -> JsonFile:
    """Read a JSON file.

    Raises
    ------
    SourceError
        It cannot be opened, or is no JSON: the message names line and column, and whether it was cut off.
    """
    text, notices = read_text(path, name)
    return parse(text, name, notices)


def parse(text: str, name: str, notices: tuple[str, ...] = ()) -> JsonFile:
    """The documents of a JSON text; the elements of one array are documents of their own."""
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise _too_deep(name, error) from error
    except json.JSONDecodeError:
        if any(map(_is_json, _first_lines(text))):
            return _lines(text, name, notices)
        return JsonFile(name, tuple(_one_after_another(text, name)), (), notices)
    except ValueError as error:  # an integer of more than 4,300 digits
        raise SourceError(f"{name} is not JSON that can be read: {error}. Write the export again.") from error
    return JsonFile(name, tuple(_elements(value, name)), (), notices)


def table_of_documents(file: JsonFile, mapping: Mapping[str, str]) -> RawTable:
    """The documents of a file as rows: one flat object a row.

    Raises
    ------
    SourceError
        There is none.
    UnknownFormatError
        They are no rows: neither objects with known columns nor an export we know.
    """
    rows = [found for found in file.documents if isinstance(found.value, dict)]
    if not rows:
        what = "values that are no objects" if file.documents else "an empty list"
        raise SourceError(
            f"{file.name} holds {what}. Expected rows as JSON objects, or an export. {known_formats()}."
        )
    others = tuple(_no_object(found) for found in file.documents if not isinstance(found.value, dict))
    records = [found.value for found in rows]
    table = from_records(file.name, records, [found.where for found in rows], mapping)
    if not table.columns:
        raise _unknown(file.name, records[0])
    return replace(table, unreadable=file.unreadable + others, notices=file.notices)


def _no_object(found: Document) -> Unreadable:
    text = as_text(found.value)
    return Unreadable(found.where, f"{shown(text)} is no object", "a JSON object a row", {"value": text})


def _unknown(name: str, document: Mapping[str, Any]) -> UnknownFormatError:
    answer = document.get("error")
    if isinstance(answer, dict) and answer.get("message"):
        return UnknownFormatError(
            f"{name} is an error answer of an API, not data: {shown(answer['message'], 200)}. Ask the API again."
        )
    return UnknownFormatError(
        f"{name} is JSON of no known format; its keys: {listed(document) or 'none'}. "
        f"{known_formats()}; rows need at least account_id (another name: --map account_id=THEIRS)."
    )


def _elements(value: Any, where: str) -> Iterator[Document]:
    if isinstance(value, list):
        yield from (Document(found, f"{where}, item {i}") for i, found in enumerate(value, start=1))
    else:
        yield Document(value, where)


def _first_lines(text: str) -> list[str]:
    return text.lstrip().split("\n", 2)[:2]  # two, for the first may be the damaged one


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), (dict, list))
    except (ValueError, RecursionError):
        return False


def _lines(text: str, name: str, notices: tuple[str, ...]) -> JsonFile:
    documents: list[Document] = []
    unreadable: list[Unreadable] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            documents += _elements(json.loads(line), where)
        except (ValueError, RecursionError) as error:
            why = (
                error.msg
                if isinstance(error, json.JSONDecodeError)
                else "nested too deeply, or a number too long"
            )
            row = {"text": line.strip()}
            unreadable.append(
                Unreadable(where, f"not valid JSON ({why}): {shown(line.strip())}", EXPECTED_LINE, row)
            )
    return JsonFile(name, tuple(documents), tuple(unreadable), notices)


def _one_after_another(text: str, name: str) -> Iterator[Document]:
    """Whole documents written one after another over several lines."""
    decoder, line, counted = json.JSONDecoder(), 1, 0
    at = _next(text, 0)
    while at < len(text):
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise _not_json(name, text, error) from error
        except (RecursionError, ValueError) as error:
            raise _too_deep(name, error) from error
        yield from _elements(value, f"{name}, from line {line}")
        at = _next(text, at)


def _next(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _not_json(name: str, text: str, error: json.JSONDecodeError) -> SourceError:
    place = f"line {error.lineno}, column {error.colno}"
    rest = text[error.pos :].rstrip()
    in_a_word = any(word.startswith(rest) for word in ("true", "false", "null"))
    if in_a_word or error.msg.startswith("Unterminated string"):
        return SourceError(
            f"{name} is cut off: the JSON ends in the middle, at {place}. Expected a whole document; "
            "download or copy it again."
        )
    found = shown(text[error.pos : error.pos + 20], 20)
    return SourceError(
        f"{name} is not valid JSON at {place}: {error.msg}, found {found}. Expected a whole document; "
        "save the export again, unchanged."
    )


def _too_deep(name: str, error: Exception) -> SourceError:
    return SourceError(
        f"{name} is JSON nested too deeply, or with a number too long: {error}. No export is like that."
    )
