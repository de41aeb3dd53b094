"""The page: one file that loads nothing and runs nothing, whatever a name holds; its numbers hold together."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import detector
from detector.api import judge
from detector.contract import AXES, LEVELS, RESULT, SUPPORT
from detector.explain import odd_days, peer_band, subjects
from detector.outputs import html
from detector.outputs.hostile import printable
from detector.outputs.html.asks import ASKS
from detector.outputs.html.charts.waterfall import rounded
from detector.outputs.html.compare import LISTED, TOLD
from detector.outputs.html.drawing import Scale, compact
from detector.outputs.html.phrases import verdict
from detector.outputs.html.price import NOTHING, UNKNOWN, price_lines
from detector.signals.innocent import EXPLANATIONS
from detector.tables import Table, Tables
from detector.verdict import Result

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample"
STORIES = (
    "ordinary_middle",
    "giveaway",
    "tiny_newcomer",
    "hollow_followers",
    "follower_refill",
    "like_spike",
)


class Seen(HTMLParser):
    """What a browser would find: elements with their attributes, and text outside of the style sheet."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.styles: list[str] = []
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        (self.styles if self.inside == "style" else self.text).append(data)


def written(result: Result) -> str:
    stream = BytesIO()
    html.OUTPUT.write(result, stream)
    return stream.getvalue().decode()


def harmless(page: str) -> Seen:
    seen = Seen(page)
    for tag, attributes in seen.elements:
        assert tag not in (
            "script",
            "img",
            "iframe",
            "object",
            "embed",
            "link",
            "base",
            "form",
            "image",
            "use",
        )
        assert not [
            name for name in attributes if name.startswith("on") or name in ("style", "src", "srcset")
        ]
        assert all(value.startswith("#") for name, value in attributes.items() if name.endswith("href"))
    return seen


def test_a_hostile_name_is_text(page, hostile_name):
    seen = harmless(page("like_spike", hostile_name))
    shown = printable(hostile_name)
    assert (shown if len(shown) <= 60 else shown[:57] + "...") in "".join(seen.text)


def test_hostile_texts_anywhere_in_a_result_are_text(result, hostile, make):
    for one in (result, make("hostile"), make("suspicious", platform="tiktok", handle="<b>x", cohort="<i>y")):
        harmless(written(one))
    assert printable(hostile.replace("\ud800", "\ufffd"))[:50] in "".join(Seen(written(make("hostile"))).text)


@pytest.mark.parametrize("story", [*STORIES, None])
def test_its_policy_forbids_everything_but_its_own_style_sheet(page, story):
    text = page(story)
    seen = harmless(text)
    (style,) = seen.styles
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policies = [a["content"] for _, a in seen.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    ]
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("story", [*STORIES, None])
def test_names_of_elements_are_said_once_and_what_is_referred_to_is_there(page, story):
    seen = Seen(page(story))
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in seen.elements:
        assert set((attributes.get("aria-labelledby") or "").split()) <= set(ids)
        assert (attributes.get("href") or "#")[1:] in {"", *ids}


@pytest.mark.parametrize("story", STORIES)
def test_every_picture_has_words(page, story):
    pictures = re.findall(r'<svg class="drawing".*?</svg>', page(story), re.S)
    assert len(pictures) >= 3
    for picture in pictures:
        assert re.search(r"<title [^>]+>[^<]{5,}</title>", picture)
        assert re.search(r"<desc [^>]+>[^<]{15,}</desc>", picture)
        assert "nan" not in re.sub(r"<desc.*?</desc>", "", picture)


@pytest.mark.parametrize("story", [*STORIES, None])
def test_it_accuses_nobody_and_says_so(page, story):
    text = " ".join(Seen(page(story)).text)
    assert not re.search(r"\b(fraud|bought|fake|cheat)", text, re.IGNORECASE)
    assert "A person decides." in text


def test_the_same_account_gives_the_same_bytes_alone_or_cut_out_of_many(page):
    model = detector.load_model()
    tables = detector.read(SAMPLE)
    result = judge(tables, model, reasons="all")
    row = result.columns["handle"].tolist().index("sample_like_spike")
    again = html.report(tables, model, result.take([row]))
    assert again == page("like_spike")


def test_the_bars_as_shown_are_the_score(page):
    for story in ("hollow_followers", "follower_refill", "like_spike", "giveaway"):
        picture = re.search(r'aria-labelledby="shares-title.*?</svg>', page(story), re.S)[0]
        said = re.search(r"<desc [^>]+>(.*?)</desc>", picture, re.S)[1]
        parts = [round(float(number) * 100) for number in re.findall(r": (\d+\.\d\d);", said)]
        assert sum(parts) == round(float(re.search(r"the score, (\d+\.\d\d)", said)[1]) * 100), story


