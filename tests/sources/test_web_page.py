"""Saved web pages: the state in their scripts is read as the JSON alone would be, and what is cut off is said."""

import json
from pathlib import Path

import pytest

from detector.errors import SourceError, UnknownFormatError
from detector.sources import read

FIXTURES = Path(__file__).parent / "fixtures"
STATES = {
    "__NEXT_DATA__": FIXTURES / "tiktok_web" / "page_state.json",
    "__UNIVERSAL_DATA_FOR_REHYDRATION__": FIXTURES / "tiktok_web" / "universal_user.json",
    "SIGI_STATE": FIXTURES / "tiktok_sigi" / "profile.json",
    "sigi-persisted-data": FIXTURES / "tiktok_sigi" / "mobile.json",
}
HTML = """<!DOCTYPE html>
<!-- saved from url=(0041)https://example.invalid/@moss.ladder -->
<html lang="en"><head><meta charset="UTF-8"><title>@moss.ladder</title>
<script src="./page_files/a.js"></script>
<script type="text/javascript">window.config = {"userInfo": "no"}; if (1 < 2) { run(); }</script>
</head><body><div id="app">12.4K Followers</div>
%s
<script id="other" type="application/json">{"hello": {"world": 1}}</script>
</body></html>
"""


def page(state, text, before=""):
    return (
        HTML % f'<script id="{state}" type="application/json" crossorigin="anonymous">{before}{text}</script>'
    )


@pytest.fixture(params=STATES)
def state(request):
    return request.param


def same(rows_of, one, other):
    return all(
        rows_of(getattr(one, t)) == rows_of(getattr(other, t)) for t in ("accounts", "posts", "snapshots")
    )


def test_a_saved_page_is_read_as_its_state_alone(state, write, rows_of, balanced):
    text = STATES[state].read_text()
    alone = read(write("state.json", text))
    assert alone.keys()
    for name, content in {
        "page.html": page(state, text),
        "no suffix": page(state, text).encode("utf-16"),
    }.items():
        assert same(rows_of, balanced(read(write(name, content))), alone)


@pytest.mark.parametrize("state", [name for name in STATES if name.isidentifier()])
def test_a_state_assigned_in_a_program_is_read_too(state, write, rows_of):
    text = STATES[state].read_text()
    program = page("x", f"window['{state}']={text};window['next']={{}};")
    assert same(rows_of, read(write("page.html", program)), read(write("state.json", text)))


def test_a_page_that_is_cut_off_says_so(state, write):
    whole = page(state, STATES[state].read_text())
    at = whole.index(state) + 150
    for cut in (whole[:at], whole[:at] + "</script></body></html>"):
        with pytest.raises(
            UnknownFormatError, match=r"page\.html is a web page whose data is cut off or damaged"
        ):
            read(write("page.html", cut))


def test_a_page_without_a_state_says_how_to_save_one(write):
    with pytest.raises(
        UnknownFormatError, match=r"without the data that TikTok's pages carry.*docs/getting-data\.md"
    ):
        read(write("page.html", HTML % ""))


def test_a_page_of_no_creator_says_the_status(write):
    gone = {
        "__DEFAULT_SCOPE__": {"webapp.user-detail": {"statusCode": 10221, "statusMsg": "", "userInfo": {}}}
    }
    with pytest.raises(SourceError, match="status 10221"):
        read(write("page.html", page("__UNIVERSAL_DATA_FOR_REHYDRATION__", json.dumps(gone))))


def test_a_page_and_what_a_browser_keeps_beside_it(write, tmp_path, balanced):
    text = STATES["__UNIVERSAL_DATA_FOR_REHYDRATION__"].read_text()
    write("s/moss.html", page("__UNIVERSAL_DATA_FOR_REHYDRATION__", text))
    write("s/moss_files/a.js", '[{"broken": ')
    write("s/moss_files/b.html", HTML % "")
    tables = balanced(read(tmp_path / "s"))
    assert tables.keys() == [("tiktok", "7100000000000000066")]
    assert not tables.notices


def test_another_page_in_a_folder_is_left_aside_by_name(write, tmp_path):
    text = STATES["__UNIVERSAL_DATA_FOR_REHYDRATION__"].read_text()
    write("s/moss.html", page("__UNIVERSAL_DATA_FOR_REHYDRATION__", text))
    write("s/help.html", HTML % "")
    assert any("help.html" in notice for notice in read(tmp_path / "s").notices)


@pytest.mark.parametrize("piece", ["<script ", "<script>", "<script></script>", "<script id=SIGI_STATE>"])
def test_a_broken_page_is_gone_through_once(piece, write):
    with pytest.raises(UnknownFormatError):  # were it gone through for each tag, this would take hours
        read(write("page.html", "<html>" + piece * 200_000))
