"""The parts of the pages that commands write: `make docs`. Between `<!-- begin NAME -->` and `<!-- end NAME -->`.

Mechanics come from their registry, a verdict from `detector score data/sample`, figures from benchmarks/results and
models/default/card.json: no figure on these pages is typed by hand, and a test compares them.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
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
    from benchmarks import crowd_page
    from benchmarks.spark_page import cost_page, incremental_page, skew_page, spark_page
    from benchmarks.speed_page import audit_page, kills_page, pairs_page, serve_page
    from training.evaluate.report import BLOCKS, summary
    from training.simulate.listing import archetype_table, mechanic_table

    measured = _json(RESULTS / "quality.json")
    likes = _json(RESULTS / "likes_history.json")
    return {
        "README.md": {"verdict": verdict(), "quality": in_short(measured), "bands": bands()},
        "docs/measuring.md": {
            "folds": f"Every population is cut into {measured['folds']} parts: fitted on all but one, tested there.",
            "simulated": summary(measured["simulated"]),
            **evaluated(measured["simulated"], "simulated", BLOCKS),
            **{
                f"real-{name}": populations(measured, name)
                for name in ("matrix", "baselines", "held_out", "signals")
            },
            "unpaid": unpaid(measured),
            "power": power(ROOT / "models" / "default"),
            "amounts": amounts(RESULTS / "amounts.json"),
            "alarms": alarms(measured["real"]),
            "reach": reach(RESULTS / "contamination.json"),
            "contaminated": contaminated(RESULTS / "contamination.json"),
            "shifts": shifts(measured["shifts"]),
            "bands": bands(),
            "likes_simulated": likes_simulated(likes["simulated"]),
            "likes_bound": likes_bound(likes["simulated"]),
            "likes_bands": likes_bands(likes["simulated"]),
            "likes_untouched": likes_untouched(likes),
            "likes_real": likes_real(likes["real"]),
            "bench": bench(RESULTS / "real_quality.json"),
        },
        "docs/simulating.md": {
            "mechanics": mechanic_table(),
            "archetypes": archetype_table(),
            "realism": realism(RESULTS / "realism.json"),
            "daily": daily_likes(RESULTS / "realism.json"),
            "simulator": simulator(RESULTS / "simulator.json"),
        },
        "docs/speed.md": {
            "pairs": pairs_page(RESULTS / "speed.json"),
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
            "growth": crowd_page.growth_page(RESULTS / "crowd.json"),
            "beside": crowd_page.beside_page(RESULTS / "crowd.json"),
        },
        "docs/scale.md": {
            "spark": spark_page(RESULTS / "spark.json"),
            "cost": cost_page(RESULTS / "spark.json"),
            "skew": skew_page(RESULTS / "spark.json"),
        },
        "docs/retraining.md": {"curve": learning(RESULTS / "labels.json")},
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


def evaluated(content: dict[str, Any], prefix: str, names: Iterable[str]) -> dict[str, str]:
    """Tables of an evaluation, by the name of their part of the page."""
    from training.evaluate.report import BLOCKS

    return {f"{prefix}-{name}": BLOCKS[name][2](content) for name in names}


def populations(measured: dict[str, Any], name: str) -> str:
    """One table for each real population, under its title."""
    from training.evaluate.report import BLOCKS, summary

    make = BLOCKS[name][2]
    return "\n\n".join(f"**{one['title']}**. {summary(one)}\n\n{make(one)}" for one in measured["real"])


def unpaid(measured: dict[str, Any]) -> str:
    """Signals without which no mechanic is found less often by a hundredth, in any population."""
    populations = [measured["simulated"], *measured["real"]]
    lost: dict[str, list[float]] = {}
    axis = {}
    for one in (signal for content in populations for signal in content["signals"]):
        lost.setdefault(one["signal"], []).extend(one["lost"].values())
        axis[one["signal"]] = one["axis"]
    rows = ["| signal | axis | adds at best | costs at worst |", "|---|---|---|---|"]
    for name, values in sorted(lost.items(), key=lambda pair: (axis[pair[0]], min(pair[1]), pair[0])):
        if max(values) < PAYS:
            rows.append(f"| `{name}` | {axis[name]} | {max(values):+.3f} | {min(values):+.3f} |")
    return "\n".join(rows)


PAYS = 0.01
"""Recall at 1 %: a hundredth is the least that these tables can tell from chance."""


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


def amounts(path: Path) -> str:
    """How near told amounts are to what was put in, and how often the interval holds it."""
    if not path.is_file():
        return "Not measured yet."
    rows = [
        "| accounts | evidence | put in | dose | told | interval holds it | too low | too high | off by | high / low |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    quiet = []
    for ground in _json(path)["grounds"]:
        said = ground["untouched"]
        told = " and ".join(f"{said[counter]} an amount of {counter}" for counter in ("followers", "likes"))
        quiet.append(
            f"- {ground['title']}, {ground['view']}: of {said['accounts']} untouched accounts {told}."
        )
        for row in ground["rows"]:
            cells = [ground["title"], ground["view"], row["mechanic"].replace("_", " "), f"{row['dose']:g}"]
            cells += [f"{row['told']} of {row['accounts']}"]
            cells += [f"{row[name]:.0%}" for name in ("covered", "too_low", "too_high")]
            cells += [f"{row['off_by'] - 1:.0%}", f"{row['width']:.1f}"]
            rows.append("| " + " | ".join(cells) + " |")
    return "\n".join([*rows, "", "Told all the same where nothing was put in:", "", *quiet])


def alarms(real: list[dict[str, Any]]) -> str:
    """Untouched accounts called suspicious, against what a calibrated 1 % allows."""
    rows = [
        "| population | untouched and judged | suspicious | calibrated 1 %: 99 % interval |",
        "|---|---|---|---|",
    ]
    for one in real:
        found = one["alarms"]
        inside = f"{found['low']} to {found['high']}"
        rows.append(f"| {one['title']} | {found['judged']} | {found['suspicious']} | {inside} |")
    return "\n".join(rows)


def reach(path: Path) -> str:
    """How far out ordinary accounts lie, by population and signal, beside what the fit lets them."""
    from training.fit.contamination import REACH

    rows = [
        "| population | signal | 20 % | 10 % | 5 % | 2 % | let reach |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, found in _json(path)["reach"].items():
        allowed = REACH["youtube" if name == "channels" else "tiktok"]
        for row in found["rows"]:
            if row["signal"] in allowed:
                far = " | ".join(f"{one:.2f}" for one in row["reach"])
                rows.append(f"| {name} | `{row['signal']}` | {far} | {allowed[row['signal']]:g} |")
    return "\n".join(rows)


def contaminated(path: Path) -> str:
    """Recall with a clean and with a contaminated reference, side by side."""
    rows = [
        "| population | put in | dose | found at 1 % | contaminated | suspicious | contaminated | left out |",
        "|---|---|---|---|---|---|---|---|",
    ]
    found = _json(path)["recall"]
    for clean, dirty in zip(found[::2], found[1::2], strict=True):
        left = ", ".join(f"{one:.1%}" for one in dirty["left_out"])
        for one, other in zip(clean["doses"], dirty["doses"], strict=True):
            figures = " | ".join(
                f"{value:.2f}"
                for value in (one["recall"], other["recall"], one["suspicious"], other["suspicious"])
            )
            rows.append(
                f"| {clean['population']} | `{clean['mechanic']}` | {one['dose']:g} | {figures} | {left} |"
            )
    alarms_of = {
        share: [one["false_alarms"] for one in found if one["share"] == share]
        for share in (0.0, found[1]["share"])
    }
    said = "; ".join(
        f"{'a clean' if share == 0 else 'a contaminated'} reference: {min(all_):.1%} to {max(all_):.1%}"
        for share, all_ in alarms_of.items()
    )
    return "\n".join(rows) + f"\n\nUntouched accounts called suspicious with {said}."


def shifts(found: list[dict[str, Any]]) -> str:
    """A model of one population meets another."""
    rows = [
        "| model of ... | reference | met | followers | judged | suspicious | of those judged |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found:
        for row in one["rows"]:
            share = f"{row['suspicious'] / row['judged']:.1%}" if row["judged"] else "-"
            rows.append(
                f"| {one['name']} | {one['reference']:,} | {one['accounts']:,} | {row['dose']} | "
                f"{row['judged'] / one['accounts']:.1%} | {row['suspicious']} | {share} |"
            )
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


IN_SHORT: dict[str, tuple[tuple[str, float, str], ...]] = {
    "creators": (
        ("hollow_followers", 3, "profile+posts"),
        ("hollow_followers", 5, "profile+posts"),
        ("hollow_followers", 10, "profile+posts"),
        ("hollow_followers", 10, "profile"),
        ("likes_on_all_posts", 3, "profile+posts"),
        ("likes_on_chosen_posts", 10, "profile+posts"),
    ),
    "channels": (
        ("follower_package", 0.05, "profile+history"),
        ("follower_package", 0.25, "profile+history"),
        ("follower_drip", 0.25, "profile+history"),
    ),
}
"""Cells of the matrix that the README shows."""


def in_short(measured: dict[str, Any]) -> str:
    """The figures that the README gives."""
    from training.simulate.mechanics import MECHANICS

    rows = ["| put into real accounts | evidence | found at 1 % false alarms [95 %] |", "|---|---|---|"]
    for one in measured["real"]:
        cells = {(cell["mechanic"], cell["dose"], cell["view"]): cell for cell in one["cells"]}
        place = one["title"].split(",")[0]
        for name, dose, view in IN_SHORT[one["name"]]:
            found = cells[name, dose, view]["recall"]["1 %"]
            size = f"x{dose:g}" if MECHANICS[name].dose_unit.startswith("times") else f"{dose:.0%}"
            share = f"{found['value']:.0%} [{found['low']:.0%}, {found['high']:.0%}]"
            rows.append(f"| {place}: {MECHANICS[name].title}, {size} | {view} | {share} |")
    return "\n".join(rows)


def likes_simulated(found: dict[str, Any]) -> str:
    """Lifetime likes put into simulated accounts: what is found of each dose, delivery and evidence."""
    rows = [
        "| evidence | delivered in | dose | accounts | recall at 1 % | at 5 % | at 0.1 % | likes' own score, at 1 % "
        "| called suspicious |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in sorted(found["rows"], key=lambda row: row["evidence"]):
        shares = [_with_interval(row, name) for name in ("recall_0.01", "recall_0.05", "recall_0.001")]
        shares += [f"{row['likes_recall_0.01']:.2f}", _with_interval(row, "caught")]
        rows.append(
            f"| {row['evidence']} | {row['delivery']} | {row['dose']:.0%} | {row['accounts']:,} | "
            + " | ".join(shares)
            + " |"
        )
    return "\n".join(rows)


def likes_bound(found: dict[str, Any]) -> str:
    """The largest step in a day: what the model finds of all and of those that stand out, and what learning gives."""
    if "bound" not in found:
        return "Not measured yet."
    rows = [
        "| by | which accounts | accounts | recall at 1 % | at 5 % | at 0.1 % |",
        "|---|---|---|---|---|---|",
    ]
    best = found["bound"]
    parts = [
        (f"the model, {row['evidence']}", row, row["easy"])
        for row in found["rows"]
        if row["dose"] == best["dose"] and row["delivery"] == best["delivery"]
    ]
    for title, every, easy in [
        *parts,
        ("trees that learnt from such orders, history", best["all"], best["easy"]),
    ]:
        for which, row in (("all", every), ("slow growth, fine steps", easy)):
            shares = [_with_interval(row, name) for name in ("recall_0.01", "recall_0.05", "recall_0.001")]
            rows.append(f"| {title} | {which} | {row['accounts']:,} | " + " | ".join(shares) + " |")
    return "\n".join(rows)


def likes_bands(found: dict[str, Any]) -> str:
    """Recall at 1 % of the largest dose by the size of the account."""
    rows = [
        "| evidence | delivered in | followers from | accounts | recall at 1 % |",
        "|---|---|---|---|---|",
    ]
    largest = max(row["dose"] for row in found["rows"])
    for row in found["rows"]:
        if row["dose"] == largest and row["evidence"] != "profile+history":
            for band in row["bands"]:
                place = (
                    f"| {row['evidence']} | {row['delivery']} | {band['from']:,.0f} | {band['accounts']:,} |"
                )
                rows.append(f"{place} {band['recall']:.2f} |")
    return "\n".join(rows)


def likes_untouched(found: dict[str, Any]) -> str:
    """What is called suspicious though nothing was put in: the population, viral look-alikes, real windows."""
    rows = ["| untouched | evidence | accounts | suspicious | share |", "|---|---|---|---|---|"]
    for row in found["simulated"]["untouched"]:
        for kind, title in (("ordinary", "simulated population"), ("viral", "viral look-alikes")):
            n, k = row[f"{kind}_accounts"], row[f"{kind}_suspicious"]
            low, high = row[f"{kind}_interval"]
            rows.append(
                f"| {title} | {row['evidence']} | {n:,} | {k} | {k / n:.1%} ({low:.1%} to {high:.1%}) |"
            )
    for row in found["real"]:
        low, high = row["suspicious_interval"]
        share = f"{row['suspicious'] / row['windows']:.1%} ({low:.1%} to {high:.1%})"
        rows.append(
            f"| {row['title']} | history | {row['windows']} windows of {row['accounts']} "
            f"| {row['suspicious']} | {share} |"
        )
    return "\n".join(rows)


def likes_real(found: list[dict[str, Any]]) -> str:
    """The same doses in rolling windows of the real series."""
    rows = [
        "| series | delivered in | dose | windows | score: recall at 1 % | called suspicious "
        "| one signal alone: recall at 1 % |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found:
        for row in one["rows"]:
            shares = [_with_interval(row, name) for name in ("recall_0.01", "caught", "signal_recall_0.01")]
            rows.append(
                f"| {one['title']} | {row['delivery']} | {row['dose']:.0%} | {row['windows']} | "
                + " | ".join(shares)
                + " |"
            )
    return "\n".join(rows)


def _with_interval(row: dict[str, Any], name: str) -> str:
    low, high = row[f"{name}_interval"]
    return f"{row[name]:.2f} ({low:.2f} to {high:.2f})"


def bench(path: Path) -> str:
    """The public bench's own table of the shipped settings, where it was run; its figures as it gives them."""
    if not path.is_file():
        return "Not run yet for this version."
    run = _json(path)
    rows = [
        "| task | mode | put in | AUC | recall at 1 % | at 5 % | axis AUC | caught | false | of judged | no data |"
    ]
    rows.append("|---|---|---|" + "---:|" * 8)
    names = ("auc", "recall", "recall_5", "axis_auc")
    shares = ("caught", "false_suspicious", "false_of_judged", "insufficient")
    for row in run["rows"]:
        figures = ["" if row[name] is None else f"{row[name]:.3f}" for name in names]
        percents = ["" if row[name] is None else f"{100 * row[name]:.1f} %" for name in shares]
        rows.append("| " + " | ".join([row["task"], row["mode"], row["dose"], *figures, *percents]) + " |")
    return "\n".join([*rows, "", run.get("note", "")]).strip()


