"""The parts of the pages that commands write: `make docs`. Between `<!-- begin NAME -->` and `<!-- end NAME -->`.

Mechanics come from their registry, a verdict from `detector score data/sample`, figures from benchmarks/results and
models/default/card.json: no figure on these pages is typed by hand, and a test compares them.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
TOLD = "like_spike"
"""The sample account whose explanation the README shows, if it is among those explained."""
ROWS = (
    "account ",
    TOLD,
    "follower_drip",
    "hollow_followers",
    "dormant_star",
    "giveaway",
    "viral_hit",
    "tiny_newcomer",
)
"""Lines of the table that the README shows: its head and these stories."""


def blocks() -> dict[str, dict[str, str]]:
    """Page -> name of the part -> text."""
    from benchmarks import (
        automation_page,
        contamination_page,
        crowd_page,
        likes_page,
        quality_page,
        simulator_page,
    )
    from benchmarks.spark_page import cost_page, incremental_page, skew_page, spark_page
    from benchmarks.speed_page import audit_page, catalogue_page, kills_page, pairs_page, serve_page
    from training.evaluate.report import BLOCKS, summary
    from training.simulate.listing import archetype_table, mechanic_table

    measured = _json(RESULTS / "quality.json")
    likes = _json(RESULTS / "likes_history.json")
    return {
        "README.md": {"verdict": verdict(), "quality": quality_page.in_short(measured), "bands": bands()},
        "docs/measuring.md": {
            "folds": f"Every population is cut into {measured['folds']} parts: fitted on all but one, tested there.",
            "simulated": summary(measured["simulated"]),
            **quality_page.evaluated(measured["simulated"], "simulated", BLOCKS),
            **{
                f"real-{name}": quality_page.populations(measured, name)
                for name in ("matrix", "baselines", "held_out", "signals")
            },
            "unpaid": quality_page.unpaid(measured),
            "power": power(ROOT / "models" / "default"),
            "amounts": quality_page.amounts(RESULTS / "amounts.json"),
            "alarms": quality_page.alarms(measured["real"]),
            "reach": quality_page.reach(RESULTS / "contamination.json"),
            "far_out": contamination_page.far_out(RESULTS / "contamination.json"),
            "contaminated": quality_page.contaminated(RESULTS / "contamination.json"),
            "contamination_draws": contamination_page.contamination_draws(
                RESULTS / "contamination_bound.json"
            ),
            "contamination_bound": contamination_page.contamination_bound(
                RESULTS / "contamination_bound.json"
            ),
            "automation_bound": automation_page.automation_bound(RESULTS / "automation_bound.json"),
            "labelled_contamination": automation_page.labelled_contamination(
                RESULTS / "labelled_contamination.json"
            ),
            "emptiness": automation_page.emptiness_shown(RESULTS / "labelled_contamination.json"),
            "labelled_reach": automation_page.labelled_reach(RESULTS / "labelled_contamination.json"),
            "shifts": quality_page.shifts(measured["shifts"]),
            "bands": bands(),
            "likes_simulated": likes_page.likes_simulated(likes["simulated"]),
            "likes_bound": likes_page.likes_bound(likes["simulated"]),
            "likes_bands": likes_page.likes_bands(likes["simulated"]),
            "likes_untouched": likes_page.likes_untouched(likes),
            "likes_real": likes_page.likes_real(likes["real"]),
            "bench": quality_page.bench(RESULTS / "real_quality.json"),
        },
        "docs/simulating.md": {
            "mechanics": mechanic_table(),
            "archetypes": archetype_table(),
            "realism": simulator_page.realism(RESULTS / "realism.json"),
            "daily": simulator_page.daily_likes(RESULTS / "realism.json"),
            "simulator": simulator_page.simulator(RESULTS / "simulator.json"),
        },
        "docs/speed.md": {
            "pairs": pairs_page(RESULTS / "speed.json"),
            "catalogue": catalogue_page(RESULTS / "speed.json"),
            "night": audit_page(RESULTS / "audit.json"),
            "kills": kills_page(RESULTS / "kills.json"),
        },
        "docs/serving.md": {"questions": serve_page(RESULTS / "serve.json")},
        "docs/auditing.md": {
            "drift": drift(RESULTS / "drift.json"),
            "incremental": incremental_page(RESULTS / "incremental.json"),
        },
        "docs/crowd.md": {
            "columns": crowd_page.columns_page(),
            "lockstep": crowd_page.lockstep_page(RESULTS / "crowd.json"),
            "lossy": crowd_page.lockstep_page(RESULTS / "crowd.json", "lossy"),
            "alarms": crowd_page.alarms_page(RESULTS / "crowd.json"),
            "real": crowd_page.real_page(RESULTS / "crowd.json"),
            "clones": crowd_page.clones_page(RESULTS / "crowd.json"),
            "growth": crowd_page.growth_page(RESULTS / "crowd.json", RESULTS / "audit.json"),
            "beside": crowd_page.beside_page(RESULTS / "crowd.json"),
        },
        "docs/scale.md": {
            "spark": spark_page(RESULTS / "spark.json"),
            "cost": cost_page(RESULTS / "spark.json"),
            "skew": skew_page(RESULTS / "spark.json"),
            "driver": crowd_page.driver_page(RESULTS / "crowd.json"),
        },
        "docs/retraining.md": {
            "curve": learning(RESULTS / "labels.json"),
            "retrained": retrained(RESULTS / "retraining.json"),
            "queue": asked(RESULTS / "review_queue.json"),
        },
    }


def filled(text: str, parts: dict[str, str]) -> str:
    """A page with its written parts replaced. ValueError where a part has no markers."""
    for name, new in parts.items():
        pattern = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.S)
        if len(pattern.findall(text)) != 1:
            raise ValueError(f"expected one pair of markers for {name!r}")
        text = pattern.sub(lambda found, new=new: f"{found[1]}{new}\n{found[2]}", text)
    return text


def verdict() -> str:
    """What `detector score data/sample` prints, cut to the table and one explanation."""
    command = [sys.executable, "-m", "detector", "score", "data/sample", "--quiet"]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout  # noqa: S603
    chapters = printed.decode().rstrip("\n").split("\n\n")
    explained = [text for text in chapters[1:] if text.startswith(("SUSPICIOUS", "UNUSUAL"))]
    shown = next((text for text in explained if TOLD in text.splitlines()[0]), explained[0])
    table = "\n".join(line for line in chapters[0].splitlines() if any(name in line for name in ROWS))
    return "```\n" + "\n\n".join((table, "...", shown, "...", chapters[-1])) + "\n```"


def power(model: Path) -> str:
    """How often inflation is called suspicious by the shipped model, as its verdicts tell it."""
    from detector.model import store
    from detector.worth import HEADLINES, shows

    found = store.load(model).power
    if found is None:
        return "Not measured for the shipped model of this version."
    rows = [
        "| platform | evidence | put in | dose | suspicious [95 %] | counted on |",
        "|---|---|---|---|---|---|",
    ]
    for platform in sorted({row.platform for row in found.rows}):
        for evidence in found.evidences(platform):
            for row in found.of(platform, evidence, float("nan")):
                told = any(row.way == one.way and row.dose in (one.small, one.large) for one in HEADLINES)
                if told and shows(row.way, evidence):
                    way, (low, high) = found.ways[row.way], row.interval
                    dose = f"x{row.dose:g}" if way.unit == "times" else f"{row.dose:.0%}"
                    share = f"{row.share:.0%} [{low:.0%}, {high:.0%}]"
                    on = f"{row.accounts:,}: {found.populations[row.on]}"
                    rows.append(f"| {platform} | {evidence} | {way.title} | {dose} | {share} | {on} |")
    return "\n".join(rows)


def bands() -> str:
    """Cross-validated false alarms of the shipped model, by platform and size."""
    card = _json(ROOT / "models" / "default" / "card.json")["cross_validation"]
    rows = ["| platform | followers from | accounts | called suspicious |", "|---|---|---|---|"]
    for platform in sorted({name.split(".")[0] for name in card}):
        sizes = {
            int(part[1])
            for part in (re.fullmatch(rf"{platform}\.from_(\d+)\.accounts", name) for name in card)
            if part
        }
        for size in sorted(sizes):
            start = f"{platform}.from_{size}"
            n, share = card[f"{start}.accounts"], card[f"{start}.suspicious_share"]
            rows.append(f"| {platform} | {size:,} | {n:,.0f} | {share:.1%} |")
        if f"{platform}.suspicious_share" in card:
            n, share = card[f"{platform}.accounts"], card[f"{platform}.suspicious_share"]
            rows.append(f"| {platform} | all | {n:,.0f} | {share:.1%} |")
    return "\n".join(rows)


def drift(path: Path) -> str:
    """What drift says of accounts like the reference's, and of others: a line a case, the range of repeated ones."""
    if not path.is_file():
        return "Not measured yet."
    rows = ["| accounts | largest index | largest h | suspicious | drift |", "|---|---:|---:|---:|---|"]
    for says, runs in _json(path)["cases"].items():
        said = {"; ".join(one["drifted"]) or "none" for one in runs}
        times = f" ({len(runs)} times)" if len(runs) > 1 else f" ({runs[0]['accounts']:,})"
        index, h = (max(one[name] for one in runs) for name in ("index", "h"))
        shares = [100 * one["suspicious_share"] for one in runs]
        share = f"{min(shares):.1f} % to {max(shares):.1f} %" if len(runs) > 1 else f"{shares[0]:.1f} %"
        signals = max(one["signals"] for one in runs)
        more = f" ({signals} signal{'s' if signals > 1 else ''})" if signals else ""
        rows.append(f"| {says}{times} | {index:.2f} | {h:.2f} | {share} | {' / '.join(sorted(said))}{more} |")
    return "\n".join(rows)


