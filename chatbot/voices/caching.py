"""What may be kept of a voice's drafts and for how long: the brand's rules, and the key a draft is kept under."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Protocol

from chatbot.brand import BrandError
from chatbot.voices.ports import Brief

# No part of what is asked of a model: whose the draft is stands in ``Key.owner``, and a deadline changes no word.
NOT_ASKED = frozenset({"customer", "conversation", "deadline"})
SHARED = ""  # owner of what belongs to everybody


@dataclass(frozen=True, slots=True)
class Kind:
    """Replies that may be kept alike; times in seconds. ``ttl`` 0: never kept.

    ``variants``: how many wordings of one reply are kept side by side. ``beside``: does not count next to other acts.
    """

    name: str
    acts: tuple[str, ...]
    ttl: float
    shortest: float
    longest: float
    variants: int = 1
    beside: bool = False

    def life(self, factor: float) -> float:
        """Seconds a draft lives where shadow regeneration has brought the kind to ``factor``."""
        return min(max(self.ttl * factor, self.shortest), self.longest)


@dataclass(frozen=True, slots=True)
class Shadow:
    """How many hits are worded anew behind the scenes, when two drafts agree, and what that does to the kind's life."""

    share: float = 0.0
    alike: float = 1.0
    longer: float = 1.0
    shorter: float = 1.0


@dataclass(frozen=True, slots=True)
class Rules:
    """A brand's voice/cache.toml."""

    kinds: tuple[Kind, ...] = ()
    default: str = ""
    not_kept: frozenset[str] = frozenset()
    shadow: Shadow = Shadow()

    @classmethod
    def read(cls, table: Mapping[str, object]) -> Rules:
        """Of ``brand.caching``; without the file nothing is kept. Raises BrandError."""
        try:
            kinds = tuple(_kind(name, kind) for name, kind in _table(table, "kinds").items())
            shadow = Shadow(**{name: float(str(value)) for name, value in _table(table, "shadow").items()})
        except (TypeError, ValueError) as error:
            raise BrandError(f"voice/cache.toml: {error}") from error
        default = str(table.get("default", ""))
        if kinds and default not in {kind.name for kind in kinds}:
            raise BrandError(f"voice/cache.toml: field 'default': no kind {default!r}")
        listed = table.get("not_kept", [])
        return cls(kinds, default, frozenset(map(str, listed if isinstance(listed, list) else [])), shadow)

    def kind(self, brief: Brief) -> Kind | None:
        """The kind of a reply, or None where nothing may be kept of it."""
        found = [kind for act in brief.acts if (kind := self._of(act.name))]
        telling = [kind for kind in found if not kind.beside] or found
        strictest = min(telling, key=lambda kind: kind.ttl, default=None)
        owned = brief.public or brief.customer
        return strictest if strictest and strictest.ttl > 0 and owned and not brief.note else None

    def _of(self, act: str) -> Kind | None:
        """The kind that lists the act or its nearest head."""
        name = act
        while name:
            for kind in self.kinds:
                if name in kind.acts:
                    return kind
            name = name.rpartition(".")[0]
        return next((kind for kind in self.kinds if kind.name == self.default), None)


@dataclass(frozen=True, slots=True)
class Key:
    """``text`` is canonical JSON of all that was asked; ``owner`` the customer it belongs to, "" where it is shared."""

    brand: str
    kind: str
    owner: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A whole draft the guard passed, placeholders open, and the tier that worded it."""

    words: str
    tier: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a look into the store found. ``generation`` is the brand's at that instant, "" where the store is away."""

    entry: Entry | None = None
    generation: str = ""
    factor: float = 1.0


class Store(Protocol):
    """Keeps drafts. Never raises for being away: it has nothing then, and keeps nothing."""

    def get(self, key: Key) -> Look: ...

    def put(self, key: Key, entry: Entry, seconds: float, generation: str) -> None:
        """Keep it, under the generation its look-up saw: one bumped since leaves nothing behind."""
        ...

    def drop(self, key: Key) -> None: ...

    def stretch(self, brand: str, kind: str, by: float) -> None:
        """Multiply the factor that the kind's drafts live by."""
        ...

    def bump(self, brand: str) -> None:
        """Nothing kept so far for a brand is said again."""
        ...

    def forget(self, customer: str) -> None:
        """Erase all that belongs to a customer."""
        ...


def key_of(brief: Brief, kind: Kind, seed: str, parameters: Mapping[str, str]) -> Key:
    """Where a reply is kept. ``parameters`` name all else the words depend on: tier, model, adapter, prompt, sampling.

    The seed counts only for which of the kind's variants it is.
    """
    asked = {field.name: getattr(brief, field.name) for field in fields(brief) if field.name not in NOT_ASKED}
    asked["acts"] = [asdict(act) for act in brief.acts]
    asked["arm"] = dict(brief.arm)
    whole = {
        "brief": asked,
        "kind": kind.name,
        "variant": zlib.crc32(f"variant:{seed}".encode()) % max(kind.variants, 1),
        "parameters": dict(parameters),
    }
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Key(brief.brand, kind.name, SHARED if brief.public else brief.customer, text)


def _table(table: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = table.get(name, {})
    if not isinstance(found, Mapping):
        raise BrandError(f"voice/cache.toml: field '{name}': must be a table")
    return found


def _kind(name: str, table: object) -> Kind:
    if not isinstance(table, Mapping):
        raise BrandError(f"voice/cache.toml: field 'kinds.{name}': must be a table")
    acts, ttl = table.get("acts"), table.get("ttl")
    if not isinstance(acts, list) or not isinstance(ttl, int | float) or ttl < 0:
        raise BrandError(f"voice/cache.toml: kind '{name}': fields 'acts' (list) and 'ttl' (seconds) are needed")
    shortest, longest = float(table.get("shortest", ttl)), float(table.get("longest", ttl))
    if not shortest <= ttl <= longest:
        raise BrandError(f"voice/cache.toml: kind '{name}': shortest ≤ ttl ≤ longest does not hold")
    variants = int(table.get("variants", 1))
    return Kind(name, tuple(map(str, acts)), float(ttl), shortest, longest, variants, bool(table.get("beside", False)))
