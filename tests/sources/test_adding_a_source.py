"""The example of docs/adding-a-source.md is a format: its code reads its JSON, in fewer than 40 lines."""

import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from detector.sources import exports, read

PAGE = (Path(__file__).parents[2] / "docs" / "adding-a-source.md").read_text()


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


@pytest.fixture
def example() -> ModuleType:
    module = ModuleType("instaloader")
    exec(compile(block("python"), "adding-a-source.md", "exec"), module.__dict__)  # noqa: S102 - our own page
    return module


def test_the_example_reads_its_document(example, write, rows_of, balanced, monkeypatch):
    document = json.loads(block("json"))
    assert not any(found.matches(document) for found in exports.FORMATS if found.name != example.name)
    others = [found for found in exports.FORMATS if found.name != example.name]
    monkeypatch.setattr(exports, "FORMATS", (*others, example))
    tables = balanced(read(write("profile.json", block("json"))))
    who = {"platform": "instagram", "account_id": "4200000000"}
    assert rows_of(tables.accounts) == [
        {**who, "handle": "paper.boats22", "followers": 8427, "following": 211, "posts": 318, "verified": 0}
        | {"private": 0, "bio_length": 14, "handle_length": 13, "handle_digits": 2}
    ]
    assert rows_of(tables.posts) == [
        {**who, "post_id": "31", "posted_at": "2026-01-01T12:00:00", "likes": 508, "comments": 7}
    ]


def test_the_example_is_short():
    assert len(block("python").splitlines()) < 40


def test_the_page_names_what_is_there():
    root = Path(__file__).parents[2]
    for path in re.findall(r"`((?:detector|tests)/[\w/]+\.py)`", PAGE):
        assert (root / path).is_file() or "NAME" in path
