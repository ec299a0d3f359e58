"""What is said in a filled desk: phrases of customers and of the assistant, real words, unique numbers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from django.conf import settings

from chatbot import brand
from chatbot.normalise import Normaliser
from support.bench.script import DIALOGUES
from support.models import Author

NAMES = ("Adjoua", "Koffi", "Mariam", "Yao", "Aya", "Fatou", "Moussa", "Ange", "Affoué", "Serge", "Aminata", "Kouadio")
FAMILIES = ("Koné", "Traoré", "Kouassi", "Ouattara", "Bamba", "N'Guessan", "Yapi", "Coulibaly", "Touré", "Gnahoré")
SAID = (
    "Bonjour, je suis l'assistant d'EasyTransfert. Que se passe-t-il ?",
    "Je comprends. Donnez-moi la référence du transfert, elle commence par EFB.",
    "Merci. De quel opérateur est parti l'argent, et vers lequel ?",
    "C'est noté. Votre dossier est ouvert, une personne vous répond sous 24 heures.",
)
WRITTEN = 1_000  # conversations written one by one, with talks of their own; PostgreSQL makes the others of these
WORDS_EACH = 3  # of the vocabulary, in each message of a customer


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation as it will be: the customer's name and number, the reference, (author, text) of each message."""

    name: str
    number: str
    reference: str
    messages: tuple[tuple[Author, str], ...]


def talk(place: int) -> Talk:
    """The conversation that stands at ``place`` of any desk; the same one at every run."""
    chance = random.Random(place)
    name = f"{chance.choice(NAMES)} {chance.choice(FAMILIES)}"
    number, reference = f"+22507{place:08d}", f"EFB.{30_000_000 + place}"
    complaint = chance.choice(DIALOGUES)[0]
    words = [_words(chance) for _ in range(3)]
    other = f"05 {chance.randrange(100):02d} {chance.randrange(100):02d} {place % 100:02d} {place // 100 % 100:02d}"
    wrote = (f"{complaint} {words[0]}", f"{reference} {words[1]}", f"le numéro est {other}", f"merci {words[2]}")
    pairs = (
        each
        for said, answer in zip(wrote, SAID, strict=True)
        for each in ((Author.CUSTOMER, said), (Author.BOT, answer))
    )
    return Talk(name, number, reference, tuple(pairs))


def _words(chance: random.Random) -> str:
    """Some words as often as words come: the one of rank n with weight 1/n."""
    ranked, weights = _vocabulary()
    return " ".join(chance.choices(ranked, cum_weights=weights, k=WORDS_EACH))


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """The French that the assistant knows, in an order drawn once."""
    french = sorted(word for word in Normaliser(brand.load(settings.BRAND)).french if word.isalpha() and len(word) > 2)
    random.Random(0).shuffle(french)
    return french, list(accumulate(1 / rank for rank in range(1, len(french) + 1)))


def common_words(count: int) -> list[str]:
    """The most frequent of the drawn words."""
    return _vocabulary()[0][:count]


def rare_words(count: int) -> list[str]:
    """The least frequent ones."""
    return _vocabulary()[0][-count:]
