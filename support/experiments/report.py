"""The difference report of a shadow replay: counts on top, then only the replies that differ."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from django.template.loader import render_to_string

from chatbot.experiments.shadow import Pair, Side
from support.experiments.rules import rules


@dataclass
class Report:
    """All pairs of a replay. ``kept`` counts turns said to the letter, or in silence, whoever speaks."""

    base: str
    candidate: str
    conversations: int = 0
    kept: int = 0
    pairs: list[Pair] = field(default_factory=list)

    def add(self, pair: Pair | None) -> None:
        """One turn."""
        if pair is None:
            self.kept += 1
        else:
            self.pairs.append(pair)

    @property
    def summary(self) -> dict[str, Any]:
        """The counts."""
        return {
            "base": self.base,
            "candidate": self.candidate,
            "conversations": self.conversations,
            "turns": len(self.pairs) + self.kept,
            "compared": len(self.pairs),
            "kept": self.kept,
            "different": sum(pair.differs for pair in self.pairs),
            "sides": {
                "actuelle": _counts([pair.base for pair in self.pairs]),
                "candidate": _counts([pair.candidate for pair in self.pairs]),
            },
        }

    def html(self) -> str:
        """A page that stands alone: no script, nothing loaded, and every word escaped."""
        shown = [(pair, _shown(pair.base), _shown(pair.candidate)) for pair in self.pairs if pair.differs]
        summary = self.summary
        for side in summary["sides"].values():
            side["reasons"] = {_named(reason): count for reason, count in side["reasons"].items()}
        return render_to_string("shadow_report.html", {"summary": summary, "pairs": shown})

    def jsonl(self) -> str:
        """The counts, then a line for each reply that differs."""
        rows = [{"summary": self.summary}, *(asdict(pair) for pair in self.pairs if pair.differs)]
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _shown(side: Side) -> dict[str, Any]:
    return {**asdict(side), "faithful": side.faithful, "passed": side.verdict == "passed", "why": _named(side.verdict)}


def _named(verdict: str) -> str:
    return rules().verdicts.get(verdict, verdict)


def _counts(sides: Sequence[Side]) -> dict[str, Any]:
    reasons = Counter(side.verdict for side in sides if side.verdict != "passed")
    times = sorted(side.milliseconds for side in sides) or [0.0]
    return {
        "passed": sum(side.verdict == "passed" for side in sides),
        "reasons": dict(reasons.most_common()),
        "faithful": sum(side.faithful for side in sides),
        "characters": round(sum(len(side.draft) for side in sides) / max(1, len(sides))),
        "p50": round(median(times), 1),
        "p95": round(times[min(len(times) - 1, int(0.95 * len(times)))], 1),
    }
