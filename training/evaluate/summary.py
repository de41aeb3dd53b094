"""Summary: an evaluation in lines of at most 80 columns, for the terminal."""

from training.evaluate.document import Document

__all__ = ["summary"]

SHORT = {
    "profile": "prof",
    "profile+posts": "+post",
    "profile+history": "+hist",
    "profile+posts+history": "all",
}


def summary(content: Document) -> str:
    """Recall at 1 % by evidence and the levels; then false alarms, and what was held out."""
    lines = [
        f"Evaluation of {content['model']} on {content['tested']:,} untouched accounts:",
        f"{content['accounts']}.",
        "",
        *_matrix(content),
    ]
    for title, name in (
        ("Called suspicious in vain, by innocent story", "by_archetype"),
        ("Called suspicious in vain, by followers", "by_cohort"),
    ):
        if content[name]:
            lines += ["", f"{title} (share of those judged):", *map(_alarm, content[name])]
    if content["held_out"]:
        lines += ["", "Recall at 1 % with weights chosen without the mechanic, and with it in sight:"]
        lines += [
            f"  {one['mechanic']:<34}{one['held_out']:>6.2f}{one['seen']:>8.2f}"
            for one in content["held_out"]
        ]
    return "\n".join(lines) + "\n"


def _matrix(content: Document) -> list[str]:
    views = list(dict.fromkeys(cell["view"] for cell in content["cells"]))
    head = "".join(f"{SHORT[view]:>6}" for view in views)
    lines = [
        "Found at 1 % false alarms, by evidence; called suspicious with all of it:",
        f"  {'put in':<30}{'dose':>7}{head}{'susp':>7}{'0.1 %':>7}",
    ]
    found: dict[tuple[str, float], dict[str, Document]] = {}
    for cell in content["cells"]:
        found.setdefault((cell["mechanic"], cell["dose"]), {})[cell["view"]] = cell
    for (mechanic, dose), cells in found.items():
        shares = "".join(f"{cells[view]['recall']['1 %']['value']:>6.2f}" for view in views)
        full = cells[views[-1]]
        rare = full["recall"]["0.1 %"]["value"]
        lines.append(f"  {mechanic:<30}{dose:>7g}{shares}{full['suspicious']:>7.2f}{rare:>7.2f}")
    return lines


def _alarm(one: Document) -> str:
    share = f"{100 * one['suspicious'] / one['judged']:.1f} %" if one["judged"] else "-"
    return f"  {one['kind']:<30}{one['suspicious']:>5} of {one['judged']:>6,} judged{share:>8}"
