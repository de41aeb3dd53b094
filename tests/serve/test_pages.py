"""The pages without a browser: what they show, what becomes of forms, and what a request may not do."""

import json
import re
import shutil
from html import unescape

import pytest

from detector.cases import read_cases
from detector.serve.pages.accounts import COLUMNS
from detector.serve.wanted import SORTS


def text_of(answer) -> str:
    """What a reader sees, roughly: without tags, entities resolved."""
    return unescape(re.sub(r"<[^>]+>", " ", answer.text))


def keyed(row) -> dict[str, str]:
    return {"platform": row["platform"], "account_id": row["account_id"]}


def test_the_first_page_tells_of_the_audit(client, summary):
    text = text_of(client.get("/"))
    assert f"{summary['levels']['suspicious']} suspicious" in text


def test_without_an_audit_there_are_reports_alone(ask, desks):
    client = ask(desks(folder=None))
    assert "Accounts" not in client.get("/").text
    for page in ("/accounts", "/review", "/changes", "/night/", "/api/accounts", "/api/night", "/api/review"):
        answer = client.get(page)
        assert answer.status_code == 404
        assert "detector serve AUDIT_DIR" in answer.text


def test_numbers_become_a_report_with_an_address_of_its_own(client, desk):
    form = {"token": desk.token, "platform": "tiktok", "followers": "1.2M", "likes": "3.4K", "posts": "40"}
    sent = client.post("/report/typed", data=form | {"handle": "<i>paper</i>", "verified": "no"})
    assert sent.status_code == 303
    shown = client.get(sent.headers["location"])
    assert "&lt;i&gt;paper&lt;/i&gt;" in shown.text
    assert "inflated followers" in shown.text
    alone = client.get(sent.headers["location"].replace("/report", "/report/file"))
    assert alone.headers["content-disposition"] == 'attachment; filename="report.html"'
    assert alone.text.startswith("<!doctype html>")
    assert desk.token not in alone.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"followers": "many"}, "followers: `many` is no number"),
        ({"followers": "", "posts": "", "likes": ""}, "There is no number to judge"),
        ({"platform": "nowhere"}, "nowhere"),
        ({"recent_views": "12K", "recent_likes": "1; 2"}, "recent views has 1, recent likes has 2"),
    ],
)
def test_numbers_that_cannot_be_judged_are_said_and_kept_in_the_form(client, desk, changes, said):
    form = {"token": desk.token, "platform": "tiktok", "followers": "1.2M", "likes": "345", "handle": '"<i>'}
    answer = client.post("/report/typed", data=form | changes)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "--" not in text_of(answer)
    assert 'value="&#34;&lt;i&gt;"' in answer.text


def test_a_report_that_is_not_kept_any_more_is_said(ask, desks):
    from detector.serve.settings import Limits

    desk = desks(limits=Limits(kept=1))
    client = ask(desk)
    form = {"token": desk.token, "platform": "tiktok", "followers": "1.2M", "likes": "34K"}
    first, second = (client.post("/report/typed", data=form).headers["location"] for _ in range(2))
    assert client.get(second).status_code == 200
    assert client.get(first).status_code == 404
    assert "not kept any more" in client.get(first).text


def test_an_upload_becomes_a_report_that_says_what_was_read(client, desk):
    table = (
        b"platform,account_id,handle,followers,likes,posts\ntiktok,1,a<b>c,120000,3000,40\ntiktok,2,d,x,1,1\n"
    )
    sent = client.post(
        "/report/upload",
        data={"token": desk.token, "platform": "", "account": ""},
        files={"files": ("../../accounts.csv", table)},
    )
    assert sent.status_code == 303
    text = text_of(client.get(sent.headers["location"]))
    assert "accounts: 2 rows = 1 used + 1 set aside" in text
    assert "a<b>c" in text


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"platform,acount_id,followers\ntiktok,1,5\n", "Did you mean acount_id renamed to account_id?"),
        (b"platform,colour,followers\ntiktok,1,5\n", "Rename yours to account_id in the file."),
    ],
)
def test_columns_without_our_names_are_said_without_options(client, desk, table, said):
    files = {"files": ("accounts.csv", table)}
    answer = client.post("/report/upload", data={"token": desk.token}, files=files)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "--" not in text_of(answer)


def test_what_was_set_aside_is_said_without_options(client, desk):
    files = {"files": ("accounts.csv", b"platform,account_id,followers\ntiktok,1,500\n,2,700\n")}
    sent = client.post("/report/upload", data={"token": desk.token}, files=files)
    text = text_of(client.get(sent.headers["location"]))
    assert "platform is missing" in text
    assert "(or give platform)" in text


def test_an_upload_of_nothing_is_said(client, desk):
    answer = client.post("/report/upload", data={"token": desk.token}, files={"files": ("", b"")})
    assert answer.status_code == 422
    assert "No file was chosen" in answer.text


