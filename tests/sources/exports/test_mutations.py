"""Damaged exports: whatever is cut, dropped or retyped, the answer is Tables or one of our errors."""

import copy
import json
from pathlib import Path
from random import Random

import pytest

from detector.errors import DetectorError
from detector.sources import read
from tests.sources.exports.conftest import outcome

MUTATIONS = 200
SAMPLES = sorted((Path(__file__).parents[4] / "shared" / "data" / "payload-samples").glob("*.json"))
ODD = [
    None, True, -1, 0, 3.5, 10**18, 1e308, float("nan"), float("inf"), "", "x", "12.3K", "\ud800", "\x1b[2J", [], {},
    [1, [2]], {"a": {"b": []}}, [None, {"id": 1}], "1" * 5000, "9" * 400,
]  # fmt: skip


def places(value, path=()):
    """The path of every value in a document."""
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in list(pairs):
        yield from places(child, (*path, key))


def mutated(document, rng):
    """A copy with one to three values dropped, retyped, repeated, nested or shortened."""
    changed = copy.deepcopy(document)
    for _ in range(rng.randint(1, 3)):
        paths = [path for path in places(changed) if path]
        if not paths:
            return changed
        path = rng.choice(paths)
        holder = changed
        for key in path[:-1]:
            holder = holder[key]
        value, kind = holder[path[-1]], rng.choice(("drop", "retype", "retype", "repeat", "nest", "shorten"))
        if kind == "drop":
            del holder[path[-1]]
        elif kind == "retype":
            holder[path[-1]] = copy.deepcopy(rng.choice(ODD))
        elif kind == "nest":
            holder[path[-1]] = rng.choice(([value], {"data": value}, {path[-1]: value}, [[value], value]))
        elif kind == "shorten" and isinstance(value, (str, list)):
            holder[path[-1]] = value[: rng.randint(0, len(value))]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(value))
    return changed


def written(document, rng):
    """A mutated document as text, one in ten of them cut off."""
    text = json.dumps(mutated(document, rng))
    return text[: rng.randrange(1, len(text))] if rng.random() < 0.1 else text


def mutations(document, seed):
    """The texts of 200 mutations of a document, the same every time."""
    rng = Random(seed)  # noqa: S311 - no secret
    return (written(document, rng) for _ in range(MUTATIONS))


def test_a_mutated_document_gives_tables_or_an_error_of_ours(export, file, document, tmp_path, check_damaged):
    check_damaged(tmp_path / "mutated.json", mutations(document, f"{export.name} {file}"))


@pytest.mark.skipif(not SAMPLES, reason="no real payload samples beside the repository")
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_mutated_real_export_gives_tables_or_an_error_of_ours(sample, tmp_path, check_damaged):
    check_damaged(tmp_path / "mutated.json", mutations(json.loads(sample.read_text()), sample.name))


def test_an_item_turned_into_something_else_is_counted_all_the_same(
    export, file, document, tmp_path, balanced
):
    path = tmp_path / "mutated.json"
    n_posts = n_posts_of(document, path, balanced)
    for place in [place for place in places(document) if place and isinstance(place[-1], int)]:
        without, *turned = changes(document, place)
        if n_posts_of(without, path, balanced) != n_posts - 1:
            continue  # no post
        for other in turned:
            assert n_posts_of(other, path, balanced) in (n_posts, None)


def n_posts_of(document, path, balanced):
    """Rows of posts that were read, None where reading was refused."""
    path.write_text(json.dumps(document))
    found = outcome(path)
    return None if isinstance(found, str) else balanced(found).rows_read["posts"]


def changes(document, place):
    """The document without what lies at a place, and with other things in its stead."""
    for other in ("drop", None, [], "x", {}, 7):
        changed = copy.deepcopy(document)
        holder = changed
        for key in place[:-1]:
            holder = holder[key]
        if other == "drop":
            del holder[place[-1]]
        else:
            holder[place[-1]] = other
        yield changed


def test_a_document_with_broken_text_gives_tables_or_an_error_of_ours(
    export, file, document, tmp_path, balanced
):
    rng = Random(f"{export.name} {file} text")  # noqa: S311 - the same mutations every time
    data = json.dumps(document).encode()
    path = tmp_path / "broken.json"
    for _ in range(60):
        at, length = rng.randrange(len(data)), rng.randint(1, 40)
        middle = rng.choice((b"", b"\xff\xfe", b"}", b"\x00", rng.randbytes(5)))
        path.write_bytes(data[:at] + middle + data[at + length :])
        found = outcome(path)
        if isinstance(found, str):
            assert "broken.json" in found
        else:
            balanced(found)


@pytest.mark.parametrize("depth", [500, 5_000, 200_000])
def test_endless_nesting_is_an_error_of_ours(depth, tmp_path):
    for text in ("[" * depth + "]" * depth, '{"userInfo":' * depth + "1" + "}" * depth):
        path = tmp_path / "deep.json"
        path.write_text(text)
        with pytest.raises(DetectorError, match=r"deep\.json"):
            read(path)
