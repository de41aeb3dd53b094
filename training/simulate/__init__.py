"""Creators that never lived: an organic population, inflation put into it, and the stories of data/sample.

::

    figures ─► traits ─► life ─► look ─► Tables ─► inject ─► Tables + Truth
    measured   who it    days    what a  a user's  one of the
    aggregates is        pass    reader  own, too  mechanics
                                 sees

Everything is a pure function of a seed: account i of a population is the same however many follow it.
"""
