"""What the bot last asked: slots in order, or a menu of options; read from slot names or from the question's words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.forms.text import fold

SLOTS = (
    "easytransfert_id", "operator_tx_id", "from_operator", "to_operator", "refund_to_operator", "amount_fcfa", "date",
    "recipient_msisdn", "wrong_msisdn", "right_msisdn", "receiving_msisdn", "receiving_operator", "cotisation_code",
    "identity_document", "confirm", "asked_received", "anything_else", "both_operators", "details",
)  # fmt: skip
# Order matters: the first pattern that matches a line names its slot.
_QUESTIONS = tuple(
    (slot, re.compile(pattern))
    for slot, pattern in (
        ("anything_else", r"autre chose|autre besoin|besoin d'autre|autre question|vous aider pour autre"),
        ("refund_to_operator", (
            r"etre rembourse|rembourse\w* sur|remboursement sur|quel compte souhaitez|ou (?:souhaitez"
            r"|voulez)-vous (?:etre|recevoir) (?:rembourse|le remboursement)"
        )),
        ("both_operators", (
            r"deux operateurs|operateurs? d'envoi et|operateurs? de depart et|quels? (?:sont|est) l?e?s? ?operateurs"
            r"|et les operateurs|de quel operateur vers quel"
        )),
        ("cotisation_code", r"code (?:de )?(?:la |votre )?cotisation|code de la tontine"),
        ("operator_tx_id", r"\bid\b|identifiant|id de (?:la )?transaction|transaction id|numero de transaction"),
        ("easytransfert_id", r"reference|\befb\b|\bref\b"),
        ("to_operator", (
            r"operateur (?:de reception|destinataire|du beneficiaire|d'arrivee)|vers quel|sur quel (?:operateur"
            r"|compte|reseau)|devait arriver|quel operateur (?:devait )?recevoir|operateur a recu|arriver sur"
        )),
        ("from_operator", (
            r"operateur (?:d'envoi|de depart|d'origine)|d'ou est parti|depuis quel|avec quel|quel compte avez-vous"
            r"|de quel operateur|paye avec|compte debite|quel operateur avez-vous"
        )),
        ("wrong_msisdn", r"(?:mauvais|faux|errone).{0,12}numero|numero (?:errone|incorrect)"),
        ("right_msisdn", r"(?:bon|vrai|correct) numero|numero correct"),
        ("recipient_msisdn", r"numero (?:du|de (?:la|votre|reception|telephone)|qui)|quel numero|beneficiaire"),
        ("amount_fcfa", r"montant|combien (?:avez|vous)|quelle somme"),
        ("date", r"\bquand\b|quelle date|quel jour|\bdate\b|a quelle heure"),
        ("identity_document", r"piece d'identite|\bcni\b|document"),
        ("details", r"toutes les informations|informations suivantes|plus de details|precise|dites-m'en|expliqu"),
    )
)  # fmt: skip
# Items of a list are shorter than questions.
_ITEMS = (
    ("from_operator", re.compile(r"(?:compte |reseau |operateur )?(?:d'|de )?(?:envoi|depart|expedit|debite|origine)")),
    ("to_operator", re.compile(r"(?:compte |reseau |operateur )?(?:d'|de )?(?:reception|arrivee|destinat|recept)")),
    ("recipient_msisdn", re.compile(r"numero|telephone|contact")),
)
_CONFIRM = re.compile(
    r"\bconfirm|c'est bien|est bien|est-ce bien|bien (?:ca|cela|celui)|est-ce correct|exact\b|d'accord \?"
    r"|voulez-vous|souhaitez-vous (?:que|ouvrir|continuer)"
    r"|avez-vous (?:bien )?(?:recu|verifie|pu)|\bn'est-ce pas|est-il|etes-vous|vous n'avez pas|as-tu recu|resolu"
)
# A question with one of these words wants more than yes or no.
_OPEN = re.compile(r"\b(?:quel\w*|comment|ou|quand|combien|qui|que|quoi|pourquoi|puis-je)\b")
_RECEIVED = re.compile(
    r"avez-vous (?:bien |enfin )?(?:recu|ete rembourse|vu)|est-(?:il|elle) (?:bien |enfin )?(?:arrive|resolu"
    r"|credite)|a-t-(?:il|elle) (?:bien |enfin )?recu|resolu \?|est-ce (?:arrive|regle|bon maintenant)"
)
# What the bot last said, when it was not (only) a question: it changes how "ok" or "toujours rien" must be read.
_STATES = tuple(
    (state, re.compile(pattern))
    for state, pattern in (
        ("said_settled", (
            r"a ete rembourse|a ete regle|est arrive|a ete credite|est resolu|c'est fait|a ete effectue"
            r"|remboursement effectue|est termine|success"
        )),
        ("said_refused", r"rejete|refuse|n'a pas pu"),
        ("said_failed", r"echoue"),
        ("said_filed", (
            r"enregistre|transmis|prise? en charge|en cours|traite|technique|dossier|patient|revenons vers vous"
            r"|delai|24 a 48|analyse|verification|processing|attendant"
        )),
        ("said_hello", r"comment puis-je|bienvenue|je vous ecoute|puis-je vous aider \?"),
        ("said_lost", r"pas compris|pas saisi|reformul"),
        ("said_noted", r"j'ai (?:bien )?note|bien recu|concerne"),
    )
)  # fmt: skip
_OPTION = re.compile(
    r"(?:^|\n|(?<=\s))\s*(\d)(?:\ufe0f?\u20e3|[.)\-:]|\s-)\s*([^\n]+?)(?=\s*(?:\n|$|\s\d(?:\ufe0f?\u20e3|[.)\-])\s))"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The slots asked for in order, the options of a menu by their digit, and the words of the last question."""

    slots: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    text: str = ""
    states: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Slots and states: what the intent model is told about the conversation."""
        return (*self.slots, *self.states, *(("menu",) if self.options else ()))

    def wants(self, *slots: str) -> bool:
        """True when one of the slots was asked for."""
        return any(slot in self.slots for slot in slots)


def read_context(context: Sequence[str]) -> Asked:
    """Reads slot names and question texts alike; of several texts the last counts."""
    slots = [item for item in context if item in SLOTS]
    texts = [item for item in context if item not in SLOTS and item.strip()]
    last = texts[-1] if texts else ""
    options = tuple((m.group(1), m.group(2).strip()) for m in _OPTION.finditer(last))
    if len(options) < 2:
        options = ()
    for line in _lines(last, options):
        slots += [slot for slot in _slots_of(line) if slot not in slots]
    folded = fold(last)
    states = tuple(state for state, pattern in _STATES if pattern.search(folded))[:2]
    return Asked(tuple(slots), options, last, states)


def slot_of(label: str) -> str | None:
    """The slot an item of a numbered question asks for ("Opérateur d'envoi", "Réception"); None for a choice."""
    folded = fold(label).replace("œ", "oe")
    found = _slots_of(f"1. {folded}")
    return found[0] if found else next((slot for slot, pattern in _ITEMS if pattern.match(folded)), None)


def _lines(text: str, options: tuple[tuple[str, str], ...]) -> list[str]:
    folded = fold(text).replace("œ", "oe")
    if not options:
        return re.split(r"(?<=[?!])\s+|(?<=[a-z)])\.\s+|\n", folded)
    return folded.split("\n")


def _slots_of(line: str) -> list[str]:
    question = "?" in line or re.search(
        (
            r"merci d|indique|donne|envoye[zr]|il me (?:manque|faut)|tapez|quel|precise|besoin d|veuillez|manque"
            r"|^\s*\d"
        ),
        line,
    )
    if "?" in line and _RECEIVED.search(line):
        return ["asked_received"]
    if _CONFIRM.search(line) and "?" in line:
        known = [slot for slot, pattern in _QUESTIONS[:2] if pattern.search(line)]
        return known or ["confirm"]
    if _CONFIRM.search(line):
        return ["confirm"]
    if not question:
        return []
    if re.search(r"reference\b.{0,24}operateur", line):
        return ["easytransfert_id", "both_operators"]
    found = next(([slot] for slot, pattern in _QUESTIONS if pattern.search(line)), [])
    return found or (["confirm"] if "?" in line and not _OPEN.search(line) else [])
