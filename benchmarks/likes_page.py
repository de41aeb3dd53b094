"""Tables of docs/measuring.md on histories of likes, made from benchmarks/results/likes_history.json."""

from typing import Any

__all__ = ["likes_bands", "likes_bound", "likes_real", "likes_simulated", "likes_untouched"]


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
