"""An approved article: how customers ask, and the words that answer, with placeholders where figures stand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from chatbot.brand import BrandError

FENCE = "+++"
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
HOLE = re.compile(r"\{([^{}]*)\}")
LEAST_QUESTIONS = 8  # fewer forms leave most spellings of a question unmet
LONGEST_ANSWER = 1200  # characters, placeholders open: an answer fits one WhatsApp message with a greeting before it
FIELDS = frozenset({"title", "version", "brand", "topics", "default_for", "questions", "valid_from", "valid_until"})
Code = Literal["missing", "too_few", "too_long", "figure", "unknown_placeholder", "brace", "dates", "slug"]


class ArticleError(BrandError):
    """An article file that cannot be used; the message names the file and the field."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an article: which field, in which way, and the value that shows it."""

    field: str
    code: Code
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One answer. ``valid_from`` and ``valid_until`` are days, both included; None: no bound.

    ``topics`` are the question topics it belongs to; ``default_for`` those it answers when no article fits better.
    """

    slug: str
    title: str
    answer: str
    questions: tuple[str, ...]
    version: int = 1
    brand: str = ""
    topics: tuple[str, ...] = ()
    default_for: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def source(self) -> str:
        """How a reply cites it: « frais@2 »."""
        return f"{self.slug}@{self.version}"

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Names of the figures its answer speaks, in order, each once."""
        return tuple(dict.fromkeys(HOLE.findall(self.answer)))

    def valid_on(self, day: date) -> bool:
        """Whether it may be quoted on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


def faults(article: Article, figures: Collection[str]) -> tuple[Fault, ...]:
    """All that is wrong with an article, ``figures`` being the placeholders there are; empty for a sound one."""
    found: list[Fault] = []
    if not SLUG.fullmatch(article.slug):
        found.append(Fault("slug", "slug", article.slug))
    if not article.title.strip():
        found.append(Fault("title", "missing"))
    if len(article.questions) < LEAST_QUESTIONS:
        found.append(Fault("questions", "too_few", str(len(article.questions))))
    if article.valid_from and article.valid_until and article.valid_until < article.valid_from:
        found.append(Fault("valid_until", "dates", article.valid_until.isoformat()))
    return (*found, *_answer_faults(article, figures))


def _answer_faults(article: Article, figures: Collection[str]) -> list[Fault]:
    words = HOLE.sub(" ", article.answer)
    if not article.answer.strip():
        return [Fault("answer", "missing")]
    found = [Fault("answer", "unknown_placeholder", name) for name in article.placeholders if name not in figures]
    if typed := re.search(r"\d[\d\s]*", words):
        found.append(Fault("answer", "figure", typed[0].strip()))
    if "{" in words or "}" in words:
        found.append(Fault("answer", "brace"))
    if len(article.answer) > LONGEST_ANSWER:
        found.append(Fault("answer", "too_long", str(len(article.answer))))
    return found


def read(slug: str, text: str, figures: Collection[str]) -> Article:
    """An article from its file: TOML between ``+++`` lines, then the answer. Raises ArticleError naming the field."""
    where = f"knowledge/{slug}.md"
    table, answer = _parts(where, text)
    if strange := sorted(set(table) - FIELDS):
        raise ArticleError(f"{where}: field {strange[0]!r}: not a field of an article")
    article = Article(
        slug=slug,
        title=_text(where, table, "title"),
        answer=answer.strip(),
        questions=_texts(where, table, "questions"),
        version=_version(where, table),
        brand=_text(where, table, "brand") if "brand" in table else "",
        topics=_texts(where, table, "topics"),
        default_for=_texts(where, table, "default_for"),
        valid_from=_day(where, table, "valid_from"),
        valid_until=_day(where, table, "valid_until"),
    )
    for fault in faults(article, figures):
        detail = f": {fault.detail}" if fault.detail else ""
        raise ArticleError(f"{where}: field {fault.field!r}: {ENGLISH[fault.code]}{detail}")
    return article


ENGLISH: Mapping[Code, str] = {
    "missing": "must not be empty",
    "too_few": f"at least {LEAST_QUESTIONS} question forms are expected",
    "too_long": f"at most {LONGEST_ANSWER} characters are expected",
    "figure": "figures stand as placeholders, never typed",
    "unknown_placeholder": "no such placeholder",
    "brace": "a brace that opens or closes no placeholder",
    "dates": "ends before it begins",
    "slug": "small letters, digits and dashes are expected",
}


def _parts(where: str, text: str) -> tuple[Mapping[str, object], str]:
    before, opened, rest = text.partition(f"{FENCE}\n")
    head, closed, answer = rest.partition(f"\n{FENCE}\n")
    if before.strip() or not opened or not closed:
        raise ArticleError(f"{where}: field 'front matter': expected between two lines of {FENCE}")
    try:
        return tomllib.loads(head), answer
    except tomllib.TOMLDecodeError as error:
        raise ArticleError(f"{where}: field 'front matter': {error}") from error


def _text(where: str, table: Mapping[str, object], name: str) -> str:
    if not isinstance(found := table.get(name), str):
        raise ArticleError(f"{where}: field {name!r}: a text is expected, not {found!r}")
    return found


def _texts(where: str, table: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = table.get(name, [])
    if not isinstance(found, Sequence) or isinstance(found, str) or not all(isinstance(one, str) for one in found):
        raise ArticleError(f"{where}: field {name!r}: a list of texts is expected")
    return tuple(found)


def _version(where: str, table: Mapping[str, object]) -> int:
    found = table.get("version")
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise ArticleError(f"{where}: field 'version': a whole number from 1 is expected, not {found!r}")
    return found


def _day(where: str, table: Mapping[str, object], name: str) -> date | None:
    found = table.get(name)
    if found is not None and type(found) is not date:
        raise ArticleError(f"{where}: field {name!r}: a day such as 2026-01-31 is expected, not {found!r}")
    return found
