"""Texting French comes out as standard French, standard French as it is, and every character knows its origin."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.brand import load
from chatbot.normalise import Normaliser

HERE = Path(__file__).resolve().parent
BRAND = load("easytransfert")
NORMALISER = Normaliser(BRAND)


def normalise(text: str) -> str:
    return NORMALISER.normalise(text).text


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        ("slt g envoyé 20000 mais c pas arrivé", "salut j'ai envoyé 20000 mais ce n'est pas arrivé"),
        ("jai transferer largent", "j'ai transféré l'argent"),
        ("on ma coupé 5000", "on m'a débité 5000"),
        ("ya koi", "qu'est-ce qu'il y a"),
        ("jveux parler a kelkun", "je veux parler à quelqu'un"),
        ("merciiii bcp", "merci beaucoup"),
        ("bjrrrr", "bonjour"),
        ("sa marche pa", "ça ne marche pas"),
        ("je peux pas me connecter", "je ne peux pas me connecter"),
        ("j'ai pas compris", "je n'ai pas compris"),
        ("il a pas recu", "il n'a pas reçu"),
        ("k il soit là", "qu'il soit là"),
        ("ke mon frère", "que mon frère"),
        ("faut me rembourser", "remboursez-moi"),
        ("mon argent dèh", "mon argent"),
        ("merci o", "merci"),
        ("om vers flooz", "Orange Money vers Moov Money"),
        ("wave → moov", "wave vers moov"),
        ("OM>Wave", "Orange Money vers Wave"),
        ("le djè n'est pas rentré", "l'argent n'est pas arrivé"),
        ("y a drap", "il y a un problème"),
        ("i ni sogoma", "bonjour"),
        ("TWJKQKTRU\nOC2S3JQ6", "TWJKQKTRUOC2S3JQ6"),
    ],
)
def test_it_writes_standard_french(written: str, standard: str) -> None:
    assert normalise(written) == standard


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        ("mtn ça fait 2h", "maintenant ça fait 2 heures"),
        ("jusqu'à mtn", "jusqu'à maintenant"),
        ("wave vers mtn", "wave vers mtn"),
        ("mon compte mtn", "mon compte mtn"),
        ("MTN", "MTN"),
        ("un jeune om", "un jeune homme"),
        ("4go de plus", "4go de plus"),
        ("ma go", "ma fille"),
        ("cc", "coucou"),
        ("mon cc", "mon compte courant"),
        ("les frè de transfert", "les frais de transfert"),
        ("mon frè", "mon frère"),
        ("jai dja envoyé", "j'ai déjà envoyé"),
        ("c'est dja", "c'est fait"),
        ("pt de vente", "pt de vente"),
        ("un pt de vente", "un point de vente"),
        ("tkt", "t'inquiète"),
        ("mon tkt", "mon ticket"),
        ("c'est comment", "comment ça va"),
        ("c'est comment pour envoyer", "comment faire pour envoyer"),
        ("50k", "50k"),
        ("k il vienne", "qu'il vienne"),
    ],
)
def test_the_neighbours_decide_what_an_ambiguous_form_means(written: str, standard: str) -> None:
    assert normalise(written) == standard


@pytest.mark.parametrize("sentence", (HERE / "standard_french.txt").read_text(encoding="utf-8").splitlines())
def test_standard_french_is_left_unchanged(sentence: str) -> None:
    assert normalise(sentence) == sentence


@pytest.mark.parametrize(
    "fact",
    ["EFB.31570264", "efb 31482095", "07 00 11 22 33", "MP240612.1234.A12345", "TW5QZ7HKB2NMD3RXE", "*133#", "1,5M",
     "awa.t@exemple.ci", "https://exemple.ci/ki?c=k", "14h30", "2 000", "100.000f", "CT48213"],
)  # fmt: skip
@pytest.mark.parametrize("around", ["slt {} svp", "c {} ki pose pb", "{}", "jai mis {} c bon"])
def test_facts_come_out_byte_for_byte(fact: str, around: str) -> None:
    assert fact in normalise(around.format(fact))


@pytest.mark.parametrize("emoji", ["🙏", "👍🏾", "😭😭", "❤️🙏🏿", "👨‍👩‍👧", "…", "?!"])
def test_a_message_without_words_is_never_emptied(emoji: str) -> None:
    assert normalise(emoji) == emoji


def test_invisible_characters_do_not_hide_a_word() -> None:
    assert normalise("mer\u200bsi") == "merci"


def test_every_character_points_to_what_the_customer_wrote() -> None:
    text = "slt g envoyé 5000 a ma soeur"
    done = NORMALISER.normalise(text)
    start = done.text.index("j'ai")
    assert done.source_span(start, start + 4) == (4, 5)
    start = done.text.index("5000")
    assert done.source_span(start, start + 4) == (13, 17)


def messy() -> list[list[str]]:
    lines = (HERE / "messy.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


@pytest.mark.parametrize(("written", "standard"), messy())
def test_it_writes_standard_french_for_the_way_people_type(written: str, standard: str) -> None:
    assert normalise(written) == standard


@pytest.mark.parametrize("sum_", ["une brique", "3 briques", "2 togo", "20000f", "50k", "1,5M", "100 mille", "1m75"])
def test_a_sum_that_is_contested_or_written_in_figures_stays_as_it_is(sum_: str) -> None:
    assert normalise(f"jai envoyé {sum_}") == f"j'ai envoyé {sum_}"


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        ("ya 2h", "il y a 2 heures"),
        ("ça fait 1h", "ça fait 1 heure"),
        ("depuis 3j", "depuis 3 jours"),
        ("à 14h", "à 14h"),
        ("forfait 3j", "forfait 3j"),
        ("dans 24h", "dans 24h"),
    ],
)
def test_a_length_of_time_is_written_in_full_and_a_clock_time_stays(written: str, standard: str) -> None:
    assert normalise(written) == standard


@pytest.mark.parametrize("name", ["Kofi", "Bamba", "Yao Konan", "Transferra", "Mariam"])
def test_a_name_is_not_taken_for_a_slip(name: str) -> None:
    assert normalise(f"le compte de {name}") == f"le compte de {name}"


def test_a_text_of_invisible_characters_is_not_emptied() -> None:
    assert normalise("\xad") == "\xad"
