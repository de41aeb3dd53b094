"""In a real browser: no message, no request, no barrier, nothing wider than a phone, two pages of paper."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outputs.html.test_page import written

PHONE, DESK = 360, 1200
STORIES = ("viral_hit", "giveaway", "tiny_newcomer", "wrapped_counter", "dormant_star", "hollow_followers")
INFLATED = ("follower_drip", "follower_refill", "like_spike", "like_shower", "one_showered_post")


class Shown:
    """A page in the browser, and everything it said and asked for."""

    def __init__(self, browser, path: Path, width: int, scheme: str) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.refused: list[tuple[str, str]] = []
        self.page.on(
            "requestfailed", lambda request: self.refused.append((request.url, request.failure or ""))
        )
        self.page.goto(path.as_uri())
        self.own = path.as_uri()


@pytest.fixture
def show(browser, tmp_path) -> Iterator:
    shown: list[Shown] = []

    def opened(text: str, width: int = DESK, scheme: str = "light") -> Shown:
        path = tmp_path / "report.html"
        path.write_text(text, encoding="utf-8")
        shown.append(Shown(browser, path, width, scheme))
        return shown[-1]

    yield opened
    for one in shown:
        one.context.close()


def barriers(page) -> list[str]:
    """What axe-core finds, each with the first element it found it on."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html']}" for one in found]


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "light"), (DESK, "light"), (PHONE, "dark")])
@pytest.mark.parametrize(
    "story", ["viral_hit", "tiny_newcomer", "follower_refill", "one_showered_post", None]
)
def test_a_page_is_quiet_fits_and_has_no_barrier(page, show, story, width, scheme):
    shown = show(page(story), width, scheme)
    assert shown.said == []
    assert shown.asked == [shown.own]
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    assert barriers(shown.page) == []


def test_a_hostile_name_does_nothing(page, show, hostile_name):
    shown = show(page("like_spike", hostile_name), PHONE)
    assert shown.said == []
    assert shown.asked == [shown.own]
    assert shown.page.evaluate("document.scripts.length") == 0
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert shown.page.title().startswith("Suspicious: ")


@pytest.mark.parametrize("story", [*STORIES, *INFLATED])
def test_a_report_prints_on_two_pages(page, show, story):
    paper = show(page(story)).page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", paper)) in (1, 2)


def test_its_policy_stops_what_is_put_into_it(page, show):
    """The page as it is, with a script and a picture put in by force: neither may load."""
    put = "<script>document.title='run'</script><img src='https://example.com/x.png'></main>"
    shown = show(page("like_spike").replace("</main>", put, 1))
    assert shown.page.title() != "run"
    assert shown.refused == [("https://example.com/x.png", "csp")]
    assert any("Content Security Policy" in said for said in shown.said)


def test_levels_are_told_without_colour(make, show):
    """Every level has a word beside its icon, and the icons differ in shape."""
    shown = show(written(make("suspicious", "unusual", "ordinary", "unjudged")))
    cells = shown.page.locator(".level-cell").all()
    words = {cell.inner_text().strip() for cell in cells}
    assert words == {"Suspicious", "Unusual", "Ordinary", "No verdict"}
    icons = {cell.inner_text().strip(): cell.locator("svg").inner_html() for cell in cells}
    assert len(set(icons.values())) == len(words)
