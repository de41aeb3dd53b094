"""The mechanics and archetypes as text for a terminal of 80 columns, and as tables for docs/simulating.md."""

from textwrap import wrap

from training.simulate.archetypes import ARCHETYPES
from training.simulate.mechanics import MECHANICS, Mechanic

__all__ = ["archetype_table", "listing", "mechanic_table"]

_NAME, _WIDTH = 26, 80


def listing() -> str:
    """What --list prints."""
    lines = ["Mechanics (--mechanic NAME, --dose X)"]
    for one in MECHANICS.values():
        about = f"{one.axis}: {one.title}. Dose: {one.dose_unit}; usually {_doses(one)}."
        lines += _entry(one.name, about)
    if ARCHETYPES:
        lines += ["", "Archetypes (--archetype NAME)"]
    for name, archetype in ARCHETYPES.items():
        lines += _entry(name, archetype.looks_like)
    return "\n".join(lines) + "\n"


def _entry(name: str, about: str) -> list[str]:
    first, *others = wrap(about, _WIDTH - _NAME)
    return [f"  {name:<{_NAME - 2}}{first}", *(" " * _NAME + line for line in others)]


def _doses(mechanic: Mechanic) -> str:
    return ", ".join(f"{dose:g}" for dose in mechanic.doses)


def mechanic_table() -> str:
    """A row a mechanic, in Markdown."""
    rows = [
        "| mechanic | axis | what is put in | dose | usual doses | from where |",
        "|---|---|---|---|---|---|",
    ]
    for one in MECHANICS.values():
        rows.append(
            f"| `{one.name}` | {one.axis} | {one.title} | {one.dose_unit} | {_doses(one)} | {one.source} |"
        )
    return "\n".join(rows)


def archetype_table() -> str:
    """A row an archetype, in Markdown."""
    if not ARCHETYPES:
        return "All archetypes come at the rates of `training/simulate/figures.py`."
    rows = ["| archetype | what it looks like |", "|---|---|"]
    return "\n".join([*rows, *(f"| `{name}` | {one.looks_like} |" for name, one in ARCHETYPES.items())])
