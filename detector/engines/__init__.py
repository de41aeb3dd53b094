"""Engines: who does the work of many buckets. Each is a generator from tasks to answers; all else is shared."""
