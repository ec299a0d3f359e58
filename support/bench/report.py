"""The table at the end: what, ours, the bare twin's, their ratio, the target, and whether it is met."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from support.bench.figures import median

HEADINGS = ("what", "ours", "bare twin", "ratio", "target", "met")
ALWAYS = (0, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """One line. ``ours`` and ``bare`` are in ``unit``; a row without a target is there to be read."""

    what: str
    ours: float
    unit: str
    bare: float | None = None
    target: str = ""
    met: bool | None = None
    note: str = ""
    of_rounds: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours to the twin's: the middle one of the rounds' where they were run in turn, else of the two figures."""
        return self.of_rounds or (self.ours / self.bare if self.bare else None)


def rates(what: str, ours: Sequence[float], bare: Sequence[float]) -> Row:
    """Two rates a second, measured in rounds one after the other: a slow minute slows both of a round alike."""
    ratios = [mine / theirs for mine, theirs in zip(ours, bare, strict=True) if theirs]
    return Row(what, median(ours), "/s", median(bare), of_rounds=median(ratios) if ratios else None)


def at_least(share: float, what: str, ours: Sequence[float], bare: Sequence[float], of: str = "bare") -> Row:
    """Two rates of which the first is to reach ``share`` of the second."""
    row = rates(what, ours, bare)
    return replace(row, target=f"≥ {share:.0%} of {of}", met=row.ratio is not None and row.ratio >= share)


def at_most(limit: float, what: str, ours: float, unit: str, bare: float | None = None) -> Row:
    """A figure that is not to exceed ``limit``."""
    return Row(what, ours, unit, bare, f"≤ {limit:g} {unit}".rstrip(), ours <= limit)


def no_less(limit: float, what: str, ours: float, unit: str) -> Row:
    """A figure that is to reach ``limit``."""
    return Row(what, ours, unit, target=f"≥ {limit:g} {unit}".rstrip(), met=ours >= limit)


def failed(what: str, why: str) -> Row:
    """A benchmark that gave no figure."""
    return Row(what, 0.0, "", target="a figure", met=False, note=why)


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, notes beneath it; columns that no row fills are left out."""
    cells = [_cells(row) for row in rows]
    filled = [c for c in range(len(HEADINGS)) if c in ALWAYS or any(line[c] != "–" for line in cells)]
    lines = [tuple(line[c] for c in filled) for line in (HEADINGS, *cells)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(filled))]
    text = [_line(line, widths) for line in lines]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    notes = [f"{row.what}: {row.note}" for row in rows if row.note]
    return "\n".join([*text, *(["", *notes] if notes else [])])


def as_json(rows: Sequence[Row], machine: dict[str, str]) -> str:
    """The same for a machine."""
    return json.dumps(
        {"machine": machine, "rows": [{**asdict(row), "ratio": row.ratio} for row in rows]},
        ensure_ascii=False,
        indent=1,
    )


def _cells(row: Row) -> tuple[str, ...]:
    bare = "–" if row.bare is None else _figure(row.bare, row.unit)
    ratio = "–" if row.ratio is None else f"{row.ratio:.0%}"
    met = "–" if row.met is None else ("yes" if row.met else "NO")
    return row.what, _figure(row.ours, row.unit), bare, ratio, row.target or "–", met


def _figure(value: float, unit: str) -> str:
    digits = 0 if value >= 100 or value == int(value) else (1 if value >= 1 else 3)
    return f"{value:.{digits}f} {unit}".rstrip()


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
