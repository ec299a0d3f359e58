"""Questions on the way: what the customer wants to know, and about which amount and operators."""

from __future__ import annotations

from dataclasses import replace

from chatbot.dialogue.fill import taken_back
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.state import Topic
from chatbot.types import Entity, Question, Slot

TOPICS = {
    "fees_question": "fees",
    "limits_question": "limits",
    "info_question": "info",
    "password_reset": "password",
    "how_to": "how_to",
    "out_of_scope": "out_of_scope",
    "ask_if_bot": "are_you_bot",
}
NUMERIC = ("fees", "limits")
SHORT = 5  # words: « et 9 999 alors » goes on with a topic whatever else it resembles
STRONG = ("easytransfert_id", "operator_tx_id", "cotisation_code")


def raise_questions(s: Scratch) -> None:
    """Note what the turn asks; knowledge answers it. A short « et 33 333 ? » goes on with the last topic."""
    topics = [topic for intent, topic in TOPICS.items() if s.wants(intent)]
    if not topics and _charged_more(s):
        topics = ["fees"]
    if _answers_us(s):
        topics = [topic for topic in topics if topic in ("password", "are_you_bot")]
    if _goes_on(s) and s.state.topic and (not topics or topics == ["info"]):
        topics = [s.state.topic.name]
    stuck = s.hears("cannot_find") or "how_to" in topics
    if (stuck and _explain_slot(s)) or (_asked_now(s) and s.hears("cannot_supply")):
        topics = [topic for topic in topics if topic in NUMERIC]
    for topic in topics:
        about = _about(s, topic)
        s.questions.append(Question(topic, about))
        s.state = replace(s.state, topic=Topic(topic, about, s.desk.now))
    if "fees" in topics:
        _remember_overcharged(s)


def _answers_us(s: Scratch) -> bool:
    """« wave wave 6000 » right after we asked for them is an answer, whatever it resembles."""
    asked = set(s.before.said.asks)
    given = {entity.type for entity in s.heard.meaning.entities}
    return bool(asked & given) and not s.hears("asks_price")


def _goes_on(s: Scratch) -> bool:
    topic = s.state.topic
    if topic is None or s.desk.now - topic.at > s.rules.loose_life:
        return False
    if any(entity.type in STRONG for entity in s.heard.meaning.entities):
        return False
    if topic.name in NUMERIC and not _bears_figures(s):
        return False
    wish = any(s.wants(*flow.intents) for flow in s.rules.flows.values())
    return s.hears("goes_on") and (not wish or _is_short(s))


def _is_short(s: Scratch) -> bool:
    return max(len(text.split()) for text in s.folded) <= SHORT


def _bears_figures(s: Scratch) -> bool:
    about = ("amount_fcfa", "from_operator", "to_operator")
    return any(entity.type in about for entity in s.heard.meaning.entities) or s.hears("day", "minimum", "total")


def _about(s: Scratch, topic: str) -> dict[str, str | int]:
    about: dict[str, str | int] = {"text": " ".join(s.folded)}
    if topic in NUMERIC:
        about = _operators(s, topic) | _amounts(s)
        for cue in ("day", "minimum", "total"):
            if s.hears(cue):
                about[cue] = 1
    return about


def _operators(s: Scratch, topic: str) -> dict[str, str | int]:
    """Those named now, else those of the same topic just before, else those of the case being collected."""
    named = {e.type: e.value for e in s.heard.meaning.entities if e.type in ("from_operator", "to_operator")}
    if named:
        return named
    last = s.state.topic
    if last and last.name in NUMERIC and s.desk.now - last.at <= s.rules.loose_life:
        return {name: value for name, value in last.about.items() if name.endswith("_operator")}
    case = s.state.case
    if case is None or case.phase != "open":
        return {}
    return {name: slot.value for name, slot in case.slots.items() if name in ("from_operator", "to_operator")}


def _amounts(s: Scratch) -> dict[str, str | int]:
    """One amount is what would be sent; of two in a question about fees, the larger is what was taken."""
    found = [e for e in s.heard.meaning.entities if e.type == "amount_fcfa"]
    if not _charged_more(s):
        found = [entity for entity in found if not taken_back(entity, s)]
    values = sorted({_francs(entity) for entity in found})
    if not values:
        return {}
    return {"amount_fcfa": values[0]} if len(values) == 1 else {"amount_fcfa": values[0], "charged_fcfa": values[-1]}


def _charged_more(s: Scratch) -> bool:
    """« J'ai payé 7 500, on m'a coupé 7 612 » : two amounts no further apart than a fee, and no identifier."""
    entities = s.heard.meaning.entities
    values = sorted({_francs(entity) for entity in entities if entity.type == "amount_fcfa"})
    if len(values) != 2 or any(entity.type in STRONG for entity in entities):
        return False
    return 0 < values[1] - values[0] <= s.rules.fee_gap


def _francs(entity: Entity) -> int:
    return entity.value if isinstance(entity.value, int) else int(entity.value)


def _remember_overcharged(s: Scratch) -> None:
    """« J'ai payé 7 500, on m'a coupé 7 612 » tells the amount of a transfer a claim may follow."""
    amounts = _amounts(s)
    if "charged_fcfa" in amounts:
        source = s.heard.messages[-1]
        slot = Slot(amounts["amount_fcfa"], source.id, source.at)
        s.state = replace(s.state, loose={**s.state.loose, "amount_fcfa": slot})


def _explain_slot(s: Scratch) -> bool:
    """« Je vois ça où ? » right after an ask: say where the thing asked for stands."""
    asked = _asked_now(s)
    if not asked or s.heard.meaning.entities:
        return False
    # With several asked, the identifiers are what people look for.
    slot = next((name for name in reversed(asked) if name.endswith(("_id", "_code"))), asked[0])
    explain(s, slot)
    return True


def _asked_now(s: Scratch) -> list[str]:
    """What the open case lacks and was asked for at the last turn."""
    case = s.state.case
    if case is None or case.phase != "open":
        return []
    return [name for name in s.flow(case).missing(case.slots) if name in s.before.said.asks]


def explain(s: Scratch, slot: str) -> None:
    """Say where a slot's value is found, for the sending operator when the wording knows it."""
    case = s.state.case
    if case is None:
        return
    operator = case.value("from_operator")
    known = isinstance(operator, str) and operator in s.flow(case).slot(slot).helps
    s.say(f"help.{slot}.{operator}" if known else f"help.{slot}")
    s.no_asking = True
