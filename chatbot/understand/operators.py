"""Which operators a message names, and which sends, receives or is refunded; by grammar, question and order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from chatbot.forms.spans import Taken
from chatbot.forms.text import fold
from chatbot.types import Entity
from chatbot.understand.asked import Asked

# "none": the name is said, but not of a transfer ("mon code secret Wave", "Orange Money Cameroun").
Role = Literal["from", "to", "refund_to", "none"]
_LEFT_WINDOW = 64
_RIGHT_WINDOW = 72
# Signs of money or network talk that make an everyday word an operator's name.
_MONEY_TALK = re.compile(
    r"compte|numero|reseau|puce|momo|money|transf|depot|envoy|debit|credit|recu|recev|retir|\bfrais|vers|depuis"
    r"|operateur|efb|argent|\d{3}|solde|limite|plafond|wave|orange|mtn|moov|tresor"
)
_WORD = re.compile(r"[^\W\d_]{4,12}")
FUZZY_AT_LEAST = 84
# Everyday words near an operator's name.
_NEVER = {
    "avec", "vaut", "veux", "save", "have", "gave", "mange", "range", "grange", "move", "mois", "mon", "trop",
    "tres", "tremper", "tester", "moovs", "change", "etrange", "arrange", "avez", "wari", "moyen", "mort", "amove",
    "franc", "orages", "savez", "moins", "organe", "momos", "moto", "memo", "tresse",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """An operator's name in the folded text, with what grammar says of it."""

    name: str
    start: int
    end: int
    role: Role | None = None
    weight: float = 0.0
    paired: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """A pattern left or right of a name that speaks for a role."""

    role: Role
    pattern: re.Pattern[str]
    left: bool
    weight: float
    needs: re.Pattern[str] | None


class Operators:
    """Built once per brand from its operators and cues."""

    def __init__(self, operators: Sequence[Mapping[str, object]], cues: Sequence[Mapping[str, object]]) -> None:
        self._names: dict[str, str] = {}
        self._shy: set[str] = set()
        self._fixed = {fold(str(o["name"])) for o in operators}
        for operator in operators:
            for field in ("aliases", "shy"):
                for alias in _strings(operator, field):
                    self._names.setdefault(fold(alias), str(operator["name"]))
                    if field == "shy":
                        self._shy.add(fold(alias))
            self._names.setdefault(fold(str(operator["name"])), str(operator["name"]))
            self._names.setdefault(fold(str(operator.get("label", operator["name"]))), str(operator["name"]))
        forms = "|".join(sorted(map(re.escape, self._names), key=len, reverse=True)) or "(?!)"
        # A name may stand glued to the number before it ("31570264wave"), but for "om", which hides in codes.
        self._pattern = re.compile(rf"(?<![a-z]|(?<=[a-z0-9])[.'](?=om)|[0-9](?=o\W?m))(?:{forms})(?![a-z0-9])")
        self._long = [
            n for n in self._names if len(n) >= 4 and " " not in n and (n not in self._shy or n in self._fixed)
        ]
        self._single = {_single(n): name for n, name in self._names.items() if " " not in n and len(n) >= 3}
        self._cues = tuple(_cue(c) for c in cues)

    def find(self, text: str, taken: Taken, asked: Asked) -> list[Entity]:
        """Operator entities of a normalised text, in reading order, one per role and mention."""
        folded = fold(text)
        mentions = [m for m in self._mentions(text, folded) if taken.claim(m.start, m.end)]
        mentions = _without_repeats(folded, sorted(mentions, key=lambda m: m.start))
        mentions = [self._weigh(folded, mentions, i) for i in range(len(mentions))]
        mentions = _without_lists(_without_denied(folded, mentions))
        return [
            Entity(f"{m.role}_operator", m.name, (m.start, m.end), confidence=min(1.0, 0.6 + 0.1 * m.weight))
            for m in _settle(folded, mentions, asked)
            if m.role and m.role != "none"
        ]

    def _mentions(self, text: str, folded: str) -> Iterator[Mention]:
        money_talk = bool(_MONEY_TALK.search(folded)) or len(folded.split()) <= 3
        covered: list[tuple[int, int]] = []
        for match in self._pattern.finditer(folded):
            form = match.group()
            covered.append(match.span())
            if form in self._shy and form not in self._fixed and not money_talk:
                continue
            yield Mention(self._names[form], match.start(), match.end())
        if not money_talk:
            return
        known = set(covered)
        for match in _WORD.finditer(folded):
            if match.span() in known or match.group() in _NEVER or match.group() in self._names:
                continue
            best = self._guess(match.group())
            if best:
                yield Mention(best, match.start(), match.end())

    def _guess(self, word: str) -> str | None:
        if word[0] not in "womt":
            return None
        doubled = self._single.get(_single(word))
        if doubled and _single(word) != word:
            return doubled
        if word[0] == "w" and len(word) >= 4 and OSA.distance(word, "wave", score_cutoff=1) <= 1:
            return self._names.get("wave")
        best = process.extractOne(word, self._long, scorer=fuzz.ratio, score_cutoff=FUZZY_AT_LEAST)
        return self._names[best[0]] if best and abs(len(best[0]) - len(word)) <= 1 else None

    def _weigh(self, folded: str, mentions: list[Mention], index: int) -> Mention:
        mention = mentions[index]
        floor = mentions[index - 1].end if index else 0
        ceiling = mentions[index + 1].start if index + 1 < len(mentions) else len(folded)
        left = _clause_left(folded[max(floor, mention.start - _LEFT_WINDOW) : mention.start])
        right = _clause_right(folded[mention.end : min(ceiling, mention.end + _RIGHT_WINDOW)])
        around = folded[max(0, mention.start - 200) : mention.end + 200]
        weights: dict[Role, float] = {"from": 0.0, "to": 0.0, "refund_to": 0.0, "none": 0.0}
        for cue in self._cues:
            if cue.needs and not cue.needs.search(around):
                continue
            hit = cue.pattern.search(left) if cue.left else cue.pattern.match(right)
            if hit and hit.group():
                weights[cue.role] = max(weights[cue.role], cue.weight)
        role = max(weights, key=lambda r: weights[r])
        second = sorted(weights.values())[-2]
        if weights[role] == second:
            return mention
        return replace(mention, role=role, weight=weights[role] - second)


