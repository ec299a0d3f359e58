"""What the customer's yes, no or digit answers: a question we asked at the last turn."""

from __future__ import annotations

from dataclasses import replace

from chatbot.dialogue import claims
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.state import Case, Pending
from chatbot.types import Slot


def answer_pending(s: Scratch) -> None:
    """Take the pending question up, if this turn answers it; a question is put once, so it is forgotten either way."""
    pending = s.state.pending
    if pending is None or s.said("repeat"):
        return
    s.state = replace(s.state, pending=None)
    match pending.kind:
        case "which_value":
            _which_value(s, pending)
        case "complete_id":
            _complete_id(s, pending)
        case "pick_slot":
            _offer_correction(s, pending)
        case "new_value":
            _pick(s, pending)


def typed_digit(s: Scratch) -> int | None:
    """The figure that is the whole message (« 2. »), if it is one."""
    text = s.heard.messages[-1].text.strip().rstrip(".)")
    return int(text) if len(text) <= 2 and text.isascii() and text.isdigit() else None


def _which_value(s: Scratch, pending: Pending) -> None:
    """Between the value known and the one seen since: 1 keeps, 2 replaces, 3 is another transfer."""
    case, digit = s.state.cases[pending.case], typed_digit(s)
    new = pending.slots[pending.slot]
    named = {entity.value for entity in s.heard.meaning.entities}
    if s.hears("another") or digit == 3:
        _open_another(s, case, pending)
    elif case.value(pending.slot) in named or digit == 1 or (new.value not in named and s.hears("the_old", "no")):
        s.say("conflict.kept", known=case.value(pending.slot))
        s.state = replace(s.state, focus=pending.case)
    elif new.value in named or digit == 2 or s.hears("the_new", "correct"):
        rewrite(s, pending.case, dict(pending.slots))


def _open_another(s: Scratch, case: Case, pending: Pending) -> None:
    s.put(len(s.state.cases), Case(case.kind, s.desk.now, dict(pending.slots)))
    s.learned |= set(pending.slots)


def rewrite(s: Scratch, index: int, news: dict[str, Slot]) -> None:
    """Write values into a case, and into its claim when it is filed."""
    case = s.state.cases[index]
    s.put(index, case.with_slots(news))
    s.learned |= set(news)
    if case.phase == "filed":
        claims.change(s, index, case, news)


def _complete_id(s: Scratch, pending: Pending) -> None:
    """A questioned identifier: a no drops it, another value replaces it (collect.py).

    A short one is settled by anything else; one hard to read by a yes only, and otherwise stays marked as doubtful.
    """
    case = s.state.cases[pending.case]
    held = case.slots.get(pending.slot)
    if held is None:
        return
    if s.hears("no"):
        rest = {name: slot for name, slot in case.slots.items() if name != pending.slot}
        s.put(pending.case, replace(case, slots=rest))
        s.asks.append(pending.slot)
        s.say(f"again.{pending.slot}", from_operator=case.value("from_operator"))
        s.no_asking = True
        return
    if s.hears("yes") or s.flow(case).slot(pending.slot).is_short(held.value, case.value("from_operator")):
        s.put(pending.case, case.with_slots({pending.slot: replace(held, validity="ok")}))
        s.learned.add(pending.slot)


def _offer_correction(s: Scratch, pending: Pending) -> None:
    """« 1 » after a recap: ask which line is wrong."""
    if typed_digit(s) != 1 and not s.hears("want_correct"):
        s.state = replace(s.state, pending=pending) if _is_courtesy(s) else s.state
        return
    case = s.state.cases[pending.case]
    flow = s.flow(case)
    s.state = replace(s.state, pending=Pending("new_value", pending.case, options=pending.options))
    s.say("correct.menu", menu=flow.menu(pending.options))
    s.no_asking = True


def _pick(s: Scratch, pending: Pending) -> None:
    """The line to correct, then its new value."""
    digit = typed_digit(s)
    if not pending.slot and digit is not None and 1 <= digit <= len(pending.options):
        slot = pending.options[digit - 1]
        s.state = replace(s.state, pending=replace(pending, slot=slot), focus=pending.case)
        s.say("correct.value", label=s.flow(s.state.cases[pending.case]).slot(slot).label)
        s.no_asking = True
    elif pending.slot or s.heard.meaning.entities:
        s.correcting = pending.slot or "any"
        s.state = replace(s.state, focus=pending.case)


def _is_courtesy(s: Scratch) -> bool:
    return s.wants("thanks", "ack", "goodbye")
