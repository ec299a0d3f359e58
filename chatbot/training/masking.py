"""Takes people and figures out of a conversation: the masks that serve, facts as placeholders, figures as [NOMBRE]."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from chatbot.anonymise import Vault, anonymise
from chatbot.anonymise.vault import KINDS
from chatbot.types import Plan

FIGURE = "[NOMBRE]"
MASK = re.compile(rf"\[(?:{'|'.join(KINDS)})_\d{{1,4}}\]|{re.escape(FIGURE)}")
HOLE = re.compile(r"\{[a-z_]+(?:_\d+)?\}")
# A token with a digit in it, and those that follow at a comma's distance: "50k", "1 500", "24/48h".
_FIGURES = re.compile(rf"(?P<keep>{MASK.pattern}|{HOLE.pattern})|\w*\d\w*(?:[ .,:/_\-\u00a0\u202f]{{1,2}}\w*\d\w*)*")


class Masker:
    """Masks one conversation; the same number has the same mask from its first message to its last."""

    def __init__(self, normalise: Callable[[str], str]) -> None:
        self._normalise = normalise
        self._vault = Vault()

    def customer(self, text: str) -> str:
        """What a voice is shown of a customer's message: normalised, then masked. Masked exports stay as they are."""
        return self._masked(text if MASK.search(text) else self._normalise(text))

    def house(self, text: str, plan: Plan | None) -> str:
        """A message of ours: the plan's values as {placeholders}, everything else of a person masked."""
        return self._masked(with_holes(text, plan) if plan else text)

    def again(self, text: str) -> str:
        """The text with the names that the whole conversation gave away, where they stand without announcement."""
        names = {
            word: mask
            for mask, name in json.loads(self._vault.to_json()).items()
            if mask.startswith("[NOM_")
            for word in re.findall(r"\w[\w\-]{2,}", name)
        }
        if not names:
            return text
        pattern = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
        known = {word.casefold(): mask for word, mask in names.items()}
        return re.sub(
            rf"(?<![\w{{\[])(?:{pattern})(?![\w}}])", lambda match: known[match.group().casefold()], text, flags=re.I
        )

    def _masked(self, text: str) -> str:
        pieces = re.split(rf"({HOLE.pattern})", text)
        pieces[::2] = [anonymise(piece, self._vault)[0] for piece in pieces[::2]]
        return _FIGURES.sub(lambda match: match["keep"] or FIGURE, "".join(pieces))


def with_holes(text: str, plan: Plan) -> str:
    """The text with every value of the plan as its placeholder; values that two facts share go to them in turn."""
    spoken = [name for act in plan.acts for name in act.facts]
    names: dict[str, list[str]] = {}
    for name in dict.fromkeys([*spoken, *plan.facts]):
        names.setdefault(_squeezed(plan.facts[name]), []).append(name)
    if not names:
        return text
    values = "|".join(_pattern(value) for value in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<![\w{{])(?:{values})(?![\w}}])", lambda match: _next(names, match.group()), text)


def _pattern(value: str) -> str:
    """A value in any spacing: typesetting puts unbreakable spaces into amounts."""
    return r"\s?".join(re.escape(word) for word in value.split(" "))


def _next(names: Mapping[str, list[str]], found: str) -> str:
    waiting = names.get(_squeezed(found)) or next(
        held for value, held in names.items() if value.replace(" ", "") == _squeezed(found).replace(" ", "")
    )
    return "{" + (waiting.pop(0) if len(waiting) > 1 else waiting[0]) + "}"


def _squeezed(value: str) -> str:
    return " ".join(value.split())
