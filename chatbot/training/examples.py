"""From a conversation to the examples a model learns from: what was said, the plan, the answer with placeholders."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import cast

from chatbot.guard import Guard, sentences
from chatbot.training.cleaning import Cleaner
from chatbot.training.leftovers import leftovers
from chatbot.training.masking import MASK, Masker
from chatbot.training.similar import Pair
from chatbot.training.transcripts import ACT, FACT, ROLES, Conversation, Role, Turn
from chatbot.types import Act, Mood, Plan
from chatbot.watch import Watch


@dataclass(frozen=True, slots=True)
class Said:
    """A message before the answer, cleaned and masked."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """A row of a data set. ``acts`` are the plan's, with the names of their facts; no value is kept anywhere."""

    id: str
    conversation: str
    brand: str
    channel: str
    intent: str
    mood: Mood
    history: tuple[Said, ...]
    acts: tuple[tuple[str, tuple[str, ...]], ...]
    answer: str

    @property
    def plan(self) -> Plan:
        """The plan a voice is shown: names of facts, no values."""
        acts = tuple(Act(name, facts) for name, facts in self.acts)
        return Plan(acts, {fact: "" for act in acts for fact in act.facts}, mood=self.mood)

    @property
    def pair(self) -> Pair:
        """What near-duplicates are judged by."""
        asked = next((said.text for said in reversed(self.history) if said.role == "customer"), "")
        return Pair(asked, self.answer)

    def texts(self) -> Iterator[str]:
        """Every text a person may have written part of."""
        yield from (said.text for said in self.history)
        yield self.answer

    def to_json(self) -> str:
        """One line, keys in order."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, row: Mapping[str, object]) -> Example:
        """A row as ``to_json`` wrote it. Raises ValueError, its message the name of the first wrong field."""
        named = {name: _string(row, name) for name in ("id", "conversation", "brand", "channel", "intent", "answer")}
        return cls(
            **named,
            mood=cast("Mood", _string(row, "mood")),
            history=tuple(Said(cast("Role", role), text) for role, text in _history(row.get("history"))),
            acts=tuple(_acts(row.get("acts"))),
        )


def _string(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise ValueError(name)
    return value


def _history(value: object) -> Iterator[tuple[str, str]]:
    for said in value if isinstance(value, list) else [None]:
        if not isinstance(said, dict) or said.keys() != {"role", "text"} or said["role"] not in ROLES:
            raise ValueError("history")
        yield said["role"], str(said["text"])


def _acts(value: object) -> Iterator[tuple[str, tuple[str, ...]]]:
    for act in value if isinstance(value, list) and value else [None]:
        if not isinstance(act, list) or len(act) != 2 or not isinstance(act[1], list):
            raise ValueError("acts")
        if not ACT.fullmatch(str(act[0])) or not all(FACT.fullmatch(str(fact)) for fact in act[1]):
            raise ValueError("acts")
        yield str(act[0]), tuple(map(str, act[1]))


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that is no example: where it stands and why; nothing of what it says."""

    line: int
    turn: int
    reason: str


@dataclass(frozen=True, slots=True)
class Workshop:
    """What makes examples of conversations of one brand."""

    cleaner: Cleaner
    normalise: Callable[[str], str]
    watch: Watch
    turns: int

    def examples(self, conversation: Conversation) -> Iterator[Example | Refused]:
        """One for every answer that has a plan. Answers without one (people's) are only ever history."""
        masker = Masker(self.normalise)
        said: list[Said] = []
        intent = "unknown"
        texts = [self._text(masker, turn) for turn in conversation.turns]
        for place, (turn, masked) in enumerate(zip(conversation.turns, texts, strict=True)):
            intent = turn.intent or intent
            text = masker.again(masked)
            if turn.plan:
                yield self._checked(
                    Example(
                        id=f"c{conversation.line}-{place}",
                        conversation=f"c{conversation.line}",
                        brand=conversation.brand,
                        channel=conversation.channel,
                        intent=intent,
                        mood=turn.plan.mood,
                        history=tuple(said[-self.turns :]),
                        acts=tuple((act.name, act.facts) for act in turn.plan.acts),
                        answer=text,
                    ),
                    Refused(conversation.line, place, ""),
                )
            if text:
                said.append(Said(turn.role, text))

    def _text(self, masker: Masker, turn: Turn) -> str:
        cleaned = self.cleaner.clean(turn.text)
        return masker.customer(cleaned) if turn.role == "customer" else masker.house(cleaned, turn.plan)

    def _checked(self, example: Example, otherwise: Refused) -> Example | Refused:
        reason = refusal(example, self.watch)
        return replace(otherwise, reason=reason) if reason else example


def refusal(example: Example, watch: Watch) -> str:
    """Why an example must not be learnt from ("" when it may): personal data left, or words the guard refuses."""
    kind = next(filter(None, map(leftovers, example.texts())), "")
    if kind:
        return f"personal:{kind}"
    if MASK.search(example.answer) or "****" in example.answer:
        return "answer:mask"
    guard = Guard(watch, example.plan, example.channel)
    verdicts = [guard.check(sentence).reason for sentence in sentences([example.answer])]
    reason = next((reason for reason in (*verdicts, guard.finish().reason) if reason != "passed"), "passed")
    return "" if reason == "passed" else f"guard:{reason}"
