"""What another voice would have said: a conversation taken again turn by turn, both voices given the same briefs.

Nothing is sent and nothing of the customer's is kept: drafts hold placeholders, and what was written is masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from chatbot.anonymise.outgoing import outgoing
from chatbot.guard import HOLE, Guard, sentences
from chatbot.rehearsal import MemoryHouse
from chatbot.turn import SAY_WITHIN, Mind
from chatbot.types import Incoming, Plan
from chatbot.voices.ports import Brief, Draft, Voice, VoiceFault


@dataclass(frozen=True, slots=True)
class Contender:
    """A voice, and the arm its briefs name: which adapter and tier of it are meant."""

    voice: Voice
    arm: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What a customer wrote, in the order and the groups in which it was answered; ``names`` are the account's."""

    channel: str
    bursts: tuple[tuple[Incoming, ...], ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """What one voice said of a brief. ``verdict``: "passed", the guard's reason, or the fault that stopped it."""

    draft: str
    verdict: str
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    milliseconds: float

    @property
    def faithful(self) -> bool:
        """Every placeholder asked for, and no other."""
        return not self.missing and not self.unknown


@dataclass(frozen=True, slots=True)
class Pair:
    """One turn, said twice. ``heard`` is the customer's text, masked; ``acts`` what was to be said."""

    conversation: int
    turn: int
    heard: str
    acts: tuple[str, ...]
    base: Side
    candidate: Side

    @property
    def differs(self) -> bool:
        """Whether a customer would have seen a difference, or the guard judged otherwise."""
        return (self.base.draft, self.base.verdict) != (self.candidate.draft, self.candidate.verdict)


@dataclass
class _Recorder:
    """The template, which remembers what it was asked: the conversation goes on the same whoever is compared."""

    template: Voice
    tier: str = "template"
    asked: list[tuple[Brief, str]] = field(default_factory=list)

    def speak(self, brief: Brief, seed: str) -> Draft:
        self.asked.append((brief, seed))
        return self.template.speak(brief, seed)

    def answers_open(self, brand: str) -> bool:
        return False


def shadow(mind: Mind, conversation: int, told: Told, contenders: tuple[Contender, Contender]) -> Iterator[Pair | None]:
    """A pair for each burst of messages that a voice words; None for those kept to the letter, or silent.

    ``conversation`` only numbers the pairs. Base first, then candidate.
    """
    recorder = _Recorder(mind.template)
    house = MemoryHouse(replace(mind, voice=recorder), told.channel)
    for turn, messages in enumerate(told.bursts):
        recorder.asked.clear()
        house.customer_writes(messages, messages[-1].at)
        if not recorder.asked:
            yield None
            continue
        brief, seed = recorder.asked[0]
        base, candidate = (_said(mind, each, brief, seed) for each in contenders)
        heard = "\n".join(_without(told.names, outgoing(message.text)) for message in messages)
        yield Pair(conversation, turn, heard, tuple(act.name for act in brief.acts), base, candidate)


def _said(mind: Mind, contender: Contender, brief: Brief, seed: str) -> Side:
    started = mind.ticks()
    brief = replace(brief, deadline=started + SAY_WITHIN, arm=contender.arm)
    plan = Plan(brief.acts, dict.fromkeys(brief.facts, ""), mood=brief.mood)
    guard, words, verdict = Guard(mind.watch, plan, brief.channel), "", "passed"
    with closing(contender.voice.speak(brief, seed)) as draft:
        try:
            for sentence in sentences(draft):
                words += sentence
                if sentence and verdict == "passed":
                    verdict = guard.check(sentence).reason
        except VoiceFault as fault:
            verdict = fault.kind
    if verdict == "passed":
        verdict = guard.finish().reason
    said = {match[1] for match in HOLE.finditer(words)}
    missing = tuple(fact for fact in brief.facts if fact not in said)
    unknown = tuple(sorted(said - set(brief.facts)))
    return Side(masked(words), verdict, missing, unknown, round((mind.ticks() - started) * 1000, 1))


def _without(names: Sequence[str], text: str) -> str:
    """A name that no recogniser knows is known all the same where the customer's account bears it."""
    for name in names:
        text = re.sub(rf"\b{re.escape(name)}\b", "[NOM]", text, flags=re.IGNORECASE)
    return text


def masked(draft: str) -> str:
    """A draft without anything that names or numbers, should a voice have made some up; placeholders stay."""
    position = 0
    out: list[str] = []
    for hole in HOLE.finditer(draft):
        out += (outgoing(draft[position : hole.start()]), hole.group())
        position = hole.end()
    return "".join((*out, outgoing(draft[position:])))
