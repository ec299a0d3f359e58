"""What a voice is, what it may know, how it fails, and what it asks of the house around it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

from chatbot.types import Act, Mood

Need = Literal["speed", "analysis", "creativity"]
Tier = Literal["economy", "standard", "premium", "vision", "speech"]
Provider = Literal["azure", "openai", "vllm"]
FaultKind = Literal[
    "timeout",  # no connection, no first words, a stall, or past the deadline
    "connection",  # refused, reset
    "server",  # 5xx, 409
    "in_band",  # an error object inside a stream that began with 200
    "truncated",  # closed without a finish reason, or stopped at the token limit
    "throttled",  # 429
    "denied",  # 401, 403, 404
    "filtered",  # the provider's content filter
    "bad_request",  # any other 400
    "cancelled",  # we closed it: a newer message, a take-over
    "no_budget",  # the day, the brand or the customer has spent enough
    "unavailable",  # nothing can be asked at all: no deployment, all breakers open, no local model
]
COUNTS: frozenset[FaultKind] = frozenset({"timeout", "connection", "server", "in_band", "truncated"})


@dataclass(frozen=True, slots=True)
class Brief:
    """All that a voice may know of a reply: what to say under names, never a value, and no personal data.

    ``model`` holds, act by act, words that would do: what a strong voice says in its own way. ``heard`` is what the
    customer asked, in standard French, masked; empty unless the answer needs it. ``note`` is what an adviser wants
    known, masked, and never said; a reply worded with one is not kept. ``conversation`` and ``customer`` are the
    host's opaque names, for sticky choices, the ledger and the cache; they are never sent anywhere. ``deadline``
    counts in seconds of the mind's ticks. ``generation`` names the versions of knowledge, wording and policy. ``arm``
    is the experiment this conversation takes part in: {"experiment", "arm", "adapter", "tier"}, or empty.
    """

    acts: tuple[Act, ...]
    mood: Mood = "neu"
    channel: str = "web"
    model: tuple[str, ...] = ()
    heard: str = ""
    note: str = ""
    brand: str = ""
    conversation: str = ""
    customer: str = ""
    need: Need | None = None
    public: bool = False  # no fact of the customer, no history: the words may be shared
    open: bool = False  # an open question, to be answered from the quotes of its acts and nothing else
    deadline: float = float("inf")
    generation: str = ""
    arm: Mapping[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> tuple[str, ...]:
        """Placeholders it must speak, each once, in order."""
        return tuple(dict.fromkeys(fact for act in self.acts for fact in act.facts))


class VoiceFault(Exception):
    """A voice could not, or not wholly, word a brief. ``retry_after`` (seconds) is what a throttling server asked."""

    def __init__(self, kind: FaultKind, detail: str = "", *, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind, self.detail, self.status, self.retry_after = kind, detail, status, retry_after


def unheeded(passed: bool) -> None:
    """Most voices have nothing to do when their draft was judged."""


@dataclass(slots=True)
class Draft:
    """A reply being worded: iterate over its pieces, then close it, in any case.

    An empty piece is a pulse: nothing new, but who listens may look whether to go on. ``tier`` and ``call`` (the
    ledger's row, "" without one) are right from the first piece on. Raises VoiceFault between pieces.
    ``judged`` is to be told once, before the close, whether the guard passed the whole draft; nobody tells it of a
    draft that failed or was cut short. A voice that wraps another hands its inner draft's ``judged`` on.
    """

    pieces: Iterator[str]
    tier: str
    call: str = ""
    judged: Callable[[bool], None] = unheeded

    def __iter__(self) -> Iterator[str]:
        return self.pieces

    def close(self) -> None:
        """Stop: whoever generates is told at once."""
        if isinstance(self.pieces, Generator):
            self.pieces.close()


class Voice(Protocol):
    """Words a brief."""

    tier: str

    def speak(self, brief: Brief, seed: str) -> Draft:
        """Begin one reply. ``seed`` picks among wordings, so that the same turn taken again says the same."""
        ...

    def answers_open(self, brand: str) -> bool:
        """Whether it may word an open question from articles now: a strong tier is there and allowed."""
        ...


# What a call costs ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens (per million characters or seconds where a tier counts so), and its version."""

    version: str
    input: Decimal
    output: Decimal
    cached_input: Decimal

    def cost(self, usage: Usage) -> Decimal:
        """US dollars, to the millionth."""
        fresh = usage.input - usage.cached_input
        whole = fresh * self.input + usage.cached_input * self.cached_input + usage.output * self.output
        return (whole / 1_000_000).quantize(Decimal("0.000001"))


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a call; ``cached_input`` is part of ``input``."""

    input: int = 0
    output: int = 0
    cached_input: int = 0


@dataclass(frozen=True, slots=True)
class Deployment:
    """One model at one place. ``name`` is unique and stable; ``key`` is a secret and never printed."""

    name: str
    provider: Provider
    tier: Tier
    model: str
    base_url: str
    price: Price
    region: str = ""
    api_version: str = ""
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settled:
    """How a call ended. ``basis``: from the server's own count, estimated from the words, or the whole reservation."""

    outcome: str  # "ok" or a FaultKind
    basis: Literal["usage", "estimated", "reserved"]
    usage: Usage
    cost: Decimal
    milliseconds: float
    first_words_milliseconds: float | None = None
    finish: str = ""


class Roster(Protocol):
    """The deployments in use now, as an operator switched them."""

    def deployments(self, brand: str, tier: Tier) -> Iterable[Deployment]: ...


class Ledger(Protocol):
    """A row per attempt: reserved before the call, settled in ``finally``."""

    def reserve(self, deployment: Deployment, brief: Brief, reservation: Usage) -> str:
        """The new row's id. Raises VoiceFault("no_budget") where a cap would be passed."""
        ...

    def settle(self, call: str, settled: Settled) -> None: ...


class Breakers(Protocol):
    """One breaker per deployment, shared by every process where Redis is up; times are the implementation's own."""

    def permit(self, deployment: str) -> bool:
        """Whether it may be asked now; in half-open only one caller gets a yes."""
        ...

    def ready(self, deployment: str) -> bool:
        """Whether ``permit`` would say yes now; takes no place."""
        ...

    def success(self, deployment: str) -> None: ...

    def failure(self, deployment: str) -> None: ...

    def cancelled(self, deployment: str) -> None:
        """Neither: a half-open probe that we ended ourselves gives its place back."""
        ...

    def open_at_once(self, deployment: str) -> None: ...

    def throttle(self, deployment: str, seconds: float) -> None: ...


class Gauges(Protocol):
    """Moving figures the router steers by, shared by every process where Redis is up."""

    def first_words(self, deployment: str) -> float | None:
        """Moving average in seconds, of successes only; None: never seen."""
        ...

    def observe_first_words(self, deployment: str, seconds: float) -> None: ...

    def premium_share(self, brand: str) -> tuple[float, int]:
        """Share of premium among this hour's calls of a brand, and how many calls those are."""
        ...

    def count_call(self, brand: str, tier: Tier) -> None: ...

    def sticky(self, conversation: str) -> Tier | None:
        """The tier this conversation was last given, None when new or long ago."""
        ...

    def stick(self, conversation: str, tier: Tier) -> None: ...
