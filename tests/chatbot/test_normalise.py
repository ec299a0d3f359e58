"""Texting French comes out as standard French, standard French as it is, and every character knows its origin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.brand import load
from chatbot.forms.protected import protected_spans
from chatbot.normalise import Normaliser

ROOT = Path(__file__).resolve().parents[2]
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
        ("jveux parler a kelkun", "je veux parler a quelqu'un"),
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
        ("mtn ça fait 2h", "maintenant ça fait 2h"),
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


STANDARD = [
    "Bonjour, je souhaite connaître l'état de mon dossier.",
    "J'ai envoyé 20 000 FCFA de Wave vers Orange, mais le destinataire n'a rien reçu.",
    "Pouvez-vous me rappeler demain matin ?",
    "Où se trouve la référence de mon transfert ?",
    "Mon compte a été débité, mais le bénéficiaire n'a pas été crédité.",
    "Je ne comprends pas pourquoi la transaction est toujours en attente.",
    "Quels sont les frais pour un envoi de 50 000 FCFA ?",
    "Il y a une erreur sur le numéro que j'ai saisi.",
    "Merci beaucoup pour votre aide, bonne journée.",
    "Nous n'avons reçu aucune réponse depuis hier.",
    "L'argent est arrivé ce matin sur mon compte Moov.",
    "Elle a changé de numéro la semaine dernière.",
    "C'est la deuxième fois que cela arrive.",
    "Ce n'est pas grave, je patiente.",
    "Voulez-vous que je vous envoie une capture d'écran ?",
    "Mon frère et ma sœur utilisent l'application tous les jours.",
    "Le montant maximum par jour est-il de 1 500 000 francs ?",
    "Je me suis trompé de destinataire : que dois-je faire ?",
    "Les tontines, les caisses et les cotisations sont-elles gratuites ?",
    "Quelqu'un peut-il m'expliquer comment réinitialiser mon mot de passe ?",
    "Vous êtes ouverts le dimanche, n'est-ce pas ?",
    "Elle lui a donné son numéro et elle attend l'appel de l'agent.",
    "Son ancien téléphone ne marche plus.",
    "Tous les transferts sont-ils instantanés ?",
    "Sans réponse de votre part, je me rendrai à l'agence.",
]


@pytest.mark.parametrize("sentence", STANDARD)
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


PIECES = st.one_of(
    st.sampled_from([row.form for row in BRAND.lexicon]),
    st.sampled_from(
        ["wave", "mtn", "orange", "EFB.31570264", "0700112233", "50k", "?", ",", "!", "\n", "j'", "c'", "pas"]
    ),
    st.text(max_size=6),
)
MESSAGES = st.lists(PIECES, max_size=12).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
def test_the_map_covers_every_character_and_stays_inside_the_text(text: str) -> None:
    done = NORMALISER.normalise(text)
    assert len(done.origin) == len(done.text)
    assert all(0 <= start < end <= len(text) for start, end in done.origin)


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
def test_protected_spans_survive(text: str) -> None:
    done = normalise(text)
    for start, end in protected_spans(text):
        span = text[start:end]
        assert span in done or "\n" in span


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_it_never_raises_and_never_empties(text: str) -> None:
    assert bool(normalise(text)) or not text.strip()


HEAVY = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from chatbot.anonymise import Vault, anonymise
from chatbot.brand import load
from chatbot.normalise import Normaliser
normalise = Normaliser(load("easytransfert")).normalise
for piece in ("a", "e.", "0", "07 ", "T2", "m'", "-", "k ", "mtn ", "wari ma se ", "@", "*", "a-", "1 0 ", "EFB "):
    text = (piece * 100_000)[:100_000]
    normalise(text)
    anonymise(text, Vault())
"""


def test_a_hundred_thousand_characters_of_anything_are_no_burden() -> None:
    """Sixteen such texts within a minute of processor: a pattern that backtracks would need hours and be killed."""
    done = subprocess.run([sys.executable, "-c", HEAVY], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-400:]
