"""A table of invented messages and the facts each one states: `tests/eval/entities.tsv`.

Columns: `group`, `text`, `asked` (the bot's question, may be empty), `facts` (`kind=value; …`; times, secrets and
receiver's references count by presence). A line break is written `\\n`. Text with no facts must give none.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from chatbot.brand import load
from chatbot.normalise import Normaliser
from chatbot.types import Entity
from chatbot.understand.asked import read_context
from chatbot.understand.entities import Entities

FILE = Path(__file__).resolve().parents[1] / "eval" / "entities.tsv"
BRAND = load("easytransfert")
NORMALISE = Normaliser(BRAND).normalise
ENTITIES = Entities(BRAND)
KINDS = {
    "easytransfert_id": "ref",
    "operator_tx_id": "id",
    "msisdn": "phone",
    "from_operator": "from",
    "to_operator": "to",
    "refund_to_operator": "refund",
    "time_elapsed": "time",
    "cotisation_code": "pot",
    "secret": "secret",
    "other_ref": "other",
}
SUMS = {"fee": "fee", "received": "recv"}
BY_PRESENCE = {"time", "secret", "other"}
ROWS = [line.replace("\\n", "\n").split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]


def fact(entity: Entity) -> str:
    kind = SUMS.get(entity.role or "", "amt") if entity.type == "amount_fcfa" else KINDS[entity.type]
    return f"{kind}=1" if kind in BY_PRESENCE else f"{kind}={entity.value}"


def facts(text: str, asked: str) -> Counter[str]:
    return Counter(map(fact, ENTITIES.find(NORMALISE(text), text, read_context([asked] if asked else []))))


@pytest.mark.parametrize(
    ("group", "text", "asked", "expected"), ROWS, ids=[f"{row[0]} {row[1][:40]!r}".replace("\\", "") for row in ROWS]
)
def test_a_message_states_just_these_facts(group: str, text: str, asked: str, expected: str) -> None:
    assert facts(text, asked) == Counter(f.strip() for f in expected.split(";") if f.strip()), group


def test_the_table_holds_every_kind_of_fact() -> None:
    told = {f.split("=")[0].strip() for row in ROWS for f in row[3].split(";") if f.strip()}
    assert told == {*KINDS.values(), "amt", "fee", "recv"}
