"""A month of work for the reports, in the place of what was there: the demonstration's, as large as is asked for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from support import demo
from support.bench.desk import people
from support.bench.desk.outside import BOARD, REPORTS
from support.demo_desk.fill import fill
from support.models import Customer, Message


def invent(conversations: int) -> dict[str, Any]:
    """{"messages": …, "session": a supervisor's, "queries": {address: how often it asks the database}}"""
    _empty()
    with override_settings(EMBEDDED=True):  # a stack of the bench is no server: nobody real writes there
        demo.seed()
        fill(conversations)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as the server does by itself within a minute
    session = people.session(User.objects.get(username="mariam"))
    return {
        "messages": Message.objects.count(),
        "session": session,
        "queries": {address: _queries(session, address) for address in (*REPORTS.values(), BOARD)},
    }


def _empty() -> None:
    if connection.vendor != "postgresql":
        Customer.objects.all().delete()
        return
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE support_customer CASCADE")


def _queries(session: str, address: str) -> int:
    client = Client(SERVER_NAME=settings.HOST)
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, secure=settings.SECURE_HTTPS)
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return len(queries)
