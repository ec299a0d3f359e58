"""What each kind of receipt says of a transfer."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from receipts.facts import Facts, date, money, spaced

Rows = list[tuple[str, str]]


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
