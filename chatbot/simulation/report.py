"""What many simulated conversations come to: a table for people, a line a conversation for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from chatbot.simulation.pen import Message
from chatbot.simulation.run import Outcome

FAULTS = {
    "reask": "known facts asked again",
    "reask_on_return": "of these, on coming back after an hour or more",
    "needless_confirmation": "needless confirmations",
    "refused_id": "identifiers refused",
    "extra_message": "messages over the least possible",
    "announced_not_filed": "announced, not filed",
    "announced_not_called": "announced, nobody called",
    "dead_end": "dead ends",
    "loop": "loops",
    "silence": "silences",
    "status_not_told": "statuses not told",
    "wrong_figure": "wrong fees",
}
NONE_ALLOWED = (
    "reask", "reask_on_return", "refused_id", "announced_not_filed", "announced_not_called", "dead_end", "loop",
    "silence", "status_not_told", "wrong_figure",
)  # fmt: skip
RIGHT, RECALL, PRECISION, EXTRA, CONFIRMED = 0.98, 0.95, 0.90, 0.2, 0.02


@dataclass
class Tally:
    """Sums over outcomes."""

    conversations: int = 0
    turns: int = 0
    expected: int = 0  # conversations in which a claim was to be filed
    right: int = 0
    passed: int = 0
    due: int = 0
    met: int = 0
    called: int = 0
    wanted: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        """Count one more conversation."""
        verdict = outcome.verdict
        self.conversations += 1
        self.turns += len(outcome.record.exchanges)
        self.expected += verdict.right is not None
        self.right += verdict.right is True
        self.passed += verdict.passed
        self.due += verdict.due
        self.met += verdict.met
        self.called += verdict.called
        self.wanted += verdict.wanted
        self.faults += verdict.counts

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Every figure with its target."""
        many = max(1, self.conversations)
        extra = self.faults["extra_message"] / max(1, self.expected)
        confirmed = self.faults["needless_confirmation"] / many
        rows = [
            Measure("claim right, on the turn that completes it", _share(self.right, self.expected), RIGHT),
            Measure("person called within one message of where due", _share(self.met, self.due), RECALL),
            Measure("person called only where due", _share(self.wanted, self.called), PRECISION),
            Measure(FAULTS["extra_message"] + ", a claim", extra, EXTRA, most=True),
            Measure(FAULTS["needless_confirmation"] + ", a conversation", confirmed, CONFIRMED, most=True),
        ]
        rows += [Measure(FAULTS[name], self.faults[name], 0, most=True) for name in FAULTS if name in NONE_ALLOWED]
        return tuple(rows)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure and what it should reach, or with ``most`` not exceed."""

    what: str
    value: float
    target: float
    most: bool = False

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.value <= self.target if self.most else self.value >= self.target


def _share(part: int, whole: int) -> float:
    """Of nothing, nothing was missed."""
    return part / whole if whole else 1.0


def tally(outcomes: Iterable[Outcome]) -> Tally:
    """The sums of all outcomes."""
    total = Tally()
    for outcome in outcomes:
        total.add(outcome)
    return total


def table(total: Tally) -> str:
    """The measures as lines of equal width."""
    lines = [f"{total.conversations} conversations, {total.turns} turns, {total.passed} without any fault"]
    for row in total.measures:
        sign = "≤" if row.most else "≥"
        lines.append(f"{row.what:<52} {row.value:8.3f}  {sign} {row.target:<5g} {'yes' if row.met else 'NO'}")
    return "\n".join(lines)


def as_line(outcome: Outcome) -> Mapping[str, object]:
    """One conversation; the failing ones with their transcript."""
    verdict = outcome.verdict
    line: dict[str, object] = {
        "conversation": outcome.name,
        "kinds": [sheet.kind for sheet in outcome.sheets],
        "stunts": sorted(outcome.habits.stunts),
        "turns": len(outcome.record.exchanges),
        "right": verdict.right,
        "passed": verdict.passed,
        "faults": verdict.faults,
    }
    if not verdict.passed:
        line["transcript"] = list(_transcript(outcome))
    return line


def _transcript(outcome: Outcome) -> Iterable[Mapping[str, object]]:
    for turn, answer in outcome.record.exchanges:
        yield {
            "after": turn.after.total_seconds(),
            "why": turn.why,
            "customer": [_shown(message) for message in turn.messages],
            "gives": dict(turn.gives),
            "assistant": answer.reply,
            "asks": answer.asks,
            "confirms": answer.confirms,
            "filed": answer.filed,
        }


def _shown(message: Message) -> str:
    seen = ", ".join(f"{entity.type}={entity.value}" for entity in message.seen)
    return (
        message.text if message.kind == "text" else f"[{message.kind} {seen}] {message.text}".replace(" ]", "]").strip()
    )
