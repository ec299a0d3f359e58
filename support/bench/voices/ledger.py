"""The ledger beside the server's own count: calls by real clients, some cut, some cancelled, some never counted."""

from __future__ import annotations

import importlib.util
import json
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from types import ModuleType
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, Sum
from django.utils import timezone

from chatbot.types import Act
from chatbot.voices.attempt import House, Request, attempt
from chatbot.voices.breaker import LocalBreakers
from chatbot.voices.gauges import LocalGauges
from chatbot.voices.policy import Sampling
from chatbot.voices.ports import Brief, Deployment, Draft, Price, Usage, VoiceFault
from chatbot.voices.remote import Line
from support.bench.processes import BenchError
from support.bench.report import Row, at_most
from support.models import EngineCall
from support.voices.ledger import HouseLedger
from support.voices.roster import HouseRoster

CALLS, THREADS = 10_000, 6
PRICE = Price("bench@1", Decimal("2.50"), Decimal("10.00"), Decimal("1.25"))
WORDS = (
    "Je comprends votre inquiétude. Votre dossier {case_number} est en cours de traitement chez l'opérateur. ".split(
        " "
    )
)
PACE_SECONDS = 0.01
CACHED = 256
# what happens, and in how many of a hundred calls
MIX: Mapping[str, int] = {
    "whole": 55,
    "cached": 5,
    "uncounted": 4,
    "cancel": 15,
    "close": 8,
    "length": 5,
    "error": 3,
    "server": 3,
    "throttled": 2,
}

UNSERVED = ("server", "throttled")  # refused before any work: nothing is owed


@dataclass(frozen=True, slots=True)
class Count:
    """Both counts of the same calls: tokens, and US dollars at the same price."""

    calls: int
    tokens: int
    server_tokens: int
    dollars: float
    server_dollars: float
    unpriced: int  # rows without a price, a settlement or a cost
    cut: int  # cancelled or truncated

    @property
    def off(self) -> float:
        """How far the ledger's dollars are from the server's, in percent."""
        return 100 * abs(self.dollars - self.server_dollars) / self.server_dollars


def rows(calls: int = CALLS) -> list[Row]:
    """On the database and Redis of the settings: see ``apart``."""
    count = measure(calls)
    note = (
        f"{count.cut} cancelled or cut; the ledger says {count.dollars:.4f} USD, the server {count.server_dollars:.4f}"
    )
    tokens = 100 * abs(count.tokens - count.server_tokens) / count.server_tokens
    return [
        Row("ledger: calls written", count.calls, "", note=note),
        at_most(1, "ledger: dollars off the server's own count", count.off, "%"),
        at_most(1, "ledger: tokens off the server's own count", tokens, "%"),
        at_most(0, "ledger: calls without price, cost or settlement", count.unpriced, ""),
    ]


def measure(calls: int, threads: int = THREADS, pace: float = PACE_SECONDS) -> Count:
    """Make ``calls`` on whatever database and Redis the settings name, and count what both sides say.

    ``pace``: seconds from word to word of a reply that is cancelled, so that a server has time to notice.
    """
    fake = _fake()
    since = timezone.now()
    with fake.FakeOpenAI(count=_as_written(fake.count_tokens)) as server:
        shares = [range(first, calls, threads) for first in range(threads)]
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda numbers: _caller(fake, server, numbers, pace), shares))
        worked = list(_worked(server.requests, shares))
    ours = EngineCall.objects.filter(at__gte=since).exclude(deployment="")
    sums = ours.aggregate(cost=Sum("cost_usd"), read=Sum("tokens_in"), written=Sum("tokens_out"))
    wrong = Q(price_version="") | Q(settled_at__isnull=True) | (Q(cost_usd=0) & ~Q(outcome__in=UNSERVED))
    return Count(
        calls=ours.count(),
        tokens=sums["read"] + sums["written"],
        server_tokens=sum(usage.input + usage.output for usage in worked),
        dollars=float(sums["cost"]),
        server_dollars=float(sum(map(PRICE.cost, worked))),
        unpriced=ours.filter(wrong).count(),
        cut=ours.filter(outcome__in=("cancelled", "truncated", "in_band")).count(),
    )


