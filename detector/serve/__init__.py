"""Serve: the same for people, as pages and an API on this machine alone.

::

    browser ─► guard (host, origin, size, time) ─► pages, api ─► night    rows of an audit, by DuckDB
                                                       │   ├──► answers  the queue of the review, cases
                                                       │   ├──► shelf    reports made, in memory
                                                       │   └──► jobs ─► worker  uploads are read there, and die there
                                                       └── render: templates of ours around pages of ours

FastAPI and what it needs are imported by `server` and below, never by the command line's help.
"""
