"""The whole house at work: a customer on the web, a program of the back office, real workers in between."""

from __future__ import annotations

import time
import uuid
from typing import Any

import httpx

from support.backoffice import tokens
from support.models import Claim
from tests.house import House
from tests.support.journeys import BRAND

COMPLAINT = "g envoyé 20000 de wave vers orange c pas arrivé EFB.31570264 T7A2N5TSAD33EUPVJ"


def test_a_change_reaches_the_customer_through_the_running_house(house: House) -> None:
    with httpx.Client(base_url=f"{house.url}/api/v1", trust_env=False, timeout=10) as client:
        session = client.post("/sessions", json={}).json()
        customer = {"Authorization": f"Bearer {session['token']}"}
        path = f"/conversations/{session['conversation']}/messages"
        client.post(path, json={"client_id": str(uuid.uuid4()), "text": COMPLAINT}, headers=customer)
        said = _wait(client, path, customer, "bot", 1)
        claim = Claim.objects.get()
        assert claim.number in said[-1]["text"]

        _row, token = tokens.create("tests", ["backoffice"], BRAND)
        office = {"Authorization": f"Bearer {token}"}
        change = {"event_id": "e1", "status": "resolved", "success_reference": "OP-778"}
        for _ in range(3):
            answer = client.post(f"/claims/{claim.number}/status", json=change, headers=office)
            assert answer.json()["outcome"] == "applied", answer.text
        said = _wait(client, path, customer, "bot", 2)
        assert "résolu" in said[1]["text"] and "OP-778" in said[1]["text"]
        history = client.get(f"/claims/{claim.number}", headers=office).json()["history"]
        assert [event.get("told") for event in history] == [None, "told"]


def _wait(client: httpx.Client, path: str, headers: dict[str, str], author: str, count: int) -> list[dict[str, Any]]:
    """The messages of ``author`` once there are ``count``. Raises AssertionError after 20 s, or when there are more."""
    deadline = time.monotonic() + 20
    while True:
        rows = client.get(path, headers=headers).json()["messages"]
        found = [row for row in rows if row["author"] == author]
        if len(found) >= count or time.monotonic() > deadline:
            assert len(found) == count, rows
            return found
        time.sleep(0.1)
