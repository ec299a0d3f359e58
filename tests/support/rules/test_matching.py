"""All conditions must hold; of a list one entry is enough; words are found as the assistant reads them."""

from __future__ import annotations

from typing import Any

import pytest

from support.models import Conversation, Escalation
from support.rules.facts import Facts
from support.rules.matching import holds
from support.rules.vocabulary import Conditions

STANDARD = {"g été arnaker": "j'ai été arnaqué"}


def facts(**more: Any) -> Facts:
    case = Escalation(
        conversation=Conversation(brand="easytransfert", channel="whatsapp"),
        reason="anger",
        kind="refund",
        from_operator="Orange",
        to_operator="Wave",
        card={"amount_fcfa": more.pop("amount", 500_000)},
    )
    given = {"texts": ("g été arnaker", "Rendez l'argent !"), "mood": "angry", "claims": 2, "score": 2, "closed": True}
    return Facts(case=case, **{**given, **more})


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, True),
        ({"reasons": ("human_request", "anger")}, True),
        ({"reasons": ("human_request",)}, False),
        ({"kinds": ("refund",)}, True),
        ({"kinds": ("overcharged",)}, False),
        ({"senders": ("Orange",), "receivers": ("Wave",)}, True),
        ({"senders": ("Orange",), "receivers": ("MTN",)}, False),
        ({"channels": ("web",)}, False),
        ({"moods": ("angry",)}, True),
        ({"moods": ("pos",)}, False),
        ({"amount": 500_000}, True),
        ({"amount": 500_001}, False),
        ({"claims": 2}, True),
        ({"claims": 3}, False),
        ({"score": 2}, True),
        ({"score": 1}, False),
        ({"closed": True}, True),
        ({"words": ("Arnaqué",)}, True),
        ({"words": ("arnaker",)}, True),
        ({"words": ("arnaque",)}, True),
        ({"words": ("rendez l’argent",)}, True),
        ({"words": ("arnaq", "gent")}, False),
        ({"words": ("arnaqué",), "channels": ("web",)}, False),
    ],
)
def test_it_holds(wanted: dict[str, Any], expected: bool) -> None:
    assert holds(Conditions(**wanted), facts(), lambda text: STANDARD.get(text, "")) is expected


@pytest.mark.parametrize(
    ("wanted", "known"),
    [({"amount": 1}, {"amount": None}), ({"score": 5}, {"score": None}), ({"closed": True}, {"closed": False})],
)
def test_what_is_not_known_fulfils_nothing(wanted: dict[str, Any], known: dict[str, Any]) -> None:
    assert not holds(Conditions(**wanted), facts(**known), lambda text: "")
