"""The example of docs/adding-a-source.md is a format of ours, word for word: it reads its JSON in under 40 lines."""

import json
import re
from pathlib import Path

from detector.sources import read
from detector.sources.exports import FORMATS, TABLE_FORMATS, x_api

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding-a-source.md").read_text()


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_example_is_the_module_word_for_word_and_listed():
    assert block("python") == Path(x_api.__file__).read_text()
    assert x_api in FORMATS


def test_the_example_reads_its_document(write, rows_of, balanced):
    assert [found.name for found in FORMATS if found.matches(json.loads(block("json")))] == ["x_api"]
    tables = balanced(read(write("posts.json", block("json"))))
    who = {"platform": "x", "account_id": "1500000001"}
    assert rows_of(tables.accounts) == [
        {**who, "handle": "brass_owl", "followers": 10820, "following": 402, "posts": 5127}
        | {"created_at": "2020-01-01T00:00:00", "handle_length": 9, "handle_digits": 0}
    ]
    assert rows_of(tables.posts) == [
        {
            **who,
            "post_id": "1900000000000000001",
            "posted_at": "2026-01-01T12:00:00",
            "views": 9001,
            "likes": 210,
        }
        | {"comments": 3, "shares": 12, "saves": 7}
    ]


def test_the_example_is_short():
    assert len(block("python").splitlines()) < 40


def test_the_page_names_what_is_there():
    for path in re.findall(r"`((?:detector|tests)/[\w/]+\.py)`", PAGE):
        assert (ROOT / path).is_file() or "NAME" in path


def test_every_format_has_its_fixtures_where_the_page_says():
    for export in (*FORMATS, *TABLE_FORMATS):
        assert (ROOT / "tests/sources/fixtures" / export.name / "expected.json").is_file()
