"""One turn, start to end: normalise ► understand ► dialogue ► knowledge ► plan ► voice ► guard ► facts filled in."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from chatbot.dialogue.flow import Step
from chatbot.dialogue.state import Said, from_json, to_json
from chatbot.figures import typeset
from chatbot.fixed import technical_fault
from chatbot.guard import fill
from chatbot.knowledge.answers import UNKNOWN
from chatbot.mind import Mind, proofread
from chatbot.plan import make_plan
from chatbot.saying import FilteredError, Outcome, UnspeakableError, say
from chatbot.types import (
    ClaimView,
    Desk,
    Event,
    HandoffAsked,
    Incoming,
    Meaning,
    Move,
    Plan,
    Reasoned,
    Reply,
    TurnDone,
    Understood,
)
from chatbot.voices.ports import Brief, Voice

__all__ = ["Mind", "announce", "follow", "proofread", "take_turn"]
SAY_WITHIN = 9.0  # seconds a voice has for a reply: a fitting one, or a person, within ten
UNPLACED = ("unclear", "unclear.case", "listen.problem")  # acts of a dialogue that did not know what was wanted


@dataclass(frozen=True, slots=True)
class Asked:
    """What was heard, in standard French, and as the customer wrote it; what it means, when somebody wrote."""

    text: str = ""
    written: str = ""
    meaning: Meaning | None = None


def take_turn(
    mind: Mind, state: Mapping[str, object], messages: Sequence[Incoming], desk: Desk
) -> Generator[Event, None, None]:
    """Answer all unanswered ``messages`` (at least one) as one turn; ``TurnDone`` comes last.

    Raises StateError on a state it cannot read, ValueError without a message.
    """
    if not messages:
        raise ValueError("a turn needs a message")
    before = from_json(state)
    carried = mind.dialogue.cut_short(before)
    heard, parts = mind.ear.hear(messages, before.said.question, carried)
    for message, part, meaning in zip(messages, parts, heard.readings, strict=True):
        yield Understood(message.id, part.text, meaning)

    asked = Asked(heard.normalised, heard.text, heard.meaning)
    yield from _carry_out(mind, mind.dialogue.step(before, heard, desk), messages[-1].id, desk, asked)


def announce(mind: Mind, state: Mapping[str, object], claim: ClaimView, desk: Desk) -> Iterator[Event]:
    """Tell the customer, unasked, where ``claim`` stands now; ``TurnDone`` comes last. Raises StateError."""
    step = mind.dialogue.announce(from_json(state), claim, desk)
    yield from _carry_out(mind, step, f"{claim.number}:{claim.status}", desk)


def follow(mind: Mind, state: Mapping[str, object], instruction: str, desk: Desk) -> Generator[Event, None, None]:
    """Do what a person told the assistant to do, unasked; ``TurnDone`` comes last. Raises StateError, KeyError."""
    step = mind.dialogue.follow(from_json(state), instruction, desk)
    yield from _carry_out(mind, step, f"{instruction}:{desk.now.isoformat()}", desk)


def _carry_out(mind: Mind, step: Step, seed: str, desk: Desk, heard: Asked = Asked()) -> Iterator[Event]:
    """What a step decided: its effects, then its words, then the state to keep."""
    text = heard.text
    step = _rescue(mind, step, text, desk)
    asked = step.questions
    answers = [move for question in asked for move in mind.knowledge.answer(question, text, desk.now.date())]
    yield from step.effects
    if step.silent or not (step.moves or answers):
        yield TurnDone(to_json(step.state))
        return

    moves = (*step.moves, *answers)
    opened = yield from _answer_open(mind, step, moves, (seed, heard), desk)
    if opened is not None:
        yield from opened
        return
    plan = _plan(mind, step, moves)
    yield _reasoned(plan, heard)
    try:
        brief = _brief(mind, plan, desk, note=step.state.briefing)
        said = yield from _say(mind, plan, brief, _voices(mind, plan), seed)
    except FilteredError:
        yield from _call_person(mind, step, moves, (seed, heard), desk)
        return
    except UnspeakableError:
        yield from _give_up(mind, step, desk)
        return
    yield from _end(step, said, plan)


def _end(step: Step, said: Outcome, plan: Plan) -> Iterator[Event]:
    yield Reply(typeset(fill(said.text, plan.facts)), plan.choices, said.sources or plan.sources)
    told = replace(step.state.said, draft=said.text)
    yield TurnDone(to_json(replace(step.state, said=told, refused=step.state.refused + 1 if said.refused else 0)))


def _reasoned(plan: Plan, heard: Asked) -> Reasoned:
    acts = tuple(act.name for act in plan.acts)
    if heard.meaning is None:
        return Reasoned(mood=plan.mood, acts=acts)
    entities = tuple(dict.fromkeys(entity.type for entity in heard.meaning.entities))
    return Reasoned(heard.meaning.intents, entities, plan.mood, acts)


def _say(mind: Mind, plan: Plan, brief: Brief, voices: Sequence[Voice], seed: str) -> Generator[Event, None, Outcome]:
    return say(mind.watch, plan, brief, voices, seed=seed, ticks=mind.ticks, lexis=mind.lexis)


def _plan(mind: Mind, step: Step, moves: Sequence[Move]) -> Plan:
    if step.state.alone:
        moves = [_proposing_nobody(mind, move) for move in moves]
    return make_plan(moves, step.mood, mind.dialogue.rules.facts, mind.wording.choices, mind.wording.uses)


def _proposing_nobody(mind: Mind, move: Move) -> Move:
    """Where an adviser said to propose no person, an act that does has a kind of its own that does not."""
    kind = f"{move.act}.alone"
    return replace(move, act=kind) if not move.quote and kind in mind.wording.acts else move


def _brief(mind: Mind, plan: Plan, desk: Desk, heard: str = "", note: str = "") -> Brief:
    """What a voice may know of a plan. ``heard`` makes it an open question; ``note`` is an adviser's, masked here."""
    brand_facts = mind.dialogue.rules.facts
    return Brief(
        acts=plan.acts,
        mood=plan.mood,
        channel=desk.channel,
        model=() if mind.voice is mind.template else tuple(_model(mind, plan, heard)),
        heard=heard,
        brand=mind.brand.slug,
        conversation=desk.conversation,
        customer=desk.customer,
        note=mind.outgoing.mask(note) if note else "",
        public=not note
        and all(act.quote or brand_facts.keys() >= set(act.facts) for act in plan.acts)
        and "[" not in heard,
        open=bool(heard),
        deadline=mind.ticks() + SAY_WITHIN,
        generation=mind.generation,
        arm=desk.arm,
    )


