"""Document: an evaluation as plain values for JSON and as metrics for MLflow."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.evaluate.evaluation import Evaluation

__all__ = ["Document", "document", "metrics", "write_document"]

Document = dict[str, Any]
FORMAT = 1


def document(found: Evaluation) -> Document:
    """Plain values, rounded to six digits; NaN becomes None, so that every JSON reader takes it."""
    plain = asdict(found)
    plain["settings"].pop("workers")  # says nothing about the figures
    for cell in plain["cells"]:
        cell.pop("by_size")  # for a model's folder, which `power_of` fills
    return {"format": FORMAT, **_plain(plain)}


def write_document(content: Document, path: Path) -> None:
    """Writes it as JSON that a person can read and compare line by line; the same bytes each time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8")


def metrics(content: Document) -> dict[str, float]:
    """The figures by name: `recall_1.MECHANIC.DOSE.VIEW` and so on, those that are known."""
    found: dict[str, float | None] = {}
    for cell in content["cells"]:
        place = f"{cell['mechanic']}.{cell['dose']:g}.{cell['view'].replace('+', '_')}"
        found |= {f"recall_{rate.rstrip(' %')}.{place}": one["value"] for rate, one in cell["recall"].items()}
        found[f"suspicious.{place}"] = cell["suspicious"]
        found[f"auc.{place}"] = cell["auc"]
    for kind in ("by_archetype", "by_cohort"):
        for one in content[kind]:
            if one["judged"]:
                found[f"false_suspicious.{kind}.{one['kind']}"] = one["suspicious"] / one["judged"]
    for one in content["held_out"]:
        found[f"held_out_recall_1.{one['mechanic']}"] = one["held_out"]
    return {name: float(value) for name, value in found.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