def test_an_upload_of_too_many_files_is_refused(client, desk):
    files = [("files", (f"{i}.csv", b"a\n1\n")) for i in range(desk.serving.limits.files + 1)]
    answer = client.post("/report/upload", data={"token": desk.token}, files=files)
    assert answer.status_code == 400
    assert "Too many files" in answer.text


def test_the_list_shows_every_account_and_leads_to_it(client, rows):
    page = client.get("/accounts")
    links = [unescape(link) for link in re.findall(r'href="(/account\?[^"]+)"', page.text)]
    assert len(links) == len(rows)
    for link in links:
        assert client.get(link).status_code == 200


def test_every_column_sorts_both_ways(client):
    assert set(COLUMNS) <= set(SORTS)
    page = client.get("/accounts?level=suspicious&q=a")
    for link in map(unescape, re.findall(r'<th scope="col"[^>]*><a href="([^"]+)"', page.text)):
        assert "level=suspicious" in link
        assert "q=a" in link
        sorted_page = client.get(link)
        assert len(re.findall("aria-sort", sorted_page.text)) == 1


def test_a_list_is_read_a_part_at_a_time(client, rows):
    link, seen = "/accounts?limit=3&sort=name&order=up", []
    while link:
        page = client.get(link).text
        seen += re.findall(r'<th scope="row"><a href="/account\?([^"]+)"', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        link = unescape(found[1]) if found else ""
    assert len(seen) == len(set(seen)) == len(rows)


@pytest.mark.parametrize(
    "asked",
    ["level=odd", "sort=score", "offset=-1", "limit=100000", "axis=x", "q=" + "a" * 201, "order=sideways"],
)
def test_what_is_not_understood_is_said(client, asked):
    for page in ("/accounts", "/api/accounts"):
        answer = client.get(f"{page}?{asked}")
        assert answer.status_code == 422
        assert "This was not understood" in answer.text


def test_an_account_shows_the_row_of_the_audit(client, rows):
    odd = next(row for row in rows if row["level"] == "suspicious")
    text = text_of(client.get("/account", params=keyed(odd)))
    for reason in odd["reasons"]:
        assert reason["sentence"] in text
    for innocent in odd["innocent"]:
        assert innocent["explanation"].rstrip(".") in text


def test_an_account_is_drawn_from_the_source(client, rows):
    row = next(row for row in rows if (row["handle"] or "").startswith("=HYPERLINK"))
    page = client.get("/account", params=keyed(row) | {"pictures": "1"})
    assert "the verdict is that of the audit" in page.text
    assert page.text.count('<svg class="drawing"') >= 4


def test_pictures_that_cannot_be_made_leave_the_row(client, rows):
    """Its id was put into the parts: no source holds it."""
    row = next(row for row in rows if row["account_id"].startswith(".."))
    page = client.get("/account", params=keyed(row) | {"pictures": "1"})
    assert page.status_code == 200
    assert "No pictures: " in page.text
    assert "does not hold this account any more" in page.text


def test_pictures_by_another_model_are_not_drawn(ask, desks, night, tmp_path, rows):
    from pyarrow import compute, parquet

    other = tmp_path / "other"
    shutil.copytree(night, other)
    for part in (other / "result").glob("*.parquet"):
        table = parquet.read_table(part)
        version = compute.binary_join_element_wise(table["model_version"], "x", "-")
        parquet.write_table(
            table.set_column(table.column_names.index("model_version"), "model_version", version), part
        )
    page = ask(desks(folder=other)).get("/account", params=keyed(rows[0]) | {"pictures": "1"})
    assert "No pictures: it was judged by" in page.text


def test_a_label_is_kept_and_the_next_account_shown(client, desk):
    first = desk.answers.next()
    form = {"token": desk.token, "label": "inflated", "axis": "likes", "note": '=1+2 <b>"x"</b>'}
    key = {"platform": first.key[0], "account_id": first.key[1]}
    answer = client.post("/review", params=key, data=form)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/review?said=inflated&")
    assert "Kept: inflated" in client.get(answer.headers["location"]).text
    assert desk.answers.next().key != first.key
    (case,) = read_cases(desk.answers.log.path)
    assert (case.label, case.axis, case.note, case.reviewer) == ("inflated", "likes", form["note"], "kim")
    assert form["note"] in text_of(client.get("/account", params=key))


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"label": "perhaps"}, 422),
        ({"label": ""}, 422),
        ({"label": "inflated", "axis": "posts"}, 422),
        ({"label": "genuine", "note": "x" * 2_001}, 422),
    ],
)
def test_an_answer_that_is_none_is_refused(client, desk, rows, form, status):
    answer = client.post("/review", params=keyed(rows[0]), data={"token": desk.token} | form)
    assert answer.status_code == status
    assert not desk.answers.log.path.exists()


def test_an_account_that_is_not_there_is_not_labelled(client, desk):
    key = {"platform": "tiktok", "account_id": "nobody"}
    answer = client.post("/review", params=key, data={"token": desk.token, "label": "genuine"})
    assert answer.status_code == 404
    assert not desk.answers.log.path.exists()


