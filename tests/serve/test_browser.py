"""In a real browser, on a phone's and a desk's width: every path, no barrier, no message, no request elsewhere."""

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.serve.browsing import DESK, PHONE, WIDTHS, answers, barriers


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
    assert page.get_by_text("accounts: 1 row = 1 used + 0 set aside").is_visible()
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
