"""In a real browser, on a phone's and a desk's width: every path, no barrier, no message, no request elsewhere.

And what a page from elsewhere can do with it: nothing. Pictures of the pages are kept for people where
DETECTOR_SCREENSHOTS names a folder.
"""

import csv
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from detector.cases import read_cases
from detector.serve.server import bound, prepared
from detector.serve.settings import Limits, Serving
from tests.conftest import REBOUND

PHONE, DESK = 390, 1200
PATIENCE = 300
"""Seconds for anything: a machine may be busy with other tests."""

WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])


class Server:
    """The pages at an address of this machine, by a thread."""

    def __init__(self, folder: Path, cases: Path) -> None:
        self.cases, self.said = cases, list[str]()
        self._socket = bound(0)
        self.port = self._socket.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._server = prepared(
            Serving(folder, cases, reviewer="kim", limits=Limits(seconds=PATIENCE)),
            self.port,
            self.said.append,
        )
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()

    def token(self) -> str:
        return self.said[-1].rpartition(" ")[2]

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


@pytest.fixture(scope="module")
def server(nights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(nights, tmp_path_factory.mktemp("cases") / "cases.csv")
    yield running
    running.close()


class Visit:
    """A browser's tab, and everything it said and asked for."""

    def __init__(self, browser: Any, server: Server, width: int, **options: Any) -> None:
        self.server, self.width = server, width
        self.context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        self.context.set_default_timeout(PATIENCE * 1000)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def go(self, path: str) -> Any:
        answer = self.page.goto(self.server.address + path)
        assert answer.ok, f"{path}: {answer.status}"
        return self.page

    def follow(self, found: Any) -> None:
        """Click on something that leads to another page, and wait until that is there with its styles."""
        with self.page.expect_navigation():
            found.click()

    def check(self, name: str = "") -> None:
        """The page fits, has no barrier, and nothing was said or asked for elsewhere since the visit began."""
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width
        assert barriers(self.page) == []
        assert self.said == []
        assert [url for url in self.asked if not url.startswith(self.server.address + "/")] == []
        kept = os.environ.get("DETECTOR_SCREENSHOTS")
        if kept and name:
            self.page.screenshot(path=str(Path(kept) / f"{name}-{self.width}.png"), full_page=True)


def barriers(page: Any) -> list[str]:
    """What axe-core finds, each with the first element it found it on."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html']}" for one in found]


@pytest.fixture
def visit(browser: Any, server: Server) -> Iterator[Callable[..., Visit]]:
    made: list[Visit] = []

    def begin(width: int = DESK, **options: Any) -> Visit:
        made.append(Visit(browser, server, width, **options))
        return made[-1]

    yield begin
    for one in made:
        one.context.close()


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "light"), (DESK, "dark")])
def test_every_page_fits_is_quiet_and_has_no_barrier(visit, width, scheme):
    seen = visit(width, color_scheme=scheme)
    for path in (
        "/",
        "/accounts",
        "/accounts?q=nobody",
        "/review",
        "/review?second=1",
        "/changes",
        "/night/",
        "/api",
    ):
        page = seen.go(path)
        seen.check("" if "?" in path else f"{path.strip('/') or 'home'}-{scheme}")
        assert page.locator("h1").count() == 1
        assert page.locator("main#main").count() == 1
    page = seen.go("/accounts")
    seen.follow(page.locator("tbody a").first)
    seen.check(f"account-{scheme}")


@WIDTHS
def test_a_page_that_is_not_there_is_one_of_ours(visit, width):
    seen = visit(width)
    assert seen.page.goto(seen.server.address + "/nowhere").status == 404
    assert seen.page.locator("h1").inner_text() == "Not found"
    assert barriers(seen.page) == []
    assert all("404" in said for said in seen.said)


@WIDTHS
def test_files_that_are_dropped_become_a_report(visit, width, tmp_path):
    table = tmp_path / "accounts.csv"
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["platform", "account_id", "handle", "followers", "likes", "posts"])
        writer.writerow(["tiktok", "1", "<script>alert(1)</script>", 1_200_000, 3_400, 40])
    seen = visit(width)
    page = seen.go("/")
    page.get_by_label("Files: drop them here, or choose").set_input_files(table)
    seen.follow(page.get_by_role("button", name="Make the report").first)
    assert "/report?id=" in page.url
    assert page.locator("h1").inner_text() == "<script>alert(1)</script>"
    page.get_by_text("What was read").click()
    assert page.get_by_text("accounts: 1 rows = 1 used + 0 set aside").is_visible()
    seen.check("report")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as one file").click()
    assert download.value.suggested_filename == "report.html"
    assert "alert(1)&lt;/script" in Path(download.value.path()).read_text(encoding="utf-8")


@pytest.mark.parametrize(("width", "scripts"), [(PHONE, False), (DESK, True)])
def test_numbers_that_are_typed_become_a_report_without_scripts_too(visit, width, scripts):
    seen = visit(width, java_script_enabled=scripts)
    page = seen.go("/")
    page.get_by_label("Followers").fill("abc")
    seen.follow(page.locator("form[action='/report/typed'] button"))
    assert "`abc` is no number" in page.get_by_role("alert").inner_text()
    page.get_by_label("Followers").fill("1.2M")
    page.get_by_label("Likes, lifetime").fill("3.4K")
    page.get_by_label("Posts", exact=True).fill("40")
    page.get_by_text("Latest posts (tell much more)").click()
    assert page.get_by_label("Views of each").is_visible()
    seen.follow(page.locator("form[action='/report/typed'] button"))
    assert "/report?id=" in page.url
    assert page.locator("#verdict").inner_text() == "Suspicious"
    assert [said for said in seen.said if "422" not in said] == []  # the browser itself notes the refusal


@WIDTHS
def test_accounts_are_searched_sorted_filtered_and_opened(visit, width):
    seen = visit(width)
    page = seen.go("/accounts")
    names = page.locator("tbody th a")
    assert names.count() == 8
    page.get_by_label("Search").fill("HYPERLINK")
    seen.follow(page.get_by_role("button", name="Show"))
    assert names.all_inner_texts() == ['=HYPERLINK("http://example.com","x")']
    seen.check()
    seen.follow(page.get_by_role("link", name="Clear"))
    page.get_by_label("Suspicious", exact=True).check()
    page.get_by_label("Stands out on").select_option("likes")
    seen.follow(page.get_by_role("button", name="Show"))
    assert 0 < names.count() < 8
    assert set(page.locator("tbody .level-cell").all_inner_texts()) == {"Suspicious"}
    assert page.get_by_label("Suspicious", exact=True).is_checked()
    seen.follow(page.get_by_role("link", name="likes").first)
    assert page.locator("th[aria-sort='descending']").inner_text().startswith("likes")
    seen.follow(names.first)
    assert page.locator("#verdict").inner_text() == "Suspicious"
    seen.follow(page.get_by_role("link", name="Draw its pictures"))
    page.locator("figure.history").wait_for()
    assert "the verdict is that of the audit" in page.get_by_role("status").inner_text()
    seen.check("pictures")


@pytest.mark.parametrize(("width", "scripts"), [(PHONE, True), (DESK, False)])
def test_accounts_are_labelled_with_buttons(visit, server, width, scripts):
    seen = visit(width, java_script_enabled=scripts)
    page = seen.go("/review")
    name, before = page.locator("h1").inner_text(), answers(server)
    page.get_by_role("radio", name="likes").check()
    page.get_by_label("Note").fill('=1+2 <b>"note"</b>')
    seen.follow(page.get_by_role("button", name="Inflated"))
    page.get_by_text("Kept: inflated").wait_for()
    assert page.locator("h1").inner_text() != name
    assert answers(server) == [*before, ("inflated", "likes", '=1+2 <b>"note"</b>')]
    seen.follow(page.get_by_role("link", name="change it"))
    assert page.locator("h1").inner_text() == name
    assert '=1+2 <b>"note"</b>' in page.locator("aside").inner_text()
    page.get_by_text("Label it again").click()
    seen.follow(page.get_by_role("button", name="Unsure"))
    page.get_by_text("The label is kept").wait_for()
    assert answers(server)[-1] == ("unsure", "", "")
    if scripts:
        seen.check("labelled")


def test_accounts_are_labelled_with_keys_once_they_are_switched_on(visit, server):
    seen = visit()
    page = seen.go("/review")
    name, before = page.locator("h1").inner_text(), answers(server)
    page.keyboard.press("g")
    assert page.locator("h1").inner_text() == name
    page.get_by_label("Answer with keys").check()
    page.get_by_label("Note").focus()
    page.keyboard.type("gius")
    assert page.get_by_label("Note").input_value() == "gius"
    page.get_by_label("Note").blur()
    page.keyboard.press("Control+g")
    with page.expect_navigation():
        page.keyboard.press("g")
    page.get_by_text("Kept: genuine").wait_for()
    assert answers(server) == [*before, ("genuine", "", "gius")]
    assert page.get_by_label("Answer with keys").is_checked()
    with page.expect_navigation():
        page.keyboard.press("s")
    page.get_by_text("Skipped.").wait_for()
    assert len(answers(server)) == len(before) + 1
    seen.check("keys")


def test_everything_is_reached_by_the_keyboard(visit):
    seen = visit()
    page = seen.go("/accounts")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("script")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("tbody th a").all_inner_texts() == ["<script>alert(1)</script>"]
    order = []
    for _ in range(40):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.getBoundingClientRect().top + window.scrollY"))
        if page.evaluate("document.activeElement.closest('tbody') !== null"):
            break
    assert page.evaluate("document.activeElement.closest('tbody') !== null")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("h1").inner_text() == "<script>alert(1)</script>"


def test_hostile_names_are_text_everywhere(visit):
    seen = visit(PHONE)
    shown = set(visible_names(seen.go("/accounts")))
    assert {
        "<script>alert(1)</script>",
        '=HYPERLINK("http://example.com","x")',
        '"><img src=x onerror=alert(1)>',
        "rtl\\u202egnp.exe",
        "\\x1b[2Jred\\x07",
        "{{ 7 * 7 }}</title></style><svg onload=alert(1)>",
        "../..%2F=1+2\"'&<b>#?;é",
    } <= shown
    links = [one.get_attribute("href") for one in seen.page.locator("tbody th a").all()]
    for link in links:
        page = seen.go(link)
        name = page.locator("h1").inner_text()
        assert name in shown
        assert page.evaluate("document.scripts.length") == 0
        assert (
            page.evaluate("document.querySelectorAll('img, iframe, object, embed, main script').length") == 0
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        assert name in page.title()
    text = seen.go("/changes").locator("main").inner_text()
    assert '=HYPERLINK("http://example.com","x")' in text
    assert "<script>alert(1)</script>" in seen.go("/night/").locator("main").inner_text()
    assert seen.said == []
    assert [url for url in seen.asked if not url.startswith(seen.server.address + "/")] == []


def visible_names(page: Any) -> list[str]:
    return [text.strip() for text in page.locator("tbody th a").all_inner_texts()]


def answers(server: Server) -> list[tuple[str, str, str]]:
    cases = read_cases(server.cases) if server.cases.exists() else ()
    return [(case.label, case.axis, case.note) for case in cases]


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