def _single(word: str) -> str:
    """The word with doubled letters written once: fingers stutter."""
    return re.sub(r"(.)\1+", r"\1", word)


def _strings(table: Mapping[str, object], field: str) -> list[str]:
    value = table.get(field, [])
    return [str(v) for v in value] if isinstance(value, list) else []


def _cue(table: Mapping[str, object]) -> Cue:
    left = table["side"] == "left"
    pattern = str(table["pattern"]).replace("<phone>", r"(?:\+?225)?[ ]?0[157](?:[ .\-]?\d){8}")
    if table["role"] not in get_args(Role):
        raise ValueError(f"cues.toml: field 'role': {table['role']!r}")
    return Cue(
        role=cast("Role", table["role"]),
        pattern=re.compile(f"(?:{pattern})$" if left else pattern),
        left=left,
        weight=float(str(table["weight"])),
        needs=re.compile(str(table["needs"])) if "needs" in table else None,
    )


def _clause_left(window: str) -> str:
    return re.split(r"[.!?;]\s|\n", window)[-1]


def _clause_right(window: str) -> str:
    return re.split(r"[.!?;]\s|\n", window)[0]


_PAIR = re.compile(
    r"\s*(?:money|momo|ci|africa|pay|entreprise|pro|perso|cote d'ivoire)?\s*"
    r"(?:vers|a|pour|->|-->|=>|=|>|→|➡️?|➜"
    r"|/|-|–|to|et|,|\+|sur|chez|:|jusqu'a|\.\s*\d[.)\-]|\d[.)\-]|\n\s*\d?\s*[.)\-]?)?\s*"
    r"(?:le |un |une |la |mon |son |compte )*"
)


# Between two mentions of one operator only these make a transfer of them; else the name is said twice.
_DIRECTED = re.compile(r"vers|\ba\b|pour|>|→|➡|➜|\bto\b|jusqu'a|\d\s*[.)\-]")


def _settle(folded: str, mentions: list[Mention], asked: Asked) -> list[Mention]:
    """Gives every mention its final role; a second mention of the same operator in the same role is dropped."""
    mentions = _by_pair(folded, mentions)
    mentions = _by_question(folded, mentions, asked)
    mentions = _by_opposite(mentions)
    mentions = [m if m.role else replace(m, role="from") for m in mentions]
    kept: list[Mention] = []
    for mention in mentions:
        before = [m for m in kept if m.name == mention.name]
        # A name said twice keeps its first role; only a pair ("wave vers wave") or a refund gives it a second.
        if (
            not before
            or (mention.role == "refund_to" or mention.paired)
            and mention.role not in {m.role for m in before}
        ):
            kept.append(mention)
    return kept


_DENIED = re.compile(r"(?:\bpas|\bet non|\bnon pas)(?: (?:sur|a|de|le|vers|chez|par|du))*\s+$")


_DENIED_OR_REPLACED = re.compile(
    rf"(?:{_DENIED.pattern})|(?:\bau lieu d[eu]|\ba la place d[eu])(?: (?:mon|son|le|la|compte|numero))*\s+$"
)
_REFUND_TALK = re.compile(r"rembours|recredit|restitu|renvo|retourn|refund|remett")


def _without_denied(folded: str, mentions: list[Mention]) -> list[Mention]:
    """'mtn, pas orange': the denied name goes when another stands."""
    denied = _DENIED if _REFUND_TALK.search(folded) else _DENIED_OR_REPLACED
    kept = [m for m in mentions if not denied.search(folded[max(0, m.start - 28) : m.start])]
    return kept or mentions


_REPEAT = re.compile(r"(?:[\s,.!?]|\b(?:de|le|money|moi|oui))*")


def _without_repeats(folded: str, mentions: list[Mention]) -> list[Mention]:
    """'momo de mtn', 'wave wave !': one name said in two words is one mention."""
    kept: list[Mention] = []
    end = 0
    for mention in mentions:
        again = kept and kept[-1].name == mention.name and _REPEAT.fullmatch(folded[end : mention.start])
        if not again:
            kept.append(mention)
        end = mention.end
    return kept


def _without_lists(mentions: list[Mention]) -> list[Mention]:
    """Four names and more are a list of operators, not a transfer."""
    return mentions[:1] if len({m.name for m in mentions}) >= 4 else mentions


def _by_pair(folded: str, mentions: list[Mention]) -> list[Mention]:
    """'wave orange', 'mtn > moov', '2)MTN 3)orange': the first sends, the second receives."""
    out = list(mentions)
    for i in range(len(out) - 1):
        first, second = out[i], out[i + 1]
        gap = folded[first.end : second.start]
        if not _PAIR.fullmatch(gap) or (first.name == second.name and not _DIRECTED.search(gap)):
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


def _by_question(folded: str, mentions: list[Mention], asked: Asked) -> list[Mention]:
    """What was asked decides for a name that grammar left open, or nearly."""
    role: Role | None = None
    refund_told = "said_settled" in asked.states or _REFUND_TALK.search(fold(asked.text))
    if len(mentions) == 1 and refund_told and _MINE.search(folded[: mentions[0].start][-24:]):
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
