"""Who words what for a brand, as its voice/router.toml says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

from chatbot.brand import Brand, BrandError
from chatbot.types import Mood
from chatbot.voices.ports import Need, Tier

FILE = "voice/router.toml"


@dataclass(frozen=True, slots=True)
class Weights:
    """What each thing adds to the complexity of a brief; ``heard`` is per character."""

    act: float
    fact: float
    open: float
    heard: float
    heard_most: float
    mood: Mapping[Mood, float]


@dataclass(frozen=True, slots=True)
class Premium:
    """Shares in 0..1; ``start`` and ``step`` of the threshold that holds them."""

    share: float
    cap: float
    start: float
    step: float


@dataclass(frozen=True, slots=True)
class Tries:
    """How long and how often remote voices are tried, in seconds."""

    most: int
    wait_seconds: float
    throttle_seconds: float
    turn_seconds: float
    margin_seconds: float


@dataclass(frozen=True, slots=True)
class Sampling:
    """What a tier is asked for."""

    temperature: float
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Policy:
    """All of it. ``plain`` is None where the fastest voice of the house words what is plain."""

    needs: Mapping[Need, Tier]
    plain: Tier | None
    strong_moods: frozenset[str]
    least: Tier
    answers_open: bool
    weights: Weights
    premium: Premium
    tries: Tries
    sampling: Mapping[Tier, Sampling]

    @classmethod
    def of(cls, brand: Brand) -> Policy:
        """Raises BrandError naming the field."""
        plain = _text(brand, "plain", "voice")
        return cls(
            needs={cast("Need", need): _tier(brand, "needs", need) for need in get_args(Need)},
            plain=None if plain == "local" else _tier(brand, "plain", "voice"),
            strong_moods=frozenset(_texts(brand, "strong", "moods")),
            least=_tier(brand, "strong", "least"),
            answers_open=_switch(brand, "open", "answer"),
            weights=_weights(brand),
            premium=Premium(**{name: _number(brand, "premium", name) for name in ("share", "cap", "start", "step")}),
            tries=_tries(brand),
            sampling=_sampling(brand),
        )


def _weights(brand: Brand) -> Weights:
    numbers = {name: _number(brand, "score", name) for name in ("act", "fact", "open", "heard", "heard_most")}
    return Weights(**numbers, mood={mood: _number(brand, "score.mood", mood) for mood in get_args(Mood)})


def _tries(brand: Brand) -> Tries:
    seconds = ("wait_seconds", "throttle_seconds", "turn_seconds", "margin_seconds")
    return Tries(int(_number(brand, "tries", "most")), **{name: _number(brand, "tries", name) for name in seconds})


def _sampling(brand: Brand) -> Mapping[Tier, Sampling]:
    tiers: tuple[Tier, ...] = ("economy", "standard", "premium")
    return {
        tier: Sampling(
            _number(brand, f"tiers.{tier}", "temperature"), int(_number(brand, f"tiers.{tier}", "max_tokens"))
        )
        for tier in tiers
    }


def _value(brand: Brand, table: str, name: str) -> object:
    found: object = brand.routing
    for part in (*table.split("."), name):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _number(brand: Brand, table: str, name: str) -> float:
    found = _value(brand, table, name)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise BrandError(f"{FILE}: field '{table}.{name}': must be a number")
    return float(found)


def _text(brand: Brand, table: str, name: str) -> str:
    found = _value(brand, table, name)
    if not isinstance(found, str):
        raise BrandError(f"{FILE}: field '{table}.{name}': must be a string")
    return found


def _texts(brand: Brand, table: str, name: str) -> list[str]:
    found = _value(brand, table, name)
    if not isinstance(found, list):
        raise BrandError(f"{FILE}: field '{table}.{name}': must be a list")
    return [str(item) for item in found]


def _switch(brand: Brand, table: str, name: str) -> bool:
    found = _value(brand, table, name)
    if not isinstance(found, bool):
        raise BrandError(f"{FILE}: field '{table}.{name}': must be true or false")
    return found


def _tier(brand: Brand, table: str, name: str) -> Tier:
    found = _text(brand, table, name)
    if found not in ("economy", "standard", "premium"):
        raise BrandError(f"{FILE}: field '{table}.{name}': one of economy, standard, premium")
    return cast("Tier", found)
