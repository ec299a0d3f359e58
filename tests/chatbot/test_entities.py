"""What a message states, in every written form: references, ids, phones, sums, operators with their roles, times."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.brand import load
from chatbot.normalise import Normaliser
from chatbot.types import Entity
from chatbot.understand.asked import read_context
from chatbot.understand.entities import Entities

BRAND = load("easytransfert")
NORMALISE = Normaliser(BRAND).normalise
ENTITIES = Entities(BRAND)


def find(text: str, *context: str) -> tuple[Entity, ...]:
    return ENTITIES.find(NORMALISE(text), text, read_context(context))


def values(text: str, kind: str, *context: str) -> list[str | int]:
    return [e.value for e in find(text, *context) if e.type == kind]


@pytest.mark.parametrize(
    ("written", "reference"),
    [
        ("EFB.31570264", "EFB.31570264"),
        ("EFB 31482095", "EFB.31482095"),
        ("EFB31608817", "EFB.31608817"),
        ("EFB:31599042", "EFB.31599042"),
        ("efb.31607263", "EFB.31607263"),
        ("EFB. 31207463", "EFB.31207463"),
        ("ma ref c'est 31477190", "EFB.31477190"),
        ("31477190", "EFB.31477190"),
        ("« EFB.30418917 »", "EFB.30418917"),
        ("EBF31892598", "EFB.31892598"),
        ("efb.28O8I14O", "EFB.28081140"),
        ("EFB 3148 2095", "EFB.31482095"),
        ("EFB.\n31482095", "EFB.31482095"),
        ("e f b 31207463", "EFB.31207463"),
        ("EFB n° 31207463", "EFB.31207463"),
        ("TRX20250612", "TRX20250612"),
        ("TX-99120344", "TX99120344"),
        ("1)30119284 2)MTN", "EFB.30119284"),
    ],
)
def test_a_reference_in_any_form(written: str, reference: str) -> None:
    assert values(written, "easytransfert_id") == [reference]


@pytest.mark.parametrize(
    ("written", "identifier"),
    [
        ("TW5QZ7HKB2NMD3RXE", "TW5QZ7HKB2NMD3RXE"),
        ("id tw5qz7hkb2nmd3rxe", "TW5QZ7HKB2NMD3RXE"),
        ("ID de transaction=TW5QZ7HKB\n2NMD3RXE", "TW5QZ7HKB2NMD3RXE"),
        ("TW5Q Z7HK B2NM D3RXE", "TW5QZ7HKB2NMD3RXE"),
        ("TW5QZ7HKB-2NMD3RXE", "TW5QZ7HKB2NMD3RXE"),
        ("TW5QZ7HKB-\n2NMD3RXE", "TW5QZ7HKB2NMD3RXE"),
        ("MP240612.1234.A12345", "MP240612.1234.A12345"),
        ("mp240612.1234.a12345", "MP240612.1234.A12345"),
        ("MP240612. 1234. A12345", "MP240612.1234.A12345"),
        ("MP240612.12\n34.A12345", "MP240612.1234.A12345"),
        ("MP2406121234A12345 sans les points", "MP2406121234A12345"),
        ("mrch 2507146632081", "MRCH2507146632081"),
        ("CF250109.1733.E44190", "CF250109.1733.E44190"),
        ("TM77120934415", "TM77120934415"),
        ("TP431830012025 50000", "TP431830012025"),
        ("TRM6235172308", "TRM6235172308"),
        ("mtn 8081655111", "8081655111"),
        ("solde diminué, id 506 690 768", "506690768"),
        ("Financial Transaction Id: 882014457", "882014457"),
    ],
)
def test_an_operator_id_in_any_form(written: str, identifier: str) -> None:
    assert values(written, "operator_tx_id") == [identifier]


@pytest.mark.parametrize(
    "phone",
    ["0700112233", "05 11 22 33 44", "01-11-22-33-44", "+225 0711223344", "002250511223344", "(07.00.11.22.33)"],
)
@pytest.mark.parametrize("frame", ["id = {}", "{}", "le bénéficiaire c'est {}", "transaction {} svp"])
def test_a_phone_is_never_taken_for_an_id(frame: str, phone: str) -> None:
    found = find(frame.format(phone), "Quel est l'ID de transaction MTN ?")
    assert [e.type for e in found] == ["msisdn"]
    assert str(found[0].value).startswith("+2250")


@pytest.mark.parametrize("received", ["pt-1a2b3c4d5e", "ptx9f3k2m1", "PT250222.2258.B51720"])
def test_the_receiving_sides_id_is_told_apart(received: str) -> None:
    found = find(received, "Quel est l'ID de transaction ?")
    assert [e.type for e in found] == ["other_ref"]


@pytest.mark.parametrize(
    ("written", "francs"),
    [
        ("50k", [50_000]),
        ("1m5", [1_500_000]),
        ("1,5M", [1_500_000]),
        ("100.000f", [100_000]),
        ("2 000", [2000]),
        ("20,000", [20_000]),
        ("15mil", [15_000]),
        ("12mil500", [12_500]),
        ("15 mille francs", [15_000]),
        ("800 000 mille", [800_000]),
        ("cinquante mille", [50_000]),
        ("soixante quinze mille fran", [75_000]),
        ("deux cent mille", [200_000]),
        ("un million deux cent mille", [1_200_000]),
        ("3 krika", [3000]),
        ("2 bâtons", [2_000_000]),
        ("4 barres", [4000]),
        ("j'ai envoyé 5000 à ma soeur", [5000]),
        ("débité de 9 900 + 148 frais", [9900, 148]),
        ("c'est 50 000 pas 5 000", [50_000]),
        ("2 briques", []),
        ("EFB.31570264", []),
        ("0700112233", []),
        ("8081655111", []),
        ("le 12/05/2025", []),
        ("à 14h30", []),
        ("il reste 24 h", []),
        ("Solde: 3 417 FCFA", []),
    ],
)
def test_a_sum_in_any_form(written: str, francs: list[int]) -> None:
    assert values(written, "amount_fcfa") == francs


def test_a_fee_is_told_from_the_sum() -> None:
    assert [(e.value, e.role) for e in find("envoyé 10 000 et on a pris 150 pour les frais")] == [
        (10_000, "amount"),
        (150, "fee"),
    ]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("wave vers orange", {"from": "Wave", "to": "Orange"}),
        ("om a moov", {"from": "Orange", "to": "Moov"}),
        ("mtn wave", {"from": "MTN", "to": "Wave"}),
        ("OM>Wave", {"from": "Orange", "to": "Wave"}),
        ("mtn ➡️ wave", {"from": "MTN", "to": "Wave"}),
        ("entre mtn et trésor", {"from": "MTN", "to": "Trésor"}),
        ("envoi=trésor reception=wave", {"from": "Trésor", "to": "Wave"}),
        ("mon compte wave a été débité", {"from": "Wave"}),
        ("wave m'a débité et orange n'a rien reçu", {"from": "Wave", "to": "Orange"}),
        ("mon mtn n'a pas été crédité alors que j'ai payé avec tresor", {"from": "Trésor", "to": "MTN"}),
        ("on m'a coupé 15 mille sur mtn et ce n'est pas arrivé sur moov", {"from": "MTN", "to": "Moov"}),
        ("pas encore reçu sur son wave, envoyé de orange", {"from": "Orange", "to": "Wave"}),
        ("remboursez moi sur mon wave", {"refund_to": "Wave"}),
        ("qu'on me renvoie sur wave au lieu de moov, rembourser", {"refund_to": "Wave", "from": "Moov"}),
        ("c'est mtn, pas orange", {"from": "MTN"}),
        ("argent quitter moov pas arrivé sur trésor", {"from": "Moov", "to": "Trésor"}),
        ("j'ai choisi MTN pour payer, c'est un numéro Orange", {"from": "MTN", "to": "Orange"}),
        ("depuis flooz vers tremo", {"from": "Moov", "to": "Trésor"}),
        ("frais orang mony vers wav", {"from": "Orange", "to": "Wave"}),
        ("jusqu'à mtn rien", {}),
        ("bon mtn c'est quoi", {}),
    ],
)
def test_grammar_says_who_sends_and_who_receives(text: str, roles: dict[str, str]) -> None:
    found = {e.type.removesuffix("_operator"): e.value for e in find(text) if e.type.endswith("_operator")}
    assert found == roles


@pytest.mark.parametrize(
    ("question", "role"),
    [
        ("Depuis quel opérateur avez-vous envoyé ?", "from_operator"),
        ("Vers quel opérateur ?", "to_operator"),
        ("Sur quel compte souhaitez-vous être remboursé ?", "refund_to_operator"),
        ("to_operator", "to_operator"),
        ("from_operator", "from_operator"),
    ],
)
def test_a_lone_name_answers_what_was_asked(question: str, role: str) -> None:
    assert [(e.type, e.value) for e in find("moov", question)] == [(role, "Moov")]


def test_a_digit_picks_from_the_menu_of_operators() -> None:
    menu = "1. Wave\n2. Orange Money\n3. MTN MoMo\nTapez le numéro de l'opérateur d'envoi."
    assert [(e.type, e.value, e.span) for e in find("le 3", menu)] == [("from_operator", "MTN", (3, 4))]


def test_numbered_answers_map_to_the_questions() -> None:
    found = find(
        "1. EFB 29121808  2. moov. 3. mtn. 4. MRCH2506264733050", "1- Référence\n2- Envoi\n3- Réception\n4- ID"
    )
    assert [(e.type, e.value) for e in found] == [
        ("easytransfert_id", "EFB.29121808"),
        ("from_operator", "Moov"),
        ("to_operator", "MTN"),
        ("operator_tx_id", "MRCH2506264733050"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "depuis hier",
        "ce matin à 8h12",
        "ya 3 jours",
        "depuis 14h",
        "le 3 de ce mois",
        "30mn",
        "avant-hier",
        "la semaine passée",
    ],
)
def test_when_it_happened_is_heard(text: str) -> None:
    assert len(values(text, "time_elapsed")) == 1


@pytest.mark.parametrize(
    "text", ["la limite par jour", "le délai de 24 à 48 h", "vous travaillez le dimanche ?", "dans 24h"]
)
def test_a_rule_of_the_house_is_no_elapsed_time(text: str) -> None:
    assert values(text, "time_elapsed") == []


def test_a_pots_code_is_no_secret() -> None:
    assert [(e.type, e.value) for e in find("retrait anticipé cotisation code 7JK-204")] == [
        ("cotisation_code", "7JK-204")
    ]


def test_a_pots_code_is_heard_while_the_talk_is_of_pots() -> None:
    found = find("ok cest CT 33815, c'est échu", "Le code est dans l'application : ouvrez « Cotisations ».")
    assert [(e.type, e.value) for e in found] == [("cotisation_code", "CT33815")]


def test_spans_count_characters_of_the_original() -> None:
    text = "slt g envoyé 5\u200b000f de wav EFB 31482095"
    for entity in find(text):
        written = text[slice(*entity.span)]
        assert written in ("5\u200b000f", "wav", "EFB 31482095")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["wave", "EFB 31482095", "0700112233", "50k", "de", "vers", "\n"]), st.text(max_size=5)
        ),
        max_size=12,
    )
)
def test_entities_never_share_a_character(words: list[str]) -> None:
    text = " ".join(words)
    last = 0
    for entity in find(text):
        start, end = entity.span
        assert last <= start < end <= len(text)
        last = end


NASTY = st.text(alphabet="0123456789 TtEFBefbMP.,:;-/+*#\n\u200b\u00a0é’'()=kKfmil", max_size=120)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(max_size=200), NASTY),
    st.sampled_from(["", "operator_tx_id", "1. Référence\n2. Montant", "amount_fcfa"]),
)
def test_any_text_is_read_without_complaint(text: str, question: str) -> None:
    for entity in find(text, question):
        assert 0 <= entity.span[0] < entity.span[1] <= len(text)
        assert entity.value != ""


@settings(max_examples=300, deadline=None)
@given(NASTY)
def test_a_sum_is_a_whole_number_of_francs_in_reach(text: str) -> None:
    assert all(0 < int(v) <= 50_000_000 for v in values(text, "amount_fcfa"))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["07", "05", "01"]), st.integers(0, 10**8 - 1), st.sampled_from(["", " ", ".", "-", "/"]))
def test_a_phone_reads_the_same_whatever_stands_between_its_pairs(prefix: str, rest: int, between: str) -> None:
    digits = f"{prefix}{rest:08d}"
    written = between.join(digits[i : i + 2] for i in range(0, 10, 2))
    assert values(f"au {written} svp", "msisdn") == [f"+225{digits}"]
    assert values(f"au {written} svp", "operator_tx_id") == []


@pytest.mark.parametrize(
    ("question", "answer", "roles"),
    [
        (
            "1. Mauvais numéro\n2. Bon numéro",
            "1. 0511223344 2. 0700112233",
            {"wrong": "+2250511223344", "right": "+2250700112233"},
        ),
        (
            "1. Bon numéro\n2. Mauvais numéro",
            "1) 0511223344\n2) 0700112233",
            {"right": "+2250511223344", "wrong": "+2250700112233"},
        ),
    ],
)
def test_numbered_phones_take_the_role_of_their_question(question: str, answer: str, roles: dict[str, str]) -> None:
    assert {e.role: e.value for e in find(answer, question) if e.type == "msisdn"} == roles


def test_words_in_capitals_never_add_up_to_an_id() -> None:
    for text in ("TRANSFERT 5000 WAVE", "TROIS NEUF ZERO DEUX", "TELECHARGEMENTS", "TON ARGENT EST PARTI"):
        assert values(text, "operator_tx_id") == []


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("pardon le bon numero c 01 00 59 14 50", "right"),
        ("le mauvais nimero cest 0100591450", "wrong"),
        ("mn num c 0100591450", "own"),
        ("c pas 0100591450", "recipient"),
    ],
)
def test_a_number_has_its_role_however_the_words_beside_it_are_typed(text: str, role: str) -> None:
    assert [entity.role for entity in find(text) if entity.type == "msisdn"] == [role]
