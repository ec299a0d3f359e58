"""Which sums and networks a question about fees or limits is about, message by message of a burst."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chatbot.dialogue.cues import fold
from chatbot.dialogue.fill import taken_back
from chatbot.dialogue.scratch import Scratch
from chatbot.types import Entity, Incoming, Meaning

TOPICS = {"fees_question": "fees", "limits_question": "limits"}
NUMERIC = tuple(TOPICS.values())
STRONG = ("easytransfert_id", "operator_tx_id", "cotisation_code")  # a fact that alone says there is a case
MARKED = 0.9  # confidence of an identifier that is more than a bare figure
SIDES = ("from_operator", "to_operator")
SHORT = 5  # words: « et 9 999 alors » goes on with a topic whatever else it resembles
MOST = 3  # sums of one message that are each answered
About = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Part:
    """One message of the turn with its own reading; ``topic`` is the numeric one it asks about, if any."""

    message: Incoming
    folded: str
    meaning: Meaning
    topic: str | None = None

    @property
    def sums(self) -> bool:
        """Whether it names a sum of money."""
        return any(entity.type == "amount_fcfa" for entity in self.meaning.entities)


def abouts(s: Scratch, topic: str) -> tuple[About, ...]:
    """What the questions about ``topic`` are about: one entry per sum asked about, at least one.

    A burst in which some messages ask about sums of their own is answered for each of those; otherwise the sums of the
    turn count, but for those another topic has.
    """
    parts = _parts(s) if len(s.heard.readings) > 1 else ()
    asking = [part for part in parts if part.topic == topic and part.sums]
    rows = [row for part in asking for row in _rows(s, part.meaning.entities, part.folded)]
    if not rows:
        elsewhere = {part.message.id for part in parts if part.topic not in (None, topic)}
        entities = [one for one in s.heard.meaning.entities if s.heard.source(one).id not in elsewhere]
        rows = _rows(s, entities, *s.folded)
    return tuple(row for place, row in enumerate(rows) if row not in rows[:place])


def belongs_to_a_question(s: Scratch, entity: Entity) -> bool:
    """Whether a fact was said of a question on the way, and tells nothing of a case.

    In a burst the other messages keep theirs when they tell of a trouble or give what was asked for.
    """
    if not any(question.topic in (*NUMERIC, "out_of_scope") for question in s.questions):
        return False
    if len(s.heard.readings) < 2:
        return not any(map(_marked, s.heard.meaning.entities))
    source = s.heard.source(entity)
    part = next((one for one in _parts(s) if one.message.id == source.id), None)
    if part is None or any(map(_marked, part.meaning.entities)):
        return False
    if part.topic or part.meaning.intent.name == "out_of_scope":
        return True
    return not (_tells_a_case(s, part.meaning) or _gives_what_was_asked(s, part.meaning))


def _marked(entity: Entity) -> bool:
    """An identifier that says itself what it is; a bare figure beside « c'est combien les frais » is a sum."""
    return entity.type in STRONG and entity.confidence >= MARKED


def charged_more(s: Scratch, entities: Sequence[Entity] | None = None) -> bool:
    """« J'ai payé 7 500, on m'a coupé 7 612 » : two amounts no further apart than a fee, and no identifier."""
    entities = s.heard.meaning.entities if entities is None else entities
    values = sorted({_francs(entity) for entity in entities if entity.type == "amount_fcfa"})
    if len(values) != 2 or any(entity.type in STRONG for entity in entities):
        return False
    return 0 < values[1] - values[0] <= s.rules.fee_gap


def _parts(s: Scratch) -> tuple[Part, ...]:
    """The messages in order; a short « et pour 5 000 ? » asks about what the one before it asked."""
    parts: list[Part] = []
    messages = s.heard.messages[-len(s.heard.readings) :] if s.heard.readings else ()
    for message, meaning in zip(messages, s.heard.readings, strict=True):
        part = Part(message, fold(message.text), meaning)
        before = parts[-1].topic if parts else None
        sure = meaning.intent.confidence >= s.rules.sure
        topic = TOPICS.get(meaning.intent.name) if sure else None
        goes_on = len(part.folded.split()) <= SHORT and s.rules.cues.hears("goes_on", part.folded)
        if topic is None and before and part.sums and goes_on:
            topic = before
        parts.append(Part(message, part.folded, meaning, topic))
    return tuple(parts)


def _rows(s: Scratch, entities: Sequence[Entity], *folded: str) -> list[About]:
    shared = _operators(s, entities) | {
        cue: 1 for cue in ("day", "minimum", "total") if s.rules.cues.hears(cue, *folded)
    }
    sums = list(_sums(s, entities, *folded)) or [{}]
    return [shared | one for one in sums]


def _sums(s: Scratch, entities: Sequence[Entity], *folded: str) -> Iterator[About]:
    """Each amount that would be sent; where money was really taken, the smaller was sent and the larger taken."""
    took = s.rules.cues.hears("money_taken", *folded)
    found = [entity for entity in entities if entity.type == "amount_fcfa"]
    if not (took and charged_more(s, entities)):
        found = [entity for entity in found if not taken_back(entity, s)] if len(s.heard.messages) == 1 else found
    values = list(dict.fromkeys(map(_francs, found)))
    if took and len(values) > 1:
        yield {"amount_fcfa": min(values), "charged_fcfa": max(values)}
        return
    for value in values[:MOST]:
        yield {"amount_fcfa": value}


def _operators(s: Scratch, entities: Sequence[Entity]) -> About:
    """Those named beside the sum, else in the turn, else those of the topic just before, else of the open case."""
    for named in (entities, s.heard.meaning.entities):
        if found := {entity.type: entity.value for entity in named if entity.type in SIDES}:
            return found
    last = s.state.topic
    if last and last.name in NUMERIC and s.desk.now - last.at <= s.rules.loose_life:
        return {name: value for name, value in last.about.items() if name.endswith("_operator")}
    case = s.state.case
    if case is None or case.phase != "open":
        return {}
    return {name: slot.value for name, slot in case.slots.items() if name in SIDES}


def _tells_a_case(s: Scratch, meaning: Meaning) -> bool:
    sure = meaning.intent.confidence >= s.rules.sure
    return sure and any(meaning.intent.name in flow.intents for flow in s.rules.flows.values())


def _gives_what_was_asked(s: Scratch, meaning: Meaning) -> bool:
    return any(entity.type in s.before.said.asks for entity in meaning.entities)


def _francs(entity: Entity) -> int:
    return entity.value if isinstance(entity.value, int) else int(entity.value)
