"""Judges a draft sentence by sentence against its plan: passes it, or says why it must not reach the customer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from chatbot.types import Plan

Reason = Literal[
    "passed",
    "unknown_placeholder",
    "missing_fact",
    "own_figure",
    "own_address",
    "asks_secret",
    "promise",
    "repeated_greeting",
    "too_long",
    "empty",
]
HOLE = re.compile(r"\{([^{}]*)\}")
FIGURE = re.compile(r"\d")
ADDRESS = re.compile(r"https?:|www\.|@|\b[a-z0-9-]+\.(?:ci|com|net|org|io|me|info|app|link)\b", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[.!?…\n])(?=\s)")
LONGEST: Mapping[str, int] = {"whatsapp": 1500, "web": 3000}  # characters of a draft, before facts are filled in


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a text may be said, and the reason when not."""

    reason: Reason

    @property
    def passed(self) -> bool:
        return self.reason == "passed"


PASSED = Verdict("passed")


@dataclass(frozen=True, slots=True)
class Watch:
    """What the brand's language gives away: requests for secrets, promises, spelled figures, greetings."""

    secrets: re.Pattern[str]
    requests: re.Pattern[str]
    warnings: re.Pattern[str]
    greetings: re.Pattern[str]
    spelled: re.Pattern[str]
    promises: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]

    @classmethod
    def read(cls, settings: Mapping[str, object]) -> Watch:
        """From ``[guard]`` of brand.toml."""
        table = settings.get("guard", {})
        table = table if isinstance(table, Mapping) else {}
        promises = table.get("promises", [])
        return cls(
            secrets=_any(table.get("secrets", [])),
            requests=_any(table.get("requests", [])),
            warnings=_any(table.get("warnings", [])),
            greetings=_any(table.get("greetings", [])),
            spelled=_spelled(table.get("number_words", []), table.get("units", [])),
            promises=tuple((_any(p["phrases"]), tuple(p.get("acts", ()))) for p in promises),
        )

    def asks_secret(self, plain: str) -> bool:
        """Whether ``plain`` (of ``plain_text``) asks for a PIN, a password, a code or a card."""
        return bool(self.secrets.search(plain) and self.requests.search(plain) and not self.warnings.search(plain))


class Guard:
    """One draft of one plan: ``check`` each sentence as it comes, then ``finish``."""

    def __init__(self, watch: Watch, plan: Plan, channel: str) -> None:
        self._watch = watch
        self._plan = plan
        self._longest = LONGEST.get(channel, min(LONGEST.values()))
        self._needed = {fact for act in plan.acts for fact in act.facts}
        self._spoken: set[str] = set()
        self._length = 0
        self._greetings = sum(act.name.startswith("greeting") for act in plan.acts)

    def check(self, sentence: str) -> Verdict:
        """Whether this next sentence may be said."""
        holes = {match[1] for match in HOLE.finditer(sentence)}
        words = HOLE.sub(" ", sentence)
        plain = plain_text(words)
        self._length += len(sentence)
        self._spoken |= holes
        greets = self._watch.greetings.search(plain) is not None
        self._greetings -= greets
        faults: tuple[tuple[Reason, bool], ...] = (
            ("unknown_placeholder", not holes <= self._plan.facts.keys() or "{" in words or "}" in words),
            ("own_figure", FIGURE.search(words) is not None or self._watch.spelled.search(plain) is not None),
            ("own_address", ADDRESS.search(words) is not None),
            ("asks_secret", self._watch.asks_secret(plain)),
            ("promise", self._promises(plain)),
            ("repeated_greeting", greets and self._greetings < 0),
            ("too_long", self._length > self._longest),
        )
        return next((Verdict(reason) for reason, faulty in faults if faulty), PASSED)

    def finish(self) -> Verdict:
        """Whether the whole draft said what the plan requires."""
        if not self._length:
            return Verdict("empty")
        return PASSED if self._needed <= self._spoken else Verdict("missing_fact")

    def _promises(self, plain: str) -> bool:
        acts = tuple(act.name for act in self._plan.acts)
        return any(
            pattern.search(plain) and not any(act.startswith(allowed) for act in acts)
            for pattern, allowed in self._watch.promises
        )


def sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Whole sentences out of pieces cut anywhere; joined again they are the same text."""
    held = ""
    for piece in pieces:
        held += piece
        *whole, held = SENTENCE_END.split(held)
        yield from whole
    if held:
        yield held


def fill(sentence: str, facts: Mapping[str, str]) -> str:
    """The sentence with its facts. Raises KeyError on a placeholder the plan does not have."""
    return HOLE.sub(lambda match: facts[match[1]], sentence)


def plain_text(text: str) -> str:
    """Lower case without accents, apostrophes as spaces: what the patterns are matched on."""
    bare = unicodedata.normalize("NFKD", text.lower())
    return re.sub(r"[^a-z0-9]+", " ", "".join(c for c in bare if not unicodedata.combining(c))).strip()


def _any(phrases: Sequence[str]) -> re.Pattern[str]:
    """A pattern for any of the phrases as whole words; ``(?!)`` matches nothing when there are none."""
    alternatives = "|".join(re.escape(plain_text(phrase)) for phrase in phrases)
    return re.compile(rf"\b(?:{alternatives})\b" if alternatives else r"(?!)")


def _spelled(numbers: Sequence[str], units: Sequence[str]) -> re.Pattern[str]:
    if not numbers or not units:
        return re.compile(r"(?!)")
    return re.compile(rf"{_any(numbers).pattern} {_any(units).pattern}")
