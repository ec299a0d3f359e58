"""A brief as the messages that a strong model elsewhere is sent: names and masked words, never a value or a person.

The words are the brand's own (voice/prompts.toml). What a customer wrote stands in a block of its own, as data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from chatbot.brand import Brand, BrandError
from chatbot.types import Act
from chatbot.voices.ports import Brief

IGNORANCE = "JE_NE_SAIS_PAS"  # what an honest model writes where no article answers
TEXTS = ("version", "rules", "no_greeting", "greeting", "plan", "act", "facts", "open", "article", "question", "note")
TABLES = ("mood", "length")
FORGED = re.compile(r"[<>{}@`\x00-\x1f\u2028\u2029]+")  # what could end the block, or look like our own marks
LONGEST_QUESTION = 1_200  # characters of a customer's words


@dataclass(frozen=True, slots=True)
class Prompt:
    """Messages of OpenAI's protocol, and the version of the words they were made with (for keys and the ledger)."""

    messages: tuple[Mapping[str, str], ...]
    version: str


@dataclass(frozen=True, slots=True)
class Prompts:
    """A brand's words to models."""

    brand: str
    texts: Mapping[str, Template]
    moods: Mapping[str, str]
    lengths: Mapping[str, str]
    version: str

    @classmethod
    def read(cls, brand: Brand) -> Prompts:
        """From voice/prompts.toml. Raises BrandError naming the field that is missing."""
        table = brand.prompts
        for name in TEXTS:
            if not isinstance(table.get(name), str):
                raise BrandError(f"voice/prompts.toml: field {name!r}: a text is expected")
        moods, lengths = (_texts(table, name) for name in TABLES)
        if "neu" not in moods or "web" not in lengths:
            raise BrandError("voice/prompts.toml: [mood] needs 'neu' and [length] needs 'web'")
        texts = {name: Template(str(table[name]).strip("\n")) for name in TEXTS}
        return cls(brand.name, texts, moods, lengths, str(table["version"]))

    def prompt(self, brief: Brief) -> Prompt:
        """What to send. ``brief.model`` has the words of its acts in order; the quotes of an open one have none."""
        said = [act for act in brief.acts if not (brief.open and act.quote)]
        rules = self._fill(
            "rules",
            brand=self.brand,
            length=self.lengths.get(brief.channel, self.lengths["web"]),
            greeting=self._fill("greeting" if _greets(brief) else "no_greeting"),
        )
        acts = "\n".join(self._act(act, words) for act, words in zip(said, brief.model, strict=True))
        asked = self._fill("plan", acts=acts, mood=self.moods.get(brief.mood, self.moods["neu"]))
        if brief.note:
            asked = f"{asked}\n\n{self._fill('note', words=_tame(brief.note))}"
        if brief.open:
            rules, asked = self._opened(brief, rules, asked)
        return Prompt(({"role": "system", "content": rules}, {"role": "user", "content": asked}), self.version)

    def _opened(self, brief: Brief, rules: str, asked: str) -> tuple[str, str]:
        quoted = [act for act in brief.acts if act.quote]
        articles = [self._fill("article", source=act.source, words=act.quote) for act in quoted]
        question = self._fill("question", words=_tame(brief.heard))
        example = quoted[0].source if quoted else "article@1"
        plan = [asked] if brief.model else []
        return f"{rules}\n\n{self._fill('open', example=example)}", "\n\n".join([*plan, *articles, question])

    def _act(self, act: Act, words: str) -> str:
        names = ", ".join(f"{{{fact}}}" for fact in act.facts)
        facts = self._fill("facts", names=names) if names else ""
        return self._fill("act", name=act.name, words=words.strip(), facts=facts)

    def _fill(self, name: str, /, **values: str) -> str:
        return self.texts[name].safe_substitute(values)


def _greets(brief: Brief) -> bool:
    return any(act.name.startswith("greeting") for act in brief.acts)


def _tame(words: str) -> str:
    """A customer's words without what could end their block or pass for a placeholder or a reference, on one line."""
    return " ".join(FORGED.sub(" ", words).split())[:LONGEST_QUESTION]


def _texts(table: Mapping[str, object], name: str) -> dict[str, str]:
    found = table.get(name)
    if not isinstance(found, Mapping) or not all(isinstance(text, str) for text in found.values()):
        raise BrandError(f"voice/prompts.toml: [{name}]: a table of texts is expected")
    return {str(key): str(text) for key, text in found.items()}
