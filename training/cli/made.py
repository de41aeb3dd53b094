"""What `detector train simulate` made, in lines for stderr."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from detector.how_many import how_many

if TYPE_CHECKING:
    from training.simulate.truth import Truth

__all__ = ["made"]


def made(
    out: Path, truth: "Sequence[Truth]", left_out: Mapping[str, int], *, simulated: bool
) -> Iterator[str]:
    """Accounts by archetype, mechanics with their doses, accounts that were left out and why, and where it all is."""
    from training.simulate.truth import truth_file

    inflated = [one for one in truth if one.label == "inflated"]
    archetypes = Counter(one.archetype for one in truth if one.archetype)
    yield f"{how_many(len(truth), 'account')}, {len(inflated):,} of them inflated"
    if simulated and archetypes:
        yield "archetypes: " + ", ".join(f"{name} {n:,}" for name, n in archetypes.most_common())
    for name, n in sorted(Counter(one.mechanic for one in inflated).items()):
        doses = sorted({one.dose for one in inflated if one.mechanic == name})
        yield f"  {name:<24}{n:>8,}  at {', '.join(f'{dose:g}' for dose in doses)}"
    for reason, n in sorted(left_out.items()):
        if n:
            yield f"{n:,} to be inflated stay as they are: {reason}"
    yield f"tables written to {out}, the truth to {truth_file(out)}"
