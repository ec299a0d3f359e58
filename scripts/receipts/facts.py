"""Invents a transfer, and writes its values as receipts do."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime

OPERATORS = ("Wave", "Orange", "MTN", "Moov", "Trésor")
MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass
class Facts:
    """What really happened, in canonical values."""

    sender: str
    receiver: str
    amount: int
    fee: int
    at: datetime
    reference: str
    tx_id: str
    phone: str


def invent(rng: random.Random, sender: str) -> Facts:
    """One transfer, invented."""
    amount = rng.choice([1000, 2500, 5000, 7500, 12000, 15000, 20000, 32500, 45000, 75000, 100000, 150000])
    at = datetime(2026, rng.randint(1, 11), rng.randint(1, 28), rng.randint(0, 23), rng.randint(0, 59), tzinfo=UTC)
    receiver = rng.choice([name for name in OPERATORS if name != sender])
    phone = rng.choice(["07", "05", "01"]) + "00" + "".join(rng.choice("0123456789") for _ in range(6))
    reference = f"EFB.{rng.randint(28_000_000, 33_999_999)}"
    fee = min(500, max(25, amount * 15 // 1000))
    return Facts(sender, receiver, amount, fee, at, reference, tx_id(rng, sender, at), phone)


def tx_id(rng: random.Random, operator: str, at: datetime) -> str:
    """An identifier of the operator's form."""
    digits = lambda count: "".join(rng.choice("0123456789") for _ in range(count))  # noqa: E731
    dated = f"{at:%y%m%d}.{at:%H%M}.{rng.choice('ABCD')}{digits(5)}"
    match operator:
        case "Wave":
            return "T" + "".join(rng.choice(BASE32) for _ in range(16))
        case "Orange":
            return f"{rng.choice(['MP', 'PP'])}{dated}"
        case "MTN":
            return rng.choice("123456789") + digits(rng.choice([9, 10, 10]))
        case "Moov":
            return rng.choice([f"CF{dated}", f"MRCH{digits(12)}"])
        case _:
            return f"TM{digits(rng.choice([10, 12]))}"


def money(amount: int, rng: random.Random) -> str:
    """An amount as receipts write it."""
    grouped = f"{amount:,}".replace(",", rng.choice([" ", " ", ".", ""]))
    return f"{grouped} {rng.choice(['FCFA', 'FCFA', 'F CFA', 'XOF'])}"


def date(at: datetime, rng: random.Random) -> str:
    """A date as receipts write it."""
    long = f"{at.day} {MONTHS[at.month - 1]} {at.year}"
    return rng.choice([f"{at:%d/%m/%Y} à {at:%H:%M}", f"{long}, {at:%H:%M}", f"{at:%d-%m-%Y %H:%M}"])


def spaced(phone: str) -> str:
    """Digits in pairs."""
    return " ".join(phone[start : start + 2] for start in range(0, 10, 2))
