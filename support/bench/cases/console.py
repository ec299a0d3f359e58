"""The console: the queue's first view and searches over growing numbers of conversations, how live it is, reports."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from support.bench.desk.live import PACE, Desk, Watched, watch
from support.bench.desk.outside import BOARD, REPORTS, Browser
from support.bench.desk.searches import searches
from support.bench.desk.servers import private_postgres
from support.bench.desk.words_said import WRITTEN
from support.bench.figures import milliseconds
from support.bench.processes import TAIL, BenchError
from support.bench.report import Row, at_most
from support.bench.scale import SMALLEST
from support.bench.setup import Setup
from support.bench.stack import Stack, ours, worker_of

TITLE = "the console: queue and search, and how soon a message is on the screens"
SEARCH_MS, VIEW_MS, SHOWN_MS, REPORT_MS = 200.0, 1_000.0, 300.0, 2_000.0
EACH = 6  # open cases an agent has: the capacity that the desk starts with
IN_QUEUE = 10  # one in so many of the live conversations waits for a person
FILL_SECONDS = 3_600


def run(setup: Setup) -> list[Row]:
    """On the PostgreSQL that is named, on a private one, or on SQLite where there is none."""
    if setup.postgres or setup.scale == SMALLEST:
        return _on(setup, setup.postgres)
    with private_postgres() as server:
        if not server:
            setup.say("console: no PostgreSQL here and no --database-url, so SQLite is measured")
        return _on(setup, server)


def _on(setup: Setup, server: str) -> list[Row]:
    """The assistant answers meanwhile, but at the smallest scale, where its start would cost more than all else."""
    first, *others = setup.scale.filed
    with ours(None if setup.scale == SMALLEST else worker_of("support"), server=server) as house:
        live, watched = _live(setup, house)
        made = _filled(house, first, stored=True)
        rows = [*_shown(setup, live, watched, made["stored"]), *_at(setup, house, first, made)]
        for filed in others:
            rows += _at(setup, house, filed, _filled(house, filed))
        return rows + _reports(setup, house)


def _live(setup: Setup, house: Stack) -> tuple[Mapping[str, Any], Watched]:
    """All who have a page open while customers write."""
    scale = setup.scale
    waiting = max(1, scale.live // IN_QUEUE)
    order = {"conversations": scale.live, "index": scale.live, "agents": scale.agents, "live": True, "waiting": waiting}
    made = _prepared(house, {**order, "each": min(EACH, (scale.live - waiting) // scale.agents)})
    setup.say(f"console: {scale.live} conversations, {len(made['cases'])} of them open, {scale.agents} agents")
    desk = Desk(made["sessions"], made["cases"], _all_numbers(made, scale.live))
    watched = asyncio.run(watch(house, desk, scale.live_seconds, 2 * scale.settle_seconds))
    house.check()
    if watched.answers.bad:
        raise BenchError(f"{watched.answers.bad} messages were not taken: {dict(watched.answers.statuses)}")
    return made, watched


def _shown(setup: Setup, live: Mapping[str, Any], watched: Watched, stored: Mapping[str, float]) -> list[Row]:
    scale = setup.scale
    lags, missing = _lags(watched, stored, live["cases"])
    what = f"{scale.agents} agents, {scale.live} live conversations, {min(PACE, scale.live)} messages/s"
    return [
        at_most(SHOWN_MS, f"{what}: from stored to a screen, p95", milliseconds(lags, 0.95), "ms"),
        Row(f"{what}: from stored to a screen, p50", milliseconds(lags, 0.5), "ms"),
        at_most(0, f"{what}: never on a screen, or its line lost, of {len(lags)}", missing + watched.lost, ""),
        Row("indexing for the search", live["indexed_per_second"], "conversations/s"),
    ]


def _all_numbers(made: Mapping[str, Any], live: int) -> Sequence[str]:
    """Those who have or want a person, then those who talk to the assistant."""
    known = set(made["numbers"])
    return [*made["numbers"], *(n for n in (f"+22507{place:08d}" for place in range(live)) if n not in known)]


def _lags(watched: Watched, stored: Mapping[str, float], cases: Sequence[str]) -> tuple[list[float], int]:
    """Seconds of every message to every screen that is to show it, and how many never came.

    A case's screen shows its own messages; the queue's screens those of all open cases. One that a newer message of
    the same customer overtook within the same look is not missed.
    """
    lags, missing = [], 0
    for word, place in watched.sent.items():
        if place >= len(cases):
            continue  # with the assistant: on no screen of the desk
        for screen in watched.screens:
            if screen.case and screen.case != cases[place]:
                continue
            if word in screen.shown:
                lags.append(screen.shown[word] - stored[word])
            else:
                missing += 1
    return lags, missing


def _filled(house: Stack, filed: int, *, stored: bool = False) -> Mapping[str, Any]:
    return _prepared(house, {"conversations": filed, "query": "transfert argent", "stored": stored})


def _at(setup: Setup, house: Stack, filed: int, made: Mapping[str, Any]) -> list[Row]:
    """The queue and the search at a number of conversations."""
    browser = Browser(house.port, made["sessions"][0])
    try:
        return _measured(setup, browser, filed, made["queries"])
    finally:
        browser.close()
        house.check()


def _measured(setup: Setup, browser: Browser, filed: int, queries: Mapping[str, int]) -> list[Row]:
    looks = setup.scale.looks
    browser.search("bonjour argent")
    took = defaultdict(list)
    for kind, query, must_find in searches(min(filed, WRITTEN), looks):
        seconds, answer = browser.search(query)
        took[kind].append(seconds)
        if must_find and not answer["rows"] and not answer["after"]:  # common words may take another page
            raise BenchError(f"a search found nothing that is there ({kind}): {query}")
    setup.say(", ".join(f"{kind} {milliseconds(each, 0.95):.0f} ms" for kind, each in took.items()))
    pages = [browser.page() for _ in range(looks)]
    views = [asyncio.run(browser.first_view()) for _ in range(1 + looks)]
    every = [seconds for each in took.values() for seconds in each]
    slowest = max(took, key=lambda kind: milliseconds(took[kind], 0.95))
    what = f"{filed:,} conversations".replace(",", " ")
    return [
        at_most(SEARCH_MS, f"{what}: search, p95", milliseconds(every, 0.95), "ms"),
        Row(f"{what}: search, p50", milliseconds(every, 0.5), "ms"),
        at_most(
            SEARCH_MS, f"{what}: search, p95 of the slowest kind ({slowest})", milliseconds(took[slowest], 0.95), "ms"
        ),
        Row(f"{what}: search, queries of the database", queries["search"], ""),
        Row(f"{what}: the queue's page, p95", milliseconds(pages, 0.95), "ms"),
        at_most(VIEW_MS, f"{what}: the queue's rows on its line, p95", milliseconds(views[1:], 0.95), "ms"),
        Row(f"{what}: the queue's rows on its line, p50", milliseconds(views[1:], 0.5), "ms"),
        Row(f"{what}: the queue's rows, the first look that this process takes at them", views[0] * 1000, "ms"),
        Row(f"{what}: the queue, queries of the database", queries["queue"], ""),
    ]


def _reports(setup: Setup, house: Stack) -> list[Row]:
    """The reports of thirty days, and what the live board asks for every five seconds."""
    made = _prepared(house, {"month": setup.scale.month})
    browser, looks = Browser(house.port, made["session"]), max(1, setup.scale.looks // 4)
    pages = [(f"report « {name} », 30 days", address, REPORT_MS) for name, address in REPORTS.items()]
    count, rows = f"{made['messages']:,} messages".replace(",", " "), []
    for name, address, limit in [*pages, ("the live board", BOARD, VIEW_MS)]:
        what = f"{count}: {name}"
        took = [browser.page(address) for _ in range(looks)]
        rows.append(at_most(limit, f"{what}, p95", milliseconds(took, 0.95), "ms"))
        rows.append(Row(f"{what}, queries of the database", made["queries"][address], ""))
    browser.close()
    house.check()
    return rows


def _prepared(house: Stack, order: Mapping[str, Any]) -> dict[str, Any]:
    """What ``desk.prepare`` makes of an order, where the stack's database and keys are. Raises BenchError."""
    done = subprocess.run(
        [sys.executable, "-m", "support.bench.desk.prepare", json.dumps(order)],
        env=house.env,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=FILL_SECONDS,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"the desk could not be filled:\n{(done.stdout + done.stderr)[-TAIL:]}")
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made
