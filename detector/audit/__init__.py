"""Audit: every account of a source of any size, in bounded memory, interrupted as often as it likes.

::

    plan      what is read, with which model, divided at which keys          plan.py, staging.py, routing.py
    spill     rows go to the bucket of their account, in one pass            spill.py
    judge     each bucket becomes one part of the result, by workers         bucket.py, ledger.py
    finish    parts become the list, the summary and the page of the night   finish.py

Buckets are ranges of keys, so that the parts one after the other are ordered by (platform, account_id). What is done
is written down after it is there whole; the same command goes on from there.
"""
