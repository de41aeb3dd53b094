"""Sparkline: a counter's daily gains as one line of blocks, for the terminal, the odd days pointed at below."""

from collections.abc import Sequence
from math import ceil

import numpy as np

from detector.explain import Days, Span
from detector.panel import FloatArray

__all__ = ["BLOCKS", "drawn_with", "sparkline"]

BLOCKS = "▁▂▃▄▅▆▇█"
WIDEST = 74
"""Signs in a line: the terminal's 80 less the indent."""


def drawn_with(encoding: str | None) -> bool:
    """Whether a stream of this encoding can show the blocks."""
    try:
        BLOCKS.encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def sparkline(days: Days, counters: Sequence[str]) -> list[str]:
    """Three lines at most: what is drawn, the blocks, and the odd days below; nothing where no gain is known.

    Parameters
    ----------
    days : what was found of the history
    counters : which counter to draw, by preference; one with a marked day comes first
    """
    known = days.known
    odd = [span.counter for span in days.spans if span.axis]
    counter = next((name for name in (*odd, *counters, *known) if name in known), None)
    if counter is None:
        return []
    gains = days.gains[counter][days.first :]
    width = ceil(len(gains) / WIDEST)
    each = "" if width == 1 else f" (the highest of each {width} days)"
    lines = [f"New {counter} a day{each}, at most {np.nanmax(gains):,.0f}:", _blocks(gains, width)]
    spans = [span for span in days.spans if span.counter == counter and span.axis]
    return [*lines, *_pointers(days, spans, width)]


def _blocks(gains: FloatArray, width: int) -> str:
    padded = np.full(ceil(len(gains) / width) * width, np.nan)
    padded[: len(gains)] = gains
    rows = padded.reshape(-1, width)
    highest = max(float(np.nanmax(gains)), 1.0)
    signs = []
    for row in rows:
        here = row[~np.isnan(row)]
        if not len(here):
            signs.append(" ")
            continue
        share = max(float(np.max(here)), 0.0) / highest
        signs.append(BLOCKS[min(int(share * len(BLOCKS)), len(BLOCKS) - 1)])
    return "".join(signs).rstrip()


def _pointers(days: Days, spans: list[Span], width: int) -> list[str]:
    """Carets below the marked days, and the largest of them in words where the line has room."""
    if not spans:
        return []
    signs = [" "] * WIDEST
    for span in spans:
        first, last = ((column - days.first) // width for column in (span.start, span.end))
        for place in range(max(first, 0), min(last, WIDEST - 1) + 1):
            signs[place] = "^"
    carets = "".join(signs).rstrip()
    largest = max(spans, key=lambda span: span.excess)
    text = f"{days.when(largest)}: {largest.gained[largest.counter]:+,.0f}"
    if len(carets) + 1 + len(text) <= WIDEST:
        return [f"{carets} {text}"]
    room = len(carets) - len(carets.lstrip())
    if len(text) + 1 <= room:
        return [f"{text} ".rjust(room) + carets.lstrip()]
    return [carets, text]
