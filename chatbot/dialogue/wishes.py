"""What the customer wants a case for: the flow a turn's intents open, and when one kind of case becomes another."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.dialogue.fill import Found, assign
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.specs import FlowSpec
from chatbot.dialogue.state import Case

CLEAR = 0.6  # confidence of an intent that outweighs a turn of phrase


def wished_flow(s: Scratch) -> FlowSpec | None:
    """The flow whose intents the turn holds; failing that, « rien reçu » in so many words opens the default one.

    « J'ai un autre aussi » is another of the same kind, unless the message clearly says otherwise.
    """
    whole = s.heard.meaning.intent.name
    if s.hears("back") and not s.heard.meaning.entities:
        return None
    named = [flow for flow in s.rules.flows.values() if s.wants(*flow.intents) and not _alarms_lightly(s, flow)]
    if told := next((flow for flow in s.rules.flows.values() if s.hears(*flow.cues) or _follows(s, flow)), None):
        return told
    if s.state.case and s.hears("another") and not _clearly_another_kind(s, named, s.flow(s.state.case)):
        return _fitting(s, s.flow(s.state.case))
    if not named and s.hears("nothing_received") and not s.questions and not s.wants("resolution_confirmed"):
        return s.rules.default_flow
    return next((flow for flow in named if whole in flow.intents), named[0] if named else None)


def _follows(s: Scratch, flow: FlowSpec) -> bool:
    """A reference right after we said what a transfer should have cost is about what was taken in excess."""
    topic = s.before.topic
    just_told = topic is not None and topic.at == s.before.seen_at and "charged_fcfa" in topic.about
    return just_told and s.state.case is None and "overcharged" in flow.cues and not s.hears("nothing_received")


def _alarms_lightly(s: Scratch, flow: FlowSpec) -> bool:
    """A flow that calls a person at once is not opened by a faint likeness when « rien reçu » explains the words."""
    faint = s.heard.meaning.intent.confidence < CLEAR
    return flow.handoff is not None and faint and s.hears("nothing_received")


def _clearly_another_kind(s: Scratch, named: Sequence[FlowSpec], own: FlowSpec) -> bool:
    """Whether a second case is said to be of another kind: surely, in so many words, or by the fact that names it."""
    if not named:
        return False
    sure = s.heard.meaning.intent.confidence >= CLEAR or s.hears("nothing_received")
    return sure or any(_names(s, flow) and not akin(flow, own) for flow in named)


def _fitting(s: Scratch, own: FlowSpec) -> FlowSpec:
    """The flow of the case before, unless the default one has a use for more of the facts told.

    What calls a person at once (a wrong recipient) is not supposed a second time; it must be said.
    """
    if own.handoff and not s.wants(*own.intents):
        return s.rules.default_flow
    return max(own, s.rules.default_flow, key=lambda flow: (_names(s, flow), len(_uses(s, flow))))


def _uses(s: Scratch, flow: FlowSpec) -> set[str]:
    entities = s.heard.meaning.entities
    return {slot.name for slot in flow.required if any(slot.rank(entity) == 0 for entity in entities)}


def _names(s: Scratch, flow: FlowSpec) -> bool:
    """Whether the turn gives the fact by which a flow knows its cases."""
    return any(flow.slot(flow.identity).rank(entity) is not None for entity in s.heard.meaning.entities)


def stays(s: Scratch, case: Case, group: Sequence[Found], wish: FlowSpec) -> bool:
    """Whether the turn is about an open case although it resembles a wish of another kind.

    « Je me suis trompé, l'identifiant c'est … » mends the case and tells no wrong recipient; an answer to what was
    asked answers it, and an insult (« rendez mon argent ») makes no refund of a cotisation.
    """
    flow = s.flow(case)
    given = assign(group, flow, case.slots, s)
    if s.corrects and any(slot.name in given for slot in flow.required):
        return True
    answers, swears = bool(set(given) & set(case.asked)), s.heard.meaning.mood == "angry"
    return not akin(flow, wish) and (answers or swears)


def akin(flow: FlowSpec, other: FlowSpec) -> bool:
    """Whether two flows are about the same thing: a case of one may become a case of the other."""
    return flow.identity == other.identity
