"""Who may ask, how much, and what every answer carries."""

import asyncio
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from detector.serve.guard import Guard, hosts
from detector.serve.settings import Limits

PAGES = (
    "/",
    "/accounts",
    "/review",
    "/changes",
    "/night/",
    "/api",
    "/api/openapi.json",
    "/api/accounts",
    "/nowhere",
)
WRITES = (
    "/report/upload",
    "/report/typed",
    "/review?platform=tiktok&account_id=1",
    "/api/cases",
    "/api/score",
    "/api/score/files",
)


@pytest.fixture
def desk(shared):
    """What is refused writes nothing: these tests share a desk."""
    return shared[0]


@pytest.fixture
def client(shared):
    return shared[1]


class Tags(HTMLParser):
    """All tags of a page, with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "TESTSERVER"}, 200),
        ({"origin": "http://testserver"}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"host": "evil.example"}, 421),
        ({"host": "testserver.evil.example"}, 421),
        ({"host": "testserver:8400"}, 421),
        ({"host": ""}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "https://testserver"}, 403),
        ({"origin": "http://testserver:1"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin, cross-site"}, 403),
        ({"content-length": "99999999999"}, 413),
        ({"content-length": "-1"}, 400),
        ({"content-length": "²"}, 400),
    ],
)
def test_only_own_pages_may_ask(client, headers, status):
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    assert client.get("/api/night", headers=encoded).status_code == status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_are_refused(client, method):
    answer = client.request(method, "/api/night", headers={"origin": "http://testserver"})
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_two_hosts_are_none(client):
    assert client.get("/", headers=[("host", "testserver"), ("host", "testserver")]).status_code == 421


def test_both_names_of_this_machine_are_ours():
    assert hosts(8400) == {"127.0.0.1:8400", "localhost:8400"}
    assert "127.0.0.1" in hosts(80)


@pytest.mark.parametrize("page", PAGES)
def test_every_answer_forbids_what_is_not_ours(client, page):
    answer = client.get(page)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


def test_refusals_carry_the_same_headers(client):
    answer = client.get("/", headers={"host": "evil.example"})
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("page", PAGES[:6])
def test_no_page_holds_a_script_or_a_style_of_its_own(client, page):
    tags = Tags()
    tags.feed(client.get(page).text)
    names = [name for name, _ in tags.found]
    assert "style" not in names
    assert [attributes for name, attributes in tags.found if name == "script"] == (
        [{"src": "/static/review.js", "defer": None}] if page == "/review" else []
    )
    for name, attributes in tags.found:
        assert not [one for one in attributes if one == "style" or one.startswith("on")], name
        led = [attributes[one] for one in ("src", "href", "action") if one in attributes]
        assert all(re.fullmatch(r"/(?!/).*|#.*|[a-z_]+\.[a-z]+", where) for where in led), name


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
def test_nothing_is_written_without_the_token(client, desk, path, token):
    if path.startswith("/api"):
        headers = {} if token is None else {"X-Detector-Token": token.encode("latin-1")}
        answer = client.post(path, headers=headers, json={"label": "inflated"})
    else:
        answer = client.post(path, data={"label": "inflated"} | ({} if token is None else {"token": token}))
    assert answer.status_code == 403
    assert "token" in answer.text or "Load the form again" in answer.text
    assert not desk.answers.log.path.exists()


def test_each_start_has_a_token_of_its_own(desks):
    first, second = desks(), desks()
    assert len(first.token) >= 40
    assert first.token != second.token


def test_these_are_all_that_write(client):
    """Another path that takes POST has to be listed above, so that it is tried without the token."""
    described = client.get("/api/openapi.json").json()["paths"]
    api = {path for path, methods in described.items() if "post" in methods}
    assert api == {path for path in WRITES if path.startswith("/api")}
    pages = set(
        re.findall(r'method="post" action="([^"?]+)', client.get("/").text + client.get("/review").text)
    )
    assert pages == {path.split("?")[0] for path in WRITES if not path.startswith("/api")}


@pytest.mark.parametrize("said", [True, False])
def test_what_is_too_large_is_refused(ask, desks, said):
    client = ask(desks(limits=Limits(upload=10_000)))
    parts = [b"x" * 1000] * 20
    content = b"".join(parts) if said else iter(parts)
    form = "application/x-www-form-urlencoded"
    answer = client.post("/report/upload", content=content, headers={"content-type": form})
    assert answer.status_code == 413
    assert "larger than" in answer.text


def test_what_does_not_arrive_is_refused():
    """A body of which nothing comes after its first bytes."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    first = True

    async def receive() -> dict[str, Any]:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": b"a", "more_body": True}
        await asyncio.Event().wait()
        raise AssertionError("never")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": [(b"host", b"here")]}
    asyncio.run(Guard(app, ["here"], Limits(seconds=0.05))(scope, receive, send))
    assert sent[0]["status"] == 408


@pytest.mark.parametrize(
    "path",
    [
        "/static/../serve/app.py",
        "/static/..%2f..%2fapp.py",
        "/static/%2Fetc%2Fpasswd",
        "/night/..%2fsummary.json",
        "/night/result%2fpart-00000.parquet",
        "/night/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/report?id=../../etc/passwd",
        "/account?platform=tiktok&account_id=../../../etc/passwd",
    ],
)
def test_nothing_of_a_request_becomes_a_path(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "root:" not in answer.text
