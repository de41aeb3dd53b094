"""Reference sets: the traps of each are met, and nothing unfit for shipping gets in."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.errors import FitError, SourceError
from detector.repair import repair
from detector.tables import Table, Tables
from training.reference import NOT_SHIPPED, REFERENCES, Reference, joined, read_all
from training.reference import tiktok_creators_2020 as creators
from training.reference import tiktok_user_sample_2024 as users
from training.reference import vtuber_daily_2026 as vtubers
from training.reference import youtube_daily_2026 as channels


def write(folder: Path, name: str, header: str, *rows: str) -> Path:
    (folder / name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder


def row(table: Table, account_id: str, post_id: str | None = None) -> dict[str, Any]:
    mine = table.column("account_id") == account_id
    if post_id is not None:
        mine &= table.column("post_id") == post_id
    assert mine.sum() == 1
    return {name: values[mine][0] for name, values in table.columns.items()}


USERS = (
    "account,verified,follower_count,following_count,heart_count,video_count,"
    "bio_length,username_length,username_digits"
)
CREATORS = (
    "account,video,source_file,create_time,n_plays,n_likes,n_comments,n_shares,"
    "n_followers,n_total_likes,n_total_vids"
)


def test_the_later_look_at_a_video_is_the_one_with_more_plays_wherever_it_stands(tmp_path: Path) -> None:
    write(
        tmp_path,
        "videos.csv",
        CREATORS,
        "12e45,v1,a,1600000000,900,90,9,1,5000,70000,12",
        "12e45,v1,b,1600000000,800,80,8,1,5000,70000,12",
    )
    tables = creators.read(tmp_path)
    assert len(tables.posts) == 1
    assert row(tables.posts, "12e45", "v1")["views"] == 900


def test_the_look_at_an_account_that_saw_the_newest_video_counts(tmp_path: Path) -> None:
    write(
        tmp_path,
        "videos.csv",
        CREATORS,
        "a,v2,late,1600009999,10,1,0,0,6000,80000,13",
        "a,v1,early,1600000000,10,1,0,0,5000,70000,12",
    )
    found = row(creators.read(tmp_path).accounts, "a")
    assert (found["followers"], found["likes"], found["posts"]) == (6000, 80000, 13)


def test_an_account_with_a_single_video_and_no_follower_is_kept(tmp_path: Path) -> None:
    write(tmp_path, "videos.csv", CREATORS, "small,v1,a,1600000000,10,1,0,0,0,3,0")
    found = row(creators.read(tmp_path).accounts, "small")
    assert found["followers"] == 0
    assert np.isnan(found["posts"])  # it has a video, so 0 videos is no count


def test_more_likes_than_plays_do_not_survive_repair(tmp_path: Path) -> None:
    write(tmp_path, "videos.csv", CREATORS, "a,v1,a,1600000000,10,50,0,0,100,300,4")
    mended = repair(creators.read(tmp_path)).posts
    assert not (mended.column("likes") > mended.column("views")).any()


def test_only_users_with_followers_a_like_and_a_video_are_taken(tmp_path: Path) -> None:
    write(
        tmp_path,
        "users.csv",
        USERS,
        "00123456789012345678,True,100,7,1,1,20,9,3",
        "few,False,99,7,1,1,20,9,3",
        "unliked,False,100,7,0,1,20,9,3",
        "empty,False,100,7,1,0,20,9,3",
    )
    accounts = users.read(tmp_path).accounts
    assert list(accounts.column("account_id")) == ["00123456789012345678"]
    found = row(accounts, "00123456789012345678")
    assert (found["verified"], found["handle_digits"], found["bio_length"]) == (1, 3, 20)


def test_channels_with_fewer_than_thirty_known_days_are_left_out(tmp_path: Path) -> None:
    days = [f"2026-06-{day:02d}" for day in range(1, 31)]
    rows = [f"{day},long,100.0,5000.0" for day in days]
    rows += [f"{day},gaps,{'' if day == days[0] else '7.0'},5000.0" for day in days]
    rows += ["2026-07-01,long,,", "2026-07-02,long,101.0,", "2026-07-03,long,,5001.0"]
    write(
        tmp_path, "vtuber_daily.csv", "date,account,youtube_subscribers,youtube_total_views", *reversed(rows)
    )
    looks = vtubers.read(tmp_path).snapshots
    assert set(looks.column("account_id")) == {"long"}
    assert len(looks) == 32  # the day without any counter says nothing
    assert (np.diff(looks.column("observed_at")) > np.timedelta64(0)).all()
    assert np.isnan(looks.column("views")[30])
    assert np.isnan(looks.column("followers")[31])


def test_the_newest_look_at_a_video_counts_and_hidden_likes_are_missing(tmp_path: Path) -> None:
    write(
        tmp_path,
        "channels_daily.csv",
        "date_utc,channel,subscribers,views,videos",
        "2026-01-17,k,115000,13101886,1393",
    )
    write(
        tmp_path,
        "videos_monthly.csv",
        "channel,video,snapshot_utc,published_at,view_count,like_count,comment_count",
        "k,w,2026-02-04T10:09:16.423475+00:00,2026-01-04T17:15:08Z,20,,3.0",
        "k,w,2026-01-28T00:26:46+00:00,2026-01-04T17:15:08Z,10,5.0,2.0",
    )
    tables = channels.read(tmp_path)
    found = row(tables.posts, "k", "w")
    assert (found["views"], found["comments"]) == (20, 3)
    assert np.isnan(found["likes"])
    assert found["observed_at"] == np.datetime64("2026-02-04T10:09:16.423475")
    assert found["posted_at"] == np.datetime64("2026-01-04T17:15:08")
    assert row(tables.snapshots, "k")["posts"] == 1393


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: reference.source.name)
def test_every_set_says_what_it_is_and_meets_the_contract(reference: Reference, references: Path) -> None:
    for field in fields(reference.source):
        assert field.name == "n" or getattr(reference.source, field.name), field.name
    tables = reference.read(references / reference.source.name)
    keys = tables.keys()
    assert len(keys) == len(set(keys)) >= 20
    assert {platform for platform, _ in keys} == {reference.source.platform}
    assert repair(tables).keys() == keys


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: reference.source.name)
def test_row_order_changes_nothing(reference: Reference, references: Path, tmp_path: Path) -> None:
    for path in (references / reference.source.name).iterdir():
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        write(tmp_path, path.name, header, *reversed(rows))
    one, two = reference.read(references / reference.source.name), reference.read(tmp_path)
    for name in ("accounts", "posts", "snapshots"):
        left, right = getattr(one, name), getattr(two, name)
        order = [
            np.lexsort([table.column(c).astype(str) for c in table.columns if c != "platform"])
            for table in (left, right)
        ]
        for column in left.columns:
            assert np.array_equal(
                left.column(column)[order[0]].astype(str), right.column(column)[order[1]].astype(str)
            )


def test_a_model_for_shipping_rests_on_none_of_the_sets_that_may_not_be_shipped(references: Path) -> None:
    assert "instafake-2019" in NOT_SHIPPED
    assert not {reference.source.name for reference in REFERENCES} & set(NOT_SHIPPED)
    banned = replace(REFERENCES[0].source, name="instafake-2019")
    with pytest.raises(FitError, match="not for commercial use"):
        read_all(references, [Reference(banned, REFERENCES[0].read)])


def test_sets_beside_the_references_are_not_read(references: Path, tmp_path: Path) -> None:
    for path in references.iterdir():
        (tmp_path / path.name).symlink_to(path)
    for name in NOT_SHIPPED:
        (tmp_path / name).mkdir()
        (tmp_path / name / "realAccountData.json").write_text("not even JSON", encoding="utf-8")
    assert read_all(tmp_path) is not None
    assert {source.name for source in read_all(tmp_path)[1]} == {
        reference.source.name for reference in REFERENCES
    }


def test_all_sets_are_joined_and_their_accounts_counted(references: Path) -> None:
    tables, sources = read_all(references)
    assert sum(source.n for source in sources) == len(tables.keys())
    assert all(source.for_card()["n"] == source.n > 0 for source in sources)
    assert np.isnan(tables.accounts.column("bio_length")).any()  # of the set that has no such column


def test_an_account_in_two_sets_is_an_error() -> None:
    one = Tables(accounts=Table.from_rows("accounts", [{"platform": "x", "account_id": "1", "likes": 1.0}]))
    with pytest.raises(FitError, match="same account"):
        joined([one, one])


def test_all_missing_sets_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / REFERENCES[0].source.name).mkdir()
    with pytest.raises(SourceError) as caught:
        read_all(tmp_path)
    assert all(reference.source.name in str(caught.value) for reference in REFERENCES[1:])
    with pytest.raises(SourceError, match="no folder"):
        read_all(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read"),
        (b"account,verified\n1,True\n", "lacks the columns follower_count"),
        (b"\xff\xfe\x00broken\xff", "cannot be read"),
        (USERS.encode() + b"\n", "no rows"),
        (USERS.encode() + b"\n1,True,many,1,1,1,1,1,1\n", "follower_count"),
    ],
)
def test_a_broken_file_is_an_error_that_names_it(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "users.csv").write_bytes(content)
    with pytest.raises(SourceError, match=said) as caught:
        users.read(tmp_path)
    assert "users.csv" in str(caught.value)


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"videos\.csv is missing"):
        creators.read(tmp_path)
