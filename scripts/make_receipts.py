"""Draws receipts for tests/receipts: six kinds and forwarded SMS, each light, dark, cropped, noisy and at an angle.

    .venv/bin/python scripts/make_receipts.py --seed 2026 --each 2 --out tests/receipts

All data is invented. The same seed draws the same receipts (with the same Pillow and the DejaVu fonts, which
`apt-get install fonts-dejavu-core` brings). manifest.jsonl holds what every picture really says.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

OPERATORS = ("Wave", "Orange", "MTN", "Moov", "Trésor")
MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
VARIANTS = ("light", "dark", "cropped", "noisy", "angle")
WIDTH = 480
Rows = list[tuple[str, str]]


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


@dataclass
class Page:
    """A receipt to draw: head line, big line, rows (label, value), and the values that it shows."""

    kind: str
    head: str
    title: str
    big: str
    rows: Rows
    shown: dict[str, str | int]
    colour: tuple[int, int, int]
    stacked: bool = False
    prose: str = ""
    note: str = field(default="")


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


# --- What each kind says ------------------------------------------------------------------------------------------


def easytransfert(facts: Facts, rng: random.Random) -> Page:
    """EasyTransfert's own receipt."""
    rows = [
        ("Réf Numéro", facts.reference),
        ("De", f"{facts.sender} · {spaced('0700000001')}"),
        ("Vers", f"{facts.receiver} · {spaced(facts.phone)}"),
        ("Frais", money(facts.fee, rng)),
        ("Total débité", money(facts.amount + facts.fee, rng)),
        ("Date", date(facts.at, rng)),
    ]
    shown = {
        "easytransfert_id": facts.reference,
        "from_operator": facts.sender,
        "to_operator": facts.receiver,
        "amount": facts.amount,
        "date": f"{facts.at:%Y-%m-%d}",
    }
    state = rng.choice(["En cours de traitement", "Échoué", "Réussi"])
    title = "Reçu de transfert"
    return Page(
        "easytransfert", "EasyTransfert", title, money(facts.amount, rng), rows, shown, (12, 92, 66), note=state
    )


def of_operator(facts: Facts, rng: random.Random) -> Page:
    """The sending operator's receipt of the payment."""
    heads = {
        "Wave": ("Wave", "Paiement effectué", (27, 160, 226)),
        "Orange": ("Orange Money", "Transfert réussi", (255, 121, 0)),
        "MTN": ("MTN MoMo", "Paiement réussi", (255, 204, 0)),
        "Moov": ("Moov Money", "Opération réussie", (0, 93, 169)),
        "Trésor": ("Trésor Money", "Paiement validé", (0, 128, 64)),
    }
    labels = {
        "Wave": ["ID de transaction"],
        "Orange": ["ID Transaction", "Référence"],
        "MTN": ["Financial Transaction Id", "ID de la transaction"],
        "Moov": ["ID transaction", "Réf transaction"],
        "Trésor": ["N° de transaction", "ID Transaction"],
    }
    head, title, colour = heads[facts.sender]
    rows = [
        ("À", "EasyTransfert"),
        ("Date", date(facts.at, rng)),
        (rng.choice(labels[facts.sender]), facts.tx_id),
        ("Frais", money(0, rng)),
        ("Nouveau solde", money(rng.randint(1, 900) * 50, rng)),
    ]
    if facts.sender != "Wave":
        rng.shuffle(rows)
    shown = {
        "operator_tx_id": facts.tx_id,
        "from_operator": facts.sender,
        "amount": facts.amount + facts.fee,
        "date": f"{facts.at:%Y-%m-%d}",
    }
    stacked = facts.sender in ("Wave", "Trésor")
    big = ("-" if facts.sender == "Wave" else "") + money(facts.amount + facts.fee, rng)
    kind = {"Trésor": "tresor"}.get(facts.sender, facts.sender.lower())
    return Page(kind, head, title, big, rows, shown, colour, stacked)


