"""Zip archives: read like the folder they hold; what could do harm is refused, and what is passed by is said."""

import io
import json
import stat
import struct
import zipfile
from dataclasses import replace

import pytest

from detector.errors import SourceError
from detector.sources import archive, read

ACCOUNTS = "platform,account_id,followers\ntiktok,1,10\ntiktok,2,20\n"
POSTS = "platform,account_id,post_id,likes\ntiktok,1,p1,5\n"


def user(account_id="11", followers=100, **extra):
    stats = {"followerCount": followers, "heartCount": 5, "videoCount": 2}
    return json.dumps(
        {**extra, "userInfo": {"user": {"id": account_id, "uniqueId": "boats"}, "stats": stats}}
    )


VIDEOS = json.dumps(
    {"itemList": [{"id": "21", "author": "boats", "stats": {"playCount": 90, "diggCount": 5}}]}
)


def zipped(files, method=zipfile.ZIP_DEFLATED):
    """A zip archive of names and contents."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as out:
        for name, content in files.items():
            out.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize("name", ["creator.zip", "creator.json", "no suffix"])
@pytest.mark.parametrize("inside", ["", "creator/", "a/b/c/"])
def test_the_exports_of_an_archive_are_joined(name, inside, write, balanced):
    files = {
        f"{inside}user.json": user(),
        f"{inside}videos/1.json": VIDEOS,
        "__MACOSX/._x": "\0\1",
        ".DS_Store": "\0",
    }
    tables = balanced(read(write(name, zipped(files))))
    assert tables.keys() == [("tiktok", "11")]
    assert len(tables.posts) == 1
    assert not tables.set_aside


def test_an_archive_of_tables_is_a_folder_of_tables(write, balanced):
    files = {"export/accounts.csv": ACCOUNTS, "export/posts.csv": POSTS}
    tables = balanced(read(write("t.zip", zipped(files))))
    assert tables.keys() == [("tiktok", "1"), ("tiktok", "2")]
    assert len(tables.posts) == 1


def test_archives_and_files_of_a_folder_are_joined(write, tmp_path, balanced):
    write("s/user.json", user())
    write("s/videos.zip", zipped({"v.json": VIDEOS}))
    write("s/deep/er/other.zip", zipped({"u.json": user("12", 7)}))
    tables = balanced(read(tmp_path / "s"))
    assert set(tables.keys()) == {("tiktok", "11"), ("tiktok", "12")} | {("tiktok", "boats")}
    (tmp_path / "s/deep/er/other.zip").unlink()
    assert read(tmp_path / "s").keys() == [("tiktok", "11")]


def test_a_folder_of_archives_alone_is_read(write, tmp_path):
    write("s/a.zip", zipped({"u.json": user()}))
    write("s/b.zip", zipped({"u.json": user("12")}))
    assert len(read(tmp_path / "s").keys()) == 2


def test_what_is_no_part_of_the_source_is_named(write):
    inner = zipped({"u.json": user("12"), "v.json": VIDEOS})
    tables = read(write("a.zip", zipped({"u.json": user(), "readme.md": "# hello", "inner.zip": inner})))
    assert tables.keys() == [("tiktok", "11")]
    assert any("a.zip/inner.zip, a.zip/readme.md" in notice for notice in tables.notices)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.json",
        "a/../../evil.json",
        "/etc/evil.json",
        "C:/evil.json",
        "a\\..\\evil.json",
        "..",
        "a/\x1b[2J",
    ],
)
def test_a_name_that_leaves_the_folder_is_refused(name, write, tmp_path):
    path = write("in/a.zip", zipped({"u.json": user(), name: "{}"}))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(
        SourceError, match=r"a\.zip was not unpacked: it holds the name .*leave the folder"
    ) as error:
        read(path)
    assert str(error.value).isprintable()
    assert sorted(tmp_path.rglob("*")) == before


def test_a_bomb_is_refused_before_it_is_unpacked(write):
    path = write("bomb.zip", zipped({"u.json": b" " * (40 << 20)}))
    assert path.stat().st_size < 100_000
    with pytest.raises(
        SourceError, match=r"packs u\.json into [\d,]+ bytes that become 40 MiB, more than 250 times its size"
    ):
        read(path)


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [
        ("members", 2, "holds 3 files, more than 2"),
        ("depth", 0, "holds folders in folders, 1 deep"),
        ("member_bytes", 100, r"holds user\.json of"),
        ("total_bytes", 150, "when unpacked, more than"),
    ],
)
def test_an_archive_above_a_limit_is_refused(limit, value, message, write):
    path = write("a.zip", zipped({"user.json": user(), "b.json": user("12"), "c/c.txt": "x"}))
    limits = replace(archive.LIMITS, **{limit: value})
    with pytest.raises(SourceError, match=message), archive.unpacked(path, "a.zip", limits):
        pass


def test_endless_folders_are_refused(write):
    with pytest.raises(SourceError, match="1,500 deep"):
        read(write("a.zip", zipped({"a/" * 1500 + "u.json": user()})))


@pytest.mark.parametrize("names", [("a", "a/b"), ("u.json", "./u.json"), ("a/" + "n" * 300 + ".json", "b")])
def test_names_that_no_folder_can_hold_are_an_error_of_ours(names, write):
    with pytest.raises(SourceError, match=r"a\.zip"):
        read(write("a.zip", zipped(dict.fromkeys(names, user()))))


def test_sizes_that_an_archive_states_are_not_believed(write):
    """The stated size of a stored file is cut to one byte in both headers: the content itself must not slip through."""
    data = bytearray(zipped({"user.json": user()}, zipfile.ZIP_STORED))
    size = struct.pack("<I", len(user()))
    for at in [i for i in range(len(data) - 4) if data[i : i + 4] == size]:
        data[at : at + 4] = struct.pack("<I", 1)
    with pytest.raises(SourceError, match=r"a\.zip"):
        read(write("a.zip", bytes(data)))


def test_a_link_is_left_aside_and_said(write, tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as out:
        out.writestr("u.json", user())
        link = zipfile.ZipInfo("passwords.json")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        out.writestr(link, str(tmp_path / "secret.json"))
    write("secret.json", user("99"))
    tables = read(write("a.zip", data.getvalue()))
    assert tables.keys() == [("tiktok", "11")]
    assert any("links were left aside: passwords.json" in notice for notice in tables.notices)


def test_one_name_twice_is_refused(write):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as out:
        out.writestr("u.json", user())
        with pytest.warns(UserWarning, match="Duplicate name"):
            out.writestr("u.json", user("12"))
    with pytest.raises(SourceError, match=r"holds u\.json twice"):
        read(write("a.zip", data.getvalue()))


def test_a_locked_archive_is_said_to_be_locked(write):
    data = bytearray(zipped({"u.json": user()}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    with pytest.raises(SourceError, match="locked with a password"):
        read(write("a.zip", bytes(data)))


def test_a_damaged_archive_is_said_to_be_damaged(write):
    whole = zipped({"u.json": user() + " " * 100, "v.json": VIDEOS})
    with pytest.raises(SourceError, match=r"a\.zip is a damaged zip"):
        read(write("a.zip", whole[: len(whole) // 2]))
    middle = bytearray(whole)
    middle[60:80] = b"\xff" * 20
    with pytest.raises(SourceError, match=r"a\.zip"):
        read(write("a.zip", bytes(middle)))


def test_nothing_stays_behind(write, tmp_path, monkeypatch):
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    read(write("a.zip", zipped({"u.json": user()})))
    with pytest.raises(SourceError):
        read(write("b.zip", zipped({"u.json": "{"})))
    assert not list((tmp_path / "tmp").iterdir())


def test_an_archive_without_anything_known_says_what_it_holds(write):
    with pytest.raises(SourceError, match=r"a\.zip has no table.*readme\.md"):
        read(write("a.zip", zipped({"readme.md": "hello"})))
    with pytest.raises(SourceError, match="empty"):
        read(write("b.zip", zipped({})))
