"""Has a plan said: chooses who may word it, streams what the guard passed, falls back when a voice fails."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import get_args

from chatbot.figures import typeset
from chatbot.guard import Guard, fill, runs, sentences, uncited
from chatbot.lexis import Lexis
from chatbot.types import Event, Plan, Pulse, Spoken, Words
from chatbot.voices.ports import Brief, Draft, FaultKind, Voice, VoiceFault
from chatbot.watch import Watch, plain_text

TEMPLATE = "template"
FAULTS: frozenset[str] = frozenset(get_args(FaultKind))


class UnspeakableError(RuntimeError):
    """Even the template's words were refused by the guard: the brand's wording contradicts its own rules."""


class FilteredError(RuntimeError):
    """A provider's content filter stopped the voice: nobody else is asked, a person is."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be stored: the words with their placeholders, and whether the guard had the template speak instead."""

    text: str
    refused: bool = False
    sources: tuple[str, ...] = ()  # the articles an open answer cited, as article@version


def say(
    watch: Watch,
    plan: Plan,
    brief: Brief,
    voices: Sequence[Voice],
    *,
    seed: str,
    ticks: Callable[[], float],
    lexis: Lexis | None = None,
) -> Generator[Event, None, Outcome]:
    """Words as they pass the guard, from the first of ``voices`` that manages; each is one try.

    A voice that failed is not asked again: the last one speaks. Until a word was heard a change of voice is silent.
    After it nothing is spliced: the reply starts anew, unspoken, and replaces what was heard.
    Raises UnspeakableError when nobody managed, FilteredError.
    """
    heard, refused, reason = False, False, "unavailable"
    for attempt, voice in enumerate(voices):
        if reason in FAULTS and attempt < len(voices) - 1 and attempt > 0:
            continue
        draft = voice.speak(brief, f"{seed}/{attempt}" if attempt else seed)
        with closing(draft):
            kept_back = () if voice.tier == TEMPLATE else _kept_back(brief)  # the template reads no note
            guard = Guard(watch, plan, brief.channel, lexis=lexis, is_open=brief.open, kept_back=kept_back)
            words, reason, heard = yield from _try(draft, guard, plan, ticks, heard=heard)
            if reason not in FAULTS:
                draft.judged(reason == "passed")
        if reason == "passed":
            return Outcome(words, refused and attempt == len(voices) - 1, guard.cited)
        if reason == "filtered":
            raise FilteredError
        refused = refused or reason not in FAULTS
    raise UnspeakableError(reason)


def _kept_back(brief: Brief) -> tuple[str, ...]:
    """What of an adviser's note is not said: all but what the reply's own words have in common with it."""
    own = " | ".join(f" {plain_text(words)} " for words in (*brief.model, *(act.quote for act in brief.acts)))
    return tuple(run for run in runs(plain_text(brief.note)) if f" {run} " not in own)


def _try(
    draft: Draft, guard: Guard, plan: Plan, ticks: Callable[[], float], *, heard: bool
) -> Generator[Event, None, tuple[str, str, bool]]:
    """One draft: its words as far as they passed, the verdict, and whether the customer has heard any by now."""
    started, words, reason, silent = ticks(), "", "passed", heard
    try:
        for sentence in sentences(draft):
            if not sentence:
                yield Pulse()
                continue
            if (reason := guard.check(sentence).reason) != "passed":
                break
            words += (plain := uncited(sentence))
            if not silent:
                heard = True
                yield Words(typeset(fill(plain, plan.facts)))
        else:
            reason = guard.finish().reason
    except VoiceFault as fault:
        reason = fault.kind
    yield Spoken(draft.tier, reason, (ticks() - started) * 1000, draft.call)
    return words, reason, heard
