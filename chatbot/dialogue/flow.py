"""The dialogue engine: an ordered list of rules works out one turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from chatbot.dialogue import (
    answers,
    asking,
    claims,
    clarify,
    collect,
    courtesy,
    instructed,
    people,
    questions,
    requests,
    service,
    status,
    which,
)
from chatbot.dialogue.causes import REASONS, Causes
from chatbot.dialogue.cues import Cues
from chatbot.dialogue.scratch import Rules, Scratch
from chatbot.dialogue.specs import FlowError, read_flows
from chatbot.dialogue.state import Said, State
from chatbot.types import ClaimView, Desk, Event, Heard, Incoming, Mood, Move, ProactiveMessages, Question


@dataclass(frozen=True, slots=True)
class Step:
    """What one turn decided: the new state, what to say, what to look up, and what happens in the world."""

    state: State
    moves: tuple[Move, ...] = ()
    questions: tuple[Question, ...] = ()
    effects: tuple[Event, ...] = ()
    mood: Mood = "neu"
    silent: bool = False


def consent(s: Scratch) -> None:
    """STOP ends messages we start ourselves, and is answered by silence; START takes it back."""
    if s.hears("stop"):
        s.effects.append(ProactiveMessages(allowed=False))
        s.silent = True
    elif s.hears("start"):
        s.effects.append(ProactiveMessages(allowed=True))
        s.say("start_again")


def cancel(s: Scratch) -> None:
    """« Laisse tomber »: the open case is put aside, with what it knows, in case the customer comes back."""
    case, focus = s.state.case, s.state.focus
    if case is None or focus is None or case.phase != "open" or not s.hears("cancel"):
        return
    s.put(focus, replace(case, phase="dropped", asked={}))
    s.say("cancelled")
    s.no_asking = True


def note_what_was_learned(s: Scratch) -> None:
    """« C'est noté » before asking on, so that the customer sees each message arrive somewhere."""
    if s.filed or s.answered:
        return
    if len(s.state.cases) > len(s.before.cases):
        s.say("noted.problem")
    elif s.learned:
        s.say("noted")
    elif s.repeated:
        s.say("noted.known")


SILENT_RULES: tuple[Callable[[Scratch], None], ...] = (questions.raise_questions, collect.collect)
RULES: tuple[Callable[[Scratch], None], ...] = (
    consent,
    courtesy.greet,
    courtesy.receive_media,
    courtesy.warn_about_secrets,
    clarify.take_reading,
    requests.repeat,
    which.settle,
    answers.answer_pending,
    cancel,
    questions.raise_questions,
    collect.collect,
    service.tell_of_incidents,
    service.keep_to_mode,
    requests.skip,
    claims.file_complete,
    status.report_status,
    people.call_person,
    note_what_was_learned,
    courtesy.be_courteous,
    courtesy.be_clear,
    asking.ask,
)


class Dialogue:
    """A brand's dialogue: its flows, turns of phrase and delays."""

    def __init__(self, flows: Mapping[str, Mapping[str, object]], settings: Mapping[str, object]) -> None:
        """Raises FlowError when the brand's flows cannot be used."""
        specs = read_flows(flows)
        if not specs:
            raise FlowError("flows: the brand has no flow")
        for spec in specs.values():
            if spec.handoff is not None and spec.handoff not in REASONS:
                raise FlowError(f"flows/{spec.kind}.toml: field 'handoff': {spec.handoff!r} is no reason")
        table = settings.get("dialogue", {})
        numbers = table if isinstance(table, Mapping) else {}
        self.rules = Rules(
            flows=specs,
            cues=Cues.read(settings),
            sure=float(numbers.get("sure", 0.3)),
            session_gap=timedelta(hours=float(numbers.get("session_gap_hours", 6))),
            away=timedelta(minutes=float(numbers.get("away_minutes", 45))),
            stale_after=timedelta(hours=float(numbers.get("stale_hours", 24))),
            draft_life=timedelta(days=float(numbers.get("draft_days", 30))),
            loose_life=timedelta(minutes=float(numbers.get("loose_minutes", 60))),
            fee_gap=int(numbers.get("fee_gap", 500)),
            facts=_texts(settings.get("facts")),
            causes=Causes.read(settings),
            readings=_texts(settings.get("readings")),
            clarify_from=float(numbers.get("clarify_from", 0.15)),
        )

    def step(self, state: State, heard: Heard, desk: Desk) -> Step:
        """Work out one turn. The same arguments give the same step, but for the case numbers ``desk`` hands out."""
        s = Scratch(self.rules, state, heard, desk, state)
        for rule in SILENT_RULES if desk.listening else RULES:
            rule(s)
            if s.silent or s.over:
                break
        return self._close(s)

    def announce(self, state: State, claim: ClaimView, desk: Desk) -> Step:
        """Decide how to tell a new status of ``claim``, unasked; silent while a person has the conversation."""
        return self._close(status.announce(self.rules, state, claim, desk))

    def follow(self, state: State, instruction: str, desk: Desk) -> Step:
        """Decide what to say, unasked, on a person's instruction; silent when there is nothing. Raises KeyError."""
        return self._close(instructed.follow(self.rules, state, instruction, desk))

    def cut_short(self, state: State) -> Incoming | None:
        """An identifier of the open case that looked too short: the next message may be its other half."""
        case = state.case
        if case is None or case.phase != "open":
            return None
        for slot in self.rules.flows.get(case.kind, self.rules.default_flow).required:
            held = case.slots.get(slot.name)
            sender = case.value("from_operator")
            cut = slot.full_length and held and (sender is None or slot.is_short(held.value, sender))
            if cut and held and held.validity == "doubtful":
                return Incoming(held.source, str(held.value), held.at)
        return None

    def _close(self, s: Scratch) -> Step:
        silent = s.silent or s.desk.listening
        said = s.before.said if silent else Said(
            acts=tuple(move.act for move in s.moves),
            asks=tuple(dict.fromkeys(s.asks)),
            confirms=tuple(s.confirms),
            rejects=tuple(s.rejects),
            status=s.status,
        )  # fmt: skip
        state = replace(s.state, said=said, seen_at=s.desk.now, pending=None if s.desk.listening else s.state.pending)
        effects = tuple(effect for effect in s.effects if not s.desk.listening)
        if silent:
            return Step(state, effects=effects, silent=True)
        return Step(state, tuple(s.moves), tuple(s.questions), effects, s.heard.meaning.mood)


def _texts(table: object) -> dict[str, str]:
    return {str(name): str(text) for name, text in table.items()} if isinstance(table, Mapping) else {}
