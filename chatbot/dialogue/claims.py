"""Claims: filed on the turn that completes them, changed one field at a time, never two for one reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.specs import FlowSpec, SlotSpec
from chatbot.dialogue.state import Case, Pending
from chatbot.figures import written
from chatbot.types import ClaimChanged, ClaimFiled, ClaimView, Slot

FINAL = ("resolved", "refunded", "rejected")


def file_complete(s: Scratch) -> None:
    """File every open case that lacks nothing and of which no value is in doubt."""
    for index, case in enumerate(s.state.cases):
        if case.phase == "open" and not missing(s.flow(case), case) and not in_doubt(s.flow(case), case):
            _file(s, index, case)


def missing(flow: FlowSpec, case: Case) -> tuple[str, ...]:
    """Required slots the case does not hold yet."""
    return flow.missing(case.slots)


def awaits_document(flow: FlowSpec, case: Case, slot: SlotSpec) -> bool:
    """Whether a picture nobody reads may be this document: it is lacking, and the customer was told so."""
    told = slot.name in case.asked or case.phase == "dropped"
    return slot.document and told and slot.name in missing(flow, case)


def in_doubt(flow: FlowSpec, case: Case) -> str | None:
    """A required identifier that looks cut short, or was hard to read, and was not put to the customer yet."""
    for slot in flow.required:
        held = case.slots.get(slot.name)
        if flow.identifies(slot) and held and held.validity == "doubtful" and not case.asked.get(f"{slot.name}?"):
            return slot.name
    return None


def change(s: Scratch, index: int, before: Case, news: Mapping[str, Slot]) -> None:
    """Tell the back office and the customer what changed in a filed claim."""
    if before.number is None:
        return
    s.effects.append(ClaimChanged(before.number, dict(news)))
    s.filed.add(index)
    corrected = {name for name in news if name in before.slots}
    act = "claim.changed" if corrected else "claim.completed"
    s.say(act, case_number=before.number, change=recap(s.flow(before), news))


def adopt(s: Scratch, claim: ClaimView) -> int:
    """Make a claim of an earlier conversation a case of this one; returns its index."""
    slots = {name: Slot(value, f"claim:{claim.number}", claim.filed_at) for name, value in claim.slots.items()}
    case = Case(claim.kind, claim.filed_at, slots, {}, "filed", claim.number, claim.filed_at)
    s.put(len(s.state.cases), case)
    return len(s.state.cases) - 1


def waits_for_customer(s: Scratch, case: Case) -> bool:
    """Whether the back office asked the customer for something about this claim."""
    claim = s.claim(case)
    return claim is not None and claim.status == "waiting_customer"


def status_of(s: Scratch, case: Case) -> str:
    """What the back office says of a filed case; ``received`` when it was filed a moment ago."""
    claim = s.claim(case)
    return claim.status if claim else "received"


def recap(flow: FlowSpec, slots: Mapping[str, Slot]) -> str:
    """What the slots hold, in one line a customer can check: « Wave → Orange, référence : EFB.12345678 »."""
    told = {
        slot.name: f"{slot.label} : {written(slot.name, slots[slot.name].value)}"
        for slot in flow.slots
        if slot.name in slots
    }
    if "from_operator" in told and "to_operator" in told:
        way = f"{slots['from_operator'].value} → {slots['to_operator'].value}"
        told = {"": way} | {name: text for name, text in told.items() if name not in ("from_operator", "to_operator")}
    return ", ".join(told.values())


def _file(s: Scratch, index: int, case: Case) -> None:
    number = s.desk.new_case_number()
    known = [slot.name for slot in s.flow(case).slots if slot.name in case.slots]
    filed = replace(case, phase="filed", number=number, filed_at=s.desk.now)
    s.put(index, filed)
    s.effects.append(ClaimFiled(number, case.kind, dict(case.slots)))
    s.filed.add(index)
    s.say(f"claim.filed.{case.kind}", case_number=number, recap=recap(s.flow(case), case.slots))
    for advice in s.flow(case).advice:
        s.say(advice)
    s.state = replace(s.state, pending=Pending("pick_slot", index, options=tuple(known)))
