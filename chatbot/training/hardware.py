"""What the machine has, and what of a recipe's wishes is done without it; every difference is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from chatbot.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Machine:
    """``types`` are those it computes in; ``libraries`` those of the wished ones that are installed."""

    cuda: bool
    types: tuple[str, ...]
    libraries: frozenset[str]
    name: str

    @classmethod
    def here(cls) -> Machine:
        """This machine, as torch sees it."""
        import torch

        cuda = torch.cuda.is_available()
        types = ("bf16", "fp16") if not cuda or torch.cuda.is_bf16_supported() else ("fp16",)
        libraries = frozenset(name for name in ("flash_attn", "bitsandbytes") if find_spec(name))
        return cls(cuda, types, libraries, torch.cuda.get_device_name(0) if cuda else "CPU")


@dataclass(frozen=True, slots=True)
class Setting:
    """How a recipe is carried out on a machine; ``fallbacks`` says what differs from it and why."""

    compute: str
    optimiser: str
    attention: str
    load: str
    fallbacks: tuple[str, ...]


def settle(recipe: Recipe, machine: Machine) -> Setting:
    """The nearest the machine can do to the recipe. Raises LookupError when it has none of its compute types."""
    told: list[str] = []

    def wish(wanted: str, instead: str, possible: bool, why: str) -> str:
        if possible:
            return wanted
        told.append(f"{wanted} → {instead}: {why}")
        return instead

    training, quantisation = recipe.training, recipe.quantisation
    paged = training.optimiser.startswith("paged_") or training.optimiser.endswith("8bit")
    optimiser = wish(training.optimiser, "adamw_torch", machine.cuda or not paged, "paged 8-bit states need CUDA")
    flash = training.attention == "flash_attention_2"
    has_flash = machine.cuda and "flash_attn" in machine.libraries
    attention = wish(training.attention, "sdpa", has_flash or not flash, "flash attention needs CUDA and flash-attn")
    four_bit = quantisation.load == "nf4"
    load = wish(
        quantisation.load, "none", "bitsandbytes" in machine.libraries or not four_bit, "bitsandbytes is not installed"
    )
    compute = _first(quantisation.compute, machine.types)
    if compute != quantisation.compute[0]:
        told.append(f"{quantisation.compute[0]} → {compute}: {machine.name} does not compute in it")
    return Setting(compute, optimiser, attention, load, tuple(told))


def _first(wanted: Sequence[str], there: Sequence[str]) -> str:
    found = next((name for name in wanted if name in there), None)
    if found is None:
        raise LookupError(f"compute: none of {', '.join(wanted)} on this machine")
    return found
