"""The pages say what the code does: written parts are compared, links lead somewhere, commands are documented."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import quality_page, simulator_page
from detector.signals import docs
from detector.signals.catalogue import CATALOGUE
from detector.signals.innocent import EXPLANATIONS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pages", ROOT / "scripts" / "pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def written(pages: ModuleType) -> dict[str, dict[str, str]]:
    return pages.blocks()


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/auditing.md",
        "docs/crowd.md",
        "docs/measuring.md",
        "docs/retraining.md",
        "docs/serving.md",
        "docs/simulating.md",
        "docs/speed.md",
    ],
)
def test_a_page_holds_what_make_docs_would_write(pages, written, page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert pages.filled(text, written[page]) == text, f"{page} is out of date: run `make docs`"


def test_the_page_of_signals_is_what_make_docs_would_write():
    assert (ROOT / "docs/signals.md").read_text(encoding="utf-8") == docs.page(), "run `make docs`"


def test_every_signal_and_every_explanation_has_its_line():
    page = docs.page()
    assert all(f"| `{signal.name}` |" in page for signal in CATALOGUE)
    assert all(f"| `{name}` |" in page for name in EXPLANATIONS)


def test_every_signal_names_explanations_that_exist():
    assert {name for signal in CATALOGUE for name in signal.innocent} <= set(EXPLANATIONS)


def test_a_page_without_markers_is_refused(pages):
    with pytest.raises(ValueError, match="'verdict'"):
        pages.filled("# A page\n", {"verdict": "text"})


def test_text_outside_the_markers_stays(pages):
    page = "before\n<!-- begin a -->\nold\n<!-- end a -->\nafter\n"
    assert pages.filled(page, {"a": r"new \1"}) == page.replace("old", r"new \1")


def test_a_bench_that_was_not_run_is_said(tmp_path):
    assert quality_page.bench(tmp_path / "none.json") == "Not run yet for this version."


def test_what_was_not_measured_is_said(tmp_path):
    assert simulator_page.realism(tmp_path / "none.json") == "Not measured yet."
    assert simulator_page.simulator(tmp_path / "none.json") == "Not measured yet."


def test_the_simulators_figures_are_shown(tmp_path):
    found = {"creators": 1_000, "workers": 2, "cores": 4, "seconds": 20.2, "counters": 450_000}
    found |= {"seconds_per_creator_and_core": 0.0404, "ratio": 812.4, "peak_mb_of_a_process": 210.6}
    (tmp_path / "s.json").write_text(json.dumps(found), encoding="utf-8")
    shown = simulator_page.simulator(tmp_path / "s.json")
    assert shown.startswith("1,000 creators with 90 days and 30 posts on 2 workers (4 cores): 20 s, 40.40 ms")
    assert "812 times" in shown
    assert "(450,000)" in shown
    assert "211 MB" in shown


def test_realism_shows_both_halves_and_both_sides(tmp_path):
    auc = {"fitted on": {"accounts": 10.0, "boosting": 0.5, "forest": 0.51}}
    auc["held out"] = {"accounts": 12.0, "boosting": 0.6, "forest": 0.61}
    sides = {"real": [1, 2, 3, 4, 5], "simulated": [1.5, 2.5, 3.5, 4.5, 5.5]}
    spans = {half: {kind: [0.4, 0.7] for kind in ("boosting", "forest")} for half in auc}
    one = {
        "title": "users",
        "accounts": 22,
        "auc": auc,
        "auc_range": spans,
        "telling": ["posts"],
        "quantiles": {"posts": sides},
    }
    sets = [{**one, "judged": True}, {**one, "title": "channels", "judged": False}]
    (tmp_path / "r.json").write_text(json.dumps({"draws": 3, "sets": sets}), encoding="utf-8")
    lines = simulator_page.realism(tmp_path / "r.json").splitlines()
    assert "| users | held out | 12 | 0.600 (0.400 to 0.700) | 0.610 (0.400 to 0.700) |" in lines
    assert (
        "| channels (not judged) | fitted on | 10 | 0.500 (0.400 to 0.700) | 0.510 (0.400 to 0.700) |"
        in lines
    )
    assert any(line.startswith("Means of 3 simulated populations") for line in lines)
    assert (
        lines.count("| `posts` | 1.00 / 1.50 | 2.00 / 2.50 | 3.00 / 3.50 | 4.00 / 4.50 | 5.00 / 5.50 |") == 1
    )


def test_drift_shows_the_worst_of_repeated_cases(pages, tmp_path):
    one = {"accounts": 300, "made": False, "index": 0.1, "h": 0.2, "suspicious_share": 0.01}
    one |= {"drifted": [], "signals": 0}
    more = {**one, "index": 0.9, "suspicious_share": 0.03, "drifted": ["p-values", "top 5 %"], "signals": 2}
    (tmp_path / "d.json").write_text(json.dumps({"cases": {"subsets": [one, more], "all": [one]}}))
    assert pages.drift(tmp_path / "d.json").splitlines()[2:] == [
        "| subsets (2 times) | 0.90 | 0.20 | 1.0 % to 3.0 % | none / p-values; top 5 % (2 signals) |",
        "| all (300) | 0.10 | 0.20 | 1.0 % | none |",
    ]
    assert pages.drift(tmp_path / "none.json") == "Not measured yet."


def test_daily_likes_show_each_window_with_its_place(tmp_path):
    window = {
        "account": "a",
        "figures": {"best": 1.35, "companion": None},
        "place": {"best": 0.43, "companion": None},
    }
    auc = {"forest": {"auc": 0.683, "low": 0.529, "high": 0.897}}
    daily = [{"title": "accounts", "accounts": 3, "windows": [window], "auc": auc}]
    (tmp_path / "r.json").write_text(json.dumps({"daily": daily}), encoding="utf-8")
    lines = simulator_page.daily_likes(tmp_path / "r.json").splitlines()
    assert "| accounts: a | 1.35 (0.43) | - |" in lines
    assert "| accounts | 3 | forest | 0.68 | 0.53 to 0.90 |" in lines
    assert simulator_page.daily_likes(tmp_path / "none.json") == "Not measured yet."


def test_figures_of_the_bench_are_shown_with_their_place(pages, tmp_path):
    row = {
        "task": "T1",
        "mode": "clean",
        "dose": "followers x5",
        "auc": 0.91,
        "recall": 0.5,
        "recall_5": None,
    }
    row |= {
        "axis_auc": 0.9,
        "caught": 0.4,
        "false_suspicious": 0.01,
        "false_of_judged": 0.011,
        "insufficient": 0.0,
    }
    (tmp_path / "r.json").write_text(json.dumps({"rows": [row], "note": "Once."}), encoding="utf-8")
    assert quality_page.bench(tmp_path / "r.json").splitlines()[2:] == [
        "| T1 | clean | followers x5 | 0.910 | 0.500 |  | 0.900 | 40.0 % | 1.0 % | 1.1 % | 0.0 % |",
        "",
        "Once.",
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    "page", ["README.md", "docs/architecture.md", "docs/measuring.md", "docs/report.md", "docs/signals.md"]
)
def test_pages_accuse_nobody(page):
    assert not re.search(r"\b(fraud|bought|fake)", (ROOT / page).read_text(encoding="utf-8"), re.IGNORECASE)


def test_architecture_names_every_folder_and_module_of_the_first_level():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    for package in ("detector", "training"):
        for path in (ROOT / package).iterdir():
            if path.name.startswith(("_", ".")) or path.name == "py.typed" or path.name == "default_model":
                continue
            assert f"`{path.name}{'/' if path.is_dir() else ''}`" in text, f"{package}/{path.name}"
