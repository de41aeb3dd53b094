"""The fixtures of every listed format, found automatically: tests/sources/fixtures/NAME/*.json, or *.csv for tables."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from detector.errors import DetectorError
from detector.sources import read
from detector.tables import Tables

FIXTURES = Path(__file__).parents[1] / "fixtures"


def fixture_files(format_name: str) -> dict[str, Any]:
    """File name -> document of a format's fixtures."""
    files = sorted((FIXTURES / format_name).glob("*.json"))
    return {file.name: json.loads(file.read_text()) for file in files if file.name != "expected.json"}


def table_files(format_name: str) -> dict[str, str]:
    """File name -> text of the fixtures of a format that is a table."""
    return {file.name: file.read_text() for file in sorted((FIXTURES / format_name).glob("*.csv"))}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give `export` (a format) to tests that ask for it, and (`export`, `file`) to those that ask for both.

    `table_file` asks for (`export`, `table_file`) of the formats that are tables.
    """
    from detector.sources.exports import FORMATS, TABLE_FORMATS

    if "table_file" in metafunc.fixturenames:
        tables = [(export, file) for export in TABLE_FORMATS for file in table_files(export.name)]
        metafunc.parametrize(("export", "table_file"), tables, ids=[f"{e.name}-{f}" for e, f in tables])
    elif "file" in metafunc.fixturenames:
        pairs = [(export, file) for export in FORMATS for file in fixture_files(export.name)]
        metafunc.parametrize(("export", "file"), pairs, ids=[f"{e.name}-{f}" for e, f in pairs])
    elif "export" in metafunc.fixturenames:
        metafunc.parametrize("export", FORMATS, ids=[export.name for export in FORMATS])


@pytest.fixture
def document(export: Any, file: str) -> Any:
    """The document of one fixture."""
    return fixture_files(export.name)[file]


@pytest.fixture
def table_text(export: Any, table_file: str) -> str:
    """The text of one fixture that is a table."""
    return table_files(export.name)[table_file]


@pytest.fixture
def expected(export: Any) -> dict[str, Any]:
    """What the fixtures of a format hold: file -> table -> rows, checked by hand."""
    return json.loads((FIXTURES / export.name / "expected.json").read_text())


@pytest.fixture
def documents(export: Any) -> dict[str, Any]:
    """All fixtures of one format."""
    return fixture_files(export.name)


def outcome(path: Path) -> Tables | str:
    """What reading gives: tables, or the message of an error of ours; anything else fails the test."""
    try:
        return read(path)
    except DetectorError as error:
        return str(error)


@pytest.fixture
def check_damaged(balanced: Callable[[Tables], Tables]) -> Callable[[Path, Iterable[str]], None]:
    """Write each damaged text to a path: no traceback, each row used or set aside with its reason, many are read."""

    def check(path: Path, texts: Iterable[str]) -> None:
        read_well, n = 0, 0
        for text in texts:
            n += 1
            path.write_text(text)
            found = outcome(path)
            if isinstance(found, str):
                assert 20 < len(found) < 1500
                assert found.isprintable()
                continue
            read_well += 1
            for row in balanced(found).set_aside:
                assert json.dumps(row.row, allow_nan=False).isascii()
        assert read_well > n / 4

    return check
