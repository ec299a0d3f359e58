"""Teaching a standing mind: reviewed corrections count at once, and what they would change is tried before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from chatbot.anonymise.masking import personal_spans
from chatbot.anonymise.outgoing import Outgoing
from chatbot.anonymise.secrets import mask_secrets
from chatbot.brand import Example
from chatbot.corrections import Correction, with_corrections
from chatbot.forms.text import fold
from chatbot.hearing import Ear
from chatbot.normalise import Normaliser
from chatbot.turn import Mind

TRIED = 400  # examples read again to see what a correction changes
# What stands for personal data in an example that is kept: of the same kind, and nobody's.
STAND_INS = {
    "TEL": "0700000000",
    "NOM": "Konan",
    "EMAIL": "client@example.com",
    "ADRESSE": "Cocody",
    "REF": "EFB.30000000",
    "ID": "TAAAAAAAAAAAAAAAA",
    "CODE": "COT-0000",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """A written example whose intent a correction changes."""

    text: str
    before: str
    after: str


def teach(mind: Mind, corrections: Sequence[Correction]) -> Mind:
    """The same mind with reviewed ``corrections`` over its lexicon and examples; nothing is trained anew.

    Raises BrandError on an intent that the brand does not know.
    """
    lexicon, examples, conflicts = with_corrections(mind.brand.lexicon, mind.brand.examples, corrections)
    brand = replace(mind.brand, lexicon=lexicon, examples=examples, conflicts=(*mind.brand.conflicts, *conflicts))
    normaliser = Normaliser(brand)
    understander = mind.understander.taught(brand, normaliser.normalise)
    return replace(
        mind,
        brand=brand,
        ear=Ear(normaliser.normalise, understander.understand),
        understander=understander,
        outgoing=Outgoing.of(brand, normaliser.french),
    )


def read(mind: Mind, text: str, asked: str = "") -> tuple[str, str]:
    """Standard French and intent of ``text``, said after ``asked``."""
    normalised = mind.ear.normalise(text)
    meaning = mind.ear.understand(normalised, text, [asked] if asked else [])
    return normalised.text, meaning.intent.name


def holds(mind: Mind, correction: Correction) -> bool:
    """Whether ``mind`` reads the correction's message as it says; a word's example is its ``note``."""
    if correction.kind == "intent":
        return read(mind, correction.written, correction.asked)[1] == correction.meant
    heard = f" {_plain(mind.ear.normalise(correction.note or correction.written).text)} "
    if correction.meant == "<DROP>":
        return f" {_plain(correction.written)} " not in heard
    return f" {_plain(correction.meant)} " in heard


def effects(before: Mind, after: Mind, correction: Correction) -> tuple[int, tuple[Effect, ...]]:
    """How many written examples hold the corrected words, and those that ``after`` takes for another intent."""
    near = list(_near(before.brand.examples, correction))[:TRIED]
    changed = []
    for example in near:
        was, now = read(before, example.text, example.asked)[1], read(after, example.text, example.asked)[1]
        if was != now:
            changed.append(Effect(example.text, was, now))
    return len(near), tuple(changed)


def without_personal_data(text: str) -> str:
    """``text`` as an example that may be kept: secrets masked, numbers, identifiers and names those of nobody."""
    safe = mask_secrets(text)
    for start, end, kind in reversed(personal_spans(safe)):
        safe = safe[:start] + STAND_INS[kind] + safe[end:]
    return safe


def _near(examples: Sequence[Example], correction: Correction) -> Iterator[Example]:
    form = f" {_plain(correction.written)} "
    return (example for example in examples if form in f" {_plain(example.text)} ")


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())
