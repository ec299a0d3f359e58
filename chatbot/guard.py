"""Judges a draft sentence by sentence against its plan: passes it, or says why it must not reach the customer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from chatbot.lexis import Lexis
from chatbot.types import Plan
from chatbot.watch import Watch, find, plain_text

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
    "missing_act",
    "unplanned_act",
    "unplanned_word",
    "strange",
    "unsupported",
    "uncited",
    "repeats_note",
]
HOLE = re.compile(r"\{([^{}]*)\}")
FIGURE = re.compile(r"\d")
ADDRESS = re.compile(
    r"https?:|www\.|@|\b[a-z0-9-]+\.(?:ci|com|net|org|io|me|info|app|link)\b|\w\.[a-z]{2,}/\w", re.IGNORECASE
)
STRAY = re.compile(r"[{}\[\]]")
CITE = re.compile(r"\s*\[([a-z0-9-]+@\d+)\]")
SENTENCE_END = re.compile(r"(?<=[.!?…\n])(?=\s)")
RUN = 4  # words in a row that are no chance
STEM = 5  # letters that tell a French word from another; what follows is mostly its ending
LONGEST: Mapping[str, int] = {"whatsapp": 1500, "web": 3000}  # characters of a draft, before facts are filled in


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a text may be said, and the reason when not."""

    reason: Reason

    @property
    def passed(self) -> bool:
        return self.reason == "passed"


PASSED = Verdict("passed")


class Guard:
    """One draft of one plan: ``check`` each sentence as it comes, then ``finish``.

    ``is_open``: an open question: every sentence must be borne out by the article it cites. ``kept_back``: runs of
    words, as ``runs`` gives them, that must not be said.
    """

    def __init__(
        self,
        watch: Watch,
        plan: Plan,
        channel: str,
        *,
        lexis: Lexis | None = None,
        is_open: bool = False,
        kept_back: Iterable[str] = (),
    ) -> None:
        self._watch = watch
        self._plan = plan
        self._longest = LONGEST.get(channel, min(LONGEST.values()))
        self._names = tuple(act.name for act in plan.acts)
        self._quotes = {act.source: act.quote for act in plan.acts if act.quote}
        self._marks = [marks for name in self._names if (marks := find(watch.marks, name))]
        self._own = frozenset().union(*(marks.alone for marks in self._marks))
        self._open = is_open
        self._kept_back = tuple(kept_back)
        self._needed = {fact for act in plan.acts if not (is_open and act.quote) for fact in act.facts}
        self._lexis = lexis
        self._ground = lexis.ground(self._names, self._quotes.values()) if lexis else frozenset()
        self._said: list[str] = []
        self._spoken: set[str] = set()
        self._length = 0
        self._greetings = sum(name.startswith("greeting") for name in self._names)
        self.cited: tuple[str, ...] = ()  # the articles an open answer leans on, as article@version

    def check(self, sentence: str) -> Verdict:
        """Whether this next sentence may be said."""
        holes = {match[1] for match in HOLE.finditer(sentence)}
        words = HOLE.sub(" ", uncited(sentence) if self._open else sentence)
        plain = plain_text(words)
        self._length += len(sentence)
        self._spoken |= holes
        self._said.append(plain)
        greets = self._watch.greetings.search(plain) is not None
        self._greetings -= greets
        faults: tuple[tuple[Reason, bool], ...] = (
            ("unknown_placeholder", not holes <= self._plan.facts.keys() or STRAY.search(words) is not None),
            ("own_figure", FIGURE.search(words) is not None or self._watch.spelled.search(plain) is not None),
            ("own_address", ADDRESS.search(words) is not None or self._watch.addresses.search(plain) is not None),
            ("asks_secret", self._watch.asks_secret(words, quoting=bool(self._quotes))),
            ("promise", self._promises(plain)),
            ("repeats_note", any(f" {run} " in f" {plain} " for run in self._kept_back)),
            ("repeated_greeting", greets and self._greetings < 0),
            ("too_long", self._length > self._longest),
            ("unplanned_act", not self._quotes and self._unplanned(plain)),
            ("unplanned_word", self._lexis is not None and self._lexis.unplanned(plain, self._ground)),
            ("strange", self._lexis is not None and self._lexis.is_strange(words, self._ground)),
            ("unsupported", self._open and not self._supported(sentence, holes, plain)),
        )
        return next((Verdict(reason) for reason, faulty in faults if faulty), PASSED)

    def finish(self) -> Verdict:
        """Whether the whole draft said what the plan requires."""
        if not self._length:
            return Verdict("empty")
        if not self._needed <= self._spoken:
            return Verdict("missing_fact")
        if self._open:
            return PASSED if self.cited else Verdict("uncited")
        whole = " ".join(self._said)
        return Verdict("missing_act") if any(not marks.says.search(whole) for marks in self._marks) else PASSED

    def _promises(self, plain: str) -> bool:
        return any(
            pattern.search(plain) and not any(name.startswith(allowed) for name in self._names)
            for pattern, allowed in self._watch.promises
        )

    def _unplanned(self, plain: str) -> bool:
        """Whether the sentence claims what only an act outside the plan may."""
        claimed = set(self._watch.claims.findall(plain))
        return not claimed <= self._own

    def _supported(self, sentence: str, holes: set[str], plain: str) -> bool:
        """Whether the article this sentence cites holds its figures, its telling words and its yes or no."""
        if self._watch.ignorance.search(plain):
            return False
        named = CITE.findall(sentence)
        telling = {word[:STEM] for word in plain.split() if len(word) > STEM - 2 and word not in self._watch.idle}
        if not named:
            return not telling and not holes and not self._watch.negations.search(plain)
        if any(name not in self._quotes for name in named):
            return False
        ground = " ".join(self._quotes[name] for name in named)
        there = plain_text(HOLE.sub(" ", ground))
        if not holes <= set(HOLE.findall(ground)) or (
            self._watch.negations.search(plain) and not self._watch.negations.search(there)
        ):
            return False
        known = {word[:STEM] for word in there.split()}
        self.cited = tuple(dict.fromkeys((*self.cited, *named)))
        return len(telling & known) >= self._watch.support * len(telling)


def runs(plain: str) -> list[str]:
    """Every run of RUN words of a plain text; the whole of a shorter one, but for a single word."""
    words = plain.split()
    if len(words) <= RUN:
        return [" ".join(words)] if len(words) > 1 else []
    return [" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)]


def uncited(sentence: str) -> str:
    """The sentence without the [article@version] it cites: what a customer reads."""
    return CITE.sub("", sentence)


def sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Whole sentences out of pieces cut anywhere; joined again they are the same text. Empty pieces pass."""
    held = ""
    for piece in pieces:
        if not piece:
            yield piece
        held += piece
        *whole, held = SENTENCE_END.split(held)
        yield from whole
    if held:
        yield held


def fill(sentence: str, facts: Mapping[str, str]) -> str:
    """The sentence with its facts. Raises KeyError on a placeholder the plan does not have."""
    return HOLE.sub(lambda match: facts[match[1]], sentence)
