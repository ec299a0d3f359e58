"""Tables of figures: the words a reader sees, and beside them the plain values that go into files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from chatbot.figures import francs
from support.console.values import NARROW
from support.console.values import count as counted
from support.insight.desk.measures import Scores, Share, Spread

NONE, FEW = "—", "trop peu"
Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its title, and the columns it becomes in a file (units included)."""

    title: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """``text`` with a smaller ``sub`` under it; ``values`` fill the columns of its Head in a file."""

    text: str
    values: tuple[Value, ...]
    sub: str = ""
    href: str = ""
    few: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table with what it means and, for some, a picture of it. ``name`` is its anchor and its sheet.

    ``listed``: its rows are things, told in words that read from the left, not figures to compare.
    """

    name: str
    title: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    chart: SafeString | None = None
    empty: str = "Rien dans cette période."
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure to see at a glance."""

    title: str
    cell: Cell
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What one report shows and what its files hold. ``whole``: where all is, of which this shows a part."""

    tiles: Sequence[Tile] = field(default_factory=tuple)
    tables: Sequence[Table] = field(default_factory=tuple)
    whole: str = ""


def named(title: str) -> Head:
    """A column of words or of plain numbers."""
    return Head(title, (title,))


def spread_head(title: str) -> Head:
    """A column of durations."""
    return Head(title, (f"{title}, médiane (s)", f"{title}, p90 (s)", f"{title}, p95 (s)", f"{title}, nombre"))


def share_head(title: str) -> Head:
    """A column of shares."""
    return Head(title, (f"{title} (%)", f"{title}, oui", f"{title}, sur"))


def marks_head(title: str) -> Head:
    """A column of marks from 1 to 5."""
    columns = ("médiane", "moyenne", "4 ou 5 (%)", "1 ou 2 (%)", "réponses", "demandées")
    return Head(title, tuple(f"{title}, {name}" for name in columns))


def words(text: str, href: str = "", sub: str = "") -> Cell:
    """A name, perhaps a link."""
    return Cell(text, (text,), sub=sub, href=href)


def number(value: int, href: str = "") -> Cell:
    """A count, perhaps a link to what it counts; nought leads nowhere."""
    return Cell(counted(value), (value,), href=href if value else "")


def money(value: int, href: str = "") -> Cell:
    """Francs, perhaps a link to the claims they are of."""
    return Cell(francs(value), (value,), href=href)


def duration(of: Spread) -> Cell:
    """The median, with what 90 and 95 % stay under and how many it stands on."""
    if of.few or of.median is None or of.p90 is None or of.p95 is None:
        return Cell(FEW if of.count else NONE, (None, None, None, of.count), _n(of.count), few=True)
    sub = f"p90 {span(of.p90)} · p95 {span(of.p95)} · {_n(of.count)}"
    return Cell(span(of.median), (round(of.median), round(of.p90), round(of.p95), of.count), sub)


def share(of: Share) -> Cell:
    """A percentage, with what it stands on."""
    if of.few or of.percent is None:
        sub = f"{counted(of.part)} sur {counted(of.whole)}" if of.whole else ""
        return Cell(FEW if of.whole else NONE, (None, of.part, of.whole), sub, few=True)
    sub = f"{counted(of.part)} sur {counted(of.whole)}"
    return Cell(percent(of.percent), (round(of.percent, 1), of.part, of.whole), sub)


def marks(of: Scores) -> Cell:
    """The median mark, with the mean, the share that is content and how many answered."""
    content, unhappy = of.content.percent, of.unhappy.percent
    if of.content.few or of.median is None or of.mean is None or content is None or unhappy is None:
        return Cell(FEW if of.count else NONE, (None, None, None, None, of.count, of.asked), _n(of.count), few=True)
    sub = f"moyenne {_decimal(of.mean)} · 4 ou 5 : {percent(content)} · 1 ou 2 : {percent(unhappy)} · {_n(of.count)}"
    values = (of.median, round(of.mean, 2), round(content, 1), round(unhappy, 1), of.count, of.asked)
    return Cell(f"{_decimal(of.median)} / 5", values, sub)


def span(seconds: float) -> str:
    """« 42 s », « 3 min 05 », « 1 h 05 », « 2 j 4 h »."""
    whole = round(seconds)
    if whole < 10:
        return f"{_decimal(seconds)} s"
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d}" if minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d}" if hours < 24 else f"{hours // 24} j {hours % 24} h"


def percent(value: float) -> str:
    """« 92,4 % », « 100 % »."""
    return f"{_decimal(value)}{NARROW}%"


def _decimal(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0").replace(".", ",")


def _n(number: int) -> str:
    return f"n = {counted(number)}" if number else ""