def sms(facts: Facts, rng: random.Random) -> Page:
    """The operator's SMS, forwarded as a screenshot."""
    paid = money(facts.amount + facts.fee, rng)
    left = money(rng.randint(1, 900) * 50, rng)
    day, tx = f"{facts.at:%d/%m/%Y}", facts.tx_id
    texts = {
        "Wave": f"Wave: vous avez payé {paid} à EasyTransfert le {day}. ID de transaction: {tx}. Nouveau solde: {left}.",  # noqa: E501
        "Orange": f"Paiement de {paid} à EASYTRANSFERT effectué le {day}. ID Transaction: {tx}. Solde: {left}. Orange Money.",  # noqa: E501
        "MTN": f"Y'ello, vous avez payé {paid} à EasyTransfert le {day}. Votre solde MTN MoMo: {left}. Financial Transaction Id: {tx}.",  # noqa: E501
        "Moov": f"Vous avez transféré {paid} vers EASYTRANSFERT le {day}. ID transaction {tx}. Solde: {left}. Moov Money.",  # noqa: E501
        "Trésor": f"Trésor Money: paiement de {paid} à EasyTransfert le {day}. N° de transaction: {tx}. Nouveau solde {left}.",  # noqa: E501
    }
    shown = {
        "operator_tx_id": tx,
        "from_operator": facts.sender,
        "amount": facts.amount + facts.fee,
        "date": f"{facts.at:%Y-%m-%d}",
    }
    sender = {
        "Wave": "Wave",
        "Orange": "OrangeMoney",
        "MTN": "MobileMoney",
        "Moov": "MoovMoney",
        "Trésor": "TresorMoney",
    }
    return Page("sms", sender[facts.sender], "", "", [], shown, (90, 90, 96), prose=texts[facts.sender])


# --- Drawing ------------------------------------------------------------------------------------------------------


