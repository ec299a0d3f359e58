"""How the local voice picks its words, and how much it may write. No torch: figures only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sampling:
    """The defaults of shared design for the local tier. Lengths in tokens; ``top_k`` 1 always takes the likeliest."""

    temperature: float = 0.7
    top_p: float = 0.9
    top_k: int = 50
    repetition_penalty: float = 1.1  # on what stands in the prompt or was written, as transformers counts it
    most_new: int = 512
    longest_prompt: int = 2048


def seed_number(seed: str) -> int:
    """The same number for the same words on every machine; 63 bits, as a torch.Generator takes them."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") >> 1
