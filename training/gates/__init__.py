"""Gates: what a challenger must not be worse at than the champion before it takes its place. One file a gate.

To add one: a function from a `Ground` to an `Outcome`, and a line in `GATES`.
"""

from collections.abc import Callable, Mapping

from training.gates.behaviour import behaviour
from training.gates.calibration import calibration
from training.gates.false_alarms import false_alarms
from training.gates.ground import Ground, Outcome
from training.gates.held_back import held_back_cases
from training.gates.matrix import matrix
from training.gates.probability import probability
from training.gates.timing import timing

__all__ = ["GATES", "Gate", "Ground", "Outcome", "run"]

Gate = Callable[[Ground], Outcome]

GATES: Mapping[str, Gate] = {
    "held-back cases": held_back_cases,
    "matrix": matrix,
    "false alarms": false_alarms,
    "calibration": calibration,
    "probability": probability,
    "behaviour": behaviour,
    "scoring time": timing,
}


def run(ground: Ground, say: Callable[[str], None] = lambda text: None) -> tuple[Outcome, ...]:
    """All gates' outcomes, in order."""
    found = []
    for name, gate in GATES.items():
        say(f"gate: {name}")
        found.append(gate(ground))
    return tuple(found)
