"""Creators that never lived: an organic population, purchases put into it, and the stories of data/sample.

::

    figures ─► traits ─► life ─► look ─► Tables ─► inflate ─► Tables
    measured   who it    days    what a            purchases
    aggregates is        pass    reader sees

Everything is a pure function of a seed: account i of a population is the same however many follow it.
"""
