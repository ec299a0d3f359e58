"""« Et mon dossier ? » answered from the case itself, never from hope."""

from __future__ import annotations

from dataclasses import replace

from chatbot.dialogue import claims
from chatbot.dialogue.cues import fold
from chatbot.dialogue.scratch import Rules, Scratch
from chatbot.dialogue.specs import FlowSpec
from chatbot.dialogue.state import Case, State
from chatbot.types import ClaimView, Desk, Heard, Intent, Meaning, Slot

SHOWN = 3
PROVEN = ("resolved", "refunded")  # the ends that an operation's reference proves


def report_status(s: Scratch) -> None:
    """Say where filed cases stand when the turn is about them."""
    _count_demands(s)
    if s.hears("count_cases"):
        filed = [case for case in s.state.cases if case.phase == "filed"]
        s.say("cases.count", count=str(len(filed)) if filed else None)
        return
    if not _is_about_status(s):
        return
    if not tell(s):
        _nothing_filed(s)


def tell(s: Scratch) -> bool:
    """Say where the claims named, or those still open, stand; whether there are any."""
    filed = _filed(s)
    for case in filed:
        _report(s, case)
    if len(filed) == 1:
        ask_what_is_waited_for(s, filed[0])
    return bool(filed)


def _is_about_status(s: Scratch) -> bool:
    case = s.state.case
    if s.filed or s.learned or s.said("cancelled"):
        return False
    if s.hears("small_talk") and not s.desk.claims:
        return False
    if s.wants("status_request") or s.hears("status"):
        return True
    if case is None or case.phase != "filed":
        return False
    again = any(s.wants(*flow.intents) for flow in s.rules.flows.values()) or s.hears("nothing_received")
    contested = s.wants("resolution_confirmed", "complaint", "already_provided") or s.heard.meaning.mood == "angry"
    return again or contested or _named_again(s, s.flow(case), case)


def _named_again(s: Scratch, flow: FlowSpec, case: Case) -> bool:
    return any(entity.value == case.value(flow.identity) for entity in s.heard.meaning.entities)


def _filed(s: Scratch) -> list[Case]:
    """The case named or talked about; when none is, the latest ones that are still open at the back office."""
    case = s.state.case
    if case and case.phase == "filed" and _named_again(s, s.flow(case), case):
        return [case]
    for claim in s.desk.claims:
        if not any(known.number == claim.number for known in s.state.cases):
            focus = s.state.focus
            claims.adopt(s, claim)
            s.state = replace(s.state, focus=focus)
    filed = [one for one in s.state.cases if one.phase == "filed"]
    running = [one for one in filed if claims.status_of(s, one) not in claims.FINAL] or filed
    running.sort(key=lambda one: one.filed_at or one.opened_at)
    if running and s.state.focus is None:
        s.state = replace(s.state, focus=s.state.cases.index(running[-1]))
    return running[-SHOWN:]


def _report(s: Scratch, case: Case) -> None:
    status, claim = claims.status_of(s, case), s.claim(case)
    act = f"status.{status}"
    note = claim.note if claim else ""
    if note:
        act += ".noted"
    elif claim and not claim.forwarded and status == "received":
        act += ".unsent"
    proof = claim.success_reference if claim and status in PROVEN else ""
    s.say(act, case_number=case.number, note=note or None, success_reference=proof or None)
    s.status = status


def _nothing_filed(s: Scratch) -> None:
    """No claim yet: a case begun, even put aside, is brought on; with none, its reference finds it, or opens one."""
    case, focus = s.state.case, s.state.focus
    if case is not None and focus is not None:
        s.put(focus, replace(case, phase="open"))
        s.say("status.not_filed")
        return
    s.say("status.unknown")
    s.asks.append(s.rules.default_flow.identity)


def announce(rules: Rules, state: State, claim: ClaimView, desk: Desk) -> Scratch:
    """A turn without a customer: the status, and an ask for what the back office waits for."""
    nothing = Meaning((Intent("other", 0.0),))
    s = Scratch(rules, state, Heard((), "", "", nothing, ()), desk, state)
    index = next((place for place, case in enumerate(state.cases) if case.number == claim.number), None)
    if index is None:
        index = claims.adopt(s, claim)
    case = _as_corrected(state.cases[index], claim) if index < len(state.cases) else s.state.cases[index]
    s.put(index, case)
    s.state = replace(s.state, pending=None)
    _report(s, case)
    ask_what_is_waited_for(s, case)
    return s


def _as_corrected(case: Case, claim: ClaimView) -> Case:
    """The case knowing what the back office corrected in its claim."""
    news = {name: value for name, value in claim.slots.items() if case.value(name) != value}
    source = f"claim:{claim.number}"
    return case.with_slots({name: Slot(value, source, claim.changed_at) for name, value in news.items()})


def ask_what_is_waited_for(s: Scratch, case: Case) -> None:
    """The back office waits for the customer: ask for the fact its note names, the operator's id when it names none."""
    claim = s.claim(case)
    if claim is None or claim.status != "waiting_customer":
        return
    flow = s.flow(case)
    named = [slot.name for slot in flow.required if s.rules.cues.hears(f"wants.{slot.name}", fold(claim.note))]
    slot = next(iter(named), None) or ("operator_tx_id" if "operator_tx_id" in case.slots else flow.identity)
    s.asks.append(slot)
    s.say(f"ask.{slot}", from_operator=case.value("from_operator") if slot == "operator_tx_id" else None)


def _count_demands(s: Scratch) -> None:
    """Money back asked for: noted on the case; the second time, a person is called (people.py)."""
    case, focus = s.state.case, s.state.focus
    if case is None or focus is None or not s.wants("refund_request"):
        return
    s.put(focus, replace(case, demands=case.demands + 1))
    if case.phase == "filed" and focus not in s.filed and not case.demands:
        s.say("refund.noted", case_number=case.number)
