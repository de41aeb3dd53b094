"""What a person reads: eighty columns, worst first, every claim in words."""

import re
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from rich.console import Console

from detector.contract import PLATFORMS
from detector.outputs import words
from detector.outputs.terminal import EXPLAINED, OUTPUT, SHOWN, show
from detector.tables import Fault
from detector.verdict import Result


def shown(result: Result, **options) -> str:
    text = StringIO()
    show(result, Console(file=text, width=80, markup=False, highlight=False, emoji=False), **options)
    return text.getvalue()


def test_no_line_is_wider_than_eighty_columns(result):
    stream = BytesIO()
    OUTPUT.write(result, stream)
    lines = stream.getvalue().decode().splitlines()
    assert max(len(line.replace("\u0301", "")) for line in lines) <= 80


@pytest.mark.parametrize("width", range(32, 101, 4))
def test_a_narrow_terminal_drops_columns_and_cuts_no_number(make, width):
    text = StringIO()
    result = make("suspicious", "ordinary")
    drawing = {(result.columns["platform"][0], result.columns["account_id"][0]): ["▁" * 60, " ^"]}
    show(
        result, Console(file=text, width=width, markup=False, highlight=False, emoji=False), drawings=drawing
    )
    head, worst, *_ = text.getvalue().splitlines()
    assert head.split()[:3] == ["account", "level", "susp"]
    assert worst.split()[1:3] == ["suspicious", "99.7"]
    assert "…" not in head + worst.split(maxsplit=1)[1]
    assert ("evidence" in head, "peers" in head) == (width >= 56, width >= 65)
    assert ("▁" * 60 in text.getvalue(), "▁" in text.getvalue()) == (width >= 62, width >= 62)


def test_a_wide_terminal_keeps_names_and_levels_together(make):
    text = StringIO()
    show(make("suspicious"), Console(file=text, width=220, markup=False, highlight=False, emoji=False))
    assert len(text.getvalue().splitlines()[0].rstrip()) <= 82


def test_accounts_of_one_name_are_told_apart_in_the_table():
    keys = [("tiktok", "1"), ("youtube", "1"), ("tiktok", "2"), ("x", "ana"), ("x", "3")]
    found = words.names(
        [
            {"platform": p, "account_id": i, "handle": h}
            for (p, i), h in zip(keys, ["ana", "ana", "ana", None, "b"], strict=True)
        ]
    )
    assert found == ["tiktok 1", "youtube ana", "tiktok 2", "x ana", "b"]


def test_one_creator_on_two_platforms_is_two_rows_that_say_which(make):
    first = make("suspicious", "ordinary")
    for name, value in {"platform": ["tiktok", "youtube"], "handle": ["ana", "ana"]}.items():
        first.columns[name][:] = value
    rows = [" ".join(line.split()[:3]) for line in shown(first).splitlines()[1:3]]
    assert rows == ["tiktok ana suspicious", "youtube ana ordinary"]


def test_the_worst_come_first_and_those_without_a_verdict_last(result):
    column = [line.split()[1] for line in shown(result).splitlines()[1:6]]
    assert column == ["suspicious", "suspicious", "unusual", "ordinary", "insufficient"]


def test_a_suspicious_account_is_explained_with_numbers_peers_and_innocent_explanations(make):
    text = " ".join(shown(make("suspicious", "ordinary")).split())
    assert "SUSPICIOUS hollow_creator (tiktok 007)" in text
    assert "1 in 330 ordinary peers looks this odd." in text
    assert "Peers: tiktok, 10k to 100k followers (412 accounts)." in text
    assert "as of 2026-05-03" in text
    assert "38 times as many" in text
    assert "possible: Fame made elsewhere - no data to check: Posts were deleted - ruled out: A star" in text
    assert "What would tell more: - 14 daily looks" in text
    assert "Counters that cannot be right: - likes was -12: taken as missing." in text


def test_an_ordinary_account_is_explained_when_it_is_the_only_one(make):
    assert "ORDINARY  calm_creator" in shown(make("ordinary"))
    assert "ORDINARY" not in shown(make("ordinary", "ordinary"))
    assert "ORDINARY" in shown(make("ordinary", "ordinary"), explain_all=True)


def test_an_account_at_the_edge_of_the_reference_says_so(make):
    text = shown(make("suspicious", support="edge"))
    assert "edge 412" in text
    assert "It lies at their edge" in text


def test_many_peers_at_the_edge_are_shown_to_the_last_figure(make):
    text = shown(make("suspicious", "ordinary", support="edge", cohort_size=1_160))
    assert "edge 1160" in text
    assert max(map(len, text.splitlines())) <= 80


