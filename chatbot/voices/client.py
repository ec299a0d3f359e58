"""The OpenAI SDK, held short: no retries, no redirects, no headers but those a request needs."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
import openai

from chatbot.voices.ports import Deployment

KEPT = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=60.0)
NO_KEY = "none"
HEADERS = frozenset(
    ("host", "accept", "accept-encoding", "connection", "content-type", "content-length", "transfer-encoding")
)
KEY_HEADER = {"azure": "api-key", "openai": "authorization", "vllm": "authorization"}


@cache
def _trust() -> ssl.SSLContext:
    """Read once: it is what takes time in making a client."""
    return httpx.create_ssl_context(trust_env=False)


class Client:
    """One deployment's client; its methods are awaited in one loop."""

    def __init__(self, deployment: Deployment, connect_seconds: float) -> None:
        self._keep = HEADERS | ({KEY_HEADER[deployment.provider]} if deployment.key else set())
        # Deadlines are kept by who waits: those of the SDK begin anew with every byte.
        timeout = openai.Timeout(None, connect=connect_seconds, pool=connect_seconds)
        http = openai.DefaultAsyncHttpx2Client(
            timeout=timeout,
            limits=KEPT,
            verify=_trust(),
            follow_redirects=False,  # the key goes to the address an operator wrote, and no further
            trust_env=False,
            event_hooks={"request": [self._strip]},
        )
        shared: dict[str, Any] = {
            "api_key": deployment.key or NO_KEY,
            "timeout": timeout,
            "max_retries": 0,
            "http_client": http,
        }
        self._sdk: openai.AsyncOpenAI
        if deployment.provider == "azure":
            version = deployment.api_version
            self._sdk = openai.AsyncAzureOpenAI(azure_endpoint=deployment.base_url, api_version=version, **shared)
        else:
            self._sdk = openai.AsyncOpenAI(base_url=deployment.base_url, **shared)

    async def stream(self, request: Mapping[str, Any]) -> Any:
        """An open stream of chunks, to be used with ``async with``."""
        return await self._sdk.chat.completions.create(**request, stream=True)

    async def complete(self, request: Mapping[str, Any]) -> Any:
        """A chat completion."""
        return await self._sdk.chat.completions.create(**request)

    async def transcribe(self, request: Mapping[str, Any]) -> Any:
        """A transcription."""
        return await self._sdk.audio.transcriptions.create(**request, response_format="json")

    async def _strip(self, request: Any) -> None:
        """The SDK tells the system, processor, language and organisation of whoever asks: nobody needs to know."""
        for name in list(request.headers):
            if name.lower() not in self._keep:
                del request.headers[name]
        request.headers["user-agent"] = "akwaba"
