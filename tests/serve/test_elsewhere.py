"""What a page from elsewhere can do with ours in a real browser, even from this machine: nothing."""

import threading
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import REBOUND
from tests.serve.browsing import answers


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str], str]]:
    """Serve a page at another port of this machine: its address."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    running: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def serve(text: str) -> str:
        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


TRIES = """<!doctype html><title>elsewhere</title><script>
window.found = (async () => {
  const told = {};
  const attempt = async (name, ask) => {
    try {
      const answer = await ask();
      told[name] = `${answer.type} ${answer.status} ${(await answer.text()).slice(0, 200)}`;
    } catch (error) { told[name] = "refused"; }
  };
  await attempt("read", () => fetch("%(to)s/api/accounts"));
  await attempt("read a page", () => fetch("%(to)s/accounts"));
  await attempt("read with cookies", () => fetch("%(to)s/api/night", {credentials: "include"}));
  await attempt("read blindly", () => fetch("%(to)s/api/accounts", {mode: "no-cors"}));
  await attempt("write", () => fetch("%(to)s/api/cases", {
    method: "POST", headers: {"content-type": "application/json", "X-Detector-Token": "%(token)s"},
    body: JSON.stringify({platform: "tiktok", account_id: "%(account)s", label: "inflated"})}));
  await attempt("write blindly", () => fetch("%(to)s/review?platform=tiktok&account_id=%(account)s", {
    method: "POST", mode: "no-cors", body: new URLSearchParams({token: "%(token)s", label: "inflated"})}));
  const load = (tag, attribute, path) => new Promise((done) => {
    const one = document.createElement(tag);
    one.onload = () => done("loaded"); one.onerror = () => done("refused");
    one[attribute] = "%(to)s" + path;
    document.body ? document.body.append(one) : document.documentElement.append(one);
  });
  told["script"] = await load("script", "src", "/static/review.js");
  told["picture"] = await load("img", "src", "/static/icon.svg");
  return told;
})();
</script>"""


def test_a_page_from_elsewhere_can_neither_read_nor_write(visit, server, elsewhere, rows):
    """Even with the token, which it cannot know, and from this very machine."""
    account = next(row["account_id"] for row in rows if row["account_id"].isdigit())
    before = answers(server)
    where = elsewhere(TRIES % {"to": server.address, "token": server.token(), "account": account})
    page = visit().page
    page.goto(where)
    found = page.evaluate("window.found")
    assert len(found) == 8
    for name, told in found.items():
        if name.endswith("blindly"):  # what comes of it cannot be read
            assert told in ("refused", "opaque 0 ")
        else:
            assert told == "refused", name
    assert answers(server) == before


@pytest.mark.parametrize(
    "path", ["/review?platform=tiktok&account_id={account}", "/report/typed", "/report/upload"]
)
def test_a_form_from_elsewhere_is_refused(visit, server, elsewhere, rows, path):
    account = next(row["account_id"] for row in rows if row["account_id"].isdigit())
    before = answers(server)
    where = elsewhere(
        f"""<!doctype html><form method="post" action="{server.address}{path.format(account=account)}">
        <input name="token" value="{server.token()}"><input name="label" value="inflated">
        <input name="platform" value="tiktok"><input name="followers" value="3"><button>go</button></form>"""
    )
    page = visit().page
    page.goto(where)
    with page.expect_response(lambda answer: server.address in answer.url) as caught:
        page.get_by_role("button").click()
    assert caught.value.status == 403
    assert answers(server) == before


def test_a_page_from_elsewhere_cannot_frame_it_or_lead_to_it(visit, server, elsewhere):
    where = elsewhere(
        f'<!doctype html><iframe src="{server.address}/review"></iframe><a href="{server.address}/accounts">in</a>'
    )
    page = visit().page
    with page.expect_response(lambda answer: answer.url.startswith(server.address)) as framed:
        page.goto(where)
    assert framed.value.status == 403
    with page.expect_response(lambda answer: answer.url.startswith(server.address + "/accounts")) as led:
        page.get_by_role("link").click()
    assert led.value.status == 403


def test_a_name_that_was_turned_to_this_machine_is_refused(visit, server):
    """DNS rebinding: the page is of the same origin for the browser, but its name is not ours."""
    page = visit().page
    answer = page.goto(f"http://{REBOUND}:{server.port}/api/accounts")
    assert answer.status == 421
    assert "account_id" not in page.content()


def test_the_other_name_of_this_machine_is_served(visit, server):
    seen = visit()
    page = seen.page
    assert page.goto(f"http://localhost:{server.port}/").ok
    page.get_by_label("Followers").fill("1.2M")
    page.get_by_label("Likes, lifetime").fill("3.4K")
    seen.follow(page.locator("form[action='/report/typed'] button"))
    assert "/report?id=" in page.url


def test_its_policy_stops_what_is_put_into_it(visit):
    """A script, a style and a picture put into the page by force: none may run or load."""
    seen = visit()
    page = seen.go("/accounts")
    page.evaluate(
        """() => {
        const main = document.getElementById("main");
        const script = document.createElement("script");
        script.textContent = "document.title = 'run'";
        main.append(script);
        const picture = document.createElement("img");
        picture.src = "https://example.com/x.png";
        main.append(picture);
        main.setAttribute("style", "display: none");
        }"""
    )
    assert page.title() != "run"
    assert page.locator("#main").is_visible()
    assert len([said for said in seen.said if "Content Security Policy" in said]) >= 3