def _caller(fake: ModuleType, server: Any, numbers: Sequence[int], pace: float) -> None:
    """One customer after the other, on a deployment of this caller's own, so that its script meets its call."""
    name = f"bench-{numbers[0]}"
    place = Deployment(name, "azure", "premium", name, server.azure_url, PRICE, api_version="v", key="k")
    house = _house(place)
    try:
        for number in numbers:
            what, chance = _what(number)
            server.always(_script(fake, what, chance, pace), place.name)
            _call(house, place, number, chance.randint(1, 12) if what == "cancel" else None)
    finally:
        connection.close()


def _call(house: House, place: Deployment, number: int, stop_after: int | None) -> None:
    brief = Brief((Act("status.processing", ("case_number",)),), brand="bench", customer=f"customer-{number}")
    request = Request(brief, house.messages(brief), Sampling(0.7, 200), time.perf_counter() + 9, 1.0, lambda: None)
    try:
        with closing(attempt(house, place, request, Draft(iter(()), ""))) as pieces:
            for heard, _ in enumerate(filter(None, pieces), start=1):
                if heard == stop_after:
                    break
    except VoiceFault:
        pass  # it is in the ledger, which is what is looked at


def _script(fake: ModuleType, what: str, chance: random.Random, pace: float) -> Any:
    words = tuple(f"{word} " for word in (WORDS * 4)[: chance.randint(14, 50)])
    match what:
        case "cancel":
            return fake.Script(pieces=words, pace=pace)
        case "cached":
            return fake.Script(pieces=words, cached=CACHED)
        case "uncounted":
            return fake.Script(pieces=words, usage=False)
        case "close" | "error" | "length":
            return fake.Script(pieces=words, fault=what, moment="after")
        case _ if what in UNSERVED:
            return fake.Script(fault=what)
    return fake.Script(pieces=words)


def _what(number: int) -> tuple[str, random.Random]:
    """What happens to a call, and the chance that decides the rest of it."""
    chance = random.Random(f"call {number}")
    return chance.choices(list(MIX), list(MIX.values()))[0], chance


def _worked(requests: Sequence[Any], shares: Sequence[range]) -> Iterator[Usage]:
    """What the server would ask money for: each caller's requests came in the order of its numbers."""
    for numbers in shares:
        own = (one for one in requests if one.deployment == f"bench-{numbers.start}")
        for seen, number in zip(own, numbers, strict=True):
            if (what := _what(number)[0]) not in UNSERVED:
                cached = CACHED if what == "cached" else 0
                yield Usage(seen.prompt_tokens, seen.completion_tokens, cached)


def _house(place: Deployment) -> House:
    line = Line(place)
    rules = "Tu rédiges la réponse d'un service client, avec chaleur et précision, sans chiffre ni promesse. " * 14
    return House(
        roster=HouseRoster(),
        ledger=HouseLedger(HouseRoster()),
        breakers=LocalBreakers(time.perf_counter),
        gauges=LocalGauges(time.perf_counter),
        line=lambda _: line,
        messages=lambda _: [{"role": "system", "content": rules}, {"role": "user", "content": "Dis : {case_number}"}],
        ticks=time.perf_counter,
        sleep=time.sleep,
        alarm=lambda *_: None,
    )


def _as_written(count: Any) -> Any:
    """The stand-in counts the JSON of a prompt, where é has six characters: models are shown the text itself."""
    return lambda text: count(json.loads(text) if text.startswith('"') and text.endswith('"') else text)


def _fake() -> Any:
    """The module tests/openai_server.py. Raises BenchError where the tests are not installed."""
    file = settings.BASE_DIR / "tests" / "openai_server.py"
    spec = importlib.util.spec_from_file_location("openai_server", file)
    if spec is None or spec.loader is None or not file.exists():
        raise BenchError("tests/openai_server.py is not here")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module
