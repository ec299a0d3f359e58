"""How a model is fine-tuned: hyper-parameters of ``recipes/*.toml``, checked when they are read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.training.digests import of_file

RECIPES = Path(__file__).parent / "recipes"


class RecipeError(ValueError):
    """A recipe that cannot be used; the message names file and field."""


@dataclass(frozen=True, slots=True)
class Quantisation:
    """How weights are loaded: ``nf4`` or ``none``; ``compute`` names types by preference."""

    load: str
    double: bool
    compute: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lora:
    """Low-rank adaptation of the ``targets``' matrices."""

    r: int
    alpha: int
    dropout: float
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Training:
    """``warmup`` is a share of all steps; ``optimiser`` and ``attention`` are wishes, see chatbot.training.hardware."""

    epochs: float
    batch: int
    accumulation: int
    learning_rate: float
    schedule: str
    warmup: float
    weight_decay: float
    max_grad_norm: float
    optimiser: str
    gradient_checkpointing: bool
    attention: str
    seed: int


@dataclass(frozen=True, slots=True)
class Generation:
    """Sampling as at serving time (voices.md)."""

    temperature: float
    top_p: float
    top_k: int
    repetition_penalty: float
    max_new_tokens: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """One file of recipes/; ``digest`` is of its bytes."""

    name: str
    digest: str
    max_tokens: int
    quantisation: Quantisation
    lora: Lora
    training: Training
    generation: Generation

    @classmethod
    def read(cls, name: str, folder: Path = RECIPES) -> Recipe:
        """The recipe of that name. Raises RecipeError."""
        file = folder / f"{name}.toml"
        if not name.replace("-", "").isalnum() or not file.is_file():
            known = ", ".join(sorted(path.stem for path in folder.glob("*.toml")))
            raise RecipeError(f"{name}: no such recipe; there are {known}")
        try:
            return cls._of(file, tomllib.loads(file.read_text(encoding="utf-8")))
        except tomllib.TOMLDecodeError as error:
            raise RecipeError(f"{file.name}: {error}") from error
        except KeyError as error:
            raise RecipeError(f"{file.name}: field {error}: missing") from error
        except TypeError as error:
            raise RecipeError(f"{file.name}: {str(error).partition(') ')[2]}") from error

    @classmethod
    def _of(cls, file: Path, table: Mapping[str, Any]) -> Recipe:
        quantisation, lora = dict(table["quantisation"]), dict(table["lora"])
        quantisation["compute"], lora["targets"] = tuple(quantisation["compute"]), tuple(lora["targets"])
        if quantisation["load"] not in ("nf4", "none"):
            raise RecipeError(f"{file.name}: field 'quantisation.load': nf4 or none is expected")
        return cls(
            name=file.stem,
            digest=of_file(file),
            max_tokens=table["model"]["max_tokens"],
            quantisation=Quantisation(**quantisation),
            lora=Lora(**lora),
            training=Training(**table["training"]),
            generation=Generation(**table["generation"]),
        )
