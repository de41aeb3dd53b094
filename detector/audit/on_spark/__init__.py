"""A night on Spark: the rows of a source brought to tasks by account, each of which writes a part of the result."""
