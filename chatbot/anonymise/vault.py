"""Keeps what was taken out of a conversation, so that the same number has the same placeholder and can be put"
" back."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\[([A-Z]+)_(\d+)\]")
KINDS = ("TEL", "NOM", "EMAIL", "ADRESSE", "REF", "ID", "CODE")


class Vault:
    """Placeholder ⇄ original for one conversation. Secrets are never put in, so never come out."""

    def __init__(self, held: Mapping[str, str] | None = None) -> None:
        self._original: dict[str, str] = dict(held or {})
        self._placeholder = {(p[1:].split("_")[0], self._canonical(o)): p for p, o in self._original.items()}
        self._count = Counter(kind for kind, _ in self._placeholder)

    def keep(self, kind: str, original: str) -> str:
        """The placeholder of an original, a new one if it was never seen. Raises ValueError on an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"unknown kind {kind!r}")
        key = (kind, self._canonical(original))
        if key not in self._placeholder:
            self._count[kind] += 1
            self._placeholder[key] = f"[{kind}_{self._count[kind]}]"
            self._original[self._placeholder[key]] = original
        return self._placeholder[key]

    def restore(self, text: str) -> str:
        """The text with this conversation's placeholders replaced by the originals; unknown ones stay as they are."""
        return _PLACEHOLDER.sub(lambda m: self._original.get(m.group(), m.group()), text)

    def to_json(self) -> str:
        """A JSON object placeholder → original. Personal data: store it encrypted."""
        return json.dumps(self._original, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, stored: str) -> Vault:
        """The vault as it was stored. Raises ValueError on anything but an object of placeholders and strings."""
        held = json.loads(stored)
        if not isinstance(held, dict) or not all(
            isinstance(v, str) and (m := _PLACEHOLDER.fullmatch(k)) and m.group(1) in KINDS for k, v in held.items()
        ):
            raise ValueError("not a stored vault")
        return cls(held)

    @staticmethod
    def _canonical(original: str) -> str:
        """Spellings that mean the same value: spaces, dots, dashes and case do not count."""
        return re.sub(r"[\s.\-()]", "", original).casefold().removeprefix("+225").removeprefix("00225")