def test_rounded_parts_always_sum_up():
    rng = np.random.default_rng(1)
    for _ in range(200):
        parts = rng.exponential(0.7, int(rng.integers(1, 9))).tolist()
        shown = rounded(parts, sum(parts))
        assert sum(shown) == round(sum(parts) * 100)
        assert all(abs(a - 100 * b) <= 1.0 + 1e-9 for a, b in zip(shown, parts, strict=True))


def test_several_creators_are_compared_worst_first(page):
    text = page(None)
    names = re.findall(r'<th scope="row">(?:<a [^>]+>)?<bdi>([^<]+)</bdi>', text)
    assert len(names) == 25
    verdicts = re.findall(r'<tr class="(\w+)">', text)
    order = ("suspicious", "unusual", "ordinary", "insufficient_data")
    assert [order.index(one) for one in verdicts] == sorted(order.index(one) for one in verdicts)
    assert text.count("<article") == TOLD


def test_creators_of_one_name_are_told_apart(make):
    result = make("suspicious", "ordinary")
    for name, value in {"platform": ["tiktok", "youtube"], "handle": ["ana", "ana"]}.items():
        result.columns[name][:] = value
    text = written(result)
    assert re.findall(r'<th scope="row">(?:<a [^>]+>)?<bdi>([^<]+)</bdi>', text) == [
        "tiktok ana",
        "youtube ana",
    ]
    assert "tiktok ana: 1 in" in text


def test_a_page_of_many_stays_small_and_says_what_it_leaves_out(make):
    many = Result.concat([make("suspicious")] * (LISTED + 100))
    text = written(many)
    assert len(text.encode()) < 1_000_000
    assert f"The {LISTED} most suspicious are listed." in text


@pytest.mark.parametrize("story", [*STORIES, None])
def test_a_page_with_pictures_is_far_below_a_megabyte(page, story):
    assert len(page(story).encode()) < (100_000 if story else 400_000)


def test_no_verdict_says_why_and_what_is_needed(make):
    text = " ".join(Seen(written(make("unjudged"))).text)
    assert "No verdict: the model's reference has too few accounts like this one" in text
    assert "lifetime likes, or recent posts" in text
    assert "How much is inflated cannot be said" in text


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        (("automation",), "automation looks as it does"),
        (("followers",), "followers look as they do"),
        (("followers", "likes", "automation"), "followers, likes and automation look as they do"),
    ],
)
def test_what_does_not_stand_out_is_said_in_its_number(make, judged, said):
    unknown = {f"{axis}_suspicion": float("nan") for axis in AXES}
    (row,) = make("ordinary", **unknown | {f"{axis}_suspicion": 40.0 for axis in judged}).rows()
    assert verdict(row) == f"Nothing stands out: {said} with ordinary creators."


def test_who_was_not_judged_is_held_against_nobody():
    accounts = [{"platform": "tiktok", "account_id": "7", "followers": 31_214, "likes": 0, "posts": 0}]
    tables = Tables(accounts=Table.from_rows("accounts", accounts))
    model = detector.load_model()
    result = judge(tables, model, reasons="all")
    (row,) = result.rows()
    assert (row["level"], row["followers_suspicion"]) == ("insufficient_data", None)
    text = " ".join(Seen(html.report(tables, model, result)).text)
    assert "No verdict" in text
    assert "times as many" not in text
    asked, _, _ = text.partition("What to ask the creator for")[2].partition("What it would change")
    assert "the account shows none" not in asked
    assert "views, likes and comments of at least 8 recent posts" in asked


def test_every_explanation_has_something_to_ask_for_or_nothing_on_purpose():
    assert set(ASKS) == set(EXPLANATIONS)
    assert [name for name, ask in ASKS.items() if not ask] == ["purge"]


def _priced(story: str) -> tuple[str, ...]:
    model, tables = detector.load_model(), detector.read(SAMPLE, account=f"sample_{story}")
    (row,) = judge(tables, model, reasons="all").rows()
    (subject,) = subjects(tables, model, tables.keys())
    likes = float(subject.panel.profile["likes"][0])
    return price_lines(row, peer_band(subject), odd_days(subject), likes)


def test_a_price_by_followers_is_reckoned_on_what_peers_have():
    amount, said = _priced("hollow_followers")
    times = float(re.search(r"comes to ([\d.]+) times the price asked", said)[1])
    shown = float(re.search(r"shows ([\d,]+)\.", said)[1].replace(",", ""))
    expected = float(re.search(r"about ([\d,]+) followers", said)[1].replace(",", ""))
    assert times == pytest.approx(shown / expected, rel=0.06)
    assert re.search(r"\([\d.]+ to [\d.]+ by the middle half\)", said)
    inflated = float(re.search(r"^About ([\d,]+) followers", amount)[1].replace(",", ""))
    assert inflated == pytest.approx(shown - expected, rel=0.05)


