"""View: what the templates show, said in words and numbers already. Templates choose places, never words."""

from dataclasses import dataclass

from detector.outputs.html.drawing import Drawing

__all__ = ["AxisTile", "Creator", "Group", "Page", "Picture", "ReasonLine", "Section", "Shortly", "Table"]


@dataclass(frozen=True, slots=True)
class AxisTile:
    """One axis apart: how odd by itself."""

    axis: str
    title: str
    meaning: str
    state: str
    look: str
    odds: str


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers beside a picture, which a screen reader reads and a picture cannot say."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing, a sentence that says what it shows, a line on how to read it, and numbers where they help."""

    drawing: Drawing
    finding: str
    reading: str
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason: of which axis, the sentence, and what it adds to the score (empty where unknown)."""

    axis: str
    sentence: str
    adds: str


@dataclass(frozen=True, slots=True)
class Group:
    """Explanations that share a fate: ruled out, possible or open."""

    title: str
    look: str
    note: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs and a list."""

    title: str
    paragraphs: tuple[str, ...]
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Creator:
    """One account, from the verdict to how far to trust it."""

    name: str
    identity: str
    as_of: str
    level: str
    level_text: str
    verdict: str
    odds: str
    odds_text: str
    peers: str
    evidence: tuple[tuple[str, bool, str], ...]
    rarity: Drawing | None
    axes: tuple[AxisTile, ...]
    pictures: tuple[Picture, ...]
    reasons_title: str
    reasons: tuple[ReasonLine, ...]
    innocent: tuple[Group, ...]
    change: Section
    ask: Section
    price: Section
    trust: tuple[Section, ...]
    doses: Section | None
    counters: Table | None


@dataclass(frozen=True, slots=True)
class Shortly:
    """One of several creators: a row of the comparison and, for the first ones, a few lines on why."""

    number: int
    name: str
    identity: str
    level: str
    level_text: str
    verdict: str
    odds: str
    axes: tuple[str, ...]
    followers: str
    expected: str
    evidence: str
    reasons: tuple[str, ...]
    possible: str
    days: Drawing | None
    days_text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page: one creator, or several compared."""

    title: str
    creator: Creator | None
    compared: tuple[Shortly, ...]
    told: tuple[Shortly, ...]
    summary: tuple[str, ...]
    rarity: Drawing | None
    trust: tuple[Section, ...]
