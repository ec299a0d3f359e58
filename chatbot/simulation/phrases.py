"""The brand's phrase bank for simulated customers (``customers.toml``): drawn, spread out, roughened."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from chatbot.brand import Brand, BrandError

FILE = "customers.toml"
HOLE = re.compile(r"\{(\w+)\}")
_EITHER = re.compile(r"\(([^()]*\|[^()]*)\)")
_WORD = re.compile(r"\{\w+\}|[\w'’]+|[^\w'’{]+|\{", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases by dotted name (``story.refund.texts``), names of the networks, and how words are misspelt."""

    texts: Mapping[str, tuple[str, ...]]
    spelling: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, brand: Brand) -> Phrases:
        """Raises BrandError naming the file when the brand has no phrase bank or a damaged one."""
        file = brand.path / FILE
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise BrandError(f"{FILE}: {error}") from error
        texts = dict(_flat("", table))
        rows = (row.partition(":") for row in texts.pop("spelling.words", ()))
        return cls(texts, {word.strip(): tuple(forms.split()) for word, _, forms in rows})

    def has(self, name: str) -> bool:
        """Whether there is a phrase of this name."""
        return name in self.texts

    def draw(
        self, name: str, rng: Random, holes: frozenset[str] = frozenset({"x", "old", "from", "to", "story"})
    ) -> str:
        """One phrase with its alternatives chosen; only of those whose every {hole} can be filled."""
        fitting = [text for text in self.texts[name] if set(HOLE.findall(text)) <= holes]
        return _spread(rng.choice(fitting), rng)


@dataclass(frozen=True, slots=True)
class Hand:
    """How one customer types: the shares of words misspelt and slipped on, and what becomes of case and accents."""

    misspelt: float
    slips: float
    accents: bool
    case: str  # as_is, lower or upper

    @classmethod
    def draw(cls, rng: Random) -> Hand:
        """Some write well, most in a hurry."""
        careful = rng.random() < 0.3
        return cls(
            misspelt=0.0 if careful else rng.choice((0.15, 0.35, 0.6)),
            slips=0.0 if careful else rng.choice((0.0, 0.0, 0.04)),
            accents=careful or rng.random() < 0.4,
            case="as_is" if careful else rng.choice(("as_is", "lower", "lower", "lower", "upper")),
        )

    def write(self, text: str, spelling: Mapping[str, Sequence[str]], rng: Random) -> str:
        """The text as this hand types it; {holes} stay as they are."""
        return "".join(
            piece if HOLE.match(piece) else self._word(piece, spelling, rng) for piece in _WORD.findall(text)
        )

    def _word(self, word: str, spelling: Mapping[str, Sequence[str]], rng: Random) -> str:
        known = spelling.get(word.lower())
        if known and rng.random() < self.misspelt:
            word = rng.choice(known)
        elif len(word) > 5 and word.isalpha() and rng.random() < self.slips:
            at = rng.randrange(1, len(word) - 2)
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if not self.accents:
            word = _plain(word)
        return {"lower": word.lower(), "upper": word.upper()}.get(self.case, word)


def _flat(prefix: str, table: Mapping[str, object]) -> list[tuple[str, tuple[str, ...]]]:
    rows: list[tuple[str, tuple[str, ...]]] = []
    for name, value in table.items():
        full = f"{prefix}{name}"
        if isinstance(value, dict):
            rows += _flat(f"{full}.", value)
        elif isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            rows.append((full, tuple(value)))
        else:
            raise BrandError(f"{FILE}: field '{full}': a list of texts is expected")
    return rows


def _spread(text: str, rng: Random) -> str:
    while match := _EITHER.search(text):
        text = text[: match.start()] + rng.choice(match[1].split("|")) + text[match.end() :]
    return text


@cache
def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
