"""Puts the facts of a turn where they belong: an open case, a filed claim, a new case, or aside until there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chatbot.dialogue import claims, which
from chatbot.dialogue.fill import Found, assign, found_in, phone_for_id, split_by_case
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.specs import FlowSpec
from chatbot.dialogue.state import Case, Pending
from chatbot.dialogue.sums import STRONG, belongs_to_a_question
from chatbot.figures import YES
from chatbot.types import Slot

CLEAR = 0.85  # confidence of an intent that outweighs a turn of phrase
SENT = "envoyée"  # the value of a document slot: people look at the document itself


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
    entities = s.heard.meaning.entities
    if phone_for_id(s):
        s.say("not_it.phone")
        s.rejects.extend(str(entity.value) for entity in entities if entity.type == "msisdn")
    elif any(e.type == "other_ref" for e in entities) and not any(e.type == "operator_tx_id" for e in entities):
        s.say("not_it.receiving")


def wished_flow(s: Scratch) -> FlowSpec | None:
    """The flow whose intents the turn holds; failing that, « rien reçu » in so many words opens the default one.

    « J'ai un autre aussi » is another of the same kind, unless the message clearly says otherwise.
    """
    whole = s.heard.meaning.intent.name
    named = [flow for flow in s.rules.flows.values() if s.wants(*flow.intents)]
    if told := next((flow for flow in s.rules.flows.values() if s.hears(*flow.cues) or _follows(s, flow)), None):
        return told
    if s.state.case and s.hears("another") and s.heard.meaning.intent.confidence < CLEAR:
        return s.flow(s.state.case)
    if not named and s.hears("nothing_received") and not s.questions and not s.wants("resolution_confirmed"):
        return s.rules.default_flow
    return next((flow for flow in named if whole in flow.intents), named[0] if named else None)


def _follows(s: Scratch, flow: FlowSpec) -> bool:
    """A reference right after we said what a transfer should have cost is about what was taken in excess."""
    topic = s.before.topic
    just_told = topic is not None and topic.at == s.before.seen_at and "charged_fcfa" in topic.about
    return just_told and s.state.case is None and "overcharged" in flow.cues and not s.hears("nothing_received")


def _place(s: Scratch, group: Sequence[Found], wish: FlowSpec | None, *, several: bool) -> None:
    index = _choose(s, group, wish, several=several)
    if index is None:
        _keep_aside(s, group)
        return
    if index == len(s.state.cases):
        flow = wish or s.rules.default_flow
        s.put(index, Case(flow.kind, s.desk.now, _still_fresh(s, flow)))
    case = s.state.cases[index]
    if wish and case.phase != "filed" and wish.kind != case.kind:
        case = replace(case, kind=wish.kind)
    flow = s.flow(case)
    given = assign(group, flow, case.slots, s) | _said_or_shown(s, flow)
    if not several and flow.identity not in given:
        if (meant := which.case_meant(s, index, given)) is None:
            return
        if meant != index:
            index, case = meant, s.state.cases[meant]
    _write(s, index, case, flow, given, pictured=any(one.pictured for one in group))


def _said_or_shown(s: Scratch, flow: FlowSpec) -> dict[str, Slot]:
    """Slots set by a turn of phrase (an early withdrawal), and a document sent when it was asked for."""
    last = s.heard.messages[-1]
    given = {when.slot: Slot(YES, last.id, last.at) for when in flow.conditions if s.hears(when.cue)}
    for slot in flow.slots:
        asked = slot.document and slot.name in s.before.said.asks
        shown = [m for m in s.heard.messages if m.kind in ("image", "document") and not m.seen]
        if asked and shown:
            given[slot.name] = Slot(SENT, shown[-1].id, shown[-1].at)
    return given


def _choose(s: Scratch, group: Sequence[Found], wish: FlowSpec | None, *, several: bool) -> int | None:
    """Index of the case these facts are about; one past the end for a new one; None when there is none yet."""
    fresh = len(s.state.cases)
    identity = _identity(group, wish or s.rules.default_flow)
    if identity is not None and (same := _same_case(s, identity)) is not None:
        return same
    if several and identity is not None:
        return _open_without_identity(s) if not s.learned else fresh
    another = s.hears("another")
    focus = s.state.focus
    case = s.state.case
    if (owner := _lacks_this_identifier(s, group)) is not None:
        return owner
    if case is None or focus is None:
        return fresh if wish or _strong(group) else None
    if case.phase == "filed":
        return _beside_a_claim(s, focus, case, group, wish, another=another)
    if case.phase == "dropped":
        aged = s.desk.now - case.opened_at > s.rules.draft_life
        return fresh if another or aged else (focus if wish or _strong(group) else None)
    if case.slots and (another or _tells_another_story(s, case, group)):
        return fresh
    return focus


def _lacks_this_identifier(s: Scratch, group: Sequence[Found]) -> int | None:
    """An identifier in the form of one network belongs to the one open case that money left from there."""
    forms = {one.entity.role for one in group if one.entity.type == "operator_tx_id"}
    open_cases = [(place, case) for place, case in enumerate(s.state.cases) if case.phase == "open"]
    fitting = [
        place
        for place, case in open_cases
        if case.value("from_operator") in forms and "operator_tx_id" in claims.missing(s.flow(case), case)
    ]
    return fitting[0] if len(fitting) == 1 and len(open_cases) > 1 else None


def _tells_another_story(s: Scratch, case: Case, group: Sequence[Found]) -> bool:
    """Another reference together with other facts that differ: a second transfer, not a correction of the first."""
    flow = s.flow(case)
    given = assign(group, flow, case.slots, s)
    differing = {name for name, slot in given.items() if name in case.slots and case.slots[name].value != slot.value}
    return flow.identity in differing and len(differing) > 1 and not s.corrects


def _beside_a_claim(
    s: Scratch, focus: int, case: Case, group: Sequence[Found], wish: FlowSpec | None, *, another: bool
) -> int | None:
    """After a claim was filed: a correction of it, something to add to it, or a new case."""
    flow = s.flow(case)
    fresh = len(s.state.cases)
    given = assign(group, flow, case.slots, s)
    differing = {name for name, slot in given.items() if name in case.slots and case.slots[name].value != slot.value}
    if another:
        return fresh
    if s.corrects or claims.waits_for_customer(s, case):
        return focus
    if wish and wish.kind != case.kind and wish.identity not in given and not differing:
        return focus if _convertible(s, case, wish) else fresh
    if flow.identity in differing:
        others = {name for name in given if name != flow.identity and name in {r.name for r in flow.required}}
        return fresh if (wish or others) else focus
    if wish and {"from_operator", "to_operator"} <= differing:
        return fresh
    return focus


def _convertible(s: Scratch, case: Case, wish: FlowSpec) -> bool:
    """A wish about a case already filed (« annulez ») stays with it when the flows need the same facts."""
    return not wish.missing(case.slots)


def _write(s: Scratch, index: int, case: Case, flow: FlowSpec, given: Mapping[str, Slot], *, pictured: bool) -> None:
    news = {name: slot for name, slot in given.items() if _is_news(case.slots.get(name), slot)}
    if s.desk.listening and case.phase == "filed":
        return  # the person who listens decides what becomes of a filed claim
    conflict = flow.identity in news and flow.identity in case.slots and not s.corrects
    if conflict and case.slots[flow.identity].validity == "ok" and not claims.waits_for_customer(s, case):
        _put_to_customer(s, index, case, flow.identity, news, pictured=pictured)
        return
    s.put(index, case.with_slots(news))
    s.learned |= set(news)
    s.repeated |= set(given) - set(news)
    if case.phase == "filed" and news:
        claims.change(s, index, case, news)
    elif case.phase == "dropped":
        s.put(index, replace(s.state.cases[index], phase="open"))


def _put_to_customer(
    s: Scratch, index: int, case: Case, slot: str, news: Mapping[str, Slot], *, pictured: bool
) -> None:
    """Two references disagree: say both, once, and let the customer choose."""
    s.put(index, case)
    rest = {name: value for name, value in news.items() if name not in case.slots}
    s.state = replace(s.state, pending=Pending("which_value", index, slot, {**rest, slot: news[slot]}))
    s.confirms.append(slot)
    s.no_asking = True
    act = "conflict.picture" if pictured else ("conflict.filed" if case.phase == "filed" else "conflict.draft")
    s.say(act, known=case.value(slot), other=news[slot].value)


def _is_news(old: Slot | None, new: Slot) -> bool:
    return old is None or old.value != new.value or (old.validity == "doubtful" and new.validity == "ok")


def _identity(group: Sequence[Found], flow: FlowSpec) -> str | int | None:
    accepts = flow.slot(flow.identity).accepts
    return next((one.entity.value for one in group if one.entity.type in accepts), None)


def _same_case(s: Scratch, identity: str | int) -> int | None:
    """The case with this reference: one of ours, or a claim the back office has from an earlier conversation."""
    for index, case in enumerate(s.state.cases):
        if case.value(s.flow(case).identity) == identity:
            return index
    ours = {case.number for case in s.state.cases}
    for claim in (one for one in s.desk.claims if one.number not in ours):
        flow = s.rules.flows.get(claim.kind, s.rules.default_flow)
        if claim.slots.get(flow.identity) == identity:
            return claims.adopt(s, claim)
    return None


def _open_without_identity(s: Scratch) -> int:
    """An open case that still waits for its reference, else a new one."""
    case = s.state.case
    waiting = case is not None and case.phase == "open" and s.flow(case).identity not in case.slots
    return s.state.focus if waiting and s.state.focus is not None else len(s.state.cases)


def _strong(group: Sequence[Found]) -> bool:
    return any(one.entity.type in STRONG for one in group)


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
