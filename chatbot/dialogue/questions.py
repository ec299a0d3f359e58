"""Questions on the way: what the customer wants to know, and about which amount and operators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chatbot.dialogue import people, sums
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.state import Topic
from chatbot.dialogue.sums import NUMERIC, SHORT, STRONG
from chatbot.types import Question, Slot

TOPICS = {
    **sums.TOPICS,
    "info_question": "info",
    "password_reset": "password",
    "how_to": "how_to",
    "out_of_scope": "out_of_scope",
    "ask_if_bot": "are_you_bot",
}


def raise_questions(s: Scratch) -> None:
    """Note what the turn asks; knowledge answers it. A short « et 33 333 ? » goes on with the last topic."""
    if s.said("repeat"):
        return
    topics = [topic for intent, topic in TOPICS.items() if s.wants(intent)]
    if not topics and sums.charged_more(s):
        topics = ["fees"]
    if _answers_us(s):
        topics = [topic for topic in topics if topic in ("password", "are_you_bot")]
    if _goes_on(s) and s.state.topic and (not topics or topics == ["info"]):
        topics = [s.state.topic.name]
    if s.hears("fraud") and not s.hears("fraud_question"):
        topics = [topic for topic in topics if topic in NUMERIC]  # people.py warns, and calls a person
    stuck = s.hears("cannot_find") or "how_to" in topics
    if (stuck and _explain_slot(s)) or (_asked_now(s) and s.hears("cannot_supply")):
        topics = [topic for topic in topics if topic in NUMERIC]
    for topic in topics:
        for about in _abouts(s, topic):
            s.questions.append(Question(topic, about))
            s.state = replace(s.state, topic=Topic(topic, about, s.desk.now))
            _remember_overcharged(s, about)


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


def _abouts(s: Scratch, topic: str) -> tuple[dict[str, str | int], ...]:
    return sums.abouts(s, topic) if topic in NUMERIC else ({"text": " ".join(s.folded)},)


def _remember_overcharged(s: Scratch, about: Mapping[str, str | int]) -> None:
    """« J'ai payé 7 500, on m'a coupé 7 612 » tells the amount of a transfer a claim may follow."""
    if "charged_fcfa" in about:
        source = s.heard.messages[-1]
        slot = Slot(about["amount_fcfa"], source.id, source.at)
        s.state = replace(s.state, loose={**s.state.loose, "amount_fcfa": slot})


def _explain_slot(s: Scratch) -> bool:
    """« Je vois ça où ? » right after an ask: say where the thing asked for stands."""
    asked = _asked_now(s)
    if not asked or s.heard.meaning.entities:
        return False
    # With several asked, the identifiers are what people look for.
    slot = next((name for name in reversed(asked) if name.endswith(("_id", "_code"))), asked[0])
    if not any(act.startswith(f"help.{slot}") for act in s.before.said.acts):
        explain(s, slot)
    else:
        still_stuck(s, slot)
    return True


def still_stuck(s: Scratch, slot: str) -> None:
    """Explained, or asked, in vain: a way out is shown once, then a person is called."""
    case, focus = s.state.case, s.state.focus
    if case is None or focus is None:
        return
    if case.repeats == 0 or s.state.alone:
        s.put(focus, replace(case, repeats=1))
        explain(s, slot)
        s.say("way_out")
    elif s.desk.waiting_for_person:
        s.say("handoff.patience")
        s.no_asking = True
    else:
        people.call(s, "cannot_supply_id")


def _asked_now(s: Scratch) -> list[str]:
    """What the open case lacks and was asked for, or explained, at the last turn."""
    case = s.state.case
    if case is None or case.phase != "open":
        return []
    said = s.before.said
    explained = {act.split(".")[1] for act in said.acts if act.startswith("help.")}
    return [name for name in s.flow(case).missing(case.slots) if name in said.asks or name in explained]


def explain(s: Scratch, slot: str) -> None:
    """Say where a slot's value is found, for the sending operator when the wording knows it."""
    case = s.state.case
    if case is None:
        return
    operator = case.value("from_operator")
    known = isinstance(operator, str) and operator in s.flow(case).slot(slot).helps
    s.say(f"help.{slot}.{operator}" if known else f"help.{slot}")
    s.no_asking = True
