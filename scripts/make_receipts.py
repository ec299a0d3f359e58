"""Draws receipts for tests/receipts: six kinds and forwarded SMS, each light, dark, cropped, noisy and at an angle.

    .venv/bin/python scripts/make_receipts.py --seed 2026 --each 2 --out tests/receipts

All data is invented. The same seed draws the same receipts (with the same Pillow and the DejaVu fonts, which
`apt-get install fonts-dejavu-core` brings). manifest.jsonl holds what every picture really says.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from receipts.drawing import draw
from receipts.facts import OPERATORS, invent
from receipts.kinds import easytransfert, of_operator, sms
from receipts.spoiling import SPOIL, save

VARIANTS = ("light", "dark", "cropped", "noisy", "angle")


def main() -> None:
    """Draw, and write the manifest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--each", type=int, default=2, help="pictures of a kind and a variant")
    parser.add_argument("--out", type=Path, default=Path("tests/receipts"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for old in (*options.out.glob("*.png"), *options.out.glob("*.jpg")):
        old.unlink()
    rng, lines = random.Random(options.seed), []
    for number in range(options.each):
        makers = [(easytransfert, None), *((of_operator, name) for name in OPERATORS), (sms, None)]
        for place, (maker, operator) in enumerate(makers):
            for order, variant in enumerate(VARIANTS):
                sender = operator or OPERATORS[(number * len(VARIANTS) + order + place) % len(OPERATORS)]
                page = maker(invent(rng, sender), rng)
                image = SPOIL[variant](draw(page, rng, dark=variant == "dark"), rng)
                path = save(image, options.out / f"{page.kind}-{variant}-{number + 1}", variant, sent=number % 2 == 1)
                lines.append({"file": path.name, "kind": page.kind, "variant": variant, "fields": page.shown})
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (options.out / "manifest.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
