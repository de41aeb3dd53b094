"""docs/bad-input.md, section Exports: each line of its table is made here, and what is said is compared."""

import io
import json
import re
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detector.errors import SourceError
from detector.sources import read

DOCS = Path(__file__).parents[3] / "docs"
PAGE = DOCS / "bad-input.md"


def page_rows() -> dict[str, tuple[str, str]]:
    """What is found -> what is said, and what becomes of it."""
    _, _, section = PAGE.read_text().partition("## Exports")
    section = re.split(r"^## ", section, maxsplit=1, flags=re.MULTILINE)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in section.splitlines()
        if line[:1] == "|"
    ]
    return {
        found: (said.replace("\\`", "\0").strip("`").replace("\0", "`"), becomes)
        for found, said, becomes in rows[2:]
    }


def user(
    followers: Any = 100, account_id: str = "11", now: int | None = None, **stats: Any
) -> dict[str, Any]:
    who = {"id": account_id, "uniqueId": "boats"}
    counts = {"followerCount": followers, "heartCount": 5, "videoCount": 2} | stats
    return ({"extra": {"now": now}} if now else {}) | {"userInfo": {"user": who, "stats": counts}}


def items(*more: Any) -> dict[str, Any]:
    return {
        "itemList": [{"id": "21", "author": {"id": "11"}, "stats": {"playCount": 9, "diggCount": 1}}, *more]
    }


def history(columns: str) -> str:
    return f"{columns}\n" + ",".join(["2026-01-01"] + ["5"] * columns.count(",")) + "\n"


def zipped(*members: tuple[str | zipfile.ZipInfo, Any], locked: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content if isinstance(content, (bytes, str)) else json.dumps(content))
    data = bytearray(out.getvalue())
    if locked:
        for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(magic) + offset] |= 1
    return bytes(data)


def link() -> zipfile.ZipInfo:
    found = zipfile.ZipInfo("link.json")
    found.external_attr = (stat.S_IFLNK | 0o777) << 16
    return found


def twice() -> bytes:
    return zipped(("u.json", user()), ("u.json", user()))


RESEARCH = {"data": {"follower_count": 9, "likes_count": 5}}
STATE = "__UNIVERSAL_DATA_FOR_REHYDRATION__"
MANY = {"id": "22", "author": {"id": "11"}, "stats": {"playCount": 9, "diggCount": "many"}}
BY_HANDLE = {"itemList": [{"id": "22", "author": "boats", "stats": {"playCount": 1}}]}
CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "no account named in a file": lambda: {"a.json": RESEARCH},
    "no platform named, counters of one alone": lambda: {"a.csv": history("date,followers,following,uploads,likes")},
    "no platform named, counters of several": lambda: {"a.csv": history("date,followers,following,posts")},
    "a handle and no id anywhere": lambda: {"a.json": BY_HANDLE},
    "a handle that another file gives the id of": lambda: {
        "a.json": BY_HANDLE,
        "b.json": user(),
    },
    "a handle that has two ids": lambda: {"a.json": user(), "b.json": user(account_id="12")},
    "an item that is no object": lambda: {"a.json": items(None)},
    "a post without an author among others": lambda: {"a.json": items({"id": "22", "stats": {"playCount": 1}})},
    "a count that is no number": lambda: {"a.json": items(MANY)},
    "a count with a fraction": lambda: {"a.json": user(followers=1.5)},
    "a count that is absent or null": lambda: {"a.json": user(followers=None)},
    "one post twice": lambda: {"a.json": items(items()["itemList"][0] | {"more": 1})},
    "two profiles of one account without times": lambda: {"a.json": user(), "b.json": user(101)},
    "profiles of several days": lambda: {"a.json": user(now=1767268800000), "b.json": user(now=1767441600000)},
    "a user that does not exist": lambda: {"a.json": {"statusCode": 10221, "userInfo": {}}},
    "an error instead of data": lambda: {"a.json": {"error": {"code": "invalid", "message": "The key is wrong"}}},
    "JSON of no known format among others": lambda: {"a.json": [user(), {"hello": {"world": 1}}]},
    "JSON that is cut off": lambda: {"a.json": json.dumps(user())[:60]},
    "a saved page without data": lambda: {"a.html": "<!DOCTYPE html><html><script>1</script></html>"},
    "a saved page that is cut off": lambda: {"a.html": f'<html><script id="{STATE}">' + '{"a": </script>'},
    "a column of Total_Views that is 0 throughout": lambda: {
        "a.csv": "Date,Username,Followers,Likes,Videos,Total_Views\n2026-01-01,boats,5,6,7,0\n"
    },
    "columns that nothing is read from": lambda: {"a.csv": history("date,followers,following,uploads,likes,rain")},
    "a mapping for an export": lambda: {"a.json": user()},
    "a zip archive that writes elsewhere": lambda: {"a.zip": zipped(("../u.json", user()))},
    "a zip bomb": lambda: {"a.zip": zipped(("u.json", b" " * (8 << 20)))},
    "a zip archive with one name twice": lambda: {"a.zip": twice()},
    "a zip archive with a password": lambda: {"a.zip": zipped(("u.json", user()), locked=True)},
    "a link in a zip archive": lambda: {"a.zip": zipped(("u.json", user()), (link(), "elsewhere"))},
    "an archive of several files in an archive": lambda: {
        "a.zip": zipped(("u.json", user()), ("b.zip", zipped(("v.json", user()), ("w.json", items()))))
    },
}  # fmt: skip


def outcome(files: dict[str, Any], write: Callable[..., Path], found: str) -> tuple[str, str]:
    """Everything that is said, and what becomes of the rows, in the words of the page."""
    paths = [
        write(f"s/{name}", content if isinstance(content, (bytes, str)) else json.dumps(content))
        for name, content in files.items()
    ]
    mapping = {"followers": "fans"} if found == "a mapping for an export" else None
    try:
        tables = read(paths[0] if len(paths) == 1 else paths[0].parent, mapping=mapping)
    except SourceError as error:
        return str(error), "error"
    said = [*tables.notices, *(row.reason for row in tables.set_aside)]
    if tables.set_aside:
        return " ".join(said), "set aside"
    left = any("left aside" in notice and "columns" not in notice for notice in tables.notices)
    return " ".join(said) or "nothing", "left aside" if left else "history" if len(
        tables.snapshots
    ) else "kept"


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("found", CASES)
def test_bad_input_is_said_and_used_as_the_page_says(found, write):
    said, becomes = outcome(CASES[found](), write, found)
    expected, fate = page_rows()[found]
    assert expected in said
    assert becomes in fate


def test_every_line_of_the_page_is_made():
    assert list(page_rows()) == list(CASES)
