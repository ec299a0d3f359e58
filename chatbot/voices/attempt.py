"""One attempt at one deployment: reserved, streamed, and in any case settled and told to its breaker."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from chatbot.voices.outcomes import tell
from chatbot.voices.policy import Sampling
from chatbot.voices.ports import (
    Breakers,
    Brief,
    Deployment,
    Draft,
    Gauges,
    Ledger,
    Roster,
    Settled,
    Usage,
    VoiceFault,
)

Messages = Sequence[Mapping[str, Any]]
CHARACTERS_A_TOKEN = 4
FRAME_TOKENS = 4  # of a message: its role and the marks around it
UNSERVED = frozenset({"throttled", "denied", "bad_request", "server"})  # refused with a status: nothing was worked on


def about_tokens(text: str) -> int:
    """How many tokens a French text has, about: one for every four characters begun."""
    return -(-len(text) // CHARACTERS_A_TOKEN)


class Speech(Protocol):
    """One request on the wire; see ``calls.Speech``. ``first_words``: seconds until they came."""

    usage: Usage | None
    finish: str
    first_words: float | None

    def __iter__(self) -> Iterator[str]:
        """Pieces, "" while nothing is new. Raises VoiceFault."""
        ...

    def close(self) -> None:
        """Stop: the server generates no further."""
        ...


class Line(Protocol):
    """A line to one deployment; see ``remote.Line``."""

    def stream(self, messages: Messages, *, temperature: float, max_tokens: int, deadline: float) -> Speech:
        """A reply, until ``deadline`` (in ticks)."""
        ...


@dataclass(frozen=True, slots=True)
class House:
    """What a router asks of the house around it.

    ``ticks`` are the mind's seconds; ``sleep`` waits; ``alarm`` is told what a person has to see to; ``tokens``
    estimates how many a text has.
    """

    roster: Roster
    ledger: Ledger
    breakers: Breakers
    gauges: Gauges
    line: Callable[[Deployment], Line]
    messages: Callable[[Brief], Messages]
    ticks: Callable[[], float]
    sleep: Callable[[float], None]
    alarm: Callable[[Deployment, VoiceFault], None]
    tokens: Callable[[str], int] = about_tokens


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of whichever deployment answers; seconds of the mind's ticks."""

    brief: Brief
    messages: Messages
    sampling: Sampling
    deadline: float
    throttle_seconds: float  # how long a server is left alone that does not say
    sent: Callable[[], None]  # told once it goes out


def attempt(house: House, deployment: Deployment, request: Request, draft: Draft) -> Generator[str, None, None]:
    """The pieces of one call, for which its breaker gave permission. Raises VoiceFault.

    Closed before its end it is cancelled: the server is told, and what it did is settled by estimate.
    """
    asked = sum(house.tokens(str(message["content"])) + FRAME_TOKENS for message in request.messages)
    try:
        row = house.ledger.reserve(deployment, request.brief, Usage(asked, request.sampling.max_tokens))
    except Exception:
        house.breakers.cancelled(deployment.name)
        raise
    request.sent()
    draft.tier, draft.call = f"{deployment.provider}:{deployment.tier}", row
    started, said = house.ticks(), ""
    fault: VoiceFault | None = VoiceFault("cancelled")
    speech = house.line(deployment).stream(
        request.messages,
        temperature=request.sampling.temperature,
        max_tokens=request.sampling.max_tokens,
        deadline=request.deadline,
    )
    try:
        with closing(speech):
            for piece in speech:
                said += piece
                yield piece
        fault = None
    except VoiceFault as error:
        fault = error
        if error.kind in ("denied", "bad_request"):
            house.alarm(deployment, error)
        raise
    finally:
        outcome = fault.kind if fault else "ok"
        tell(house.breakers, deployment.name, fault, request.throttle_seconds)
        if fault is None and speech.first_words is not None:  # only a success says how quick a deployment is
            house.gauges.observe_first_words(deployment.name, speech.first_words)
        basis, usage = _usage(speech, outcome, asked, house.tokens(said) if said else 0)
        house.ledger.settle(
            row,
            Settled(
                outcome,
                basis,
                usage,
                deployment.price.cost(usage),
                (house.ticks() - started) * 1000,
                None if speech.first_words is None else speech.first_words * 1000,
                speech.finish,
            ),
        )


def _usage(
    speech: Speech, outcome: str, asked: int, said: int
) -> tuple[Literal["usage", "estimated", "reserved"], Usage]:
    """What is to be paid: the server's own count; else what it read and wrote as far as we know."""
    if speech.usage is not None:
        return "usage", speech.usage
    if not said and outcome in UNSERVED:
        return "estimated", Usage()
    return "estimated", Usage(asked, said)
