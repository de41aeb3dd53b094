"""Crowd: what accounts have in common that chance does not give them. Panels in, groups and columns out.

::

    panel ─► jumps, shape, days (a bucket's shards) ─► kinds ─► cells ─► grouping ─► groups, columns

A bucket writes down the few notable things of its accounts; one pass over all shards counts them in fine cells, beside
what the coarse cell around says that chance puts there. Everything is counting, so it grows with the accounts, and
DuckDB spills what does not fit into memory. See docs/crowd.md and docs/decisions/0016.
"""