def _voices(mind: Mind, plan: Plan) -> tuple[Voice, ...]:
    """Who may word it: approved articles are quoted and approved acts kept to the letter, by the template alone.

    So is "je ne sais pas": whoever could have known was asked before.
    """
    fixed = plan.sources or any(act.name.startswith(UNKNOWN) or _word_for_word(mind, act.name) for act in plan.acts)
    return (mind.template,) if fixed else (mind.voice, mind.voice, mind.template)


def _word_for_word(mind: Mind, act: str) -> bool:
    return any(act == head or act.startswith(f"{head}.") for head in mind.word_for_word)


def _model(mind: Mind, plan: Plan, heard: str) -> Iterator[str]:
    """Words that would do, act by act; an article that an open question may be answered from is not one of them."""
    return (mind.template.words(act, plan.mood) for act in plan.acts if not (heard and act.quote))


def _answer_open(
    mind: Mind, step: Step, moves: Sequence[Move], asked: tuple[str, Asked], desk: Desk
) -> Generator[Event, None, Iterator[Event] | None]:
    """The end of the turn where a strong voice answered, from articles near the question, what no article surely does.

    None where nobody may, nobody could, or the articles do not bear it out: then "je ne sais pas" and a person stand.
    """
    others = [move for move in moves if move.act != UNKNOWN]
    if (
        len(others) == len(moves)
        or any(_word_for_word(mind, move.act) for move in others)
        or not mind.voice.answers_open(mind.brand.slug)
    ):
        return None
    seed, heard = asked
    near = mind.knowledge.library.near(heard.text, desk.now.date())
    if not near:
        return None
    plan = _plan(mind, step, [*others, *near])
    brief = _brief(mind, plan, desk, mind.outgoing.mask(heard.text, heard.written), step.state.briefing)
    yield _reasoned(plan, heard)
    try:
        said = yield from _say(mind, plan, brief, (mind.voice,), f"{seed}/open")
    except FilteredError:
        return _call_person(mind, step, moves, asked, desk)
    except UnspeakableError:
        return None
    return _end(step, said, plan)


def _call_person(
    mind: Mind, step: Step, moves: Sequence[Move], asked: tuple[str, Asked], desk: Desk
) -> Iterator[Event]:
    """A content filter stopped the voice: the template says what is to be said, and a person is called with it."""
    called = desk.waiting_for_person or any(isinstance(effect, HandoffAsked) for effect in step.effects)
    if not called:
        cause = mind.dialogue.rules.causes.reasons["guard_refusal"]
        yield HandoffAsked("guard_refusal", cause.priority, cause.why)
        moves = (*moves, Move("handoff.guard_refusal"), Move("handoff.on_duty" if desk.on_duty else "handoff.off_duty"))
    plan = _plan(mind, step, moves)
    seed, heard = asked
    yield _reasoned(plan, heard)
    try:
        said = yield from _say(mind, plan, _brief(mind, plan, desk), (mind.template,), seed)
    except UnspeakableError:
        yield from _give_up(mind, step, desk)
        return
    yield from _end(step, said, plan)


def _rescue(mind: Mind, step: Step, text: str, desk: Desk) -> Step:
    """What dialogue could not place may still be a question that an article surely answers: that is no dead end."""
    if step.silent or not text or not any(move.act in UNPLACED for move in step.moves):
        return step
    quoted = mind.knowledge.library.quote(text, None, desk.now.date())
    if quoted is None:
        return step
    moves = tuple(move for move in step.moves if move.act not in UNPLACED)
    said = replace(step.state.said, acts=tuple(move.act for move in (*moves, quoted)))
    return replace(step, moves=(*moves, quoted), state=replace(step.state, unclear=0, said=said))


def _give_up(mind: Mind, step: Step, desk: Desk) -> Iterator[Event]:
    """Nothing the brand has to say may be said: a person is called in the house's own words; the facts are kept."""
    called = desk.waiting_for_person or any(isinstance(effect, HandoffAsked) for effect in step.effects)
    if not called:
        cause = mind.dialogue.rules.causes.reasons["guard_refusal"]
        yield HandoffAsked("guard_refusal", cause.priority, cause.why)
    yield Reply(technical_fault(mind.brand.settings, on_duty=desk.on_duty))
    yield TurnDone(to_json(replace(step.state, said=Said(), pending=None, offered=None)))
