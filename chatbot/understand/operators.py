"""Which operators a message names, in every spelling, and what the words around each name say of its role."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast, get_args

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from chatbot.forms.spans import Taken
from chatbot.forms.text import fold
from chatbot.types import Entity
from chatbot.understand.asked import Asked
from chatbot.understand.operator_roles import (
    Mention,
    Role,
    both_asked,
    settle,
    without_denied,
    without_lists,
    without_repeats,
)

_LEFT_WINDOW = 64
_RIGHT_WINDOW = 72
# Signs of money or network talk that make an everyday word an operator's name.
_MONEY_TALK = re.compile(
    r"compte|numero|reseau|puce|momo|money|transf|depot|envoy|debit|credit|recu|recev|retir|\bfrais|vers|depuis"
    r"|operateur|efb|argent|\d{3}|solde|limite|plafond|wave|orange|mtn|moov|tresor"
)
_WORD = re.compile(r"[^\W\d_]{4,12}")
FUZZY_AT_LEAST = 84
# Hardly a French word begins with these: a name is heard with a letter wrong, even a short one.
RARE_INITIALS = "w"
# Everyday words near an operator's name.
_NEVER = {
    "avec", "vaut", "veux", "save", "have", "gave", "mange", "range", "grange", "move", "mois", "mon", "trop",
    "tres", "tremper", "tester", "moovs", "change", "etrange", "arrange", "avez", "wari", "moyen", "mort", "amove",
    "franc", "orages", "savez", "moins", "organe", "momos", "moto", "memo", "tresse", "were",
}  # fmt: skip


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
        self._initials = {n[0] for n in self._long}
        self._single = {_single(n): name for n, name in self._names.items() if " " not in n and len(n) >= 3}
        self._cues = tuple(_cue(c) for c in cues)

    def find(self, text: str, taken: Taken, asked: Asked) -> list[Entity]:
        """Operator entities of a normalised text, in reading order, one per role and mention."""
        folded = fold(text)
        mentions = [m for m in self._mentions(text, folded) if taken.claim(m.start, m.end)]
        mentions = sorted(mentions, key=lambda m: m.start)
        if not (both_asked(asked) and len(mentions) == 2):
            mentions = without_repeats(folded, mentions)
        mentions = [self._weigh(folded, mentions, i) for i in range(len(mentions))]
        mentions = without_lists(without_denied(folded, mentions))
        return [
            Entity(f"{m.role}_operator", m.name, (m.start, m.end), confidence=min(1.0, 0.6 + 0.1 * m.weight))
            for m in settle(folded, mentions, asked)
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
        if word[0] not in self._initials:
            return None
        doubled = self._single.get(_single(word))
        if doubled and _single(word) != word:
            return doubled
        if word[0] in RARE_INITIALS and len(word) >= 4:
            near = next((n for n in self._long if n[0] == word[0] and OSA.distance(word, n, score_cutoff=1) <= 1), None)
            if near:
                return self._names[near]
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
