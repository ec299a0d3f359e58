"""Personal data leaves the text and can come back; the same value has the same placeholder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.anonymise import Vault, anonymise, personal_spans


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("appelez moi au 07 00 11 22 33", "appelez moi au [TEL_1]"),
        ("mon mail awa.t@exemple.ci.", "mon mail [EMAIL_1]."),
        ("je suis Kouassi Jean et j'attends", "je suis [NOM_1] et j'attends"),
        ("mon nom est awa traoré", "mon nom est [NOM_1]"),
        ("je m'appelle Koné", "je m'appelle [NOM_1]"),
        ("ref EFB.31570264", "ref [REF_1]"),
        ("TW5QZ7HKB2NMD3RXE", "[ID_1]"),
        ("id mtn 8081655111", "id mtn [ID_1]"),
        ("j'habite à Yopougon Siporex", "j'habite à [ADRESSE_1]"),
        ("mon pin 4815 et mon num 0700112233", "mon pin **** et mon num [TEL_1]"),
        ("je suis débité de 5000", "je suis débité de 5000"),
        ("je suis fatigué", "je suis fatigué"),
        ("je suis à Abidjan", "je suis à Abidjan"),
        ("wave vers orange 20 000", "wave vers orange 20 000"),
        ("Je suis Orange", "Je suis Orange"),
    ],
)
def test_it_masks_what_identifies_a_person(text: str, masked: str) -> None:
    assert anonymise(text, Vault())[0] == masked


def test_the_same_number_in_another_spelling_has_the_same_placeholder() -> None:
    vault = Vault()
    anonymise("0700112233", vault)
    assert anonymise("c'est +225 07 00 11 22 33", vault)[0] == "c'est [TEL_1]"
    assert anonymise("non 0511223344", vault)[0] == "non [TEL_2]"


def test_it_restores_what_it_took() -> None:
    text = "je suis Awa Koné, 0700112233, EFB.31570264"
    masked, vault = anonymise(text, Vault())
    assert vault.restore(masked) == text


def test_a_secret_cannot_be_restored() -> None:
    masked, vault = anonymise("mon pin est 4815", Vault())
    assert "4815" not in vault.restore(masked) + vault.to_json()


def test_a_vault_survives_storage() -> None:
    _, vault = anonymise("0700112233 EFB.31570264", Vault())
    again = Vault.from_json(vault.to_json())
    assert again.restore("[TEL_1] [REF_1]") == "0700112233 EFB.31570264"
    assert anonymise("07 00 11 22 33", again)[0] == "[TEL_1]"


@pytest.mark.parametrize("stored", ["[]", '{"x": "y"}', '{"[TEL_1]": 5}', "nonsense", '{"[PIN_1]": "4815"}'])
def test_it_refuses_what_is_no_vault(stored: str) -> None:
    with pytest.raises(ValueError, match=r"vault|Expecting"):
        Vault.from_json(stored)


def test_an_unknown_placeholder_is_left_alone() -> None:
    assert Vault().restore("[TEL_7]") == "[TEL_7]"


@given(st.text(max_size=200))
def test_restoring_gives_the_text_back_save_its_secrets(text: str) -> None:
    masked, vault = anonymise(text, Vault())
    if "****" not in masked and "[" not in text:
        assert vault.restore(masked) == text


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["je suis", "Awa", "Koné", "0700112233", "à", "EFB.31482095", "quartier"]),
            st.text(max_size=5),
        ),
        max_size=15,
    )
)
def test_personal_data_lies_in_the_text_in_order_and_apart(words: list[str]) -> None:
    text = " ".join(words)
    last = 0
    for start, end, _ in personal_spans(text):
        assert last <= start < end <= len(text)
        last = end


def test_placeholders_go_on_counting_after_storage() -> None:
    _, vault = anonymise("0700112233", Vault())
    again = Vault.from_json(vault.to_json())
    assert anonymise("0511223344", again)[0] == "[TEL_2]"
