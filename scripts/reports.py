"""Reports of the sample's stories, written from the code: `make docs`.

Their texts stand in tests/golden/reports, one file a story, for a person to review and a test to compare.
`--picture` writes docs/images/report.png too, the first screens of one report, with a Chromium that is installed.
"""

import argparse
import shutil
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from textwrap import fill

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden" / "reports"
PICTURE = ROOT / "docs" / "images" / "report.png"
SHOWN = "sample_follower_refill"
"""The story whose report the picture shows."""

STORIES = (
    "sample_ordinary_middle",
    "sample_viral_hit",
    "sample_giveaway",
    "sample_dormant_star",
    "sample_platform_purge",
    "sample_tiny_newcomer",
    "sample_wrapped_counter",
    "sample_hollow_followers",
    "sample_follower_package",
    "sample_follower_drip",
    "sample_follower_refill",
    "sample_like_spike",
    "sample_like_shower",
    "sample_one_showered_post",
)
"""Innocent stories and inflated ones whose texts are kept."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1000, 1200


class _Text(HTMLParser):
    """What a page says, block by block; a picture by its text alternative."""

    BLOCKS = ("h1", "h2", "h3", "p", "li", "tr", "caption", "title", "desc")
    MARKS = ("# ", "## ", "### ", "", "- ", "| ", "", "", "picture: ")

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block starts a line; cells are parted by bars."""
        if tag in ("meta", "br", "path", "line", "rect", "circle"):
            return
        if tag in ("td", "th") and "".join(self.words).strip():
            self.words.append("|")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line."""
        if tag not in self.open:
            return  # of an element that closes itself
        while self.open.pop() != tag:
            pass
        if tag in self.BLOCKS:
            said = " ".join(" ".join(self.words).split())
            self.words = []
            if said and tag != "title":
                mark = self.MARKS[self.BLOCKS.index(tag)]
                self.lines.append(fill(mark + said, 100, subsequent_indent=" " * len(mark.lstrip("#"))))

    def handle_data(self, data: str) -> None:
        """Words, but for the style sheet and the words inside pictures, which their alternatives say."""
        inside_picture = "svg" in self.open and self.open[-1] not in ("title", "desc")
        if "style" not in self.open and not inside_picture:
            self.words.append(data)


def text_of(page: str) -> str:
    """The text of a page for people to review, one block a line."""
    parser = _Text()
    parser.feed(page)
    return "\n".join(parser.lines) + "\n"


def pages(stories: tuple[str, ...] = STORIES) -> dict[str, str]:
    """Story -> its report as HTML."""
    from detector.api import judge, load_model, read
    from detector.outputs.html import report

    model = load_model()
    found = {}
    for story in stories:
        tables = read(ROOT / "data" / "sample", account=story)
        found[story] = report(tables, model, judge(tables, model, reasons="all"))
    return found


def picture(page: str, path: Path) -> None:
    """A page down to its first pictures as a browser shows it."""
    from playwright.sync_api import sync_playwright

    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit("no Chromium is installed: sh scripts/services.sh")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        file = Path(folder) / "report.html"
        file.write_text(page, encoding="utf-8")
        chromium = started.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        shown = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        shown.goto(file.as_uri())
        path.parent.mkdir(parents=True, exist_ok=True)
        last = shown.locator("figure svg").nth(1).bounding_box()
        end = HEIGHT if last is None else last["y"] + last["height"] + 12
        shown.screenshot(path=path, clip={"x": 0, "y": 0, "width": WIDTH, "height": end})
        chromium.close()


def main() -> None:
    """Write the texts, and the picture where it is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--picture", action="store_true", help="write docs/images/report.png too")
    chosen = parser.parse_args()
    GOLDEN.mkdir(parents=True, exist_ok=True)
    found = pages()
    for story, page in found.items():
        (GOLDEN / f"{story}.txt").write_text(text_of(page), encoding="utf-8")
    if chosen.picture:
        picture(found[SHOWN], PICTURE)


if __name__ == "__main__":
    main()
