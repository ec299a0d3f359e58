"""When a person is needed, and the words and facts that go with calling one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chatbot.dialogue import claims
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.state import Case, Handoff
from chatbot.types import HandoffAsked, HandoffReason, Priority

PRIORITY: dict[HandoffReason, Priority] = {
    "wrong_recipient": "urgent",
    "anger": "high",
    "stale_claim": "high",
    "dead_loop": "high",
    "repeated_refund": "normal",
    "cannot_supply_id": "normal",
    "human_request": "normal",
    "technical_fault": "high",
}
WHY: dict[HandoffReason, str] = {
    "wrong_recipient": "Transfert au mauvais destinataire.",
    "anger": "Client en colère.",
    "stale_claim": "Dossier en attente depuis plus de 24 h.",
    "dead_loop": "Le client tourne en rond avec l'assistant.",
    "repeated_refund": "Remboursement demandé plusieurs fois.",
    "cannot_supply_id": "Le client ne peut pas fournir l'identifiant demandé.",
    "human_request": "Demande à parler à une personne.",
    "technical_fault": "L'assistant a rencontré un problème technique.",
}
QUIET = timedelta(hours=24)  # the same cause does not call a person again within this time of the last call
ALWAYS: tuple[HandoffReason, ...] = ("human_request", "anger")  # what the customer does now always counts


def call_person(s: Scratch) -> None:
    """Ask for a person when the turn gives a reason to; once, and never while one is already awaited."""
    reason = reason_for(s)
    if reason is None:
        return
    if s.desk.waiting_for_person:
        if reason in ALWAYS:
            s.say("handoff.waiting", queue_position=s.desk.queue_position and str(s.desk.queue_position))
        return
    call(s, reason)


def call(s: Scratch, reason: HandoffReason) -> None:
    """Ask for a person for ``reason``: the event, the fixed words, and a note so that it is not done twice."""
    if s.desk.waiting_for_person or any(isinstance(effect, HandoffAsked) for effect in s.effects):
        return
    case = s.state.case
    s.effects.append(HandoffAsked(reason, PRIORITY[reason], summary(s, reason)))
    s.state = replace(s.state, handoffs=(*s.state.handoffs[-9:], Handoff(reason, s.desk.now, _key(case))), unclear=0)
    s.say(f"handoff.{reason}")
    s.say("handoff.on_duty" if s.desk.on_duty else "handoff.off_duty")
    if reason in ("cannot_supply_id", "dead_loop"):
        s.no_asking = True


def reason_for(s: Scratch) -> HandoffReason | None:
    """The strongest reason the turn gives, or None."""
    case = s.state.case
    checks: tuple[tuple[HandoffReason, bool], ...] = (
        ("wrong_recipient", _flow_calls(s, case)),
        ("anger", s.heard.meaning.mood == "angry"),
        ("human_request", _wants_a_person(s)),
        ("repeated_refund", case is not None and case.phase == "filed" and case.demands >= 2),
        ("dead_loop", _settled_but_not_seen(s, case)),
        ("stale_claim", _stale(s, case)),
        ("cannot_supply_id", _cannot_supply(s, case)),
    )
    return next((reason for reason, due in checks if due and _not_done(s, reason, case)), None)


def _wants_a_person(s: Scratch) -> bool:
    """« Je parle à un humain ? » only asks who answers."""
    if s.heard.meaning.intent.name == "ask_if_bot" and not s.hears("wished_for"):
        return False
    return s.wants("ask_human") or s.hears("human")


def _not_done(s: Scratch, reason: HandoffReason, case: Case | None) -> bool:
    if reason in ALWAYS:
        return True
    key = _key(case)
    return not any(
        done.reason == reason and done.case == key and s.desk.now - done.at < QUIET for done in s.state.handoffs
    )


def _key(case: Case | None) -> str | None:
    return (case.number or case.opened_at.isoformat()) if case else None


def _flow_calls(s: Scratch, case: Case | None) -> bool:
    return case is not None and s.flow(case).handoff == "wrong_recipient" and (case.phase == "open" or bool(s.filed))


def _stale(s: Scratch, case: Case | None) -> bool:
    if case is None or case.phase != "filed" or case.filed_at is None or s.status is None:
        return False
    return s.status not in claims.FINAL and s.desk.now - case.filed_at >= s.rules.stale_after


def _settled_but_not_seen(s: Scratch, case: Case | None) -> bool:
    if case is None or case.phase != "filed" or s.filed or claims.status_of(s, case) not in ("resolved", "refunded"):
        return False
    complains = any(s.wants(*flow.intents) for flow in s.rules.flows.values()) or s.hears("nothing_received")
    return complains and not s.wants("resolution_confirmed")


def _cannot_supply(s: Scratch, case: Case | None) -> bool:
    return case is not None and case.phase == "open" and not s.learned and s.hears("cannot_supply")


def summary(s: Scratch, reason: HandoffReason) -> str:
    """French, for the agent: why, what is known of the case, what is missing."""
    parts = [WHY[reason]]
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
