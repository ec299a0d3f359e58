"""Every fault at every moment, at every deployment there is, with the limits of service: how long a customer waits."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any, get_args

from chatbot.saying import FilteredError
from chatbot.voices.remote import Limits
from support.bench.report import Row, at_most, no_less

DEPLOYMENTS, THREADS = 3, 8
LIMIT_SECONDS = 10.0


def rows(limits: Limits = Limits()) -> list[Row]:  # noqa: B008 - immutable
    """Of all faults × moments: how many ended in a fitting reply or a person, and the longest wait."""
    fake, routing = import_module("tests.openai_server"), import_module("tests.routing")
    cases = [(fault, moment) for fault in get_args(fake.Fault) if fault for moment in get_args(fake.Moment)]
    with fake.FakeOpenAI() as server, ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda case: _ends(fake, routing, server, case, limits), cases))
    return [
        no_less(100, f"{len(cases)} faults × moments everywhere: fitting reply or a person", _fitting(found), "%"),
        at_most(LIMIT_SECONDS, "the longest of them", max(seconds for seconds, _ in found), "s"),
    ]


def _fitting(found: Sequence[tuple[float, bool]]) -> float:
    return 100 * sum(fitting for _, fitting in found) / len(found)


def _ends(fake: Any, routing: Any, server: Any, case: tuple[str, str], limits: Limits) -> tuple[float, bool]:
    """Seconds until the customer has an answer, and whether it is the right one."""
    fault, moment = case
    script = fake.Script(fault=fault, moment=moment, drip=0.5, headers={"retry-after": "1"})
    places = [routing.deployment(f"{fault}-{moment}-{n}", server.azure_url) for n in range(DEPLOYMENTS)]
    for place in places:
        server.always(script, model=place.name)
    rig = routing.Rig(*places, limits=limits)
    started = time.perf_counter()
    try:
        fitting = rig.say().text == routing.TEMPLATE.words(routing.PLAN.acts[0], routing.PLAN.mood)
    except FilteredError:
        fitting = fault == "filtered"
    return time.perf_counter() - started, fitting and "open" not in rig.ledger.outcomes
