"""Which case the facts of a turn are about: the one talked about, one named again, or a new one."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.dialogue import claims
from chatbot.dialogue.fill import Found, assign, said_or_shown
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.specs import FlowSpec
from chatbot.dialogue.state import Case
from chatbot.dialogue.sums import STRONG
from chatbot.dialogue.wishes import akin, stays


def choose(s: Scratch, group: Sequence[Found], wish: FlowSpec | None, *, several: bool) -> int | None:
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
    owner = None if identity is not None or another else _lacks_this_identifier(s, group)
    if owner is not None:
        return owner
    if case is None or focus is None:
        return fresh if wish or _strong(group) else None
    if case.phase == "filed":
        return _beside_a_claim(s, focus, case, group, wish, another=another)
    if case.phase == "dropped":
        aged = s.desk.now - case.opened_at > s.rules.draft_life
        return fresh if another or aged else (focus if wish or _strong(group) or _serves(s, case, group) else None)
    if case.slots and (another or _tells_another_story(s, case, group)):
        return fresh
    elsewhere = wish and case.slots and not akin(s.flow(case), wish) and not stays(s, case, group, wish)
    return fresh if elsewhere else focus


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


def _serves(s: Scratch, case: Case, group: Sequence[Found]) -> bool:
    """Whether the facts are some that a case put aside still lacks."""
    flow = s.flow(case)
    given = assign(group, flow, case.slots, s) | said_or_shown(s, flow, case)
    return bool(set(given) & set(claims.missing(flow, case)))


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
