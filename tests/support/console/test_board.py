"""The board that all pages of a process share: what a page is told, and how often the database is asked."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from support import escalate
from support.console import board, rows
from support.console.board import Board
from support.models import Channel, Conversation
from support.threads import run_in_db_thread
from tests.support.journeys import write

Waiting = Callable[..., Conversation]


class Page:
    """A page that follows the board, without a browser."""

    def __init__(self, case: uuid.UUID | None = None) -> None:
        self.case, self.woken, self.heard = case, asyncio.Event(), list[Mapping[str, Any]]()

    def wake(self) -> None:
        self.woken.set()

    async def relay(self, message: Mapping[str, Any]) -> None:
        self.heard.append(json.loads(message["text"]))
        self.woken.set()


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page of the queue whose board has read the queue."""
    page = Page()
    board.of_this_process().follow(page)
    await asyncio.wait_for(page.woken.wait(), 5)
    yield page
    board.of_this_process().leave(page)


async def after(act: Callable[[], Awaitable[object]], page: Page) -> Board:
    page.woken.clear()
    await act()
    await asyncio.wait_for(page.woken.wait(), 5)
    return board.of_this_process()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.02)


async def test_a_page_gets_the_rows_that_changed_and_the_same_frame_serves_all(
    awa: User, waiting: Waiting, page: Page
) -> None:
    shared = await after(lambda: run_in_db_thread(waiting, address="+2250700000001"), page)
    await after(lambda: run_in_db_thread(waiting, address="+2250700000002"), page)
    seen, whole = shared.news(None, awa.pk)
    assert whole and len(json.loads(whole)["rows"]) == 2 and json.loads(whole)["me"] == awa.pk
    await after(lambda: run_in_db_thread(write, "allo", address="+2250700000002"), page)
    now, frame = shared.news(seen, awa.pk)
    assert frame and [row["excerpt"] for row in json.loads(frame)["rows"]] == ["allo"]
    assert shared.news(seen, 0)[1] is frame and shared.news(now, awa.pk) == (now, None)


async def test_a_case_that_ends_leaves_and_one_that_comes_back_is_not_gone(
    awa: User, waiting: Waiting, page: Page
) -> None:
    case = await run_in_db_thread(waiting)
    shared = await after(lambda: run_in_db_thread(escalate.take, case.id, awa), page)
    await until(lambda: shared.waiting == 0)
    seen, _ = shared.news(None, awa.pk)
    await after(lambda: run_in_db_thread(escalate.close, case.id, awa), page)
    assert json.loads(shared.news(seen, 0)[1] or "{}") == {"type": "rows", "rows": [], "gone": [str(case.id)]}
    await after(lambda: run_in_db_thread(escalate.take, case.id, awa), page)
    frame = json.loads(shared.news(seen, 0)[1] or "{}")
    assert [row["id"] for row in frame["rows"]] == [str(case.id)] and frame["gone"] == []


async def test_a_page_that_comes_when_all_had_left_is_told_what_changed_and_nothing_else_is_read(
    awa: User, waiting: Waiting, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, leaves = [await run_in_db_thread(waiting, address=f"+225070000000{number}") for number in (1, 2)]
    shared = board.of_this_process()
    await until(lambda: len(json.loads(shared.news(None, 0)[1] or '{"rows":[]}')["rows"]) == 2)
    shared.leave(page)
    assert shared.news(None, 0) == (None, None)  # what it knows may be old by now
    await run_in_db_thread(escalate.take, leaves.id, awa)
    await run_in_db_thread(escalate.close, leaves.id, awa)
    comes = await run_in_db_thread(waiting, address="+2250700000003")
    read = list[uuid.UUID]()

    def noted(ids: Iterable[uuid.UUID]) -> list[tuple[rows.Row, rows.Mark]]:
        read.extend(asked := list(ids))
        return read_marked(asked)

    read_marked = rows.read_marked
    monkeypatch.setattr(rows, "read_marked", noted)
    shared.follow(page)
    await until(lambda: shared.loaded)
    frame = json.loads(shared.news(None, 0)[1] or "{}")
    assert {row["id"] for row in frame["rows"]} == {str(stays.id), str(comes.id)} and read == [comes.id]


async def test_counts_tell_who_waits_and_which_of_mine_ask(
    awa: User, koffi: User, waiting: Waiting, page: Page
) -> None:
    def work() -> None:
        cases = [waiting(address=f"visitor:{number}", channel=Channel.WEB) for number in range(4)]
        escalate.take(cases[0].id, awa)
        escalate.take(cases[1].id, awa)
        escalate.reply(cases[1].id, awa, "bonjour", uuid.uuid4())
        escalate.take(cases[2].id, koffi)

    shared = await after(lambda: run_in_db_thread(work), page)
    await until(lambda: (shared.waiting, shared.asking(awa.pk), shared.asking(koffi.pk)) == (1, 1, 1))


async def test_an_event_reaches_the_pages_it_is_for(awa: User, waiting: Waiting, page: Page) -> None:
    from support.models import NoticeKind
    from support.notices import tell

    case = await run_in_db_thread(waiting)
    of_case, of_another = Page(case.id), Page(uuid.uuid4())
    for each in (of_case, of_another):
        board.of_this_process().follow(each)
    await run_in_db_thread(write, "allo")
    await run_in_db_thread(tell, [awa], NoticeKind.MENTION)
    await until(lambda: len(of_case.heard) > 1 and bool(page.heard))
    changed = {"type": "changed", "conversation": str(case.id)}
    notice = {"type": "notice", "users": [awa.pk]}
    assert (of_case.heard[-2:], of_another.heard, page.heard) == ([changed, notice], [notice], [notice])
    for each in (of_case, of_another):
        board.of_this_process().leave(each)


@pytest.mark.parametrize("size", [1, 9])
def test_a_look_at_everything_costs_two_queries_and_a_row_that_stands_still_none(
    size: int, waiting: Waiting, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cases = [waiting(address=f"visitor:{number}", channel=Channel.WEB) for number in range(size)]
    with django_assert_num_queries(2):
        marks = rows.marks()
    with django_assert_num_queries(3):
        read = rows.read_marked([case.id for case in cases])
    assert {row["id"]: mark for row, mark in read} == marks
