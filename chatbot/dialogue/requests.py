"""What the customer asks of the conversation itself: to say it again, to leave a question for later."""

from __future__ import annotations

from dataclasses import replace

from chatbot.dialogue import claims, which
from chatbot.dialogue.asking import ENOUGH
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.state import Case, Pending
from chatbot.types import Question


def repeat(s: Scratch) -> None:
    """« Répétez ? »: the question that stands, the answer just given, or where the case is; what lacks is asked on."""
    if not s.hears("repeat") or s.heard.meaning.entities:
        return
    s.say("repeat")
    topic, case = s.state.topic, s.state.case
    if s.state.pending is not None:
        _question_again(s, s.state.pending)
    elif topic is not None and topic.at == s.before.seen_at:
        s.questions.append(Question(topic.name, topic.about))
        s.state = replace(s.state, topic=replace(topic, at=s.desk.now))
    elif case is not None and case.phase == "filed":
        _claim_again(s, case)
    elif case is None or case.phase != "open":
        s.say("offer_help")


def skip(s: Scratch) -> None:
    """« Je l'ai pas sous la main »: that one is left for later, and the others are asked."""
    case, focus = s.state.case, s.state.focus
    if case is None or focus is None or case.phase != "open" or s.learned or not s.hears("skip"):
        return
    flow = s.flow(case)
    lacks = claims.missing(flow, case)
    asked = [name for name in lacks if name in s.before.said.asks]
    if not asked:
        return
    likely = next((name for name in reversed(asked) if name.endswith(("_id", "_code"))), asked[0])
    slot = next((name for name in asked if s.hears(f"wants.{name}")), likely)
    s.put(focus, replace(case, asked={**case.asked, slot: ENOUGH}))
    others = [name for name in lacks if name != slot and case.asked.get(name, 0) < ENOUGH]
    s.say("skipped" if others else "skipped.last", label=flow.slot(slot).label)
    s.no_asking = not others


def _question_again(s: Scratch, pending: Pending) -> None:
    case = s.state.cases[pending.case]
    flow = s.flow(case)
    s.no_asking = True
    match pending.kind:
        case "which_value":
            act = "conflict.filed" if case.phase == "filed" else "conflict.draft"
            s.say(act, known=case.value(pending.slot), other=pending.slots[pending.slot].value)
            s.confirms.append(pending.slot)
        case "complete_id":
            asked = {name: count for name, count in case.asked.items() if name != f"{pending.slot}?"}
            s.put(pending.case, replace(case, asked=asked))  # asking.py checks it as if for the first time
            s.no_asking = False
        case "new_value" if pending.slot:
            s.say("correct.value", label=flow.slot(pending.slot).label)
        case "new_value":
            s.say("correct.menu", menu=flow.menu(pending.options))
        case "pick_slot":
            _claim_again(s, case)
        case "which_case":
            which.ask(s, pending)


def _claim_again(s: Scratch, case: Case) -> None:
    s.say("repeat.claim", case_number=case.number, recap=claims.recap(s.flow(case), case.slots))
