"""Never more than 80 messages a second per sender, over every process together."""

from __future__ import annotations

import subprocess
import sys

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from support import redis_client
from support.transports.whatsapp import pace

SENDER = "whatsapp:+2252522018730"
RESERVE_50 = """
import django
django.setup()
from support.transports.whatsapp import pace
for _ in range(50):
    pace.reserve({!r}, 8)  # seconds of slots, so that the second process may start late
"""


def microseconds() -> int:
    seconds, fraction = redis_client.connection().time()
    return seconds * 1_000_000 + fraction


def test_the_first_message_does_not_wait():
    assert pace.reserve(SENDER, 80) == 0


def test_slots_stand_one_interval_apart():
    waits = [pace.reserve(SENDER, 80) for _ in range(41)]
    assert waits == sorted(waits)
    assert 0.3 < waits[-1] <= 0.5  # 40 intervals of 12.5 ms, less the time the calls took


def test_a_sender_does_not_wait_for_another():
    for _ in range(10):
        pace.reserve(SENDER, 80)
    assert pace.reserve("whatsapp:+2252522018731", 80) == 0


def test_processes_share_the_sender():
    before = microseconds()
    workers = [subprocess.Popen([sys.executable, "-c", RESERVE_50.format(SENDER)]) for _ in range(2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert int(redis_client.connection().get(pace.KEY + SENDER)) - before >= 100 * 125_000


def test_a_script_that_redis_forgot_is_sent_again():
    pace.reserve(SENDER, 80)
    redis_client.connection().script_flush()
    assert pace.reserve(SENDER, 80) >= 0


def test_without_redis_a_process_keeps_its_own_count(monkeypatch):
    away = redis.Redis(unix_socket_path="/nowhere", retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(redis_client, "connection", lambda: away)
    waits = [pace.reserve("whatsapp:+2252522018732", 80) for _ in range(41)]
    assert 0.2 < waits[-1] <= 0.5


def test_waiting_takes_the_time_it_says(monkeypatch):
    slept = []
    monkeypatch.setattr(pace.time, "sleep", slept.append)
    pace.wait(SENDER, 10)
    assert pace.wait(SENDER, 10) == slept[0] > 0
