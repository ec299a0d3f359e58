"""Puts the facts of a turn where they belong: an open case, a filed claim, a new case, or aside until there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chatbot.dialogue import claims, which
from chatbot.dialogue.choose import choose
from chatbot.dialogue.fill import Found, assign, found_in, phone_for_id, said_or_shown, split_by_case
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.specs import FlowSpec
from chatbot.dialogue.state import Case, Pending
from chatbot.dialogue.sums import belongs_to_a_question
from chatbot.dialogue.wishes import stays, wished_flow
from chatbot.types import Slot


def collect(s: Scratch) -> None:
    """Write every fact of the turn; afterwards ``s.learned`` names the slots that gained or changed a value."""
    everything = found_in(s)
    found = tuple(one for one in everything if one.pictured or not belongs_to_a_question(s, one.entity))
    wish = wished_flow(s)
    if everything and not found:
        return  # the amount and operators of « c combien les frais pour 100000 » are the question's, not the case's
    _explain_what_it_is_not(s)
    groups = split_by_case(found, (wish or s.rules.default_flow).identity)
    for group in groups:
        _place(s, group, wish, several=len(groups) > 1)


def _explain_what_it_is_not(s: Scratch) -> None:
    """A phone number or the receiving side's reference given for the identifier: said kindly, kept as what it is."""
    entities = (*s.heard.meaning.entities, *(entity for message in s.heard.messages for entity in message.seen))
    if phone_for_id(s):
        s.say("not_it.phone")
        s.rejects.extend(str(entity.value) for entity in entities if entity.type == "msisdn")
    elif any(e.type == "other_ref" for e in entities) and not any(e.type == "operator_tx_id" for e in entities):
        s.say("not_it.receiving")


def _place(s: Scratch, group: Sequence[Found], wish: FlowSpec | None, *, several: bool) -> None:
    index = choose(s, group, wish, several=several)
    if index is None:
        _keep_aside(s, group)
        return
    if index == len(s.state.cases):
        flow = wish or s.rules.default_flow
        s.put(index, Case(flow.kind, s.desk.now, _still_fresh(s, flow)))
    case = s.state.cases[index]
    if wish and case.phase != "filed" and wish.kind != case.kind and not stays(s, case, group, wish):
        case = replace(case, kind=wish.kind)
    flow = s.flow(case)
    given = assign(group, flow, case.slots, s) | said_or_shown(s, flow, case)
    if not several and flow.identity not in given:
        if (meant := which.case_meant(s, index, given)) is None:
            return
        if meant != index:
            index, case = meant, s.state.cases[meant]
    _write(s, index, case, flow, given, pictured=any(one.pictured for one in group))


def _write(s: Scratch, index: int, case: Case, flow: FlowSpec, given: Mapping[str, Slot], *, pictured: bool) -> None:
    news = {name: slot for name, slot in given.items() if _is_news(case.slots.get(name), slot)}
    if s.desk.listening and case.phase == "filed":
        return  # the person who listens decides what becomes of a filed claim
    conflict = _conflict(s, case, flow, news, pictured=pictured)
    if conflict is not None and not claims.waits_for_customer(s, case):
        _put_to_customer(s, index, case, conflict, news, pictured=pictured)
        return
    s.put(index, case.with_slots(news))
    s.learned |= set(news)
    s.repeated |= set(given) - set(news)
    if case.phase == "filed" and news:
        claims.change(s, index, case, news)
    elif case.phase == "dropped":
        s.put(index, replace(s.state.cases[index], phase="open"))


def _conflict(s: Scratch, case: Case, flow: FlowSpec, news: Mapping[str, Slot], *, pictured: bool) -> str | None:
    """The identifier of which two sources disagree: the reference, and in a picture the transaction's as well."""
    for slot in flow.slots:
        disputed = slot.name == flow.identity or (pictured and flow.identifies(slot))
        held = case.slots.get(slot.name)
        if disputed and slot.name in news and held is not None and held.validity == "ok" and not s.corrects:
            return slot.name
    return None


def _put_to_customer(
    s: Scratch, index: int, case: Case, slot: str, news: Mapping[str, Slot], *, pictured: bool
) -> None:
    """Two references disagree: say both, once, and let the customer choose."""
    s.put(index, case)
    rest = {name: value for name, value in news.items() if name not in case.slots}
    s.state = replace(s.state, pending=Pending("which_value", index, slot, {**rest, slot: news[slot]}))
    s.confirms.append(slot)
    s.no_asking = True
    act = "conflict.filed" if case.phase == "filed" else "conflict.draft"
    if pictured:
        act = "conflict.picture" if slot == s.flow(case).identity else f"conflict.picture.{slot}"
    s.say(act, known=case.value(slot), other=news[slot].value)


def _is_news(old: Slot | None, new: Slot) -> bool:
    return old is None or old.value != new.value or (old.validity == "doubtful" and new.validity == "ok")


def _keep_aside(s: Scratch, group: Sequence[Found]) -> None:
    given = assign(group, s.rules.default_flow, {}, s)
    s.state = replace(s.state, loose={**s.state.loose, **given})


def _still_fresh(s: Scratch, flow: FlowSpec) -> dict[str, Slot]:
    """Facts given shortly before the case was opened; they move into it."""
    names = {slot.name for slot in flow.slots}
    fresh = {
        name: slot
        for name, slot in s.state.loose.items()
        if name in names and s.desk.now - slot.at <= s.rules.loose_life
    }
    s.state = replace(s.state, loose={})
    return fresh
