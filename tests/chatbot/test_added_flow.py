"""A kind of case is added by writing files into a brand's folder: a flow, its words, examples of how it is told."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from chatbot import brand as brands
from chatbot.rehearsal import START, MemoryHouse
from chatbot.turn import Mind
from chatbot.types import ClaimFiled, HandoffAsked, Incoming, Reply
from tests.environment import VAR_DIR

FLOW = """
label = "carte perdue"
intents = ["lost_card"]
identity = "card_end"
required = ["card_end", "from_operator"]
optional = ["date"]
advice = ["advice.card"]

[slots.card_end]
label = "fin de la carte"
accepts = ["operator_tx_id", "amount_fcfa"]
item = "\\n• les derniers chiffres de la carte"
ask = ["Quels sont les derniers chiffres de la carte ?"]
again = ["Il me manque encore les derniers chiffres de la carte."]
help = ["Ils sont au bas de la carte, à droite."]
"""
WORDING = """
["advice.card"]
neu = ["\\nLa carte reste utilisable tant qu'un conseiller n'a pas répondu."]
"""
EXAMPLES = """
j'ai perdu ma carte
ma carte est perdue
carte perdue
on m'a volé ma carte
ma carte a disparu
je ne retrouve plus ma carte
j'ai égaré ma carte
perte de carte
ma carte prépayée est perdue
vol de ma carte
carte volée hier
jai perdu la carte du service
""".strip().splitlines()


@pytest.fixture(scope="module")
def mind(tmp_path_factory: pytest.TempPathFactory) -> Mind:
    """The shipped brand with one more kind of case, written as an operations lead would."""
    folder = tmp_path_factory.mktemp("brands") / "easytransfert"
    shutil.copytree(brands.BRANDS / "easytransfert", folder)
    (folder / "flows" / "lost_card.toml").write_text(FLOW, encoding="utf-8")
    with (folder / "wording.toml").open("a", encoding="utf-8") as file:
        file.write(WORDING)
    with (folder / "intents.tsv").open("a", encoding="utf-8") as file:
        file.writelines(f"lost_card\t{text}\t\n" for text in EXAMPLES)
    return replace(Mind.of(brands.load_folder(folder), VAR_DIR / "models"), ticks=lambda: 0.0)


def test_a_flow_added_as_a_file_is_understood_asked_for_and_filed(mind: Mind) -> None:
    house = MemoryHouse(mind, "web")
    first = list(house.customer_writes([Incoming("m1", "bonjour, j'ai perdu ma carte", START)], START))
    asked = "\n".join(event.text for event in first if isinstance(event, Reply))
    assert "les derniers chiffres de la carte" in asked
    assert "réseau de départ" in asked
    second = list(house.customer_writes([Incoming("m2", "481257639 chez wave", START)], START))
    (filed,) = [event for event in second if isinstance(event, ClaimFiled)]
    assert filed.kind == "lost_card"
    held = {name: slot.value for name, slot in filed.slots.items()}
    assert held == {"card_end": "481257639", "from_operator": "Wave"}
    told = "\n".join(event.text for event in second if isinstance(event, Reply))
    assert "fin de la carte\u00a0: 481257639" in told
    assert "La carte reste utilisable" in told
    assert not [event for event in (*first, *second) if isinstance(event, HandoffAsked)]


def test_the_shipped_brand_knows_no_such_case() -> None:
    assert "lost_card" not in brands.load("easytransfert").flows
    assert "lost_card" not in {example.intent for example in brands.load("easytransfert").examples}
