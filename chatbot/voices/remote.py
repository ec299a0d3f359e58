"""One client for every model behind OpenAI's protocol (Azure, OpenAI, vLLM): streams, whole answers, voice notes.

The SDK is loaded at the first call, or by ``warm``: processes that ask nothing never hold it in memory.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chatbot.voices.calls import Call, Limits, Speech, Whole, refuse_other
from chatbot.voices.loop import loop
from chatbot.voices.ports import Deployment, VoiceFault

if TYPE_CHECKING:
    from chatbot.voices.client import Client

__all__ = ["Limits", "Line", "Speech", "Whole", "line_to"]
Message = Mapping[str, Any]


class Line:
    """A line to one deployment, kept for the life of the process; its connections are used again. Thread-safe."""

    def __init__(
        self,
        deployment: Deployment,
        limits: Limits = Limits(),  # noqa: B008 - immutable
        ticks: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.deployment, self.limits, self.ticks = deployment, limits, ticks
        self._made: tuple[asyncio.AbstractEventLoop, Client] | None = None
        self._making = threading.Lock()

    def __repr__(self) -> str:
        return f"Line({self.deployment.name})"

    def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float,
        max_tokens: int,
        deadline: float,
        json_mode: bool = False,
    ) -> Speech:
        """A reply as it is generated, until ``deadline`` (of the ticks). Nothing is sent before it is iterated over."""
        options = {"stream_options": {"include_usage": True}}
        request = self._request(messages, temperature, max_tokens, json_mode, None) | options
        return Speech(self._client(), request, self.limits, self.ticks, deadline)

    def complete(
        self,
        messages: Sequence[Message],
        *,
        temperature: float,
        max_tokens: int,
        deadline: float,
        json_mode: bool = False,
        schema: Mapping[str, Any] | None = None,
    ) -> Whole:
        """A whole answer, until ``deadline``. With a ``schema`` it is to be JSON that obeys it: check that it does."""
        request = self._request(messages, temperature, max_tokens, json_mode, schema)

        client = self._client()

        async def ask(call: Call) -> str:
            return _whole_text(call, await client.complete(request))

        return Whole(ask, self.ticks, deadline)

    def transcribe(self, audio: bytes, *, name: str, content_type: str, language: str, deadline: float) -> Whole:
        """The words of a voice note, "" when there are none. ``name`` has the suffix of its kind of file."""
        request = {"file": (name, audio, content_type), "model": self.deployment.model, "language": language}
        client = self._client()

        async def ask(call: Call) -> str:
            answer = await client.transcribe(request)
            if not isinstance(text := getattr(answer, "text", None), str):
                raise VoiceFault("in_band", "unreadable")
            call.take_usage(answer)
            call.finish = "stop"
            return text

        return Whole(ask, self.ticks, deadline)

    def warm(self) -> None:
        """Load the SDK now, so that no customer waits for it."""
        self._client()

    def _client(self) -> Client:
        from chatbot.voices.client import Client

        with self._making:
            if self._made is None or self._made[0] is not loop():  # a forked child has a loop of its own
                self._made = loop(), Client(self.deployment, self.limits.connect)
            return self._made[1]

    def _request(
        self,
        messages: Sequence[Message],
        temperature: float,
        max_tokens: int,
        json_mode: bool,
        schema: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        most = "max_tokens" if self.deployment.provider == "vllm" else "max_completion_tokens"
        request = {"model": self.deployment.model, "messages": list(messages), "temperature": temperature}
        request |= {most: max_tokens}
        if self.deployment.provider == "openai":
            request["store"] = False
        if schema is not None:
            named = {"name": "answer", "strict": True, "schema": schema}
            request["response_format"] = {"type": "json_schema", "json_schema": named}
        elif json_mode:
            request["response_format"] = {"type": "json_object"}
        return request


@lru_cache(maxsize=64)
def line_to(deployment: Deployment, limits: Limits = Limits()) -> Line:  # noqa: B008 - immutable
    """The line to a deployment, one for all who ask: it holds the connections. A changed deployment is another."""
    return Line(deployment, limits)


def _whole_text(call: Call, answer: Any) -> str:
    call.take_usage(answer)
    choices = getattr(answer, "choices", None) or ()
    if not choices or choices[0].message is None:
        raise VoiceFault("in_band", "unreadable")
    call.finish = str(choices[0].finish_reason or "")
    call.check_end()
    message = choices[0].message
    refuse_other(message)
    if not isinstance(message.content, str) or not message.content:
        raise VoiceFault("truncated", "no words")
    return message.content
