"""One turn, start to end: normalise ► understand ► dialogue ► knowledge ► plan ► voice ► guard ► facts filled in."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chatbot import brand as brands
from chatbot.dialogue.flow import Dialogue, Step
from chatbot.dialogue.state import Said, from_json, to_json
from chatbot.figures import typeset
from chatbot.fixed import technical_fault
from chatbot.guard import Guard, Watch, fill, sentences
from chatbot.hearing import Ear
from chatbot.knowledge.answers import Knowledge
from chatbot.knowledge.article import Article, ArticleError
from chatbot.normalise import Normaliser
from chatbot.plan import make_plan
from chatbot.types import (
    ClaimView,
    Desk,
    Event,
    HandoffAsked,
    Incoming,
    Plan,
    Reply,
    Spoken,
    TurnDone,
    Understood,
    Voice,
    Words,
)
from chatbot.understand import Understander
from chatbot.voices.template import TemplateVoice
from chatbot.wording import Wording

UNPLACED = ("unclear", "unclear.case", "listen.problem")  # acts of a dialogue that did not know what was wanted


class UnspeakableError(RuntimeError):
    """Even the template's words were refused by the guard: the brand's wording contradicts its own rules."""


@dataclass(frozen=True, slots=True)
class Mind:
    """A brand's whole pipeline, built once and shared by every turn."""

    brand: brands.Brand
    ear: Ear
    dialogue: Dialogue
    knowledge: Knowledge
    wording: Wording
    watch: Watch
    template: Voice
    voice: Voice
    ticks: Callable[[], float] = time.perf_counter  # seconds; only times how long a voice spoke

    @classmethod
    def load(cls, brand_slug: str, cache_dir: Path, voice: Voice | None = None) -> Mind:
        """Reads the brand and trains or loads its classifier in ``cache_dir``. Raises BrandError."""
        return cls.of(brands.load(brand_slug), cache_dir, voice)

    @classmethod
    def of(cls, brand: brands.Brand, cache_dir: Path, voice: Voice | None = None) -> Mind:
        """The pipeline of a brand read from any folder. Raises BrandError."""
        normalise = Normaliser(brand).normalise
        wording = Wording.read(brand.wording, brand.flows)
        template = TemplateVoice(wording)
        mind = cls(
            brand=brand,
            ear=Ear(normalise, Understander(brand, cache_dir, normalise).understand),
            dialogue=Dialogue(brand.flows, brand.settings),
            knowledge=Knowledge.load(brand, lambda text: normalise(text).text),
            wording=wording,
            watch=Watch.read(brand.settings),
            template=template,
            voice=voice or template,
        )
        for article in mind.knowledge.library.articles:
            if (reason := proofread(mind, article)) != "passed":
                raise ArticleError(f"knowledge/{article.slug}.md: field 'answer': refused by the guard: {reason}")
        return mind

    def overlaid(self, approved: Iterable[Article]) -> Mind:
        """The same mind with ``approved`` articles over the shipped ones; the caller has proofread them."""
        return replace(self, knowledge=self.knowledge.overlaid(approved))


def proofread(mind: Mind, article: Article) -> str:
    """Why the guard would refuse an article's words, or "passed". Raises KeyError on an unknown placeholder."""
    plan = make_plan([mind.knowledge.library.move(article)], "neu", {}, {}, {})
    guard = Guard(mind.watch, plan, "whatsapp")
    verdicts = [guard.check(sentence).reason for sentence in sentences(mind.template.speak(plan, article.slug))]
    return next((reason for reason in (*verdicts, guard.finish().reason) if reason != "passed"), "passed")


def take_turn(mind: Mind, state: Mapping[str, object], messages: Sequence[Incoming], desk: Desk) -> Iterator[Event]:
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

    yield from _carry_out(mind, mind.dialogue.step(before, heard, desk), messages[-1].id, desk, heard.normalised)


def announce(mind: Mind, state: Mapping[str, object], claim: ClaimView, desk: Desk) -> Iterator[Event]:
    """Tell the customer, unasked, where ``claim`` stands now; ``TurnDone`` comes last. Raises StateError."""
    step = mind.dialogue.announce(from_json(state), claim, desk)
    yield from _carry_out(mind, step, f"{claim.number}:{claim.status}", desk)


def _carry_out(mind: Mind, step: Step, seed: str, desk: Desk, text: str = "") -> Iterator[Event]:
    """What a step decided: its effects, then its words, then the state to keep. ``text`` is what was heard."""
    step = _rescue(mind, step, text, desk)
    asked = step.questions
    answers = [move for question in asked for move in mind.knowledge.answer(question, text, desk.now.date())]
    yield from step.effects
    if step.silent or not (step.moves or answers):
        yield TurnDone(to_json(step.state))
        return

    moves = (*step.moves, *answers)
    plan = make_plan(moves, step.mood, mind.dialogue.rules.facts, mind.wording.choices, mind.wording.uses)
    try:
        draft, refused = yield from _speak(mind, plan, seed, desk.channel)
    except UnspeakableError:
        yield from _give_up(mind, step, desk)
        return
    yield Reply(typeset(fill(draft, plan.facts)), plan.choices, plan.sources)
    said = replace(step.state.said, draft=draft)
    yield TurnDone(to_json(replace(step.state, said=said, refused=step.state.refused + 1 if refused else 0)))


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


def _speak(mind: Mind, plan: Plan, seed: str, channel: str) -> Generator[Event, None, tuple[str, bool]]:
    """Words as they pass the guard; returns the draft, and whether the voice was refused for good.

    A refused voice tries once more, then the template speaks. Approved articles are quoted, not worded: where a plan
    holds one, only the template speaks. Raises UnspeakableError when it may not either.
    """
    reason = ""
    for attempt, voice in enumerate((mind.template,) if plan.sources else (mind.voice, mind.voice, mind.template)):
        started = mind.ticks()
        guard, said, reason = Guard(mind.watch, plan, channel), "", "passed"
        for sentence in sentences(voice.speak(plan, f"{seed}/{attempt}" if attempt else seed)):
            if (reason := guard.check(sentence).reason) != "passed":
                break
            said += sentence
            if attempt == 0:
                yield Words(typeset(fill(sentence, plan.facts)))
        if reason == "passed":
            reason = guard.finish().reason
        yield Spoken(voice.tier, reason, (mind.ticks() - started) * 1000)
        if reason == "passed":
            return said, attempt > 1
    raise UnspeakableError(reason)