def test_changes_are_those_of_the_audit(client, night, summary):
    for kind in (
        "became_suspicious",
        "no_longer_suspicious",
        "new_and_suspicious",
        "gone_and_was_suspicious",
    ):
        page = client.get(f"/changes?kind={kind}")
        assert page.text.count('<th scope="row">') == summary["changes"][kind]
    became = text_of(client.get("/changes"))
    assert '=HYPERLINK("http://example.com","x")' in became
    assert "'=HYPERLINK" not in became


def test_a_first_night_has_no_changes(ask, desks, nights):
    client = ask(desks(folder=nights / "2026-05-03"))
    assert "not compared with another" in client.get("/changes").text
    assert client.get("/api/changes").status_code == 404


def test_a_folder_of_audits_is_its_newest(desks, nights):
    assert desks(folder=nights).night.audit.folder.name == "2026-05-04"


def test_the_night_and_its_files_are_those_of_the_folder(client, night):
    page = client.get("/night/")
    assert "accounts are suspicious" in page.text
    links = re.findall(r'<a href="([a-z_]+\.[a-z]+)"', page.text)
    lists = {"flagged.csv", "changes.csv", "groups.csv", "groups.parquet"}
    assert {*lists, "summary.json", "set_aside.parquet"} == set(links)
    for name in links:
        answer = client.get(f"/night/{name}")
        assert answer.content == (night / name).read_bytes()
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert client.get("/night").headers["location"] == "/night/"


def test_an_error_nobody_expected_tells_no_more_than_its_kind(client, desk, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(type(desk.night), "find", broken)
    for page in ("/accounts", "/api/accounts"):
        answer = client.get(page)
        assert answer.status_code == 500
        assert "RuntimeError" in answer.text
        assert "secret" not in answer.text
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_nothing_on_a_page_names_the_machine(client, night):
    for page in ("/", "/accounts", "/review", "/changes", "/api"):
        assert str(night) not in client.get(page).text


def test_cases_with_problems_are_said(client, desk):
    desk.answers.log.path.write_text("platform,account_id,label\ntiktok,1,perhaps\n")
    answer = client.get("/review")
    assert answer.status_code == 500
    assert "perhaps" in json.dumps(answer.text)


@pytest.mark.parametrize(
    ("path", "kind", "content"),
    [
        ("/review?platform=tiktok&account_id=1", "application/x-www-form-urlencoded", b"\xff=1&token=%ff"),
        ("/report/upload", "multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("/report/upload", "multipart/form-data", b"--x\r\nbroken"),
        ("/report/typed", "application/json", b"{}"),
        ("/api/score", "application/json", b'{"platform":'),
        ("/api/score", "application/json", b"[" * 100_000),
        ("/api/score", "application/json", b"\xff\xfe"),
        ("/api/score/files", "multipart/form-data; boundary=x", b"--x\r\nbroken"),
    ],
)
def test_what_is_no_request_is_refused(client, desk, path, kind, content):
    answer = client.post(
        path, content=content, headers={"content-type": kind, "X-Detector-Token": desk.token}
    )
    assert answer.status_code in (400, 403, 422)


@pytest.mark.parametrize(
    "path",
    [
        "/accounts?q=%00%ff",
        "/accounts?cohort=%22%3E%3Cscript%3E",
        "/account?platform=%00&account_id=%00",
        "/report?id=%00",
    ],
)
def test_odd_questions_get_a_page(client, path):
    answer = client.get(path)
    assert answer.status_code in (200, 404)
    assert "<script" not in answer.text
    assert "\x00" not in answer.text


def test_a_source_that_changed_is_said(ask, desks, night, tmp_path, rows):
    """Its posts are gone."""
    other = tmp_path / "other"
    shutil.copytree(night, other)
    path = other / "summary.json"
    said = json.loads(path.read_text())
    source = tmp_path / "source"
    shutil.copytree(said["settings"]["source"], source)
    (source / "posts.csv").unlink()
    path.write_text(json.dumps(said | {"settings": said["settings"] | {"source": str(source)}}))
    row = next(row for row in rows if (row["handle"] or "").startswith("=HYPERLINK"))
    page = ask(desks(folder=other)).get("/account", params=keyed(row) | {"pictures": "1"})
    assert "The source has changed since the audit" in page.text
    assert "In the audit it was: suspicious, as of 2026-" in page.text


def test_a_source_that_is_gone_leaves_the_row(ask, desks, night, tmp_path, rows):
    other = tmp_path / "other"
    shutil.copytree(night, other)
    path = other / "summary.json"
    said = json.loads(path.read_text())
    path.write_text(json.dumps(said | {"settings": said["settings"] | {"source": str(tmp_path / "gone")}}))
    page = ask(desks(folder=other)).get("/account", params=keyed(rows[0]) | {"pictures": "1"})
    assert page.status_code == 200
    assert "No pictures: " in page.text
