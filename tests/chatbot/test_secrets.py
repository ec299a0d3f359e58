"""A secret never survives the first function that sees it; what merely looks like one is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.anonymise import mask_secrets
from chatbot.forms.secret import find_secrets

PHRASES = [
    "mon pin c'est {}",
    "mon pin est {}",
    "mon code pin {} ne passe pas",
    "mon code secret wave cest {} vérifiez",
    "code secret : {}",
    "le code que jai recu par sms c {}",
    "voici mon code {}",
    "mon code orange money est {}",
    "c'est {} mon code secret",
    "{} c'est mon pin",
    "mon mot de passe c'est {}",
    "mdp {}",
    "mdp: {} svp aidez moi",
    "mon mo de passe cé {}",
    "otp {}",
    "OTP: {}",
    "your verification code is {}",
    "votre code de vérification est {}",
    "le code de confirmation cest {} tenez",
    "j'ai mis {} comme pin et ça refuse",
    "PIN={}",
    "g mis pin {}",
]
CODES = ["4815", "0417", "48 15", "4 8 1 5", "4-8-1-5", "482913", "quatre huit un cinq", "katre uit un sink", "7391"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("phrase", PHRASES)
def test_a_code_named_as_one_is_masked(phrase: str, code: str) -> None:
    masked = mask_secrets(phrase.format(code))
    assert "****" in masked
    assert code not in masked
    assert not any(character.isdigit() for character in masked)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("4821", "****"),
        ("0417", "****"),
        ("quatre huit un cinq", "****"),
        ("G-713302 is your verification code", "**** is your verification code"),
        ("mon pin c'est 4815 ou 4816", "mon pin c'est **** ou ****"),
        ("j'ai oublié mon mdp je crois que cetait Kofi2019 mais", "j'ai oublié mon mdp je crois que cetait **** mais"),
        ("mot de passe: azertyuiop", "mot de passe: ****"),
        ("mon mot de passe c'est Awa@2020", "mon mot de passe c'est ****"),
        ("carte 4111 1111 1111 1111 cvv 123", "carte **** cvv ****"),
        ("ma carte visa 4111111111111111 expire 04/27", "ma carte visa **** expire ****"),
        ("pin: quarante huit quinze", "pin: ****"),
        ("code pin\n4815", "code pin\n****"),
    ],
)
def test_it_masks_just_the_secret(text: str, masked: str) -> None:
    assert mask_secrets(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "EFB.31570264",
        "EFB 31482095 mon code ne passe pas",
        "mon code EFB.31570264 ne marche pas",
        "31477190",
        "8081655111",
        "TW5QZ7HKB2NMD3RXE",
        "MP240612.1234.A12345",
        "MRCH250714663208",
        "0700112233",
        "05 11 22 33 44",
        "20000",
        "12 500",
        "1m5",
        "50k",
        "15000f",
        "20000 de wave vers orange",
        "j'ai oublié mon pin, j'ai envoyé 5000 a ma soeur",
        "mot de passe oublié",
        "mon code ne marche plus depuis 2023",
        "code de la cotisation CT48213",
        "retrait cotisation code 7JK-204",
        "mon code de transaction MTN 8081655111",
        "le code pin de mon compte mtn 0511099620 est bloqué",
        "8 chiffres pour le mot de passe ou 6",
        "je compose *133# pour valider",
        "3",
        "envoyé hier à 14h30",
        "le 12/05/2025",
        "quatre vingt mille",
        "deux cent mille francs",
        "j'ai deux comptes",
    ],
)
def test_what_is_no_secret_is_left_byte_for_byte(text: str) -> None:
    assert mask_secrets(text) == text


def test_a_bare_sum_that_was_asked_for_is_no_secret() -> None:
    assert mask_secrets("7745", ["Quel est le montant ?"]) == "7745"
    assert mask_secrets("7745", ["amount_fcfa"]) == "7745"


@given(st.text(max_size=300))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask_secrets(text)
    assert mask_secrets(once) == once


@pytest.mark.parametrize("asked", ["operator_tx_id", "Quel est l'ID de transaction ?", "Quelle est la référence ?"])
def test_the_rest_of_an_id_that_was_asked_for_is_no_secret(asked: str) -> None:
    assert mask_secrets("033758", [asked]) == "033758"
    assert mask_secrets("mon pin est 033758", [asked]) == "mon pin est ****"


def test_a_pots_code_is_left_to_its_question() -> None:
    assert mask_secrets("code CT51907") == "code CT51907"
    assert mask_secrets("code CT51907", ["cotisation_code"]) == "code CT51907"


@pytest.mark.parametrize(
    "asked", ["operator_tx_id", "easytransfert_id", "recipient_msisdn", "Quel est l'identifiant ?"]
)
@pytest.mark.parametrize("pin", ["4821", "48213", "0417", "4 8 1 5"])
def test_four_or_five_digits_alone_are_a_pin_even_where_an_id_or_a_number_was_asked_for(asked: str, pin: str) -> None:
    assert mask_secrets(pin, [asked]) == "****"


def test_an_answer_about_fees_on_the_way_does_not_make_a_pin_an_amount() -> None:
    question = "Pour {amount}, les frais sont de {fee}, en plus du montant. Quel est l'identifiant de la transaction ?"
    assert mask_secrets("4821", ["operator_tx_id", question]) == "****"
    assert mask_secrets("4821", ["amount_fcfa", "operator_tx_id", question]) == "4821"


CODE_TALK = st.lists(
    st.one_of(
        st.sampled_from(
            ["code", "pin", "mdp", "4815", "4", "quatre", "mille", "ou", "est", ":", "carte", "5000 f", "\n", "é"]
        ),
        st.text(max_size=4),
    ),
    max_size=20,
)


@given(CODE_TALK)
def test_secrets_lie_in_the_text_in_order_and_apart(words: list[str]) -> None:
    text = " ".join(words)
    last = 0
    for start, end in find_secrets(text):
        assert last <= start < end <= len(text)
        last = end


@given(st.integers(0, 9999), st.sampled_from([" ", "-", ".", ",", "/", "  ", "_", "|", ""]))
def test_four_digits_after_the_word_pin_are_masked_however_they_are_set_apart(code: int, between: str) -> None:
    digits = between.join(f"{code:04d}")
    assert mask_secrets(f"mon pin c'est {digits} svp") == "mon pin c'est **** svp"