def test_a_price_by_likes_is_reckoned_on_the_marked_days():
    amount, said = _priced("like_spike")
    came = float(re.search(r"brought ([\d,]+) likes beyond usual days", said)[1].replace(",", ""))
    assert float(re.search(r"^About ([\d,]+) likes", amount)[1].replace(",", "")) == pytest.approx(
        came, rel=0.1
    )
    share = int(re.search(r"that is (\d+)%", said)[1]) / 100
    times = float(re.search(r"comes to ([\d.]+) times", said)[1])
    assert times == pytest.approx(1 / (1 - share), rel=0.06)
    assert "An upper end" in said


def test_a_price_counts_what_is_still_there_and_the_amount_all_that_came():
    amount, said = _priced("follower_refill")
    assert "some may be gone since" in amount
    counts = re.search(
        r"brought ([\d,]+) followers beyond usual days, ([\d,]+) were lost since, so ([\d,]+) are left; that is (\d+)% "
        r"of the ([\d,]+) shown",
        said,
    )
    came, lost, left, percent, shown = (int(one.replace(",", "")) for one in counts.groups())
    assert came - lost == left
    assert percent == round(100 * left / shown)


def test_no_price_is_reckoned_where_nothing_stands_out_or_nothing_is_known(make):
    (ordinary,), (unjudged,) = make("ordinary").rows(), make("unjudged").rows()
    assert price_lines(ordinary, None, None, 5.0) == (NOTHING,)
    assert price_lines(unjudged, None, None, 5.0) == (UNKNOWN,)
    (suspicious,) = make("suspicious").rows()
    assert price_lines(suspicious, None, None, float("nan")) == (UNKNOWN,)


@pytest.mark.parametrize("value", [0.0, 1.0, 1e15, 12_345_678.0])
def test_any_counter_can_be_drawn(value):
    accounts = Table.from_rows(
        "accounts",
        [
            {
                "platform": "tiktok",
                "account_id": "1",
                "followers": value,
                "likes": value,
                "posts": min(value, 1e5),
            }
        ],
    )
    looks = [
        {
            "platform": "tiktok",
            "account_id": "1",
            "observed_at": np.datetime64(f"2026-01-{day:02}", "us"),
            "followers": value,
            "likes": value + day,
        }
        for day in range(1, 29)
    ]
    tables = Tables(accounts, snapshots=Table.from_rows("snapshots", looks))
    model = detector.load_model()
    text = html.report(tables, model, judge(tables, model, reasons="all"))
    assert "nan" not in "".join(re.findall(r'(?:[xy][12]?|d|r|cx|cy|width|height)="[^"]*"', text))


def test_a_scale_cuts_off_what_lies_beyond():
    scale = Scale(1.0, 1000.0, 10.0, 40.0, log=True)
    assert [scale.at(value) for value in (0.0, 1.0, 1000.0, 1e9)] == [10.0, 10.0, 40.0, 40.0]
    assert Scale(5.0, 5.0, 0.0, 10.0).at(5.0) == 5.0


@pytest.mark.parametrize(
    ("value", "shown"), [(999.0, "999"), (1_000.0, "1K"), (999_900.0, "1M"), (-1500.0, "-1.5K")]
)
def test_numbers_of_an_axis_are_short(value, shown):
    assert compact(value) == shown


_SHARE = st.none() | st.floats(0.0, 99.99)


@given(
    level=st.sampled_from(LEVELS),
    support=st.sampled_from((None, *SUPPORT)),
    p_value=st.none() | st.floats(1e-5, 1.0),
    axes=st.tuples(_SHARE, _SHARE, _SHARE),
    expected=st.none() | st.floats(0.0, 1e9),
    excess=st.none() | st.floats(0.0, 1e6),
    evidence=st.sampled_from((None, "profile", "profile+posts+history")),
    needed=st.lists(st.sampled_from(["a model for x", "followers", "posts: the account shows none"])),
    size=st.none() | st.integers(1, 100_000),
    name=st.none() | st.text(max_size=80),
)
def test_any_row_of_a_result_becomes_a_harmless_page(
    level, support, p_value, axes, expected, excess, evidence, needed, size, name
):
    row = {column.name: {"list": (), "records": ()}.get(column.kind) for column in RESULT}
    row |= {
        "platform": "tiktok",
        "account_id": name or "1",
        "handle": name,
        "level": level,
        "support": support,
    }
    row |= {
        "p_value": p_value,
        "followers_expected": expected,
        "followers_excess": excess,
        "evidence": evidence,
    }
    row |= dict(zip((f"{axis}_suspicion" for axis in AXES), axes, strict=True))
    row |= {
        "needed": tuple(needed),
        "cohort_size": size,
        "cohort": None if size is None else "tiktok, any size",
    }
    fill = {"number": np.nan, "count": np.nan, "time": "NaT"}
    columns = {
        column.name: [fill.get(column.kind) if row[column.name] is None else row[column.name]]
        for column in RESULT
    }
    one = Result(columns)
    for result in (one, Result.concat([one, one])):
        shown = written(result)
        harmless(shown)
        assert not re.search(r'(?:[xy][12]?|d|r|cx|cy|width|height)="[^"]*nan', shown)
