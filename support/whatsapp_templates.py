"""The WhatsApp templates of a brand (templates.toml): how they read, what fills them, which of them are approved."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from chatbot import brand as brands
from chatbot.brand import BrandError

REOPEN, STATUS = "reopen", "status"
CATEGORIES = ("utility", "marketing", "authentication")
LONGEST_VALUE = 60  # characters; Meta refuses a variable that makes up most of a message
_HOLE = re.compile(r"\{\{(\d+)\}\}")
_FIELDS = {"label", "category", "text", "variables", "offered"}


@dataclass(frozen=True, slots=True)
class Template:
    """One approved wording. ``variables``: what fills {{1}}, {{2}} …, each a name and the words for want of it."""

    name: str
    label: str
    category: str
    text: str
    variables: tuple[tuple[str, str], ...] = ()
    offered: bool = True

    def values(self, known: Mapping[str, str]) -> dict[str, str]:
        """ "1", "2" … → what fills them; one that is not known is left out."""
        found = (_on_one_line(known.get(name, "")) or otherwise for name, otherwise in self.variables)
        return {str(number): value for number, value in enumerate(found, start=1) if value}

    def lacking(self, known: Mapping[str, str]) -> list[str]:
        """The names of what is not known and has no words for want of it."""
        filled = self.values(known)
        return [name for number, (name, _) in enumerate(self.variables, start=1) if str(number) not in filled]

    def worded(self, values: Mapping[str, str]) -> str:
        """As the customer reads it. Raises KeyError for a value that is not there."""
        return _HOLE.sub(lambda hole: values[hole[1]], self.text)


@cache
def of(brand: str) -> Mapping[str, Template]:
    """Every template by its name, in the brand's order; none without a templates.toml. Raises BrandError."""
    file = brands.load(brand).path / "templates.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {name: _read(brand, name, row) for name, row in table.items()}


def sid(name: str) -> str:
    """The Content SID under which the provider knows a template; "" for one that is not approved yet."""
    own = {REOPEN: settings.TWILIO_TEMPLATE_REOPEN, STATUS: settings.TWILIO_TEMPLATE_STATUS}
    return str(own.get(name) or settings.TWILIO_TEMPLATES.get(name, ""))


def named(brand: str, content_sid: str) -> Template | None:
    """The template that the provider knows as ``content_sid``. For the simulator, which stands in for the provider."""
    return next((each for each in of(brand).values() if content_sid and sid(each.name) == content_sid), None)


def _read(brand: str, name: str, row: Mapping[str, object]) -> Template:
    where = f"{brand}/templates.toml: [{name}]"
    if strange := set(row) - _FIELDS:
        raise BrandError(f"{where}: unknown field {sorted(strange)[0]!r}")
    texts = [row.get(field) for field in ("label", "category", "text")]
    if not all(isinstance(text, str) and text for text in texts) or row["category"] not in CATEGORIES:
        raise BrandError(f"{where}: label, text and a category ({', '.join(CATEGORIES)}) are expected")
    given = row.get("variables", [])
    if not isinstance(given, list) or not all(isinstance(each, str) and each for each in given):
        raise BrandError(f"{where}: field 'variables': a list of names is expected")
    found = Template(
        name,
        label=str(row["label"]),
        category=str(row["category"]),
        text=str(row["text"]),
        variables=tuple((each.partition("|")[0], each.partition("|")[2]) for each in given),
        offered=row.get("offered", True) is True,
    )
    if sorted(set(_HOLE.findall(found.text))) != [str(n) for n in range(1, len(given) + 1)]:
        raise BrandError(f"{where}: the text must use {{{{1}}}} to {{{{{len(given)}}}}}, one for each variable")
    return found


def _on_one_line(value: str) -> str:
    """What Meta takes in a variable: no line breaks, no runs of blanks, not too long."""
    return " ".join(value.split())[:LONGEST_VALUE].strip()
