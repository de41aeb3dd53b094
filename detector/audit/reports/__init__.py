"""Reports: what people read of a night, one file a kind: list, changes, drift, page, a database's table.

They are made of the parts of a result and of the night's tally; how these came about is not theirs to know.
"""
