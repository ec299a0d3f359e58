"""Whether customers fell into the arms in the shares that were drawn for them; if not, nothing may be concluded.

A sequential test: Lindon, Malek: "Anytime-valid inference for multinomial count data", NeurIPS 2022. Evidence e means
that counts so far from the shares come, at any look, with probability at most 1 / e.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, lgamma, log

CONCENTRATION = 100.0  # how close to the intended shares the alternatives lie


def evidence(steps: Iterable[tuple[Sequence[int], Sequence[float]]]) -> float:
    """Evidence against the shares, over periods of different shares: (customers by arm, shares by arm).

    An arm of no share counts only where it holds somebody, and then proves a mismatch. Raises ValueError on shares
    that do not make one.
    """
    return exp(min(sum(_log_evidence(counts, shares) for counts, shares in steps), 700.0))


def _log_evidence(counts: Sequence[int], shares: Sequence[float]) -> float:
    if abs(sum(shares) - 1) > 1e-9:
        raise ValueError("shares sum to one")
    if any(count and not share for count, share in zip(counts, shares, strict=True)):
        return 700.0
    prior = [CONCENTRATION * share for share in shares]
    known = [each for each in zip(counts, shares, prior, strict=True) if each[1]]
    found = lgamma(sum(prior)) - lgamma(sum(prior) + sum(counts))
    return found + sum(lgamma(a + count) - lgamma(a) - count * log(share) for count, share, a in known)
