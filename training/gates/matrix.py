"""Matrix: inflation of known kinds and doses, put into ordinary accounts, must be found no less often."""

import numpy as np

from training.gates.ground import Ground, Outcome

__all__ = ["matrix"]

NAME = "matrix"

MEAN_LOST = 0.02
"""Mean recall, and mean share called suspicious, that may be lost over all mechanics, doses and views."""

MECHANIC_LOST = 0.10
"""The same for any one mechanic: about two standard errors of 120 accounts at one half, in the same accounts."""


def matrix(ground: Ground) -> Outcome:
    """Recall at 1 % false alarms, and the share that the models themselves call suspicious."""
    champion, challenger = ground.evaluations
    cells = {(cell.mechanic, cell.dose, cell.view): cell for cell in challenger.cells}
    recall = {key: cell.recall["1 %"].value for key, cell in cells.items()}
    caught = {key: cell.suspicious for key, cell in cells.items()}
    figures = {
        "recall_challenger": float(np.mean(list(recall.values()))),
        "suspicious_challenger": float(np.mean(list(caught.values()))),
    }
    if champion is None:
        said = f"mean recall {figures['recall_challenger']:.3f} in {len(cells)} cells; no champion yet"
        return Outcome(NAME, True, said, figures)
    before = {(cell.mechanic, cell.dose, cell.view): cell for cell in champion.cells}
    shared = sorted(set(cells) & set(before))
    lost = {}
    for name in sorted({key[0] for key in shared}):
        own = [key for key in shared if key[0] == name]
        lost[name] = max(
            float(np.mean([before[key].recall["1 %"].value - recall[key] for key in own])),
            float(np.mean([before[key].suspicious - caught[key] for key in own])),
        )
    figures["recall_champion"] = float(np.mean([before[key].recall["1 %"].value for key in shared]))
    figures["suspicious_champion"] = float(np.mean([before[key].suspicious for key in shared]))
    figures |= {f"lost.{name}": value for name, value in lost.items()}
    worst = max(lost, key=lambda name: lost[name])
    passed = (
        figures["recall_challenger"] >= figures["recall_champion"] - MEAN_LOST
        and figures["suspicious_challenger"] >= figures["suspicious_champion"] - MEAN_LOST
        and lost[worst] <= MECHANIC_LOST
    )
    said = (
        f"mean recall at 1 % {figures['recall_champion']:.3f} -> {figures['recall_challenger']:.3f}, called suspicious "
        f"{figures['suspicious_champion']:.3f} -> {figures['suspicious_challenger']:.3f} in {len(shared)} cells; "
        f"most lost: {worst} {lost[worst]:+.3f}"
    )
    return Outcome(NAME, passed, said, figures)
