"""Fitting: a reference population in, a model out. `population` is the entry; the other files fit one part each."""

from training.fit.population import FitOutcome, FitReport, FitSettings, fit

__all__ = ["FitOutcome", "FitReport", "FitSettings", "fit"]
