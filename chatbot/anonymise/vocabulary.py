"""The words that are everybody's: what a house writes and many customers wrote; another may tell who wrote it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chatbot.anonymise.known_names import KNOWN
from chatbot.brand import Brand
from chatbot.forms.text import fold

LETTERS = re.compile(r"[^\W\d_]+")
ELIDED = frozenset({"l", "d", "j", "c", "n", "m", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quelqu", "aujourd"})
LONE = frozenset({"a", "y", "t"})  # letters that are words, or parts of them: "y a-t-il"
SHOUTS_FROM = 3  # words
NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Folded words. ``proper``: those the house itself writes with a capital. None at all: every word is known."""

    words: frozenset[str] = frozenset()
    proper: frozenset[str] = frozenset()
    spoken_address: re.Pattern[str] = NEVER

    @classmethod
    def of(cls, brand: Brand, table: Mapping[str, object], french: Iterable[str]) -> Vocabulary:
        """Of a brand's data; ``french`` are folded words its normaliser takes for right, ``table`` is outgoing.toml."""
        own = [*brand.articles.values(), *_texts(brand.wording), *_texts(brand.operators), *_texts(brand.settings)]
        own += [*(row.standard for row in brand.lexicon), *strings(table, "proper")]
        never = frozenset(map(fold, strings(table, "never_capital")))
        seen: Counter[str] = Counter()
        for example in brand.examples:
            seen.update({fold(word) for word in LETTERS.findall(example.text)})
        often = int(str(table.get("often", 3)))
        known = {fold(word) for text in own for word in LETTERS.findall(text)}
        known |= {word for word, times in seen.items() if times >= often}
        known |= {fold(word) for word in french} | set(map(fold, strings(table, "keep")))
        known = {word for word in known if len(word) > 1} - KNOWN
        proper = {fold(w) for text in own for w in LETTERS.findall(text) if w[0].isupper()} - never - KNOWN
        return cls(frozenset(known), frozenset(proper), _spoken(strings(table, "at"), strings(table, "dot")))

    def knows(self, word: str, *, first: bool) -> bool:
        """Whether it may be read by strangers. ``first``: a capital says nothing where this word stands."""
        if not self.words:
            return True
        bare = fold(word).rstrip("'")
        if word.endswith(("'", "’")):
            return bare in ELIDED
        if len(bare) == 1:
            return bare in LONE and (first or word.islower())
        return bare in self.words and (first or not word[0].isupper() or bare in self.proper)

    def addresses(self, text: str) -> str:
        """The text with e-mail addresses as they are said aloud, or torn apart, taken out."""
        out: list[str] = []
        position = 0
        for match in self.spoken_address.finditer(fold(text)):
            out += (text[position : match.start()], "[EMAIL]")
            position = match.end()
        return "".join((*out, text[position:]))

    @staticmethod
    def shouts(text: str) -> bool:
        """All in capitals: a capital says nothing then."""
        words = [word for word in LETTERS.findall(text) if len(word) > 1]
        return len(words) >= SHOUTS_FROM and sum(word.isupper() for word in words) * 5 > len(words) * 3


def strings(table: Mapping[str, object], name: str) -> tuple[str, ...]:
    """A list of words of outgoing.toml."""
    found = table.get(name, ())
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _spoken(ats: tuple[str, ...], dots: tuple[str, ...]) -> re.Pattern[str]:
    """ "kouame point jean arobase gmail point com", "kouame . jean @ gmail . com"."""
    if not ats:
        return NEVER
    at = rf"(?: ?@ ?| (?:{'|'.join(ats)}) )"
    dot = rf"(?: ?\. ?| (?:{'|'.join(dots)}) )"
    part = r"[\w+\-]+"
    return re.compile(rf"(?<![\w.]){part}(?:{dot}{part}){{0,4}}{at}{part}(?:{dot}{part}){{0,3}}")


def _texts(value: object) -> Iterator[str]:
    """Every string of a table of data, names of fields included, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