def learning(path: Path) -> str:
    """How much labels better the ranking of accounts never seen."""
    if not path.is_file():
        return "Not measured yet."
    curve = _json(path)["curve"]
    rows = [
        f"{curve['accounts']:,} accounts that nothing was learnt from, {curve['inflated']:,} of them automated "
        f"(InstaFake, 2019); the mean of {curve['draws']} draws of cases, half of them inflated. The model without "
        "labels was fitted on accounts like these, half of them automated too.",
        "",
        "| cases | flipped | AUC | lowest draw | AUC, sizes matched | calibration error | bins in the interval |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in curve["rows"]:
        lowest = f"{row['auc_lowest']:.3f}" if "auc_lowest" in row else ""
        error = f"{row['calibration_error']:.3f}" if "calibration_error" in row else ""
        covered = f"{row['bins_covered']:.0%}" if "bins_covered" in row else ""
        rows.append(
            f"| {row['cases']} | {row['flipped']:.0%} | {row['auc']:.3f} | {lowest} | {row['auc_size_matched']:.3f} "
            f"| {error} | {covered} |"
        )
    return "\n".join(rows)


def retrained(path: Path) -> str:
    """Fitted with cases beside retrained with the same: means, lowest of all, by number of cases."""
    if not path.is_file():
        return "Not measured yet."
    found = _json(path)
    rows = [
        f"{found['accounts']:,} accounts of the public bench's reference half (InstaFake, 2019; {found['inflated']:,} "
        f"of them automated), each judged by models of the other {found['folds'] - 1} of {found['folds']} parts; "
        f"{found['draws']} draws of the cases a part.",
        "",
        "| cases | `fit --cases`: AUC (lowest) | sizes matched | `retrain`: AUC (lowest) | sizes matched "
        "| retrain beside fit: mean, lowest |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    counts = {"none": [], "40": [], "200": [], "all": []}
    for row in found["rows"]:
        counts["all" if row.get("all") else str(row["cases"] or "none")].append(row)
    for name, own in counts.items():
        rows.append(f"| {name} | {' | '.join(_beside(own))} |")
    return "\n".join(rows)


def _beside(rows: list[dict[str, Any]]) -> list[str]:
    """The cells of `retrained` for one number of cases."""
    cells = []
    for way in ("fit", "retrain"):
        own = [row for row in rows if row["way"] in (way, "unlabelled")]
        aucs, matched = ([row[name] for row in own] for name in ("auc", "auc_size_matched"))
        cells += [f"{sum(aucs) / len(aucs):.3f} ({min(aucs):.3f})", f"{sum(matched) / len(matched):.3f}"]
    by = {(row["fold"], row["draw"], row["way"]): row["auc"] for row in rows}
    gains = [auc - by[fold, draw, "fit"] for (fold, draw, way), auc in by.items() if way == "retrain"]
    return [*cells, f"{sum(gains) / len(gains):+.3f}, {min(gains):+.3f}" if gains else ""]


def asked(path: Path) -> str:
    """What forty answers of the review's queue find, population by population, one figure a seed."""
    if not path.is_file():
        return "Not measured yet."
    found = _json(path)
    rows = [
        f"{found['accounts']:,} simulated creators, a twentieth of them inflated; one figure a seed.",
        "",
        f"| put in | dose | inflated | {found['answers']} most suspicious | {found['answers']} answers with --source "
        "| by the result alone | trees with all labels, where the ranking is weak |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    names = list(dict.fromkeys(row["population"] for row in found["rows"]))
    for name in names:
        own = [row for row in found["rows"] if row["population"] == name]
        dose = "any" if own[0]["dose"] is None else f"{own[0]['dose']:g}"
        cells = [
            ", ".join(str(row[key]) for row in own)
            for key in ("inflated", "by_ranking", "by_queue", "by_result_alone")
        ]
        cells.append(", ".join(str(row["by_all_labels"]) for row in own if "by_all_labels" in row))
        rows.append(f"| {name} | {dose} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def main() -> None:
    """Write all pages anew."""
    from detector.signals import docs

    pages = {
        name: filled((ROOT / name).read_text(encoding="utf-8"), parts) for name, parts in blocks().items()
    }
    pages["docs/signals.md"] = docs.page()
    for name, text in pages.items():
        (ROOT / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
