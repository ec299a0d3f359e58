"""Deployments, prices and switches from a TOML file, all or nothing; a file taken twice changes nothing.

[[deployment]]
name = "france-premium"
provider = "azure"
tier = "premium"
model = "gpt-premium"
base_url = "https://france.openai.azure.com"
api_version = "2024-10-21"
key_variable = "VOICE_KEY_FRANCE"
enabled = true
price = { input = "2.50", output = "10.00", cached = "1.25" }

[[switch]]
brand = "easytransfert"
daily_usd = "100"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from support import db
from support.models import VoiceDeployment, VoicePrice, VoiceSwitch
from support.voices import changes

OF_DEPLOYMENT = ("provider", "tier", "model", "base_url", "region", "api_version", "key_variable", "brands", "enabled")
OF_SWITCH = ("remote", "premium", "open_questions", "openai", "daily_usd", "customer_daily_usd")
YES_OR_NO = frozenset({"enabled", "remote", "premium", "open_questions", "openai"})
OF_PRICE = {"input": "input_usd", "output": "output_usd", "cached": "cached_usd"}
Table = Mapping[str, Any]


class NotTaken(ValueError):
    """The file is refused; the text names the field."""


@dataclass(frozen=True, slots=True)
class Taken:
    """How many of each the file named."""

    deployments: int
    switches: int


def load(path: Path) -> Taken:
    """Raises NotTaken, OSError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotTaken(str(error)) from error
    _known("", content, ("deployment", "switch"))
    deployments, switches = _tables(content, "deployment", "name"), _tables(content, "switch", "brand")
    with db.write():
        for one in deployments:
            _take_deployment(one)
        for one in switches:
            _take_switch(one)
    return Taken(len(deployments), len(switches))


def _take_deployment(table: Table) -> None:
    where = f"deployment '{table['name']}'"
    _known(where, table, ("name", "price", *OF_DEPLOYMENT))
    row = VoiceDeployment.objects.filter(name=table["name"]).first() or VoiceDeployment(name=table["name"])
    for field in OF_DEPLOYMENT:
        if field in table:
            setattr(row, field, _plain(where, field, table[field]))
    wanted, row.enabled = row.enabled, row.enabled and bool(row.pk)
    with _named(where):
        if not row.pk:
            changes.save_deployment(row, None)
        if "price" in table:
            _take_price(where, row, table["price"])
        row.enabled = wanted
        changes.save_deployment(row, None)


def _take_price(where: str, row: VoiceDeployment, table: Any) -> None:
    if not isinstance(table, dict):
        raise NotTaken(f"{where}: field 'price': must be a table")
    _known(f"{where}: price", table, (*OF_PRICE, "valid_from"))
    figures = {column: _dollars(f"{where}: price", name, table) for name, column in OF_PRICE.items()}
    begins = table.get("valid_from", None)
    if begins is not None and (not isinstance(begins, datetime) or begins.tzinfo is None):
        raise NotTaken(f"{where}: price: field 'valid_from': must be a moment with its offset, 2026-01-01T00:00:00Z")
    newest = row.prices.order_by("-number").first()
    if newest and all(getattr(newest, column) == figure for column, figure in figures.items()):
        return
    changes.add_price(VoicePrice(deployment=row, valid_from=begins or timezone.now(), **figures), None)


def _take_switch(table: Table) -> None:
    where = f"switch '{table['brand']}'"
    _known(where, table, ("brand", *OF_SWITCH))
    row = VoiceSwitch.objects.filter(brand=table["brand"]).first() or VoiceSwitch(brand=table["brand"])
    for field in OF_SWITCH:
        if field in table:
            value = _dollars(where, field, table) if field.endswith("_usd") else _plain(where, field, table[field])
            setattr(row, field, value)
    with _named(where):
        changes.save_switch(row, None)


@contextmanager
def _named(where: str) -> Iterator[None]:
    """Says of which row a ValidationError is."""
    try:
        yield
    except ValidationError as error:
        field, texts = next(iter(error.message_dict.items()))
        raise NotTaken(f"{where}: field '{field}': {texts[0]}") from error


def _tables(content: Table, name: str, key: str) -> list[Table]:
    rows = content.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise NotTaken(f"field '{name}': must be [[{name}]] tables")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row.get(key), str) or not row[key]:
            raise NotTaken(f"{name} {number}: field '{key}': must be a name")
    return rows


def _known(where: str, table: Table, names: tuple[str, ...]) -> None:
    if unknown := sorted(set(table) - set(names)):
        raise NotTaken(f"{where}: field '{unknown[0]}': unknown".removeprefix(": "))


def _plain(where: str, field: str, value: Any) -> str | bool:
    if field == "brands" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return " ".join(value)
    wanted = bool if field in YES_OR_NO else str
    if not isinstance(value, wanted):
        raise NotTaken(f"{where}: field '{field}': must be {'true or false' if wanted is bool else 'a text'}")
    return value


def _dollars(where: str, field: str, table: Table) -> Decimal:
    value = table.get(field)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise NotTaken(f"{where}: field '{field}': must be dollars, such as \"2.50\"")
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise NotTaken(f"{where}: field '{field}': '{value}' is no amount of dollars") from error
