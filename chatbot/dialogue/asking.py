"""Asks for what is missing: all of it briefly, never what is known, never more than twice in vain, then a way out."""

from __future__ import annotations

from dataclasses import replace

from chatbot.dialogue import claims
from chatbot.dialogue.questions import still_stuck
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.specs import FlowSpec
from chatbot.dialogue.state import Case, Pending

ENOUGH = 2  # asks of one slot that may bring nothing


def ask(s: Scratch) -> None:
    """Ask for what the case being talked about lacks; once it is filed, for what another one begun lacks."""
    case, focus = s.state.case, s.state.focus
    if case is None or focus is None or s.no_asking:
        return
    if case.phase == "filed" and case.filed_at == s.desk.now:
        _bring_on_another(s)
        return
    if case.phase != "open":
        return
    flow = s.flow(case)
    if s.new_session and s.before.seen_at is not None:
        case = replace(case, asked={name: 0 for name in case.asked if not name.endswith("?")}, repeats=0)
        s.put(focus, case)
    lacks = claims.missing(flow, case)
    if not lacks:
        _check_doubt(s, focus, case, flow)
    elif s.learned or s.said("repeat"):
        _ask_for(s, focus, case, lacks, again=False)
    else:
        _insist(s, focus, case, lacks)


def _bring_on_another(s: Scratch) -> None:
    """One of several was filed on this turn: the next open one is named by what is known of it, and asked for."""
    index = next((place for place, case in enumerate(s.state.cases) if case.phase == "open" and case.slots), None)
    if index is None:
        return
    case = s.state.cases[index]
    flow = s.flow(case)
    s.put(index, case)
    s.say("next_case", recap=claims.recap(flow, case.slots))
    _ask_for(s, index, case, claims.missing(flow, case), again=False)


def _check_doubt(s: Scratch, focus: int, case: Case, flow: FlowSpec) -> None:
    """Everything is there but one identifier looks cut short, or was hard to read: one check, never a refusal."""
    slot = claims.in_doubt(flow, case)
    if slot is None:
        return
    s.put(focus, replace(case, asked={**case.asked, f"{slot}?": 1}))
    s.state = replace(s.state, pending=Pending("complete_id", focus, slot))
    value = case.value(slot)
    short = value is not None and flow.slot(slot).is_short(value, case.value("from_operator"))
    s.say(f"check.{slot}" if short else f"read.{slot}", value=value)
    s.confirms.append(slot)


def _insist(s: Scratch, focus: int, case: Case, lacks: tuple[str, ...]) -> None:
    """The turn brought nothing: ask again what was not asked twice yet, else show a way out."""
    if not case.slots and case.asked and s.answered and not s.said("unclear", "noted", "resume", "status.not_filed"):
        return  # nothing was given yet: an answer on the way needs no bringing back
    still = tuple(name for name in lacks if case.asked.get(name, 0) < ENOUGH)
    if still:
        _ask_for(s, focus, case, still, again=not s.said("skipped"))
    elif s.answered and not s.said("unclear", "listen", "status.not_filed"):
        s.say("resume.later")
    else:
        still_stuck(s, next((name for name in lacks if name.endswith(("_id", "_code"))), lacks[0]))


def _ask_for(s: Scratch, focus: int, case: Case, lacks: tuple[str, ...], *, again: bool) -> None:
    first = not any(name in case.asked for name in lacks)
    digressed = s.answered and not s.said("unclear")
    if s.said("resume.back"):
        pass
    elif not first and s.new_session:
        s.say("resume.back")
    elif not first and again and digressed:
        s.say("resume")
    vain = {name: case.asked.get(name, 0) + 1 for name in lacks if again or name not in case.asked}
    s.put(focus, replace(case, asked={**case.asked, **vain}))
    s.asks.extend(lacks)
    facts = {name: _place_of(name, case) for name in lacks}
    if len(lacks) == 1:
        manner = "again" if again and not first and not digressed else "ask"
        s.say(f"{manner}.{lacks[0]}", from_operator=facts[lacks[0]])
        return
    s.say("ask_many" if first else "ask_rest")
    for name in lacks:
        s.say(f"item.{name}", from_operator=facts[name])


def _place_of(slot: str, case: Case) -> str | int | None:
    """The sending operator, for the slot that is found in its messages."""
    return case.value("from_operator") if slot == "operator_tx_id" else None
