"""One request to a model behind OpenAI's protocol: its limits, what it gave, and how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatbot.voices.loop import run_sync, stream_sync
from chatbot.voices.ports import FaultKind, Usage, VoiceFault

if TYPE_CHECKING:
    from chatbot.voices.client import Client

PULSE_SECONDS = 0.25
GRACE_SECONDS = 1.0  # to close what a deadline cut
FOREVER = 3_600.0  # no call lasts longer, whatever its deadline
ENDINGS: Mapping[str, tuple[FaultKind, str]] = {
    "": ("truncated", "no finish reason"),
    "length": ("truncated", "length"),
    "content_filter": ("filtered", "reply"),
    "tool_calls": ("bad_request", "tool_calls"),
    "function_call": ("bad_request", "tool_calls"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds a call may take for each of its parts; as a whole it has until its deadline.

    Ours and not the SDK's: those start anew with every byte, so that a drip never ends (decision 0055).
    """

    connect: float = 3.0
    first_words: float = 3.0  # from the beginning, connection included, to the first words
    between: float = 3.0  # from words to words
    tail: float = 1.0  # for the usage, once the words are whole: then the reply stands without it


class Call:
    """What is known of one request, for the ledger; right once it ended, well or not.

    ``usage``: the server's own count, None when it gave none. ``finish``: its reason, "" when it gave none.
    ``first_words``: seconds until they came. ``heard``: all words that came, read by somebody or not, for an
    estimate of what was generated; ``pieces_sent``: in how many pieces.
    """

    def __init__(self, ticks: Callable[[], float], deadline: float) -> None:
        self.usage: Usage | None = None
        self.finish = ""
        self.first_words: float | None = None
        self.heard = ""
        self.pieces_sent = 0
        self.deadline = deadline
        self._ticks = ticks

    def left(self, until: float = float("inf")) -> float:
        """Seconds from now to ``until`` or the deadline, whichever comes first; negative when it is past."""
        return min(until, self.deadline, self._ticks() + FOREVER) - self._ticks()

    def take_usage(self, told: Any) -> None:
        """Keep what a chunk or an answer says of its cost, if it does."""
        usage = getattr(told, "usage", None)
        if usage is not None:
            self.usage = _usage(usage)

    def check_end(self) -> None:
        """Raises VoiceFault unless the server said that the words are whole."""
        if self.finish in ENDINGS:
            raise VoiceFault(*ENDINGS[self.finish])


class Speech(Call):
    """A reply being streamed: iterate over its pieces ("" is a pulse), and close it in any case.

    The request leaves with the first piece asked for. Raises VoiceFault between pieces. Once closed, the HTTP stream
    is closed too: the server generates no further.
    """

    def __init__(
        self,
        client: Client,
        request: Mapping[str, Any],
        limits: Limits,
        ticks: Callable[[], float],
        deadline: float,
    ) -> None:
        super().__init__(ticks, deadline)
        self._client, self._request, self._limits = client, request, limits
        self._pieces = stream_sync(self._heard, PULSE_SECONDS)

    def __iter__(self) -> Generator[str, None, None]:
        return self._pieces

    def close(self) -> None:
        """Stop, and wait until the server has been told (two seconds at most)."""
        self._pieces.close()

    async def _heard(self) -> AsyncGenerator[str, None]:
        from chatbot.voices.faults import FAULTS, fault_of

        try:
            async for piece in self._stream():
                self.heard += piece
                self.pieces_sent += 1
                yield piece
        except FAULTS as error:
            raise fault_of(error) from None  # the SDK's errors hold the request, and with it the key

    async def _stream(self) -> AsyncGenerator[str, None]:
        began = self._ticks()
        until = began + self._limits.first_words
        stream = await self._within(until, self._client.stream(self._request))
        async with stream:
            while (chunk := await self._next(stream, until)) is not None:
                self.take_usage(chunk)
                for text in self._read(chunk):
                    if self.first_words is None:
                        self.first_words = self._ticks() - began
                    until = self._ticks() + self._limits.between
                    yield text
                if self.finish:
                    until = min(until, self._ticks() + self._limits.tail)
        self.check_end()
        if self.first_words is None:
            raise VoiceFault("truncated", "no words")

    async def _next(self, stream: Any, until: float) -> Any:
        """The next chunk, None at the end. Words that are whole stay so, whatever happens to what follows them."""
        import openai

        try:
            return await self._within(until, anext(stream, None))
        except (TimeoutError, openai.APIConnectionError):
            if self.finish:
                return None
            raise

    async def _within(self, until: float, awaited: Awaitable[Any]) -> Any:
        async with asyncio.timeout(self.left(until)):
            return await awaited

    def _read(self, chunk: Any) -> Generator[str, None, None]:
        """The words of a chunk; one without choices is usual (usage, a filter's verdict)."""
        for choice in getattr(chunk, "choices", None) or ():
            delta = getattr(choice, "delta", None)
            refuse_other(delta)
            text = getattr(delta, "content", None)
            if isinstance(text, str) and text:
                yield text
            if finish := getattr(choice, "finish_reason", None):
                self.finish = str(finish)


class Whole(Call):
    """An answer that comes in one piece."""

    def __init__(self, ask: Callable[[Call], Awaitable[str]], ticks: Callable[[], float], deadline: float) -> None:
        super().__init__(ticks, deadline)
        self._ask = ask

    def text(self) -> str:
        """Ask, once, and wait for the answer. Raises VoiceFault."""
        return run_sync(self._answer, max(0.0, self.left()) + GRACE_SECONDS)

    async def _answer(self) -> str:
        from chatbot.voices.faults import FAULTS, fault_of

        began = self._ticks()
        try:
            async with asyncio.timeout(self.left()):
                text = await self._ask(self)
        except FAULTS as error:
            raise fault_of(error) from None
        self.first_words, self.heard, self.pieces_sent = self._ticks() - began, text, 1
        return text


def refuse_other(message: Any) -> None:
    """Raises VoiceFault where a model says that it will not, or asks for tools that it was never given."""
    if getattr(message, "refusal", None):
        raise VoiceFault("bad_request", "refusal")
    if getattr(message, "tool_calls", None) or getattr(message, "function_call", None):
        raise VoiceFault("bad_request", "tool_calls")


def _usage(told: Any) -> Usage:
    """Tokens of either endpoint's words for them; of whisper's, seconds."""

    def number(*names: str) -> int:
        found = (getattr(told, name, None) for name in names)
        return next((int(value) for value in found if isinstance(value, int | float)), 0)

    details = getattr(told, "prompt_tokens_details", None)
    cached = getattr(details, "cached_tokens", None)
    most = number("prompt_tokens", "input_tokens", "seconds")
    return Usage(most, number("completion_tokens", "output_tokens"), min(int(cached or 0), most))
