"""A session: shows one account after the other, asks, and writes each answer down before the next."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from textwrap import fill
from typing import Any

from detector.cases import Case
from detector.contract import AXES
from detector.outputs import words
from detector.outputs.hostile import printable
from detector.review.log import Answer, Log
from detector.review.queue import KINDS, Item
from detector.review.table import Reviewed

__all__ = ["Session", "case_of", "review", "shown"]

ANSWERS = {"i": "inflated", "g": "genuine", "u": "unsure"}
AXIS = {"f": "followers", "l": "likes", "a": "automation"}
PROMPT = (
    "[i]nflated (if, il, ia: by followers, likes, automation)  [g]enuine  [u]nsure\n"
    "[s]kip  [q]uit; a note may follow > "
)
BAR, WIDTH = 20, 80


@dataclass(frozen=True, slots=True)
class Session:
    """Who answers, where answers go, how to ask (prompt -> a line, None at the end) and to show."""

    log: Log
    reviewer: str
    ask: Callable[[str], str | None]
    show: Callable[[str], None]
    now: Callable[[], datetime]


def review(session: Session, result: Reviewed, items: Iterable[Item], most: int) -> dict[str, int]:
    """Asks about each item until the queue or the answers end; how many of each answer were given.

    The next of `items`, `most` at most, is taken once the answer to the one before is written down.
    """
    counts: dict[str, int] = {}
    for number, item in enumerate(items, 1):
        row = result.row(item.at)
        session.show(f"--- {number} of {most}: {KINDS[item.kind]}\n" + shown(row))
        answer = _asked(session)
        if answer is None:
            break
        if answer.label == "skip":
            continue
        session.log.append(case_of(row, item.kind, answer, session.reviewer, session.now()))
        counts[answer.label] = counts.get(answer.label, 0) + 1
    return counts


def shown(row: dict[str, Any]) -> str:
    """An account as text: who, verdict, a bar for each axis, reasons, what else could explain it."""
    lines = [f"{words.LEVEL[row['level']].upper()}  {words.who(row)}"]
    evidence = (row.get("evidence") or "nothing").replace("+", ", ")
    lines.append(f"  rests on {evidence}; peers: {printable(row.get('cohort') or 'none')}")
    for name in ("suspicion", *(f"{axis}_suspicion" for axis in AXES)):
        value = row.get(name)
        if value is not None:
            lines.append(f"  {name.removesuffix('_suspicion'):<12}{_bar(value)} {words.share(value):>5}")
    if row.get("probability") is not None:
        lines.append(
            f"  {'probability':<12}{_bar(100 * row['probability'])} {100 * row['probability']:5.1f} %"
        )
    lines += [f"  - {printable(reason['sentence'])}" for reason in row.get("reasons") or ()]
    open_ = [one for one in row.get("innocent") or () if not one["ruled_out"]]
    lines += [f"  ? {printable(one['explanation'])}" for one in open_]
    return "\n".join(map(_wrapped, lines)) + "\n"


def _wrapped(line: str) -> str:
    """A line on as many as it takes, further ones under its text; long words, such as ids, stay whole."""
    return fill(line, WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _bar(percent: float) -> str:
    filled = round(BAR * percent / 100)
    return "#" * filled + "." * (BAR - filled)


def _asked(session: Session) -> Answer | None:
    """An answer; None to stop. What is no answer is asked again."""
    while True:
        line = session.ask(PROMPT)
        if line is None:
            return None
        word, _, note = line.strip().partition(" ")
        word = word.casefold()
        if word == "q":
            return None
        if word == "s":
            return Answer("skip")
        label = ANSWERS.get(word[:1])
        axis = AXIS.get(word[1:], "")
        if label is not None and (len(word) == 1 or (axis and label != "unsure")):
            return Answer(label, axis, note.strip())
        session.show(f"{printable(line.strip()) or 'nothing'} is no answer.\n")


def case_of(row: dict[str, Any], kind: str, answer: Answer, reviewer: str, now: datetime) -> Case:
    """The answer with what it rests on. Names of accounts are left out: the id says who.

    Parameters
    ----------
    row : an account as `Reviewed.row` gives it
    kind : why it was asked about, of `KINDS`
    answer, reviewer, now : what was said, by whom, and when (with its zone)
    """
    evidence = {
        "level": row["level"],
        "score": row.get("score"),
        "p_value": row.get("p_value"),
        "evidence": row.get("evidence"),
        "as_of": None if row.get("as_of") is None else str(row["as_of"])[:19],
        "reasons": [reason["signal"] for reason in row.get("reasons") or ()],
    }
    return Case(
        row["platform"],
        row["account_id"],
        answer.label,
        answer.axis,
        reviewer,
        now.replace(microsecond=0),
        answer.note,
        kind,
        row.get("model_version") or "",
        json.dumps(evidence, sort_keys=True),
    )
