"""The page of a night: it says what was counted, holds no script, and lets no name become anything but text."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from detector import api
from detector.audit.reports.changes import find_changes
from detector.audit.reports.drift import drift
from detector.audit.reports.flagged import find_flagged
from detector.audit.reports.page import Glance, page, write_page
from detector.audit.reports.rows import opened
from detector.audit.reports.tally import Tally
from detector.model.model import Model
from detector.panel import build_panel
from detector.repair import repair

SAMPLE = Path(__file__).parents[3] / "data" / "sample"
VOID = {"meta", "rect", "line", "link", "br"}


class Seen(HTMLParser):
    """Tags, attributes and texts of a page, and whether every element is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))


@pytest.fixture(scope="module")
def model():
    return api.load_model()


@pytest.fixture(scope="module")
def counted(model):
    """The sample creators' tally."""
    tables = repair(api.read(SAMPLE))
    tally = Tally()
    tally.add(model.judge(build_panel(tables, tables.keys())), api.judge(tables, model))
    return tally


@pytest.fixture
def glance(audit, sample, row, counted, model, bounds, hostile):
    """The sample creators, against a night without four of them; one has a hostile name."""

    def made(**changes):
        odd = row("-1", "suspicious", handle=hostile, followers_score=3.0)
        today = audit("today", type(sample).concat([sample, _one(row, odd)]))
        before = audit("before", sample.take([i for i in range(len(sample)) if i % 6]), version="older")
        with opened(today.parts, before.parts, bounds) as rows:
            found = {
                "flagged": find_flagged(rows),
                "changes": find_changes(rows, model_before="older", model=today.model_version),
            }
        plain = {"run": "2026-05-03", "source": "postgresql://me:s3cret@db/x", "model": today.model_version}
        plain |= {"law": ["25 accounts = 23 scored + 2 with insufficient data"], "tally": counted}
        return Glance(**plain | {"drift": drift(counted, model)} | found | changes)

    return made


def _one(row, odd):
    from detector.contract import RESULT
    from detector.verdict import Result

    absent = {"number": float("nan"), "count": float("nan"), "time": "NaT", "list": (), "records": ()}
    return Result({c.name: [absent.get(c.kind) if odd.get(c.name) is None else odd[c.name]] for c in RESULT})


def test_it_says_what_was_counted(glance, counted, suspicious):
    seen = Seen(page(glance()))
    assert seen.open == []
    assert f"{suspicious} of 25 accounts are suspicious" in seen.text
    assert (
        f"Expect about 0.23 false alarms among 23 judged accounts; {suspicious} are suspicious." in seen.text
    )
    assert "25 accounts = 23 scored + 2 with insufficient data" in seen.text
    assert "Another model judged the previous audit" in seen.text
    assert "sample_like_spike · tiktok" in seen.text
    assert "tiktok: " in seen.text
    assert "Evidence, not proof" in seen.text


def test_a_hostile_name_stays_text(glance, hostile):
    text = page(glance(run=hostile, source=hostile, model=hostile, law=[hostile]))
    seen = Seen(text)
    assert seen.open == []
    assert "script" not in seen.tags
    assert "<script>alert(1)</script>" in seen.text
    assert not {"\x1b", "\u202e", "\x00"} & set(text)
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name == "style"]


def test_nothing_comes_from_elsewhere_and_no_password_is_shown(glance):
    text = page(glance())
    seen = Seen(text)
    assert "s3cret" not in text
    assert not {"script", "img", "iframe", "link", "object", "form"} & set(seen.tags)
    links = [value for name, value in seen.attributes if name in ("href", "src")]
    assert links == ["flagged.csv", "changes.csv", "set_aside.parquet", "summary.json"]
    assert "url(" not in text
    assert "@import" not in text


def test_its_policy_allows_its_own_style_alone(glance):
    text = page(glance())
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(value for name, value in Seen(text).attributes if value.startswith("default-src"))
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_drift_is_shown_with_the_command_that_refits(glance, model, counted):
    many = Tally.from_dict(
        {
            platform: {
                kind: {name: n * 400 for name, n in counted.of(platform, kind).items()}
                for kind in counted.kinds(platform)
            }
            for platform in counted.platforms()
        }
    )
    one = glance()
    seen = Seen(page(replace(one, tally=many, drift=drift(many, model))))
    assert "These accounts differ from the model's reference" in seen.text
    assert "detector train fit SOURCE --out DIR" in seen.texts
    assert "Too few accounts to tell drift" in Seen(page(replace(one, drift=drift(Tally(), model)))).text


def test_a_night_of_nobody_has_a_page(glance):
    seen = Seen(page(glance(tally=Tally(), drift=drift(Tally(), Model({}, {})), flagged=[], changes=None)))
    assert seen.open == []
    assert "0 of 0 accounts are suspicious" in seen.text
    assert "It was compared with none" in seen.text
    assert "No account is suspicious or unusual." in seen.text
    assert "changes.csv" not in seen.text


def test_the_same_night_gives_the_same_bytes(glance, tmp_path):
    one = glance()
    write_page(tmp_path / "index.html", one)
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == page(one)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_of_text_have_enough_contrast(glance, scheme):
    rules = re.findall(r":root\{([^}]*)\}", page(glance()))
    colours = dict(pair.split(":") for pair in rules[scheme == "dark"].removeprefix("--").split(";--"))
    for ink in ("ink", "soft", "accent", "sus", "unu", "ord", "non"):
        for ground in ("card", "bg"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for ink in ("ink", "accent", "unu"):
        assert contrast(colours[ink], colours["warn-bg"]) >= 4.5, ink


def contrast(one, other):
    """WCAG 2's contrast ratio of two colours."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour):
    digits = colour.removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
