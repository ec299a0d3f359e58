"""What a brand's language gives away, as patterns: requests for secrets, promises, spelled figures, an act's marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chatbot.brand import BrandError

ALWAYS = re.compile("")
NEVER = re.compile(r"(?!)")
CLAUSE = re.compile(r"[,;:.!?()\n]| mais ")


@dataclass(frozen=True, slots=True)
class Marks:
    """What an act's words show: one of ``says`` when it is planned; ``alone`` only when it is."""

    says: re.Pattern[str]
    alone: frozenset[str]


@dataclass(frozen=True, slots=True)
class Watch:
    """What the brand's language gives away: requests for secrets, promises, spelled figures, greetings."""

    secrets: re.Pattern[str]
    requests: re.Pattern[str]
    warnings: re.Pattern[str]
    greetings: re.Pattern[str]
    spelled: re.Pattern[str]
    promises: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]
    addresses: re.Pattern[str]
    negations: re.Pattern[str]
    ignorance: re.Pattern[str]
    idle: frozenset[str] = frozenset()
    support: float = 1.0  # share of an open answer's telling words that its article must hold
    marks: Mapping[str, Marks] = field(default_factory=dict)
    claims: re.Pattern[str] = NEVER  # any phrase that stands alone in some act

    @classmethod
    def read(cls, settings: Mapping[str, object], marks: Mapping[str, object] | None = None) -> Watch:
        """From ``[guard]`` of brand.toml, and what each act's words must show (voice/marks.toml)."""
        table = settings.get("guard", {})
        table = table if isinstance(table, Mapping) else {}
        promises = table.get("promises", [])
        return cls(
            secrets=_any(table.get("secrets", [])),
            requests=_any(table.get("requests", [])),
            warnings=_any(table.get("warnings", [])),
            greetings=_any(table.get("greetings", [])),
            spelled=_spelled(table.get("number_words", []), table.get("units", [])),
            promises=tuple((_any(p["phrases"]), tuple(p.get("acts", ()))) for p in promises),
            addresses=_any(table.get("addresses", [])),
            negations=_any(table.get("negations", [])),
            ignorance=_any(table.get("ignorance", [])),
            idle=frozenset(str(word) for word in table.get("idle", [])),
            support=float(table.get("support", 1.0)),
            marks=(found := read_marks(marks or {})),
            claims=_any(sorted(frozenset().union(*(one.alone for one in found.values())), key=len, reverse=True)),
        )

    def asks_secret(self, words: str, *, quoting: bool) -> bool:
        """Whether a sentence asks for a PIN, a password, a code or a card.

        Clauses that warn are set aside. What is left may speak of a secret only in approved words (``quoting``), and
        even there neither request it nor put a question about it.
        """
        if not self.secrets.search(plain_text(words)):
            return False
        left = [plain for clause in CLAUSE.split(words) if not self.warnings.search(plain := plain_text(clause))]
        if any(self.requests.search(clause) for clause in left):
            return True
        return "?" in words or (not quoting and any(self.secrets.search(clause) for clause in left))


def read_marks(table: Mapping[str, object]) -> dict[str, Marks]:
    """From voice/marks.toml: a table per act. Raises BrandError naming the act."""
    found: dict[str, Marks] = {}
    for act, row in table.items():
        if not isinstance(row, Mapping) or not row.keys() <= {"says", "alone"}:
            raise BrandError(f"marks.toml: {act}: lists 'says' and 'alone' are expected")
        says = _any(row["says"]) if row.get("says") else ALWAYS
        found[act] = Marks(says, frozenset(map(plain_text, row.get("alone", []))))
    return found


def find(marks: Mapping[str, Marks], act: str) -> Marks | None:
    """The marks of an act, or of the nearest act it is a kind of."""
    while act:
        if act in marks:
            return marks[act]
        act = act.rpartition(".")[0]
    return None


def plain_text(text: str) -> str:
    """Lower case without accents, apostrophes as spaces: what the patterns are matched on."""
    bare = unicodedata.normalize("NFKD", text.lower())
    return re.sub(r"[^a-z0-9]+", " ", "".join(c for c in bare if not unicodedata.combining(c))).strip()


def _any(phrases: Sequence[str]) -> re.Pattern[str]:
    """A pattern for any of the phrases as whole words; ``(?!)`` matches nothing when there are none."""
    alternatives = "|".join(re.escape(plain_text(phrase)) for phrase in phrases)
    return re.compile(rf"\b(?:{alternatives})\b" if alternatives else r"(?!)")


def _spelled(numbers: Sequence[str], units: Sequence[str]) -> re.Pattern[str]:
    if not numbers or not units:
        return re.compile(r"(?!)")
    number = _any(numbers).pattern
    several = _any([word for word in numbers if plain_text(word) not in ("un", "une")]).pattern
    return re.compile(rf"{number} {_any(units).pattern}|{several} {several}")
