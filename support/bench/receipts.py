"""Reads the drawn receipts of tests/receipts and counts what was read right, asked about, and wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from chatbot import brand
from chatbot.reading.agree import IDENTIFIERS, Reading, read_picture
from chatbot.reading.rules import ReceiptRules
from support.media.tesseract import Tesseract

FOLDER = Path(settings.BASE_DIR) / "tests" / "receipts"
KINDS = ("easytransfert", "wave", "orange", "mtn", "moov", "tresor", "sms")
VARIANTS = ("light", "dark", "cropped", "noisy", "angle")
PATIENCE = 120.0  # seconds a picture may take here; what it may take in the house is READING_SECONDS


@dataclass(frozen=True, slots=True)
class Receipt:
    """A picture and what it really says."""

    file: str
    kind: str
    variant: str
    fields: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was read of a receipt, in how many seconds."""

    receipt: Receipt
    reading: Reading
    seconds: float

    @property
    def right(self) -> int:
        """Fields read right, certain or not."""
        return sum(self.reading.value(name) == value for name, value in self.receipt.fields.items())

    @property
    def wrong_unasked(self) -> list[str]:
        """Identifiers taken as certain that are not what the picture says."""
        told = self.receipt.fields
        certain = [fact for fact in self.reading.facts if fact.name in IDENTIFIERS and fact.certain]
        return [f"{self.receipt.file}: {fact.value}" for fact in certain if told.get(fact.name) != fact.value]

    @property
    def taken_unasked(self) -> bool:
        """Whether its identifier was certain and right."""
        return any(fact.name in IDENTIFIERS and fact.certain for fact in self.reading.facts) and not self.wrong_unasked


def receipts(folder: Path = FOLDER) -> list[Receipt]:
    """All that the manifest lists."""
    lines = (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return [Receipt(**json.loads(line)) for line in lines]


def read_all(chosen: Sequence[Receipt], folder: Path = FOLDER) -> list[Outcome]:
    """Read them, two at a time."""
    rules = ReceiptRules.read(brand.load(settings.BRAND))

    def one(receipt: Receipt) -> Outcome:
        began = time.monotonic()
        content = (folder / receipt.file).read_bytes()
        reading = read_picture(Tesseract(began + PATIENCE), content, rules)
        return Outcome(receipt, reading, time.monotonic() - began)

    with ThreadPoolExecutor(2) as readers:
        return list(readers.map(one, chosen))


def share_right(outcomes: Iterable[Outcome]) -> float:
    """Of all fields, those read right, in [0, 1]."""
    found = list(outcomes)
    return sum(one.right for one in found) / max(1, sum(len(one.receipt.fields) for one in found))
