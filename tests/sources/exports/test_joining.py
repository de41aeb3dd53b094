"""Several export files of one creator: joined by id, by handle, over time; and gaps filled, never replaced."""

import json

import pytest

from detector.errors import SourceError
from detector.sources import read


def user(now=1767268800000, followers=100, account_id="11", **more):
    who = {"id": account_id, "uniqueId": "boats", "verified": True}
    return {
        "extra": {"now": now},
        "userInfo": {
            "user": who | more,
            "stats": {"followerCount": followers, "heartCount": 5, "videoCount": 2},
        },
    }


def videos(author, now=None, **stats):
    item = {
        "id": "21",
        "createTime": 1766664000,
        "author": author,
        "stats": {"diggCount": 5, "playCount": 90},
    }
    return ({"extra": {"now": now}} if now else {}) | {
        "itemList": [item | ({"authorStats": stats} if stats else {})]
    }


def folder(write, *documents):
    paths = [write(f"s/file-{i}.json", json.dumps(document)) for i, document in enumerate(documents)]
    return read(paths[0].parent)


def test_a_profile_and_its_videos_are_one_account(write, balanced):
    author = {"id": "11", "uniqueId": "boats", "signature": "folds"}
    tables = balanced(folder(write, videos(author, followerCount=900), user()))
    assert tables.keys() == [("tiktok", "11")]
    assert tables.accounts.column("followers").tolist() == [100]
    assert tables.accounts.column("bio_length").tolist() == [5]
    assert not tables.set_aside


def test_videos_without_an_id_are_joined_by_handle_with_a_notice(write, balanced):
    tables = balanced(folder(write, videos("Boats"), user()))
    assert tables.keys() == [("tiktok", "11")]
    assert any("joined by handle" in notice for notice in tables.notices)


def test_a_handle_of_two_ids_joins_nothing(write, balanced):
    tables = balanced(folder(write, videos("boats"), user(), user(account_id="12")))
    assert ("tiktok", "boats") in tables.keys()  # noqa: SIM118 - Tables.keys, no dictionary's
    assert any("several ids" in notice for notice in tables.notices)


def test_without_any_id_the_handle_stands_for_it(write, balanced):
    tables = balanced(folder(write, videos("boats")))
    assert tables.keys() == [("tiktok", "boats")]
    assert any("handle stands for it" in notice for notice in tables.notices)


def test_a_profile_saved_on_several_days_is_a_history(write, balanced):
    day = 86_400_000
    start = 1767268800000
    tables = balanced(
        folder(write, user(start + day, 120), user(start, 100, signature="x"), user(start + 2 * day, 150))
    )
    assert tables.accounts.column("followers").tolist() == [150]
    assert sorted(tables.snapshots.column("followers").tolist()) == [100, 120]
    assert tables.accounts.column("bio_length").tolist() == [1]
    assert any("history" in notice for notice in tables.notices)


def test_the_same_profile_twice_is_set_aside_once(write, balanced):
    tables = balanced(folder(write, user(), user()))
    assert len(tables.accounts) == 1
    assert len(tables.set_aside) == 1
    assert "two rows for one account" in tables.set_aside[0].reason


def test_instagram_media_is_joined_to_the_user_by_id(write, balanced):
    media = {
        "business_discovery": {"id": "7", "media": {"data": [{"id": "1", "like_count": 3}, {"id": "2"}]}}
    }
    creator = {"business_discovery": {"id": "7", "username": "kite", "followers_count": 9, "media_count": 2}}
    tables = balanced(folder(write, media, creator))
    assert tables.keys() == [("instagram", "7")]
    assert tables.accounts.column("followers").tolist() == [9]
    assert len(tables.posts) == 2


def test_a_bad_count_in_an_export_sets_its_row_aside_with_its_place(write, balanced):
    document = videos({"id": "11", "uniqueId": "boats"})
    document["itemList"].append(
        {"id": "22", "author": {"id": "11"}, "stats": {"diggCount": "many", "playCount": 3}}
    )
    (row,) = balanced(folder(write, document)).set_aside
    assert row.table == "posts"
    assert row.where == "file-0.json, video 2"
    assert "likes: `many` is no number" in row.reason


def test_a_document_of_no_known_export_among_others_is_set_aside(write, balanced):
    path = write("a.json", json.dumps([user(), {"hello": {"world": 1}}]))
    (row,) = balanced(read(path)).set_aside
    assert row.where == "a.json, item 2"


def test_a_user_that_does_not_exist_is_said_with_the_status(write):
    path = write("a.json", json.dumps({"statusCode": 10221, "statusMsg": "no such user", "userInfo": {}}))
    with pytest.raises(SourceError, match="status 10221: no such user"):
        read(path)


def test_rounded_counts_of_a_list_loaded_later_that_day_replace_no_exact_ones(write, balanced):
    later = 1767268800000 + 15_000
    author = {"id": "11", "uniqueId": "boats", "signature": "folds"}
    tables = balanced(folder(write, user(), videos(author, later, followerCount=200)))
    assert tables.accounts.column("followers").tolist() == [100]
    assert tables.accounts.column("bio_length").tolist() == [5]
    assert len(tables.snapshots) == 0
    next_week = 1767268800000 + 7 * 86_400_000
    tables = balanced(folder(write, user(), videos(author, next_week, followerCount=200)))
    assert tables.accounts.column("followers").tolist() == [200]
    assert tables.snapshots.column("followers").tolist() == [100]


@pytest.mark.parametrize(
    "document",
    [
        {"itemList": [{"id": "1", "author": {"id": "11"}, "stats": {"playCount": 1}}, None, "x", {}]},
        {
            "kind": "youtube#videoListResponse",
            "items": [{"id": "1", "snippet": {"channelId": "11"}}, None, [], {}],
        },
        {"business_discovery": {"media": {"data": [{"id": "1"}, None, 7, {}]}, "id": "11"}},
    ],
)
def test_an_item_that_is_none_is_set_aside_and_not_lost(document, write, balanced):
    tables = balanced(read(write("a.json", json.dumps(document))))
    assert tables.rows_read["posts"] == 4
    assert len(tables.posts) == 1
    assert all("post_id is missing" in row.reason for row in tables.set_aside)


def test_an_answer_without_a_creator_among_others_is_set_aside_with_its_status(write, balanced):
    gone = {"statusCode": 10221, "statusMsg": "no such user", "userInfo": {}}
    tables = balanced(read(write("a.jsonl", "\n".join(map(json.dumps, [user(), gone])))))
    (row,) = tables.set_aside
    assert row.where == "a.jsonl, line 2"
    assert "status 10221: no such user" in row.reason
    assert len(tables.accounts) == 1


def test_a_year_of_daily_saves_is_a_history_of_a_year(write, balanced):
    day = 86_400_000
    author = {"id": "11", "uniqueId": "boats"}
    documents = [user(1735732800000 + i * day, 100 + i) for i in range(365)]
    documents += [videos(author, 1735732800000 + i * day + 9_000, followerCount=7) for i in range(365)]
    tables = balanced(read(write("a.jsonl", "\n".join(map(json.dumps, documents)))))
    assert tables.accounts.column("followers").tolist() == [464]
    assert sorted(tables.snapshots.column("followers").tolist()) == list(range(100, 464))
