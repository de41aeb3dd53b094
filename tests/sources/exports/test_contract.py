"""What every listed export format keeps: found automatically, so that a new one is tested by being listed."""

import copy
import json
import re

import pytest

from detector.contract import TABLES
from detector.errors import DetectorError, SourceError, UsageError
from detector.sources import read
from detector.sources.exports import FORMATS, format_of


def as_is(write, document, name="creator.json"):
    return read(write(name, json.dumps(document)))


def test_names_are_unique_and_each_is_its_module(export):
    assert [found.name for found in FORMATS].count(export.name) == 1
    assert export.__name__.endswith(f".{export.name}")
    assert export.title
    assert export.__doc__


def test_a_format_has_fixtures_and_a_hand_checked_expectation_for_each(export, documents, expected):
    assert documents
    assert set(documents) == {file for file in expected if file.endswith(".json")}
    assert any(rows["accounts"] for rows in expected.values())
    assert any(rows["posts"] for rows in expected.values())


def test_a_fixture_is_matched_by_its_own_format_alone(export, file, document):
    assert [found.name for found in FORMATS if found.matches(document)] == [export.name]
    assert format_of(document, flat=True) is export


def test_every_counter_and_time_is_read_exactly(export, file, document, expected, write, rows_of, balanced):
    tables = balanced(as_is(write, document))
    assert not tables.set_aside
    for table in ("accounts", "posts"):
        assert rows_of(getattr(tables, table)) == expected[file][table]
    assert len(tables.snapshots) == 0


def test_a_file_is_recognised_under_any_name(export, file, document, expected, write, rows_of):
    plain = as_is(write, document)
    for name in ("accounts.csv", "x.parquet", "no suffix", "posts.json", "ünïcode.txt"):
        other = as_is(write, document, name)
        assert rows_of(other.accounts) == rows_of(plain.accounts)
        assert rows_of(other.posts) == rows_of(plain.posts)


def test_reading_changes_no_document(export, file, document):
    before = copy.deepcopy(document)
    export.matches(document)
    export.read(document, "here")
    assert document == before


def test_a_document_written_otherwise_is_the_same(export, file, document, write, rows_of):
    plain = as_is(write, document)
    text = json.dumps(document)
    dresses = {
        "bom.json": "\ufeff" + text,
        "utf16.json": text.encode("utf-16"),
        "pretty.json": json.dumps(document, indent=2),
        "array.json": json.dumps([document]),
    }
    for name, content in dresses.items():
        other = read(write(name, content))
        assert rows_of(other.accounts) == rows_of(plain.accounts)
        assert rows_of(other.posts) == rows_of(plain.posts)


def test_documents_of_a_file_are_read_together(export, documents, write, balanced):
    one_by_one = [as_is(write, document) for document in documents.values()]
    lines = "\n".join(map(json.dumps, documents.values())) + "\n"
    after_each_other = "\n".join(json.dumps(document, indent=1) for document in documents.values())
    for content in (lines, after_each_other, json.dumps(list(documents.values()))):
        tables = balanced(read(write("all.json", content)))
        ids = {key for found in one_by_one for key in found.keys()}  # noqa: SIM118 - Tables.keys, no dictionary's
        assert set(tables.keys()) == ids
        assert len(tables.posts) == sum(len(found.posts) for found in one_by_one)


def test_files_of_a_folder_are_joined(export, documents, write, tmp_path, balanced):
    for name, document in documents.items():
        write(f"folder/{name}", json.dumps(document))
    write("folder/notes.md", "# not a part of it")
    tables = balanced(read(tmp_path / "folder"))
    assert any("notes.md" in notice for notice in tables.notices)
    accounts = list(
        zip(tables.accounts.column("platform"), tables.accounts.column("account_id"), strict=True)
    )
    assert len(accounts) == len(set(accounts))


def test_a_mapping_has_nothing_to_map(export, file, document, write):
    with pytest.raises((SourceError, UsageError), match=r"mapping|--map"):
        read(write("a.json", json.dumps(document)), mapping={"followers": "fans"})


def test_a_truncated_file_is_said_to_be_cut_off(export, file, document, write):
    text = json.dumps(document)
    for share in (0.3, 0.6, 0.95):
        with pytest.raises(SourceError, match=r"cut\.json.*cut off"):
            read(write("cut.json", text[: int(share * len(text))]))


def test_matching_and_reading_survive_any_json(export):
    odd = [
        None,
        1,
        "x",
        [],
        {},
        [[]],
        {"kind": []},
        {"userInfo": 1},
        {"business_discovery": []},
        {"items": {"a": 1}},
    ]
    for document in odd:
        try:
            if export.matches(document):
                export.read(document, "here")
        except DetectorError:
            pass


def numbers_of(value, path=()):
    """The path of every whole number in a document."""
    if isinstance(value, int) and not isinstance(value, bool):
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in pairs:
        yield from numbers_of(child, (*path, key))


def with_value(document, path, change):
    """A copy of the document with one value changed."""
    changed = copy.deepcopy(document)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = change(holder[path[-1]])
    return changed


def test_a_number_written_as_text_is_the_same_number(export, file, document, write, rows_of):
    plain = as_is(write, document)
    for path in numbers_of(document):
        other = as_is(write, with_value(document, path, str))
        assert rows_of(other.accounts) == rows_of(plain.accounts), path
        assert rows_of(other.posts) == rows_of(plain.posts), path


def test_a_number_with_marks_or_an_abbreviation_is_understood(export, file, document, write):
    counts = [path for path in numbers_of(document) if isinstance(path[-1], str) and COUNT.search(path[-1])]
    plain = counters(as_is(write, document))
    for path in counts:
        other = as_is(write, with_value(document, path, lambda n: f"{n / 1000:.3f}K" if n >= 0 else f"{n:,}"))
        assert counters(other) == plain, path
        assert not other.set_aside


def test_a_number_that_is_absent_is_missing_and_never_zero(export, file, document, write):
    plain = counters(as_is(write, document))
    for path in numbers_of(document):
        for change in (lambda n: None, lambda n: "", lambda n: "n/a"):
            try:
                tables = as_is(write, with_value(document, path, change))
            except DetectorError:
                continue
            new = [n for n in counters(tables) if n == 0]
            assert len(new) <= plain.count(0), path


COUNT = re.compile(r"(Count|_count|heart|fans|following|video)$")


def counters(tables):
    """All counts that were read, in the order of the tables."""
    return [
        value
        for table in (tables.accounts, tables.posts)
        for column in TABLES[table.name]
        if column.kind == "count" and column.name in table.columns
        for value in table.column(column.name).tolist()
        if value == value
    ]
