"""What a benchmark is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from support.bench.scale import Scale


@dataclass(frozen=True, slots=True)
class Setup:
    """``postgres`` is the URL of a server where scratch databases may be made, or empty; ``say`` hears how it goes."""

    scale: Scale
    postgres: str = ""
    say: Callable[[str], None] = print