def realism(path: Path) -> str:
    """Simulated beside real accounts: what a classifier tells, and quantiles of the judged sets."""
    if not path.is_file():
        return "Not measured yet."
    sets = _json(path)["sets"]
    rows = ["| set | half | accounts | AUC, boosting | AUC, forest |", "|---|---|---:|---:|---:|"]
    for one in sets:
        title = one["title"] if one["judged"] else f"{one['title']} (not judged)"
        rows += [
            f"| {title} | {half} | {found['accounts']:,.0f} | {found['boosting']:.3f} | {found['forest']:.3f} |"
            for half, found in one["auc"].items()
        ]
    for one in (one for one in sets if one["judged"]):
        leans = ", ".join(f"`{name}`" for name in one["telling"][:4])
        rows += ["", f"**{one['title']}**, {one['accounts']:,} accounts. A forest leans most on {leans}.", ""]
        rows += ["| real / simulated | 5 % | 25 % | 50 % | 75 % | 95 % |", "|---|" + "---:|" * 5]
        for name, sides in one["quantiles"].items():
            pairs = zip(sides["real"], sides["simulated"], strict=True)
            rows.append(f"| `{name}` | " + " | ".join(f"{a:.2f} / {b:.2f}" for a, b in pairs) + " |")
    return "\n".join(rows)


