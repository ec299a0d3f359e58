"""Who sends, who receives, who is refunded: settled from the grammar of each name, the question, and their order."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from chatbot.forms.text import fold
from chatbot.understand.asked import Asked

# "none": the name is said, but not of a transfer ("mon code secret Wave", "Orange Money Cameroun").
Role = Literal["from", "to", "refund_to", "none"]


@dataclass(frozen=True, slots=True)
class Mention:
    """An operator's name in the folded text, with what grammar says of it."""

    name: str
    start: int
    end: int
    role: Role | None = None
    weight: float = 0.0
    paired: bool = False


_PAIR = re.compile(
    r"\s*(?:money|momo|ci|africa|pay|entreprise|pro|perso|cote d'ivoire)?\s*"
    r"(?:vers|a|pour|->|-->|=>|=|>|→|➡️?|➜"
    r"|/|-|–|to|et|,|\+|sur|chez|:|jusqu'a|\.\s*\d[.)\-]|\d[.)\-]|\n\s*\d?\s*[.)\-]?)?\s*"
    r"(?:le |un |une |la |mon |son |compte )*"
)


# Between two mentions of one operator only these make a transfer of them; else the name is said twice.
_DIRECTED = re.compile(r"vers|\ba\b|pour|>|→|➡|➜|\bto\b|jusqu'a|\d\s*[.)\-]")


def both_asked(asked: Asked) -> bool:
    """Sender and receiver were asked for together: "wave wave" answers both."""
    return asked.wants("both_operators") or (asked.wants("from_operator") and asked.wants("to_operator"))


def settle(folded: str, mentions: list[Mention], asked: Asked) -> list[Mention]:
    """Gives every mention its final role; a second mention of the same operator in the same role is dropped."""
    mentions = _by_pair(folded, mentions, both_asked(asked))
    mentions = _by_question(folded, mentions, asked)
    mentions = _by_opposite(mentions)
    mentions = [m if m.role else replace(m, role="from") for m in mentions]
    kept: list[Mention] = []
    for mention in mentions:
        before = [m for m in kept if m.name == mention.name]
        if before and not mention.paired and _outweighs(mention, before[0]):
            kept[kept.index(before[0])] = mention
            continue
        # A name said twice has one role; only a pair ("wave vers wave") or a refund gives it a second.
        if (
            not before
            or (mention.role == "refund_to" or mention.paired)
            and mention.role not in {m.role for m in before}
        ):
            kept.append(mention)
    return kept


def _outweighs(mention: Mention, before: Mention) -> bool:
    """Of two turns of phrase that give a name both sides the plainer one counts."""
    sides = {"from", "to"}
    return not before.paired and {mention.role, before.role} == sides and mention.weight > before.weight


_DENIED = re.compile(r"(?:\bpas?|\bet non|\bnon pas)(?: (?:sur|a|de|le|vers|chez|par|du|plus))*\s+$")


_DENIED_OR_REPLACED = re.compile(
    rf"(?:{_DENIED.pattern})|(?:\bau lieu d['eu]|\ba la place d['eu])(?: ?(?:mon|son|le|la|compte|numero))* ?$"
)
_REFUND_TALK = re.compile(r"rembours|recredit|restitu|renvo|retourn|refund|remett")


def without_denied(folded: str, mentions: list[Mention]) -> list[Mention]:
    """'mtn, pas orange': the denied name goes when another stands."""
    denied = _DENIED if _REFUND_TALK.search(folded) else _DENIED_OR_REPLACED
    kept = [m for m in mentions if not denied.search(folded[max(0, m.start - 28) : m.start])]
    return kept or mentions


_REPEAT = re.compile(r"(?:[\s,.!?]|\b(?:de|le|money|moi|oui))*")


def without_repeats(folded: str, mentions: list[Mention]) -> list[Mention]:
    """'momo de mtn', 'wave wave !': one name said in two words is one mention."""
    kept: list[Mention] = []
    end = 0
    for mention in mentions:
        again = kept and kept[-1].name == mention.name and _REPEAT.fullmatch(folded[end : mention.start])
        if not again:
            kept.append(mention)
        end = mention.end
    return kept


