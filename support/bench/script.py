"""What the customers of a benchmark write: always the same words in the same order, so that runs can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, cycle

DIALOGUES: tuple[tuple[str, ...], ...] = (
    (
        "slt, g envoyé 20000 de wave vers orange mais c pas arrivé",
        "efb 31570264",
        "T4XQ7MZKP2WN\nB6RD",
        "et les frais pour 100000 c'est combien",
        "merci",
    ),
    (
        "bonjour",
        "c combien les frais pour envoyer 50 000 de mtn vers moov",
        "et la limite par jour chez wave",
        "ok merci",
    ),
    ("bsr svp c quoi vos frais", "pour 7742", "vous êtes un robot ?", "d'accord"),
    ("mon argent est bloqué depuis hier", "orange vers mtn", "EFB.31482095", "MP240612.1234.A12345", "oui c bon"),
)
SHORT = ("c combien les frais pour {} fr", "frais pour {} de wave vers orange svp", "et pour envoyer {} ?")


def questions() -> Iterator[str]:
    """Endless small questions, each answered on its own: a fee for an amount that changes."""
    for number, form in zip(count(), cycle(SHORT), strict=False):
        yield form.format(5_000 + 500 * (number % 190))