def daily_likes(path: Path) -> str:
    """Daily likes of real series, each window with its place among simulated accounts, and what a classifier tells."""
    from training.simulate.daily import COLUMNS

    found = _json(path).get("daily") if path.is_file() else None
    if not found:
        return "Not measured yet."
    rows = [
        "| series | " + " | ".join(f"`{name}`" for name in COLUMNS) + " |",
        "|---|" + "---:|" * len(COLUMNS),
    ]
    for one in found:
        for window in one["windows"]:
            cells = [
                "-" if value is None else f"{value:.2f} ({window['place'][name]:.2f})"
                for name, value in window["figures"].items()
            ]
            rows.append(f"| {one['title']}: {window['account']} | " + " | ".join(cells) + " |")
    rows += ["", "| series | accounts | classifier | AUC | 95 % over accounts |", "|---|---:|---|---:|---|"]
    for one in found:
        for kind, auc in one["auc"].items():
            interval = f"{auc['low']:.2f} to {auc['high']:.2f}"
            rows.append(f"| {one['title']} | {one['accounts']} | {kind} | {auc['auc']:.2f} | {interval} |")
    return "\n".join([*rows, "", *(f"- `{name}`: {what}" for name, what in COLUMNS.items())])


def simulator(path: Path) -> str:
    """How long a population takes to be written."""
    if not path.is_file():
        return "Not measured yet."
    found = _json(path)
    return (
        f"{found['creators']:,} creators with 90 days and 30 posts on {found['workers']} workers "
        f"({found['cores']} cores): {found['seconds']:,.0f} s, "
        f"{1_000 * found['seconds_per_creator_and_core']:.2f} ms a creator and core, "
        f"{found['ratio']:,.0f} times what NumPy takes on one core to draw as many Poisson numbers as there are stored "
        f"counters ({found['counters']:,}). The largest process held {found['peak_mb_of_a_process']:,.0f} MB."
    )


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
    """How much labels better the ranking of accounts never seen, and what forty answers of the queue find."""
    if not path.is_file():
        return "Not measured yet."
    found = _json(path)
    curve, asked = found["curve"], found["queue"]
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
    rows += [
        "",
        f"The queue, on {asked['accounts']:,} simulated creators of whom {asked['inflated']} are inflated, seen by "
        f"their profile alone: among {asked['answers']} answers {asked['by_queue']} true cases, among the "
        f"{asked['answers']} most suspicious {asked['by_ranking']}.",
    ]
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
