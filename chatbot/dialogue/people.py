"""When a person is needed, and the words and facts that go with calling one. Reasons and priorities are the brand's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from chatbot.dialogue import claims
from chatbot.dialogue.causes import more_urgent
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.state import Case, Handoff
from chatbot.types import HandoffAsked, HandoffCard, HandoffReason, Priority

NO_MORE_ASKING: tuple[HandoffReason, ...] = ("cannot_supply_id", "dead_loop", "suspected_fraud")
CLAIMS_SHOWN = 5


def call_person(s: Scratch) -> None:
    """Ask for a person when the turn gives a reason to; once, and again only for a more urgent one."""
    reason = reason_for(s)
    if reason is None:
        return
    if reason == "suspected_fraud":
        s.say("warn.fraud")
        s.no_asking = True
    if not s.desk.waiting_for_person:
        call(s, reason)
    elif _raises(s, reason):
        _note(s, reason)
        _tell_the_place(s, s.desk.place_for and s.desk.place_for(_priority(s, reason)))
    elif s.rules.causes.reasons[reason].always:
        _tell_the_place(s, s.desk.queue_position)


def call(s: Scratch, reason: HandoffReason) -> None:
    """Ask for a person for ``reason``: the event, the fixed words, and a note so that it is not done twice."""
    if s.desk.waiting_for_person or any(isinstance(effect, HandoffAsked) for effect in s.effects):
        return
    if not _allowed(s, reason):
        return
    _note(s, reason)
    place = s.desk.place_for and s.desk.place_for(_priority(s, reason))
    s.say(f"handoff.{reason}")
    _tell_who_is_there(s, place)
    if reason in NO_MORE_ASKING:
        s.no_asking = True


def reason_for(s: Scratch) -> HandoffReason | None:
    """The strongest reason the turn gives, or None."""
    case = s.state.case
    reasons = (r for r in s.rules.causes.reasons if _allowed(s, r))
    return next((r for r in reasons if _due(s, r, case) and _not_done(s, r, case)), None)


def summary(s: Scratch, reason: HandoffReason) -> str:
    """French, for the agent: why, what is known of the case, what is missing."""
    parts = [s.rules.causes.reasons[reason].why]
    case = s.state.case
    if case is None:
        return parts[0]
    flow = s.flow(case)
    parts.append(f"Dossier {case.number} ({flow.label})." if case.number else f"Sans dossier ({flow.label}).")
    if case.slots:
        parts.append(claims.recap(flow, case.slots) + ".")
    if lacks := [flow.slot(name).label for name in flow.missing(case.slots)]:
        parts.append("Manque : " + ", ".join(lacks) + ".")
    return " ".join(parts)


def card(s: Scratch) -> HandoffCard:
    """What is known and what is not, field by field."""
    case = s.state.case
    ours = [one.number for one in s.state.cases if one.number]
    theirs = [claim.number for claim in s.desk.claims]
    mine = HandoffCard(
        mood=s.heard.meaning.mood,
        claims=tuple(dict.fromkeys((*ours, *theirs)))[-CLAIMS_SHOWN:],
        amount_fcfa=_at_stake(s),
    )
    if case is None:
        known = {name: slot.value for name, slot in s.state.loose.items()}
        return replace(mine, kind=s.rules.default_flow.kind if known else "", known=known)
    missing = s.flow(case).missing(case.slots) if case.phase != "filed" else ()
    return replace(
        mine,
        kind=case.kind,
        known={name: slot.value for name, slot in case.slots.items()},
        missing=missing,
        asked=tuple(name for name in s.before.said.asks if name in missing),
    )


def _note(s: Scratch, reason: HandoffReason) -> None:
    s.effects.append(HandoffAsked(reason, _priority(s, reason), summary(s, reason), card(s)))
    done = Handoff(reason, s.desk.now, _key(s.state.case))
    s.state = replace(s.state, handoffs=(*s.state.handoffs[-9:], done), unclear=0, refused=0, alone=False)


def _tell_the_place(s: Scratch, place: int | None) -> None:
    s.say("handoff.waiting", queue_position=place and str(place))
    if not s.desk.on_duty:
        s.say("handoff.off_duty", back_at=s.desk.back_at)


def _tell_who_is_there(s: Scratch, place: int | None) -> None:
    position = place and str(place)
    if s.desk.on_duty:
        s.say("handoff.on_duty", queue_position=position)
    else:
        s.say("handoff.off_duty", queue_position=position, back_at=s.desk.back_at)


def _priority(s: Scratch, reason: HandoffReason) -> Priority:
    """The brand's priority for the reason; much money at stake raises it."""
    causes = s.rules.causes
    usual, large = causes.reasons[reason].priority, causes.reasons["high_amount"].priority
    return large if (_at_stake(s) or 0) >= causes.high_amount and more_urgent(large, usual) else usual


