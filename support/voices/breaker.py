"""One breaker per deployment for every process: the rules of chatbot.voices.breaker, a Lua script per verb."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import cast

import structlog

from chatbot.voices.breaker import FAILURES, OPEN_SECONDS, PROBE_SECONDS, Breaker, Cause, LocalBreakers
from support import redis_client
from support.voices.presence import HOUSE, Presence

log = structlog.get_logger(__name__)
KEY = "akwaba:voices:breakers"  # a hash: deployment → its state, times in whole milliseconds
ALARM_SECONDS = 120.0  # a breaker open for longer is an alert
SHAPE = "(%d+):(%d+):(%d+):(%d+):(%d+):(%d+):(%a*)"

HEAD = f"""
local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local failures, openings, till, probe, throttled, since, cause =
  string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '0:0:0:0:0:0:', '{SHAPE}')
failures, openings, till = tonumber(failures), tonumber(openings), tonumber(till)
probe, throttled, since = tonumber(probe), tonumber(throttled), tonumber(since)
local closed, open = openings == 0, openings > 0 and now < till
local function keep()
  if failures == 0 and openings == 0 and throttled <= now then
    redis.call('HDEL', KEYS[1], ARGV[1])
  else
    redis.call('HSET', KEYS[1], ARGV[1], string.format(
      '%.0f:%.0f:%.0f:%.0f:%.0f:%.0f:%s', failures, openings, till, probe, throttled, since, cause))
  end
end
local function trip(why)
  local lengths = {{{", ".join(str(int(seconds * 1000)) for seconds in OPEN_SECONDS)}}}
  if closed then since = now end
  openings, failures, probe, cause = openings + 1, 0, 0, why
  till = now + lengths[math.min(openings, #lengths)]
  keep()
  return 1
end
"""
READY = "local ready = now >= throttled and (closed or (not open and now >= probe))\n"
VERBS: Mapping[str, str] = {
    "permit": f"""{READY}
if not ready then return 0 end
if not closed then
  probe = now + {int(PROBE_SECONDS * 1000)}
  keep()
end
return 1
""",
    "ready": f"{READY} return ready and 1 or 0",
    "success": """
if open or (closed and failures == 0) then return 0 end
failures, openings, till, probe, since, cause = 0, 0, 0, 0, 0, ''
keep()
return 0
""",
    "failure": f"""
if open then return 0 end
if closed and failures + 1 < {FAILURES} then
  failures = failures + 1
  keep()
  return 0
end
return trip('failures')
""",
    "cancelled": """
if probe > 0 then
  probe = 0
  keep()
end
return 0
""",
    "open_at_once": "if open then return 0 end return trip('denied')",
    "throttle": """
throttled, probe = math.max(throttled, now + tonumber(ARGV[3])), 0
keep()
return 0
""",
}


class RedisBreakers:
    """Implements ``ports.Breakers``. Times are Redis' own unless a test gives a ``clock`` (seconds)."""

    def __init__(self, clock: Callable[[], float] | None = None, presence: Presence = HOUSE) -> None:
        self._clock = clock
        self._presence = presence
        self._own = LocalBreakers(clock or time.monotonic, _opened)
        self._scripts = {verb: redis_client.connection().register_script(HEAD + body) for verb, body in VERBS.items()}

    def permit(self, deployment: str) -> bool:
        """Whether it may be asked now; in half-open only one caller of all processes gets a yes."""
        return self._presence.ask(lambda: self._run("permit", deployment), lambda: self._own.permit(deployment))

    def ready(self, deployment: str) -> bool:
        """Whether ``permit`` would say yes; takes no place."""
        return self._presence.ask(lambda: self._run("ready", deployment), lambda: self._own.ready(deployment))

    def success(self, deployment: str) -> None:
        """It answered to the end."""
        self._presence.ask(lambda: self._tell("success", deployment), lambda: self._own.success(deployment))

    def failure(self, deployment: str) -> None:
        """It failed in a way that counts."""
        self._presence.ask(lambda: self._tell("failure", deployment), lambda: self._own.failure(deployment))

    def cancelled(self, deployment: str) -> None:
        """We ended it, or it told us nothing about itself."""
        self._presence.ask(lambda: self._tell("cancelled", deployment), lambda: self._own.cancelled(deployment))

    def open_at_once(self, deployment: str) -> None:
        """It denied us: a key, a model or a quota that a person has to see to."""
        self._presence.ask(lambda: self._tell("open_at_once", deployment), lambda: self._own.open_at_once(deployment))

    def throttle(self, deployment: str, seconds: float) -> None:
        """It asked to be left alone."""
        self._presence.ask(
            lambda: self._tell("throttle", deployment, round(seconds * 1000)),
            lambda: self._own.throttle(deployment, seconds),
        )

    def states(self) -> Mapping[str, Breaker]:
        """Every breaker with anything to tell, by deployment; all others are closed. For the console and alerts."""
        return self._presence.ask(_states, self._own.states)

    def now(self) -> float:
        """The present of the clock that ``states`` counts by."""
        return self._clock() if self._clock else self._presence.ask(_redis_now, self._own.now)

    def long_open(self) -> list[str]:
        """Deployments that have not been closed for over two minutes: an alert."""
        now = self.now()
        return sorted(name for name, b in self.states().items() if b.openings and now - b.since > ALARM_SECONDS)

    def _tell(self, verb: str, deployment: str, *more: int) -> None:
        if self._run(verb, deployment, *more):
            _opened(deployment, "denied" if verb == "open_at_once" else "failures")

    def _run(self, verb: str, deployment: str, *more: int) -> bool:
        now = "" if self._clock is None else round(self._clock() * 1000)
        return bool(self._scripts[verb]([KEY], [deployment, now, *more], client=redis_client.connection()))


def _opened(deployment: str, cause: Cause) -> None:
    log.warning("breaker_opened", deployment=deployment, cause=cause)


def _states() -> Mapping[str, Breaker]:
    found = cast("dict[bytes, bytes]", redis_client.connection().hgetall(KEY))
    return {name.decode(): _read(packed.decode()) for name, packed in found.items()}


def _read(packed: str) -> Breaker:
    failures, openings, until, probe, throttled, since, cause = packed.split(":")
    at = [int(ms) / 1000 for ms in (until, probe, throttled, since)]
    return Breaker(int(failures), int(openings), at[0], at[1], at[2], at[3], cast("Cause", cause))


def _redis_now() -> float:
    seconds, microseconds = cast("tuple[int, int]", redis_client.connection().time())
    return seconds + microseconds / 1e6
