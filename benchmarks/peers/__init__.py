"""Other ways to do the night's work, one script a way: each takes a population, and prints what it did as JSON."""