def test_an_account_that_cannot_be_judged_says_why_and_what_is_needed(make):
    text = shown(make("unjudged"))
    assert "INSUFFICIENT DATA  x 9" in text
    assert "the reference has no peers" in text
    assert "needed: lifetime likes, or recent posts" in text
    assert "how to get more: docs/getting-data.md#x" in text


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_section_named_for_a_platform_is_there(platform, make):
    page, section = words.getting_data(platform).split("#")
    titles = re.findall(r"^## (.*)$", (Path(__file__).parents[2] / page).read_text(), re.MULTILINE)
    assert section in [title.lower().replace(" ", "-") for title in titles]
    assert f"{page}#{section}" in shown(make("unjudged", platform=platform))


def test_accounts_of_two_platforms_are_pointed_to_two_sections(make):
    result = make("unjudged", "unjudged")
    result.columns["platform"][1] = "tiktok"
    text = shown(result)
    assert "getting-data.md#x" in text
    assert "getting-data.md#tiktok" in text


def test_counters_of_one_kind_that_cannot_be_right_take_one_line(make):
    posts = [
        Fault(
            "tiktok",
            "007",
            "posts.likes",
            "impossible",
            f"{i} likes",
            "missing",
            f"More likes than views: {i} likes.",
        )
        for i in range(60)
    ]
    wrapped = Fault("tiktok", "007", "likes", "wrapped", "-12", "missing", "likes was -12: taken as missing.")
    for level in ("suspicious", "unjudged"):
        text = shown(make(level, faults=(*posts, wrapped)))
        assert text.count("More likes than views") == 1
        assert "More likes than views: 0 likes. 59 more of this kind." in text
        assert "likes was -12: taken as missing." in text


def test_accounts_that_lack_the_same_are_said_together(make):
    text = shown(make(*["unjudged"] * 1000))
    assert "INSUFFICIENT DATA  9, 9, 9 and 997 more" in text


def test_a_large_result_shows_its_worst_rows_and_says_how_many_are_left_out(make):
    text = shown(make(*["ordinary"] * 100, "suspicious"))
    assert text.splitlines()[1].startswith("hollow_creator")
    assert text.count("6800000000000000001") == SHOWN - 1  # all are one account here, so its id names it
    assert f"... and {101 - SHOWN} more" in text
    assert shown(make(*["suspicious"] * 9)).count("SUSPICIOUS") == EXPLAINED


def test_nothing_is_shown_as_odder_than_every_peer(make):
    text = shown(make("suspicious", suspicion=99.999, p_value=0.00001))
    assert "99.9" in text
    assert "100.0" not in text
    assert "1 in 100,000 ordinary peers" in text


def test_colour_repeats_what_a_word_says_and_is_left_out_of_plain_text(result):
    text = StringIO()
    show(result, Console(file=text, width=80, force_terminal=True, color_system="standard", markup=False))
    plain = shown(result)
    assert "\x1b[1;31m" in text.getvalue()
    assert "\x1b" not in plain
    for word in ("suspicious", "unusual", "ordinary", "insufficient"):
        assert word in plain


def test_markup_in_a_handle_is_shown_and_not_obeyed(make):
    assert "[bold red]x[/]" in shown(make("suspicious", handle="[bold red]x[/]"))


def test_the_footer_says_what_chance_alone_would_flag(result):
    text = " ".join(shown(result).split())
    assert "5 accounts: 1 ordinary, 1 unusual, 2 suspicious, 1 insufficient data." in text
    assert "If all 4 judged accounts were ordinary, about 0.04 would be called suspicious by chance." in text
    assert "Model: default 1 0123abcd" in text


WORTH = "No sign is worth this much: of accounts like this, 9 in 10 were called suspicious."


@pytest.mark.parametrize("name", ["ordinary", "suspicious", "unjudged"])
def test_one_account_alone_is_told_what_its_verdict_is_worth(make, name):
    assert WORTH in " ".join(shown(make(name, power=WORTH)).split())
    assert "was not measured for this model" in " ".join(shown(make(name)).split())


def test_of_many_accounts_it_is_told_in_the_file_alone(make):
    assert "worth this much" not in " ".join(shown(make("suspicious", "unjudged", power=WORTH)).split())


@pytest.mark.parametrize(
    ("by", "ends", "said"),
    [
        ("peers", (31_000.0, 44_000.0), "About 38,000 followers, 31,000 to 44,000, are more than peers with"),
        (
            "days",
            (37_900.0, 38_100.0),
            "About 38,000 followers came on its odd days beyond what its usual days bring; some may be gone",
        ),
    ],
)
def test_an_inflated_amount_is_told_with_its_interval_and_its_ruler(make, by, ends, said):
    amount = {"inflated_followers": 38_000.0, "inflated_followers_by": by}
    amount |= dict(zip(("inflated_followers_low", "inflated_followers_high"), ends, strict=True))
    text = " ".join(shown(make("suspicious", **amount)).split())
    assert f"How much: - {said}" in text
    assert "An honest cause makes it less." in text


def test_where_no_amount_is_known_none_is_told(make):
    assert "How much:" not in shown(make("suspicious"))
