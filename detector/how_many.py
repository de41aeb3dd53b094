"""A number and what it counts, as a person would say it: one row, two rows."""

__all__ = ["how_many"]


def how_many(n: int, one: str, more: str | None = None) -> str:
    """A count before its noun, the noun in the number that fits it.

    Parameters
    ----------
    n
        How many there are.
    one
        What one of them is called.
    more
        What several, or none, are called; with an s at the end if not given.

    >>> how_many(1, "row"), how_many(0, "row"), how_many(1200, "reply", "replies")
    ('1 row', '0 rows', '1,200 replies')
    """
    return f"{n:,} {one if n == 1 else more or one + 's'}"
