"""Asks several deployments in turn for one whole answer; each attempt is reserved, settled and told to its breaker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from chatbot.voices.calls import Whole
from chatbot.voices.outcomes import tell
from chatbot.voices.ports import Breakers, Brief, Deployment, Ledger, Settled, Usage, VoiceFault
from chatbot.voices.remote import Line

TRIES = 2
GIVES_UP: frozenset[str] = frozenset({"filtered", "bad_request", "cancelled", "no_budget"})
THROTTLED_SECONDS = 1.0  # where a throttling server does not say for how long


class NoLedger:
    """A ledger that keeps nothing."""

    def reserve(self, deployment: Deployment, brief: Brief, reservation: Usage) -> str:
        return ""

    def settle(self, call: str, settled: Settled) -> None:
        return None


class NoBreakers:
    """Breakers that let everything through."""

    def permit(self, deployment: str) -> bool:
        return True

    def ready(self, deployment: str) -> bool:
        return True

    def success(self, deployment: str) -> None:
        return None

    def failure(self, deployment: str) -> None:
        return None

    def cancelled(self, deployment: str) -> None:
        return None

    def open_at_once(self, deployment: str) -> None:
        return None

    def throttle(self, deployment: str, seconds: float) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Books:
    """Where calls are accounted for; as it stands, nowhere."""

    ledger: Ledger = field(default_factory=NoLedger)
    breakers: Breakers = field(default_factory=NoBreakers)


NO_BOOKS = Books()


def first_answer(
    lines: Iterable[Line], ask: Callable[[Line], Whole], brief: Brief, reservation: Usage, books: Books
) -> str:
    """The answer of the first line that gives one, of TRIES at most. Raises VoiceFault: the last one's, or unavailable.

    What a content filter stopped, or what no server would take, is asked nowhere else.
    """
    last = VoiceFault("unavailable")
    tries = 0
    for line in lines:
        if tries == TRIES or not books.breakers.permit(line.deployment.name):
            continue
        tries += 1
        try:
            return _ask(line, ask, brief, reservation, books)
        except VoiceFault as fault:
            last = fault
        if last.kind in GIVES_UP:
            break
    raise last


def _ask(line: Line, ask: Callable[[Line], Whole], brief: Brief, reservation: Usage, books: Books) -> str:
    name, began = line.deployment.name, line.ticks()
    fault: VoiceFault | None = VoiceFault("cancelled")
    whole, call = None, None
    try:
        call = books.ledger.reserve(line.deployment, brief, reservation)
        whole = ask(line)
        text = whole.text()
        fault = None
    except VoiceFault as error:
        fault = error
        raise
    finally:
        if call is not None:
            spent = (line.ticks() - began) * 1000
            books.ledger.settle(call, _settled(line.deployment, whole, fault, reservation, spent))
        tell(books.breakers, name, fault, THROTTLED_SECONDS)
    return text


def _settled(
    deployment: Deployment, whole: Whole | None, fault: VoiceFault | None, reservation: Usage, spent: float
) -> Settled:
    told = whole.usage if whole else None
    refused = fault is not None and fault.status >= 400  # then nothing was generated
    usage = told or (Usage() if refused else reservation)
    first = whole.first_words * 1000 if whole and whole.first_words is not None else None
    return Settled(
        outcome=fault.kind if fault else "ok",
        basis="usage" if told else "estimated" if refused else "reserved",
        usage=usage,
        cost=deployment.price.cost(usage),
        milliseconds=spent,
        first_words_milliseconds=first,
        finish=whole.finish if whole else "",
    )
