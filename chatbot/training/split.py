"""Deals examples into splits: whole groups only, every intent in every split as near its share as groups allow."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence


class Groups:
    """Examples that must stay in one split: those of a conversation, and through likeness those of several.

    Chains of likeness could tie everything together, so no group of several conversations grows over ``largest``
    examples: one that would make it so has to be left out.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._parent: dict[str, str] = {}
        self._size: Counter[str] = Counter()

    def add(self, conversation: str, alike: Iterable[str]) -> bool:
        """Count an example in, and tie its conversation to those it is like; False, and no change, when too large."""
        roots = {self._root(name) for name in (conversation, *alike)}
        size = sum(self._size[root] for root in roots) + 1
        if len(roots) > 1 and size > self._largest:
            return False
        home = self._root(conversation)
        for root in roots:
            self._parent[root] = home
        self._size[home] = size
        return True

    def together(self, conversations: Sequence[str]) -> list[list[int]]:
        """Numbers of examples by group, given the conversation of each."""
        held: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(conversations):
            held[self._root(name)].append(number)
        return list(held.values())

    def _root(self, name: str) -> str:
        while (above := self._parent.setdefault(name, name)) != name:
            self._parent[name] = name = self._parent.setdefault(above, above)
        return name


def deal(
    together: Sequence[Sequence[int]], intents: Sequence[str], shares: Mapping[str, float], seed: int
) -> dict[str, list[int]]:
    """Numbers of examples by split, in order. The largest groups are dealt first, each to where it is missed most."""
    total = Counter(intents)
    dealt: dict[str, list[int]] = {name: [] for name in shares}
    held: dict[str, Counter[str]] = {name: Counter() for name in shares}
    order = list(together)
    random.Random(seed).shuffle(order)
    for group in sorted(order, key=len, reverse=True):
        counts = Counter(intents[number] for number in group)
        chosen = min(shares, key=lambda name: _harm(counts, held[name], total, shares[name]))
        dealt[chosen] += group
        held[chosen] += counts
    return {name: sorted(numbers) for name, numbers in dealt.items()}


def _harm(group: Counter[str], held: Counter[str], total: Counter[str], share: float) -> float:
    """How far over its share a split would be with the group, for each of its intents, weighted by their number."""
    filled = sum((held[intent] + count) / (share * total[intent]) * count for intent, count in group.items())
    size = (held.total() + group.total()) / (share * total.total()) * group.total()
    return filled + size
