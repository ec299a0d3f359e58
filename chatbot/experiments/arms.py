"""Who gets which arm: two numbers drawn from a keyed hash of the customer, the same for ever within an experiment."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

_BITS = 53  # what a float holds exactly


@dataclass(frozen=True, slots=True)
class Place:
    """A customer's two numbers in [0, 1): whether the experiment has reached them yet, and which arm is theirs."""

    reached: float
    arm: float


def place(salt: str, customer: str) -> Place:
    """Where ``customer`` stands in the experiment of this ``salt``; another salt places them independently."""
    digest = hmac.new(salt.encode(), customer.encode(), hashlib.sha256).digest()
    return Place(_unit(digest[:8]), _unit(digest[8:16]))


def split(where: Place, share: float, weights: Sequence[float]) -> int | None:
    """Index of the arm in an A/B of which ``share`` in [0, 1] of all customers are part; None for those outside.

    A larger share brings new customers in and moves nobody: the arm is drawn apart. Raises ValueError without weights.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights are positive numbers")
    if where.reached >= share:
        return None
    edge = 0.0
    for index, weight in enumerate(weights):
        edge += weight / total
        if where.arm < edge:
            return index
    return max(index for index, weight in enumerate(weights) if weight > 0)  # the edges' sum was rounded below 1


def canary(where: Place, share: float) -> int:
    """1 for the ``share`` in [0, 1] of customers who hear the candidate, else 0; who has it keeps it as it grows."""
    return int(where.reached < share)


def _unit(octets: bytes) -> float:
    return float((int.from_bytes(octets) >> (64 - _BITS)) / 2**_BITS)
