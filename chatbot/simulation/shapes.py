"""Identifiers, numbers and sums: drawn in each network's own shape, and written the many ways customers write them.

Shapes are those of the domain notes (operators.toml): Wave ``T`` and 16 of A-Z2-7, Orange ``MP…``, MTN digits, Moov
``MRCH…`` or ``CF…``, Trésor anything. Phone numbers use the invented groups 07 00, 05 11 and 01 00.
"""

from __future__ import annotations

import re
from random import Random

BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
GROUPS = {"Orange": "0700", "MTN": "0511", "Moov": "0100"}
TENS = {10: "dix", 20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 100: "cent"}


def new_reference(rng: Random) -> str:
    """``EFB.`` and eight digits."""
    return f"EFB.{rng.randrange(28_000_000, 33_000_000)}"


def new_operator_id(network: str, rng: Random) -> str:
    """An identifier as the sending network makes it, in canonical form."""
    day = f"{rng.randrange(24, 26)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    dated = f"{day}.{rng.randrange(24):02d}{rng.randrange(60):02d}.{rng.choice('ABCD')}{_digits(5, rng)}"
    match network:
        case "Wave":
            return "T" + "".join(rng.choice(BASE32) for _ in range(15)) + rng.choice("234567")
        case "Orange":
            return f"MP{dated}"
        case "MTN":
            return rng.choice("3456789") + _digits(rng.choice((8, 9, 10, 10)), rng)
        case "Moov":
            return rng.choice((f"MRCH{day}{_digits(6, rng)}", f"CF{dated}"))
        case _:
            return rng.choice(
                (f"TM{_digits(10, rng)}", rng.choice("3456789") + _digits(8, rng), f"TP{day}{_digits(4, rng)}")
            )


def new_phone(network: str, rng: Random) -> str:
    """Ten national digits; Wave and Trésor take any prefix."""
    return (GROUPS.get(network) or rng.choice(tuple(GROUPS.values()))) + _digits(6, rng)


def new_amount(rng: Random) -> int:
    """A sum people send, in francs."""
    return rng.choice((2_000, 5_000, 7_500, 10_000, 12_500, 15_000, 20_000, 25_000, 35_000, 50_000, 75_000, 100_000))


def new_pot_code(rng: Random) -> str:
    """A cotisation's code."""
    return f"{rng.choice(('CT', 'COT', 'TT'))}{rng.randrange(10_000, 99_999)}"


def write_reference(value: str, rng: Random, *, bare: bool) -> str:
    """One way to write a reference; bare digits only where it was asked for."""
    digits = value.removeprefix("EFB.")
    forms = [value, value, f"EFB{digits}", f"EFB {digits}", f"EFB:{digits}", f"efb.{digits}", f"efb{digits}",
             f"EFB. {digits}", f"efb {digits[:4]} {digits[4:]}", f"« {value} »", f"EFB-{digits}",
             "EFB." + digits.replace("0", "O"), "EFB" + digits.replace("1", "I", 1)]  # fmt: skip
    return rng.choice([*forms, digits, digits] if bare else forms)


def write_operator_id(value: str, rng: Random) -> str:
    """One way to write a transaction's identifier: other case, spaces, dashes, line breaks, 0 for O and 1 for I."""
    forms = [value, value, value, value.lower(), value.replace(".", ""), value.lower().replace(".", "")]
    if value.isdigit():
        forms += [value, f"{value[:3]} {value[3:6]} {value[6:]}"]
    elif value.startswith("T") and len(value) == 17:
        at = rng.randrange(6, 12)
        cuts = [f"{text[:at]}{gap}{text[at:]}" for gap in (" ", "-", "\n", "-\n") for text in (value, value.lower())]
        forms += [value.replace("O", "0").replace("I", "1"), rng.choice(cuts), rng.choice(cuts)]
    elif value.startswith(("MRCH", "CF", "MP")):
        head = re.match(r"[A-Z]+\d{6}", value)
        at = head.end() if head else 4
        forms += [f"{value[:at]} {value[at:]}", f"{value[:at]}\n{value[at:]}"]
    return rng.choice(forms)


def write_phone(value: str, rng: Random) -> str:
    """One way to write a phone number."""
    pairs = [value[at : at + 2] for at in range(0, 10, 2)]
    return rng.choice((value, value, " ".join(pairs), ".".join(pairs), f"+225{value}", f"+225 {' '.join(pairs)}",
                       f"00225{value}", "-".join(pairs)))  # fmt: skip


def write_amount(value: int, rng: Random) -> str:
    """One way to write a sum."""
    spaced = f"{value:,}".replace(",", " ")
    forms = [
        f"{value}f",
        f"{value} fcfa",
        f"{spaced} f",
        f"{spaced} FCFA",
        spaced.replace(" ", ".") + "f",
        f"{value} F CFA",
    ]
    if value % 1000 == 0:
        forms += [f"{value // 1000}k", f"{value // 1000} mille", f"{value // 1000}mil"]
        if value // 1000 in TENS:
            forms.append(f"{TENS[value // 1000]} mille")
    return rng.choice(forms)


def _digits(count: int, rng: Random) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def alike(slot: str, one: str | int | None, other: str | int | None) -> bool:
    """Whether two values of a slot are the same to the back office: punctuation, case and Wave's O/0, I/1 aside."""
    return _plain(slot, one) == _plain(slot, other)


def _plain(slot: str, value: str | int | None) -> str:
    text = re.sub(r"[^A-Z0-9]", "", str(value).upper())
    if slot == "operator_tx_id" and len(text) == 17 and text.startswith("T"):
        return text.replace("0", "O").replace("1", "I")
    if slot.endswith("msisdn"):
        return text[-10:]
    return text