def without_lists(mentions: list[Mention]) -> list[Mention]:
    """Four names and more are a list of operators, not a transfer."""
    return mentions[:1] if len({m.name for m in mentions}) >= 4 else mentions


def _by_pair(folded: str, mentions: list[Mention], both: bool) -> list[Mention]:
    """'wave orange', 'mtn > moov', '2)MTN 3)orange': the first sends, the second receives."""
    out = list(mentions)
    for i in range(len(out) - 1):
        first, second = out[i], out[i + 1]
        gap = folded[first.end : second.start]
        if not _PAIR.fullmatch(gap) or (first.name == second.name and not both and not _DIRECTED.search(gap)):
            continue
        if "none" in (first.role, second.role):
            continue
        if first.role == "refund_to" or second.role == "refund_to":
            continue
        if first.role == "to" and first.weight >= 3 and (second.role == "from" or second.role is None):
            continue
        if i and out[i - 1].role == "from" and _PAIR.fullmatch(folded[out[i - 1].end : first.start]):
            continue
        out[i] = replace(first, role="from", weight=max(first.weight, 3), paired=True)
        out[i + 1] = replace(second, role="to", weight=max(second.weight, 3), paired=True)
    return out


_MINE = re.compile(r"(?:\bmon|\bma|\bsur|\bde|\bdans|\bchez)(?: (?:mon|ma|compte|numero|le|la))*\s+$")

_THEIRS = re.compile(r"destinataire|beneficiaire|receveur|arrivee\b|reception")


_ARRIVED = re.compile(r"\b(?:revenu|recu|arrive|rentre|la\b|vu|vois|credite|toujours|rien|pas)")


def _by_question(folded: str, mentions: list[Mention], asked: Asked) -> list[Mention]:
    """What was asked decides for a name that grammar left open, or nearly."""
    role: Role | None = None
    settled = "said_settled" in asked.states and _REFUND_TALK.search(fold(asked.text))
    if len(mentions) == 1 and settled and mentions[0].role != "none" and _ARRIVED.search(folded):
        return [replace(mentions[0], role="refund_to")]
    refund_told = "said_settled" in asked.states or _REFUND_TALK.search(fold(asked.text))
    left = folded[: mentions[0].start][-40:] if mentions else ""
    if len(mentions) == 1 and refund_told and _MINE.search(left[-24:]) and not _THEIRS.search(left):
        # After "your transfer was refunded" the account the customer looks at is where the refund went.
        return [replace(mentions[0], role="refund_to")]
    if asked.wants("refund_to_operator"):
        role = "refund_to"
    elif asked.wants(
        "to_operator", "receiving_operator", "recipient_msisdn", "right_msisdn", "receiving_msisdn"
    ) and not asked.wants("from_operator", "both_operators"):
        role = "to"
    elif asked.wants("operator_tx_id", "from_operator") and not asked.wants("to_operator", "both_operators"):
        role = "from"
    if not role or len(mentions) != 1:
        return mentions
    only = mentions[0]
    return [replace(only, role=role)] if only.weight <= 2 or role == "refund_to" else mentions


def _two_alike(mentions: list[Mention]) -> list[Mention]:
    if len({m.name for m in mentions}) != 2 or len(mentions) != 2 or mentions[0].role != mentions[1].role:
        return mentions
    first, second = mentions
    if first.role == "to":
        return [replace(first, role="from", weight=1), second]
    return [first, replace(second, role="to", weight=1)] if first.role == "from" else mentions


def _by_opposite(mentions: list[Mention]) -> list[Mention]:
    """With one role given by grammar, an open neighbour takes the other; two open ones are sender and receiver.

    Money goes from one to another: two different names with the same role are sender and receiver as well.
    """
    mentions = _two_alike(mentions)
    open_ones = [i for i, m in enumerate(mentions) if m.role is None]
    roles = {m.role for m in mentions}
    out = list(mentions)
    for i in open_ones:
        if "from" in roles and "to" not in roles:
            out[i] = replace(out[i], role="to", weight=1)
        elif "to" in roles and "from" not in roles or "from" not in roles:
            out[i] = replace(out[i], role="from", weight=1)
        roles.add(out[i].role)
    return out
