"""Signals: one number about one account each, computed row by row on a panel. See `catalogue` for the list."""