def _raises(s: Scratch, reason: HandoffReason) -> bool:
    """Whether the person awaited is needed sooner than was said so far."""
    standing = s.desk.waiting_priority
    return standing is not None and more_urgent(_priority(s, reason), standing)


def _at_stake(s: Scratch) -> int | None:
    case = s.state.case
    slot = (case.slots if case else s.state.loose).get("amount_fcfa")
    return slot.value if slot is not None and isinstance(slot.value, int) else None


def _not_done(s: Scratch, reason: HandoffReason, case: Case | None) -> bool:
    causes, key = s.rules.causes, _key(case)
    return causes.reasons[reason].always or not any(
        done.reason == reason and done.case == key and s.desk.now - done.at < causes.quiet for done in s.state.handoffs
    )


def _allowed(s: Scratch, reason: HandoffReason) -> bool:
    """An adviser may have told the assistant to call nobody until the customer asks for a person."""
    return not s.state.alone or reason in s.rules.causes.despite_order


def _key(case: Case | None) -> str | None:
    return (case.number or case.opened_at.isoformat()) if case else None


# Reasons a customer's turn may give ----------------------------------------------------------------------------


def _due(s: Scratch, reason: HandoffReason, case: Case | None) -> bool:
    return _flow_calls(s, reason, case) or (reason in CHECKS and CHECKS[reason](s, case))


def _flow_calls(s: Scratch, reason: HandoffReason, case: Case | None) -> bool:
    """Whether the case is of a kind for which the brand calls a person at once."""
    return case is not None and s.flow(case).handoff == reason and (case.phase == "open" or bool(s.filed))


def _fraud(s: Scratch, case: Case | None) -> bool:
    return s.hears("fraud") and not s.hears("fraud_question")


def _angry(s: Scratch, case: Case | None) -> bool:
    return s.heard.meaning.mood == "angry"


def _wants_a_person(s: Scratch, case: Case | None) -> bool:
    """« Je parle à un humain ? » only asks who answers."""
    if s.heard.meaning.intent.name == "ask_if_bot" and not s.hears("wished_for"):
        return False
    return s.wants("ask_human") or s.hears("human")


def _money_back_again(s: Scratch, case: Case | None) -> bool:
    return case is not None and case.phase == "filed" and case.demands >= 2


def _settled_but_not_seen(s: Scratch, case: Case | None) -> bool:
    if case is None or case.phase != "filed" or s.filed or claims.status_of(s, case) not in ("resolved", "refunded"):
        return False
    complains = any(s.wants(*flow.intents) for flow in s.rules.flows.values()) or s.hears("nothing_received")
    return complains and not s.wants("resolution_confirmed")


def _stale(s: Scratch, case: Case | None) -> bool:
    if case is None or case.phase != "filed" or case.filed_at is None or s.status is None:
        return False
    return s.status not in claims.FINAL and s.desk.now - case.filed_at >= s.rules.stale_after


def _cannot_supply(s: Scratch, case: Case | None) -> bool:
    return (
        case is not None
        and case.phase == "open"
        and not s.learned
        and not s.said("skipped")
        and s.hears("cannot_supply")
    )


def _much_money(s: Scratch, case: Case | None) -> bool:
    """A claim filed, or corrected, on this turn."""
    touched = case is not None and case.phase == "filed" and s.state.focus in s.filed
    return touched and (_at_stake(s) or 0) >= s.rules.causes.high_amount


def _refused(s: Scratch, case: Case | None) -> bool:
    return s.before.refused >= s.rules.causes.refused_replies


CHECKS: Mapping[HandoffReason, Callable[[Scratch, Case | None], bool]] = {
    "suspected_fraud": _fraud,
    "anger": _angry,
    "human_request": _wants_a_person,
    "repeated_refund": _money_back_again,
    "dead_loop": _settled_but_not_seen,
    "stale_claim": _stale,
    "cannot_supply_id": _cannot_supply,
    "high_amount": _much_money,
    "guard_refusal": _refused,
}
