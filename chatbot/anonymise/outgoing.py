"""What may leave the house of a customer's words: words everybody uses, none that names or counts what is theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from chatbot.anonymise.masking import anonymise, personal_spans
from chatbot.anonymise.quantities import Quantities
from chatbot.anonymise.vault import Vault
from chatbot.anonymise.vocabulary import Vocabulary, strings
from chatbot.brand import Brand
from chatbot.forms.text import fold

MARK = re.compile(r"(\[[A-Z]+\]|\*{3,})")
VAULTED = re.compile(r"\[([A-Z]+)_\d+\]")
NUMBER = re.compile(r"\w*\d\w*(?:[\s.,:/+()–-]{1,3}\w*\d\w*)*")
# Letters one by one, as an id or a name is dictated: "T E Z D", "k.o.n.e".
SPELT_OUT = re.compile(r"(?<![\w'’])[^\W_](?:[ .\-_,/][^\W_](?![\w'’])){2,}")
WORD = re.compile(r"[^\W_]+(?:['’](?!\s))?")
CAPS = "\ufe0f\u20e3\u200b-\u200d\u2060\ufeff"  # key caps and what is not seen
TWICE = re.compile(rf"(\[[A-Z]+\])(?:[ ,.;:/{CAPS}-]*\1)+[{CAPS}]*")
NAME_LETTERS = 3
PASSES = 6


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The mask of a brand. Marks are ``[TEL]``, ``[NOM]``, ``[NOMBRE]``, ``[MOT]`` and so on; secrets are ``****``."""

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    quantities: Quantities = field(default_factory=Quantities)

    @classmethod
    def of(cls, brand: Brand, french: Iterable[str]) -> Outgoing:
        """Of a brand's data; ``french`` are the folded words its normaliser takes for right."""
        table, money = brand.outgoing, brand.cues.get("money", {})
        slang = [*money.get("units", ()), *money.get("contested", ())] if isinstance(money, Mapping) else []
        lists = (frozenset(map(fold, words)) for words in (slang, strings(table, "rough"), strings(table, "months")))
        return cls(Vocabulary.of(brand, table, french), Quantities(*lists))

    def mask(self, text: str, written: str = "") -> str:
        """``text`` (standard French) as a stranger may read it; masked again it is the same.

        ``written`` is the customer's own writing: a name that shows only there is taken out of the text as well.
        """
        names = _names(written or text)
        for _ in range(PASSES):
            masked = self._once(text, names)
            if masked == text:
                break
            text = masked
        return text

    def _once(self, text: str, names: Collection[str]) -> str:
        safe = VAULTED.sub(r"[\1]", anonymise(text, Vault())[0])
        safe = _between_marks(safe, self.vocabulary.addresses)
        safe = _between_marks(safe, lambda piece: SPELT_OUT.sub("[ID]", piece))
        safe = _between_marks(safe, lambda piece: NUMBER.sub("[NOMBRE]", piece))
        safe = _between_marks(safe, self.quantities.mask)
        safe = self.quantities.mend(safe)
        shouts = self.vocabulary.shouts(text)
        pieces = MARK.split(safe)
        start = True
        for index, piece in enumerate(pieces):
            if index % 2 == 0:
                pieces[index] = self._words(piece, names, start=start, shouts=shouts)
            start = piece.rstrip().endswith((".", "!", "?", "…")) or (start and not piece.strip())
        return TWICE.sub(r"\1", "".join(pieces))

    def _words(self, piece: str, names: Collection[str], *, start: bool, shouts: bool) -> str:
        """Words nobody but this customer may have written, masked one by one. ``start``: a sentence begins here."""

        def one(match: re.Match[str]) -> str:
            word = match.group()
            left = piece[: match.start()].rstrip(" \t«\"'’([-*•👋")
            first = (not left and start) or left.endswith((".", "!", "?", "…", "\n", ":"))
            if fold(word) in names:
                return "[NOM]"
            return word if self.vocabulary.knows(word, first=first or shouts) else "[MOT]"

        return WORD.sub(one, piece)


def outgoing(text: str) -> str:
    """With the words of no brand known: what the forms of facts and names alone take out."""
    return Outgoing().mask(text)


def _names(written: str) -> frozenset[str]:
    """Folded words of the names a customer wrote, where they were announced or are well known."""
    spans = (written[start:end] for start, end, kind in personal_spans(written) if kind == "NOM")
    words = (fold(word) for span in spans for word in WORD.findall(span))
    return frozenset(word for word in words if len(word) >= NAME_LETTERS)


def _between_marks(text: str, change: Callable[[str], str]) -> str:
    pieces = MARK.split(text)
    return "".join(piece if index % 2 else change(piece) for index, piece in enumerate(pieces))
