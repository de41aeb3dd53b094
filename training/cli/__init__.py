"""`detector train`: fit models, and simulate accounts to measure them on. Joined to `detector` by an entry point."""

from training.cli.app import app
from training.cli.fit import summary

__all__ = ["app", "summary"]