def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu, which has every accent."""
    return ImageFont.truetype("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf", size)


def draw(page: Page, rng: random.Random, *, dark: bool = False) -> Image.Image:
    """The page as a phone shows it."""
    paper, ink, grey = (
        ((24, 26, 28), (236, 238, 240), (150, 156, 160)) if dark else ((255, 255, 255), (18, 28, 26), (96, 108, 106))
    )
    body = round(WIDTH / rng.uniform(24, 27))
    height = 1000
    image = Image.new("RGB", (WIDTH, height), paper)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 84), fill=page.colour)
    on_colour = (20, 20, 20) if page.colour[0] > 200 else (255, 255, 255)
    pen.text((24, 16), page.head, font=font(body + 5, bold=True), fill=on_colour)
    pen.text((24, 50), page.title, font=font(body - 3), fill=on_colour)
    y = 108
    if page.prose:
        y = prose(pen, page.prose, y, body, ink, dark)
    if page.big:
        pen.text((WIDTH / 2, y + 18), page.big, font=font(body + 14, bold=True), fill=ink, anchor="mm")
        y += 56
    if page.note:
        pen.text((WIDTH / 2, y + 4), page.note, font=font(body - 2), fill=(176, 120, 20), anchor="mm")
        y += 36
    for label, value in page.rows:
        y = row(pen, label, value, y, body, ink, grey, stacked=page.stacked)
    return image.crop((0, 0, WIDTH, min(height, y + 16)))


def row(  # noqa: PLR0917
    pen: ImageDraw.ImageDraw,
    label: str,
    value: str,
    y: int,
    body: int,
    ink: tuple[int, ...],
    grey: tuple[int, ...],
    *,
    stacked: bool,
) -> int:
    """One line of a receipt, or its label above its value; returns where the next one begins."""
    strong = font(body, bold=True)
    while strong.size > 10 and strong.getlength(value) > WIDTH - 48 - (
        0 if stacked else font(body).getlength(label) + 16
    ):
        strong = font(int(strong.size) - 1, bold=True)
    if stacked:
        pen.text((24, y), label, font=font(body - 3), fill=grey)
        pen.text((24, y + body + 3), value, font=strong, fill=ink)
        bottom = y + 2 * body + 16
    else:
        pen.text((24, y), label, font=font(body), fill=grey)
        pen.text((WIDTH - 24, y), value, font=strong, fill=ink, anchor="ra")
        bottom = y + body + 16
    pen.line((24, bottom, WIDTH - 24, bottom), fill=(128, 134, 134))
    return bottom + 14


def prose(  # noqa: PLR0917
    pen: ImageDraw.ImageDraw, text: str, y: int, body: int, ink: tuple[int, ...], dark: bool
) -> int:
    """A message in its bubble, wrapped at words."""
    face, lines = font(body), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) > WIDTH - 96:
            lines.append(word)
        else:
            lines[-1] = longer
    step = body + 10
    bubble = (58, 61, 65) if dark else (232, 234, 238)
    pen.rounded_rectangle((24, y, WIDTH - 24, y + step * len(lines) + 28), 18, fill=bubble)
    for number, line in enumerate(lines):
        pen.text((44, y + 14 + number * step), line, font=face, fill=ink)
    return y + step * len(lines) + 48


# --- What happens to a picture on its way -------------------------------------------------------------------------


def cropped(image: Image.Image, rng: random.Random) -> Image.Image:
    """The customer cut the screenshot close, some of the head gone."""
    return image.crop(
        (rng.randint(4, 18), rng.randint(20, 92), WIDTH - rng.randint(4, 18), image.height - rng.randint(0, 12))
    )


def grain(image: Image.Image, rng: random.Random, sigma: float) -> Image.Image:
    """The grain of a small sensor, or of a picture sent again and again."""
    noise = Image.frombytes(
        "L",
        image.size,
        bytes(max(0, min(255, round(rng.gauss(128, sigma)))) for _ in range(image.width * image.height)),
    )
    return Image.blend(image, Image.merge("RGB", (noise, noise, noise)), 0.16)


def noisy(image: Image.Image, rng: random.Random) -> Image.Image:
    """Sent and sent again: made smaller, grainy, blurred a little."""
    share = rng.uniform(0.78, 1.0)
    small = image.resize((round(image.width * share), round(image.height * share)), Image.Resampling.BILINEAR)
    return grain(small, rng, 60).filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.6)))


def at_an_angle(image: Image.Image, rng: random.Random) -> Image.Image:
    """A photograph of the screen: turned, in perspective, lit from one side."""
    image = image.resize((round(image.width * 1.25), round(image.height * 1.25)), Image.Resampling.BICUBIC)
    margin = 60
    width, height = image.width + 2 * margin, image.height + 2 * margin
    table = Image.new("RGB", (width, height), (92, 84, 76))
    table.paste(image, (margin, margin))
    lean = [rng.uniform(0, 0.05) * width for _ in range(4)]
    target = [
        (lean[0], lean[1]),
        (width - lean[2], lean[0]),
        (width - lean[1], height - lean[3]),
        (lean[3], height - lean[2]),
    ]
    source = [(0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height))]
    tilted = table.transform(
        (width, height),
        Image.Transform.PERSPECTIVE,
        perspective(target, source),
        Image.Resampling.BICUBIC,
        fillcolor=(92, 84, 76),
    )
    turned = tilted.rotate(rng.uniform(-7, 7), Image.Resampling.BICUBIC, expand=True, fillcolor=(92, 84, 76))
    light = (
        Image.linear_gradient("L")
        .resize(turned.size)
        .rotate(rng.choice([0, 90, 180, 270]), expand=False)
        .resize(turned.size)
    )
    shaded = Image.composite(turned, turned.point(lambda value: int(value * 0.62)), light)
    return grain(shaded, rng, 30).filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.7)))


def perspective(target: Sequence[tuple[float, float]], source: Sequence[tuple[float, float]]) -> list[float]:
    """Coefficients that Image.transform takes, from four corners to four corners."""
    import numpy as np

    rows = []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return [float(value) for value in np.linalg.solve(np.array(rows), np.array(source).reshape(8))]


SPOIL: dict[str, Callable[[Image.Image, random.Random], Image.Image]] = {
    "light": lambda image, rng: image,
    "dark": lambda image, rng: image,
    "cropped": cropped,
    "noisy": noisy,
    "angle": at_an_angle,
}


QUALITY = {"noisy": 38, "angle": 55}


def save(image: Image.Image, path: Path, variant: str, *, sent: bool) -> Path:
    """A screenshot as it was made is a small PNG; sent through WhatsApp, or photographed, it is a JPEG."""
    if sent or variant in QUALITY:
        path = path.with_suffix(".jpg")
        image.save(path, quality=QUALITY.get(variant, 65), optimize=True)
        return path
    path = path.with_suffix(".png")
    image.quantize(16, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


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
