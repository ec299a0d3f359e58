"""The people in an invented conversation: waiting, taken, answered, ended, and now and then opened again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User

from support import satisfaction
from support.console import words
from support.demo_desk import draws
from support.demo_desk.story import priority_of
from support.demo_desk.talk import Talk
from support.models import (
    Author,
    Claim,
    Escalation,
    Note,
    Outcome,
    Owner,
    Priority,
    Reason,
    Satisfaction,
    Status,
    Stint,
)
from support.promises import house_levels

RESOLVE_DUE = timedelta(hours=8)
LEASE = timedelta(hours=8)  # nobody of the demonstration is there to renew it
LOOKED_AFTER = timedelta(hours=24)  # low scores are looked at within a day: the board holds today's
PACE = {"awa": 1.0, "koffi": 1.5, "aya": 0.7}  # how long each takes, against the usual


def call(talk: Talk, at: datetime, claim: Claim | None, *, reopened: bool = False) -> None:
    """Put the conversation in the queue at ``at`` and tell what people made of it."""
    stage, story = talk.stage, talk.story
    if at > stage.now or story.reason is None:
        return
    priority = priority_of(story, stage.rng)
    case = Escalation(
        id=draws.identity(stage.rng, at),
        conversation=talk.conversation,
        reason=story.reason,
        priority=priority,
        summary=f"Le client écrit au sujet de : {_subject(talk)}.",
        card=_card(talk, claim),
        kind=story.kind,
        from_operator=story.from_operator,
        to_operator=story.to_operator,
        opened_at=at,
        due_at=at + house_levels()[priority].first_reply,
        resolve_due_at=at + RESOLVE_DUE,
        asked_at=at,
        asked_count=1,
        reopened=reopened,
    )
    stage.rows.escalations.append(case)
    if not reopened:
        talk.says(Author.BOT, draws.facts()["people"]["called"], at - timedelta(milliseconds=1))
    talk.conversation.owner, talk.conversation.agent = Owner.QUEUE, None
    _wait(talk, case, claim)


def _subject(talk: Talk) -> str:
    kind = talk.story.kind
    return words.claim_kind(talk.conversation.brand, kind).lower() if kind else "une question"


def _card(talk: Talk, claim: Claim | None) -> dict[str, object]:
    known = {name: slot["value"] for name, slot in claim.slots.items()} if claim else {}
    return {
        "kind": talk.story.kind, "known": known, "missing": [], "asked": [],
        "mood": "angry" if talk.story.reason == Reason.ANGER else "neg" if talk.story.waits else "neu",
        "claims": [claim.number] if claim else [], "amount_fcfa": talk.story.amount,
    }  # fmt: skip


def _wait(talk: Talk, case: Escalation, claim: Claim | None) -> None:
    usual = {Priority.URGENT: 1.5, Priority.HIGH: 4, Priority.NORMAL: 7, Priority.LOW: 40}[Priority(case.priority)]
    taken = case.opened_at + draws.skewed(talk.stage.rng, usual)
    if talk.story.stays_open:
        taken = talk.stage.now + timedelta(hours=1) if talk.story.waits else case.opened_at + timedelta(seconds=60)
    _stint(talk, case, None, case.opened_at, taken)
    if taken <= talk.stage.now:
        _work(talk, case, claim, taken)


def _work(talk: Talk, case: Escalation, claim: Claim | None, taken: datetime) -> None:
    name = str(draws.weighted(talk.stage.rng, draws.facts()["agents"]))
    agent, pace = talk.stage.agents[name], PACE[name]
    case.taken_at, case.assignee, case.lease_until = taken, agent, talk.stage.now + LEASE
    talk.conversation.owner, talk.conversation.agent = Owner.AGENT, agent
    ended = _exchange(talk, case, agent, taken, pace)
    if talk.story.stays_open:
        ended = talk.stage.now + timedelta(hours=1)
    _stint(talk, case, agent, taken, ended)
    if ended <= talk.stage.now:
        _end(talk, case, agent, ended, claim)


def _exchange(talk: Talk, case: Escalation, agent: User, taken: datetime, pace: float) -> datetime:
    rng, words = talk.stage.rng, draws.facts()["people"]
    at = taken + draws.skewed(rng, 1.3 * pace)
    _answer(talk, case, agent, rng.choice(words["first"]), at)
    for _ in range(rng.choice([1, 1, 2, 2, 3, 4])):
        at += draws.skewed(rng, 3)
        if talk.says(Author.CUSTOMER, rng.choice(words["customer"]), at):
            case.asked_at, case.asked_count = case.asked_at or at, case.asked_count + 1
        at += draws.skewed(rng, 2.5 * pace)
        _answer(talk, case, agent, rng.choice(words["next"]), at)
    at += draws.skewed(rng, 20 * pace, 1.1)
    _answer(talk, case, agent, rng.choice(words["last"]), at)
    if at <= talk.stage.now and rng.random() < 0.15:
        talk.stage.rows.notes.append(Note(conversation=talk.conversation, author=agent, text=words["note"], at=at))
    return at + draws.skewed(rng, 1)


def _answer(talk: Talk, case: Escalation, agent: User, text: str, at: datetime) -> None:
    if talk.says(Author.AGENT, text.replace("{agent}", agent.first_name), at, agent):
        case.first_replied_at, case.replied_at = case.first_replied_at or at, at
        case.asked_at, case.asked_count = None, 0


def _end(talk: Talk, case: Escalation, agent: User, at: datetime, claim: Claim | None) -> None:
    rng = talk.stage.rng
    back = rng.random() < 0.25
    case.closed_at, case.lease_until, case.status = at, None, Status.RESOLVED
    case.outcome = Outcome.HANDED_BACK if back else Outcome.CLOSED
    talk.conversation.owner, talk.conversation.agent = Owner.BOT if back else Owner.NOBODY, None
    if rng.random() < 0.7:
        _ask_how_it_was(talk, case, agent, at)
    if not case.reopened and rng.random() < 0.09:
        again = at + timedelta(hours=rng.uniform(2, 50))
        talk.says(Author.CUSTOMER, rng.choice(draws.facts()["people"]["back"]), again - timedelta(seconds=5))
        call(talk, again, claim, reopened=True)


def _ask_how_it_was(talk: Talk, case: Escalation, agent: User, at: datetime) -> None:
    rng = talk.stage.rng
    asked = at + timedelta(seconds=30)
    question = talk.says(Author.BOT, draws.facts()["people"]["asking"], asked)
    if question is None:
        return
    asking = Satisfaction(
        escalation=case, conversation=talk.conversation, agent=agent, question=question, asked_at=asked
    )
    talk.stage.rows.satisfactions.append(asking)
    answered = asked + draws.skewed(rng, 6)
    if rng.random() < 0.55:
        score = int(draws.weighted(rng, draws.facts()["scores"]))
        if talk.says(Author.CUSTOMER, str(score), answered):
            asking.score, asking.answered_at = score, answered
            _thank(talk, score, answered)
            if answered < talk.stage.now - LOOKED_AFTER:
                asking.looked_at = answered


def _thank(talk: Talk, score: int, answered: datetime) -> None:
    if its := satisfaction.rules(talk.stage.brand):
        talk.says(Author.BOT, its.sorry if score <= its.low else its.thanks, answered + timedelta(seconds=1))


def _stint(talk: Talk, case: Escalation, agent: User | None, began: datetime, ended: datetime) -> None:
    over = ended if ended <= talk.stage.now else None
    talk.stage.rows.stints.append(
        Stint(escalation=case, agent=agent, waiting=agent is None, began_at=began, ended_at=over)
    )
