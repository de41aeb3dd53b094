"""The page of all signals, written from the catalogue: `python -m detector.signals.docs > docs/signals.md`."""

import sys

from detector.contract import AXES
from detector.signals.catalogue import BLOCKS, CATALOGUE, Signal
from detector.signals.innocent import EXPLANATIONS
from detector.signals.quantities import QUANTITIES, atom_text

__all__ = ["page"]

_AXES = {
    "followers": "Followers that the likes, views and posts do not carry.",
    "likes": "Likes that the followers, views, comments and posts do not carry.",
    "automation": "An account that itself behaves like a bot.",
}
_BLOCKS = {
    "counters": "from counters as they stand now, of the profile and of recent posts",
    "history": "from daily counters",
}
_HEAD = """# Signals
Written by `make docs` from `detector/signals/catalogue.py`; edit that file, not this page. How one is added:
[adding-a-signal.md](adding-a-signal.md).

A signal is one number about one account that rises when suspicion rises. It is compared with what peers of the same
size have, given the quantities named, and only its suspicious side counts. Without what it needs it is unknown, never
zero. Weight is its share of the alarm budget of its axis, relative to the signals of the same axis and kind of evidence
that are known. Sources named SIGNALS are rows of the survey that the catalogue was chosen from.
"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD]
    for axis in AXES:
        parts.append(f"## {axis.capitalize()}\n{_AXES[axis]}\n")
        for block in BLOCKS:
            own = [signal for signal in CATALOGUE if (signal.axis, signal.block) == (axis, block)]
            if own:
                parts.append(f"### {axis.capitalize()}, {_BLOCKS[block]}\n{_table(own)}")
                parts.append("\n".join(_said(signal) for signal in own) + "\n")
    parts.append(_innocent())
    return "\n".join(parts)


def _table(signals: list[Signal]) -> str:
    rows = ["| signal | needs | peers are given | weight | unit | source |", "|---|---|---|---|---|---|"]
    for signal in signals:
        needs = ", ".join(map(atom_text, signal.needs))
        if signal.given_any:
            needs += "; and one of " + ", ".join(dict.fromkeys(QUANTITIES[q].text for q in signal.given_any))
        given = ", ".join(dict.fromkeys(QUANTITIES[name].text for name in signal.given)) or "nothing"
        cells = (
            f"`{signal.name}`",
            needs,
            given,
            f"{signal.weight:.2f}",
            signal.unit,
            signal.source,
        )
        rows.append("| " + " | ".join(_cell(text) for text in cells) + " |")
    return "\n".join(rows) + "\n"


def _said(signal: Signal) -> str:
    looks_alike = ", ".join(f"`{name}`" for name in signal.innocent)
    return f"- `{signal.name}` says: “{signal.sentence}” Could also be: {looks_alike or 'nothing known'}."


def _innocent() -> str:
    rows = [
        "## Innocent explanations",
        "What else could explain a signal, and what of it the account's own data can rule out.\n",
        "| explanation | in words | how it is checked |",
        "|---|---|---|",
    ]
    for name, explanation in EXPLANATIONS.items():
        check = " ".join((explanation.check.__doc__ or "Counters cannot tell: never ruled out.").split())
        rows.append(f"| `{name}` | {_cell(explanation.text)} | {_cell(check)} |")
    return "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(page())
