"""Evaluation: how well a model finds inflation that was put in, and whom it alarms about in vain.

::

    untouched accounts ─┬─► views of evidence ─► judged ─┬─► thresholds, false alarms, calibration
    simulated or one's  └─► inject ─► views ─► judged ───┴─► recall by mechanic, dose and evidence, levels
    own                                                      leave one signal out, held-out mechanics, baselines

Truth comes from `training.simulate`: nobody publishes creators whose counters are known to be inflated.
"""

from training.evaluate.evaluation import Evaluation, evaluate
from training.evaluate.settings import EvaluationSettings

__all__ = ["Evaluation", "EvaluationSettings", "evaluate"]
