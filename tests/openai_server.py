"""A loopback server that speaks OpenAI's and Azure's protocol, fails as told, and remembers all that it was sent.

    with FakeOpenAI() as server:
        server.play(Script(text="Bonjour {name}."), Script(fault="throttled"))  # one a request, in this order
        server.always(Script(fault="server"), model="eu-standard")  # every request to that deployment or model
        …a real client talks to server.azure_url or server.openai_url…
        seen = server.requests[0]
        seen.ended(1.0), seen.outcome, seen.pieces_written, seen.completion_tokens

A request takes the next script of ``play``; without one, what ``always`` says of its deployment, else of all. A script
says what is answered and where it goes wrong: ``before`` anything of the answer was sent, ``during`` the first word
(the stream has begun with a role and an empty chunk, the word is half on the wire), or ``after`` the first word. What
a server says with a status before, it says with an error object in a stream that has begun.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import re
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

Moment = Literal["before", "during", "after"]
Fault = Literal[
    "",
    "throttled",  # 429
    "server",  # 500
    "conflict",  # 409
    "request_timeout",  # 408
    "unauthorised",  # 401
    "forbidden",  # 403
    "not_found",  # 404
    "filtered",  # 400 with code content_filter; in a stream the finish reason content_filter
    "bad_request",  # any other 400
    "unprocessable",  # 422
    "hang",  # nothing more, for ever
    "drip",  # one byte every ``drip`` seconds
    "reset",  # RST
    "cut",  # closed in the middle of the transfer
    "close",  # the transfer ends well, without a finish reason
    "length",  # finish reason length
    "error",  # an error object in the stream
]
STATUS: Mapping[str, tuple[int, str]] = {
    "throttled": (429, "rate_limit_exceeded"),
    "server": (500, "internal_error"),
    "conflict": (409, "conflict"),
    "request_timeout": (408, "timeout"),
    "unauthorised": (401, "invalid_api_key"),
    "forbidden": (403, "forbidden"),
    "not_found": (404, "DeploymentNotFound"),
    "filtered": (400, "content_filter"),
    "bad_request": (400, "invalid_request_error"),
    "unprocessable": (422, "unprocessable"),
}
WORD = re.compile(r"\S+\s*|\s+")
DEPLOYMENT = re.compile(r"/openai/deployments/([^/]+)(/.*)")


def count_tokens(text: str) -> int:
    """A token for every four characters begun: the server's own count, which an estimate may be held against."""
    return -(-len(text) // 4)


@dataclass(frozen=True, slots=True)
class Script:
    """How one request is answered. ``pieces`` default to the words of ``text``; times are in seconds."""

    text: str = "Merci, je regarde votre dossier {case}. Je reviens vers vous tout de suite."
    fault: Fault = ""
    moment: Moment = "before"
    pieces: tuple[str, ...] = ()
    wait: float = 0.0  # before the first byte
    pace: float = 0.0  # between pieces
    drip: float = 1.0
    tail: float = 0.0  # between the finish reason and the usage
    usage: bool = True  # where the client asked for it
    cached: int = 0  # tokens of the prompt counted as cached
    finish: str = "stop"
    delta: Mapping[str, Any] = field(default_factory=dict)  # more in the first word's delta: refusal, tool_calls
    headers: Mapping[str, str] = field(default_factory=dict)  # of the answer, such as retry-after
    message: str = "scripted"  # of an error
    status: int = 0  # another status than the fault's own
    code: str = ""  # another code than the fault's own
    body: bytes = b""  # of an answer that is no stream: this, whatever it is

    @property
    def words(self) -> tuple[str, ...]:
        return self.pieces or tuple(WORD.findall(self.text))


@dataclass(slots=True)
class Seen:
    """One request, as it came, and what became of it. Times are of time.monotonic."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes
    connection: int  # which connection it came on, from 1
    at: float
    deployment: str = ""  # of Azure's path, else the body's model
    prompt_tokens: int = 0
    completion_tokens: int = 0  # of the pieces written
    pieces_written: int = 0
    outcome: Literal["", "complete", "fault", "client_closed"] = ""
    closed_at: float | None = None  # when the client hung up on us
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def ended(self, seconds: float = 5.0) -> bool:
        """Wait until this request is over, one way or the other; whether it is."""
        return self._over.wait(seconds)


class _Gone(Exception):
    """The client hung up."""


class FakeOpenAI:
    """The server, in a thread of its own; a context manager. May be used from any thread."""

    def __init__(self, count: Callable[[str], int] = count_tokens) -> None:
        self.requests: list[Seen] = []
        self.connections = 0
        self._count = count
        self._queue: list[Script] = []
        self._always: dict[str, Script] = {}
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._port = 0

    # What a test says ------------------------------------------------------------------------------------------

    @property
    def azure_url(self) -> str:
        """Base address of an Azure resource."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def openai_url(self) -> str:
        """Base address of OpenAI's API, vLLM's too."""
        return f"http://127.0.0.1:{self._port}/v1"

    def play(self, *scripts: Script) -> None:
        """One script a request, in this order, after those already waiting."""
        with self._lock:
            self._queue.extend(scripts)

    def always(self, script: Script, model: str = "") -> None:
        """From now on, for every request (to the deployment or model) that ``play`` has nothing for."""
        with self._lock:
            self._always[model] = script

    def forget(self) -> None:
        """As if new: no scripts, no requests seen."""
        with self._lock:
            self._queue.clear()
            self._always.clear()
            self.requests.clear()

    def __enter__(self) -> FakeOpenAI:
        self._thread = threading.Thread(target=self._run, name="fake-openai", daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise TimeoutError("the fake server did not come up")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    # The wire --------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            server.close()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0.01))
            self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            wire = None
            while wire is None or wire.kept:
                seen = await self._read(reader, number, await wire.release() if wire else b"")
                wire = _Wire(reader, writer)
                await self._answer(seen, wire)
        writer.close()

    async def _read(self, reader: asyncio.StreamReader, connection: int, begun: bytes) -> Seen:
        head = begun + await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
        body = await _body(reader, headers)
        parts = urlsplit(target)
        seen = Seen(method, parts.path, dict(parse_qsl(parts.query)), headers, body, connection, time.monotonic())
        azure = DEPLOYMENT.fullmatch(parts.path)
        with contextlib.suppress(ValueError, AttributeError):
            seen.deployment = str(seen.json.get("model", ""))
        if azure:
            seen.deployment = unquote(azure[1])
        with self._lock:
            self.requests.append(seen)
        return seen

    def _script(self, seen: Seen) -> Script:
        with self._lock:
            if self._queue:
                return self._queue.pop(0)
            return self._always.get(seen.deployment) or self._always.get("") or Script()

    async def _answer(self, seen: Seen, wire: _Wire) -> None:
        script = self._script(seen)
        try:
            wire.kept = await _Play(seen, script, wire, self._count).perform()
            seen.outcome = "fault" if script.fault else "complete"
        except (_Gone, OSError):
            seen.outcome, seen.closed_at = "client_closed", time.monotonic()
        finally:
            seen._over.set()


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "") == "chunked":
        body = b""
        while size := int((await reader.readuntil(b"\r\n")).strip() or b"0", 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
        return body
    return await reader.readexactly(int(headers.get("content-length", "0")))


class _Wire:
    """One answer's way out; it knows as soon as the client hangs up. Raises _Gone once it has."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.kept = False  # whether the connection may be used again
        self._writer = writer
        self._watch = asyncio.ensure_future(reader.read(1))  # nobody pipelines: before the answer's end, it is the end

    async def write(self, data: bytes) -> None:
        await self.sleep(0)
        self._writer.write(data)
        await self._writer.drain()

    async def sleep(self, seconds: float) -> None:
        await asyncio.wait({self._watch}, timeout=seconds)
        if self._watch.done():
            raise _Gone

    async def hold(self) -> None:
        """Until the client hangs up."""
        await asyncio.wait({self._watch})
        raise _Gone

    def reset(self) -> None:
        sock: socket.socket = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def release(self) -> bytes:
        """Leave the connection to the next request, of which a byte may have come already."""
        self._watch.cancel()
        await asyncio.wait({self._watch})
        return b"" if self._watch.cancelled() else self._watch.result()


class _Play:
    """One request being answered."""

    numbers = itertools.count(1)

    def __init__(self, seen: Seen, script: Script, wire: _Wire, count: Callable[[str], int]) -> None:
        self._seen, self._script, self._wire, self._count = seen, script, wire, count
        self._written = ""
        self._id = f"chatcmpl-{next(self.numbers)}"

    async def perform(self) -> bool:
        """Whether the connection may be used again."""
        seen, script = self._seen, self._script
        await self._wire.sleep(script.wait)
        if seen.path.endswith("/audio/transcriptions"):
            return await self._whole(
                {"text": script.text, "usage": {"type": "duration", "seconds": script.cached or 1}}
            )
        if not seen.path.endswith("/chat/completions"):
            return await self._status(404, {"error": {"code": "not_found", "message": "no such path"}})
        seen.prompt_tokens = sum(self._count(json.dumps(one["content"])) + 4 for one in seen.json["messages"])
        if not seen.json.get("stream"):
            seen.completion_tokens = self._count("".join(script.words))
            finish = {"length": "length", "filtered": "content_filter"}.get(script.fault, script.finish)
            message = {"role": "assistant", "content": "".join(script.words), **script.delta}
            choice = {"index": 0, "message": message, "finish_reason": None if script.fault == "close" else finish}
            body = {"id": self._id, "object": "chat.completion", "created": 1, "model": seen.deployment}
            return await self._whole({**body, "choices": [choice], "usage": self._usage()})
        return await self._stream()

    async def _status(self, status: int, body: object) -> bool:
        content = json.dumps(body).encode()
        await self._head(status, {"content-length": str(len(content)), "content-type": "application/json"})
        await self._wire.write(content)
        return True

    async def _head(self, status: int, headers: Mapping[str, str]) -> None:
        lines = {"date": "Fri, 27 Nov 2026 08:00:00 GMT", **headers, **self._script.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        await self._wire.write(f"HTTP/1.1 {status} Scripted\r\n{head}\r\n".encode())

    def _error(self) -> dict[str, Any]:
        status, code = STATUS.get(self._script.fault, (500, "server_error"))
        code = self._script.code or code
        inner = {"innererror": {"code": "ResponsibleAIPolicyViolation"}} if code == "content_filter" else {}
        return {"error": {"code": code, "message": self._script.message, "type": None, "status": status, **inner}}

    async def _whole(self, body: Mapping[str, Any]) -> bool:
        """An answer that is one JSON document; after its head it can only be cut, reset, held or dripped."""
        fault, moment = self._script.fault, self._script.moment
        if fault == "error" or (fault in STATUS and (fault != "filtered" or moment == "before")):
            return await self._status(self._script.status or STATUS.get(fault, (500, ""))[0], self._error())
        content = self._script.body or json.dumps(body).encode()
        if fault in ("hang", "reset", "cut") and moment == "before":
            return await self._broken(b"")
        await self._head(200, {"content-length": str(len(content)), "content-type": "application/json"})
        if fault in ("hang", "reset", "cut", "drip"):
            await self._wire.write(content[: len(content) // 2])
            return await self._broken(content[len(content) // 2 :])
        await self._wire.write(content)
        return True

    async def _broken(self, rest: bytes) -> bool:
        if self._script.fault == "reset":
            self._wire.reset()
        elif self._script.fault == "hang":
            await self._wire.hold()
        elif self._script.fault == "drip":
            for byte in rest:
                await self._wire.sleep(self._script.drip)
                await self._wire.write(bytes([byte]))
        return False

    # A stream --------------------------------------------------------------------------------------------------

    async def _stream(self) -> bool:
        script = self._script
        if script.moment == "before" and script.fault in STATUS:
            return await self._status(script.status or STATUS[script.fault][0], self._error())
        if script.moment == "before" and script.fault in ("hang", "reset", "cut"):
            return await self._broken(b"")
        await self._head(200, {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"})
        if script.fault and script.moment == "before":
            return await self._fail(script.words[0])
        await self._event(self._chunk([], prompt_filter_results=[]))
        await self._event(self._delta({"role": "assistant", "content": ""}))
        told = 0
        async for word in self._paced():
            if script.fault and told == (0 if script.moment == "during" else 1):
                return await self._fail(word)
            await self._event(self._delta({"content": word, **(script.delta if not told else {})}))
            told += 1
            self._say(word)
        await self._event(self._delta({}, script.finish))
        await self._wire.sleep(script.tail)
        await self._finish()
        return True

    async def _paced(self) -> AsyncIterator[str]:
        for word in self._script.words:
            yield word
            await self._wire.sleep(self._script.pace)

    def _say(self, word: str) -> None:
        self._written += word
        self._seen.pieces_written += 1
        self._seen.completion_tokens = self._count(self._written)

    async def _fail(self, word: str) -> bool:
        """What goes wrong in a stream that has begun."""
        fault = self._script.fault
        event = _event(self._delta({"content": word}))
        half = len(event) // 2
        if fault in ("hang", "reset", "cut", "close", "drip") and self._script.moment == "during":
            await self._wire.write(_chunked(event[:half]))
        if fault in ("hang", "reset", "cut"):
            await self._wire.sleep(0.02)  # what was written is on its way: a reset would overtake it
            return await self._broken(b"")
        if fault == "drip":
            for byte in event[half:] + event * 50:
                await self._wire.sleep(self._script.drip)
                await self._wire.write(_chunked(bytes([byte])))
            return False
        if fault == "close":
            await self._wire.write(b"0\r\n\r\n")
            return True
        if fault in ("length", "filtered"):
            await self._event(self._delta({}, "length" if fault == "length" else "content_filter"))
            await self._finish()
            return True
        await self._wire.write(_chunked(_event(self._error())) + b"0\r\n\r\n")  # at once: the client hangs up on it
        return True

    async def _finish(self) -> None:
        asked = self._seen.json.get("stream_options") or {}
        if asked.get("include_usage") and self._script.usage:
            await self._event(self._chunk([], usage=self._usage()))
        await self._wire.write(_chunked(b"data: [DONE]\n\n") + b"0\r\n\r\n")

    async def _event(self, body: object) -> None:
        await self._wire.write(_chunked(_event(body)))

    def _delta(self, delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
        return self._chunk([{"index": 0, "delta": delta, "finish_reason": finish}])

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        head = {"id": self._id, "object": "chat.completion.chunk", "created": 1, "model": self._seen.deployment}
        return {**head, "choices": choices, **more}

    def _usage(self) -> dict[str, Any]:
        prompt, completion = self._seen.prompt_tokens, self._seen.completion_tokens
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": self._script.cached},
        }


def _event(body: object) -> bytes:
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def _chunked(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"
