"""The API gives the contract's result, row for row that of the command line, and describes it."""

import json

import pytest

from detector import api
from detector.cases import read_cases
from detector.contract import RESULT
from detector.serve import schema
from detector.serve.api import HEADER
from detector.sources.profile import read_profile

COLUMNS = [column.name for column in RESULT]


@pytest.fixture
def head(desk):
    return {HEADER: desk.token}


def test_typed_numbers_are_judged_as_the_command_line_does(client, head):
    given = {"platform": "tiktok", "handle": "=1+2", "followers": "1.2M", "likes": 3400, "posts": "40"}
    answer = client.post("/api/score", headers=head, json=given | {"recent_views": "12K; 9.1K; -"})
    tables = read_profile(
        "tiktok", handle="=1+2", followers="1.2M", likes="3400", posts="40", recent_views="12K; 9.1K; -"
    )
    assert answer.json()["rows"] == list(api.judge(tables, reasons="all").rows())
    assert answer.json()["law"][0] == "accounts: 1 row = 1 used + 0 set aside"
    schema.Scored.model_validate(answer.json())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"platform": "tiktok"}, "no number to judge"),
        ({"platform": "tiktok", "followers": "many"}, "is no number"),
        ({"followers": "3"}, "platform: Field required"),
        ({"platform": "tiktok", "followers": "3", "likse": "3"}, "likse: Extra inputs"),
        ({"platform": "tiktok", "followers": "3" * 101}, "followers"),
        ({"platform": "tiktok", "followers": 10**30}, "followers"),
    ],
)
def test_numbers_that_cannot_be_judged_are_said(client, head, given, said):
    answer = client.post("/api/score", headers=head, json=given)
    assert answer.status_code == 422
    assert said in answer.json()["error"]


def test_files_are_judged_as_the_command_line_does(client, head, tmp_path):
    accounts = b"platform,account_id,handle,followers,likes,posts\ntiktok,7,\xd8\xa7\x1b[2J,120000,3000,40\n"
    posts = b"platform,account_id,post_id,views,likes\n" + b"".join(
        b"tiktok,7,%d,%d,%d\n" % (i, 1000 + i, 50 + i) for i in range(20)
    )
    files = [("files", ("accounts.csv", accounts)), ("files", ("posts.csv", posts))]
    answer = client.post("/api/score/files", headers=head, files=files)
    (tmp_path / "accounts.csv").write_bytes(accounts)
    (tmp_path / "posts.csv").write_bytes(posts)
    tables = api.read(tmp_path)
    assert answer.json()["rows"] == list(api.judge(tables, reasons="all").rows())
    assert answer.json()["notices"] == list(tables.notices)
    schema.Scored.model_validate(answer.json())
    assert "\x1b" not in answer.text


def test_accounts_are_the_rows_of_the_audit(client, rows):
    answer = client.get("/api/accounts?limit=500&sort=name").json()
    assert answer["total"] == len(rows)
    assert all(list(row) == COLUMNS for row in answer["rows"])
    found = {row["account_id"]: row for row in answer["rows"]}
    for row in rows:
        got = found[row["account_id"]]
        assert [got[name] for name in COLUMNS if name != "as_of"] == [
            row[name] for name in COLUMNS if name != "as_of"
        ]
        assert got["as_of"] == row["as_of"].strftime("%Y-%m-%dT%H:%M:%SZ")
    schema.Accounts.model_validate(answer)


def test_a_row_is_what_the_command_line_writes(client, rows):
    """The parts hold names that were put there; the rest is what `detector score` gives for the source."""
    source = client.get("/api/night").json()["settings"]["source"]
    expected = {row["account_id"]: row for row in api.judge(api.read(source)).rows()}
    ordinary = [row for row in rows if not row["reasons"] and row["account_id"] in expected]
    assert ordinary
    for row in ordinary:
        got = client.get(
            "/api/account", params={"platform": row["platform"], "account_id": row["account_id"]}
        )
        told, meant = got.json(), expected[row["account_id"]]
        assert {**told, "handle": None} == {**meant, "handle": None}
        schema.Row.model_validate(told)


def test_no_answer_holds_what_a_terminal_obeys(client, rows):
    assert any("\x1b" in (row["handle"] or "") for row in rows)
    for path in ("/api/accounts", "/api/changes", "/api/night", "/api/review"):
        text = client.get(path).text
        assert not [sign for sign in text if not sign.isprintable() and sign != "\n"]
        json.loads(text)


def test_a_label_is_kept(client, head, desk):
    asked = client.get("/api/review").json()
    schema.Queue.model_validate(asked)
    key = {name: asked["row"][name] for name in ("platform", "account_id")}
    answer = client.post(
        "/api/cases", headers=head, json=key | {"label": "inflated", "axis": "likes", "note": "n"}
    )
    assert answer.status_code == 200
    schema.Given.model_validate(answer.json())
    (case,) = read_cases(desk.answers.log.path)
    assert (case.account_id, case.label, case.axis, case.note) == (
        key["account_id"],
        "inflated",
        "likes",
        "n",
    )
    assert case.reviewed_at.isoformat() == answer.json()["reviewed_at"]
    assert client.get("/api/review").json()["row"]["account_id"] != key["account_id"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"label": "perhaps"}, 422),
        ({"axis": "x"}, 422),
        ({"account_id": "nobody"}, 404),
        ({"note": "n" * 2001}, 422),
    ],
)
def test_a_label_that_is_none_is_refused(client, head, desk, rows, changes, status):
    given = {"platform": "tiktok", "account_id": rows[0]["account_id"], "label": "genuine"} | changes
    assert client.post("/api/cases", headers=head, json=given).status_code == status
    assert not desk.answers.log.path.exists()


def test_changes_and_figures_are_those_of_the_folder(client, summary):
    assert client.get("/api/night").json() == summary
    found = client.get("/api/changes").json()
    assert found["figures"] == summary["changes"]
    assert len(found["moves"]) == summary["changes"]["listed"]
    schema.Changes.model_validate(found)


def test_it_is_described_with_every_column_of_the_contract(client):
    described = client.get("/api/openapi.json").json()
    assert list(described["components"]["schemas"]["Row"]["properties"]) == COLUMNS
    writes = {path for path, methods in described["paths"].items() if methods.get("post", {}).get("security")}
    assert writes == {"/api/cases", "/api/score", "/api/score/files"}
    for path in described["paths"]:
        assert path in client.get("/api").text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/api/docs"])
def test_no_page_that_would_load_scripts_from_elsewhere(client, path):
    assert client.get(path).status_code == 404


def test_another_content_is_no_json(client, head):
    answer = client.post("/api/score", headers=head, content='{"platform": "tiktok", "followers": 3}')
    assert answer.status_code == 422
