"""The fixtures of every listed format, found automatically: tests/sources/fixtures/NAME/*.json, or *.csv for tables."""

import json
from pathlib import Path
from typing import Any

import pytest

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
