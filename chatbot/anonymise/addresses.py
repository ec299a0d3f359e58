"""Addresses: where someone lives, after words that announce it, or by plot, door and street."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatbot.forms.text import fold


class Addresses:
    """Places someone lives: street, plot, door, district after words that announce an address."""

    kind = "ADRESSE"
    _pattern = re.compile(
        r"(?:\b(?:j'? ?h?abite\b|je (?:loge|reside|dors) (?=a |au |aux |dans |en |chez )|mon adresse(?: c'?est"
        r"| est)?|adresse ?:|mon domicile(?: est| c'?est)?|je reste (?=a (?:yop|abobo|cocody|adjame|marcory"
        r"|koumassi|treich|port|attecoube|bingerville|plateau|anyama|bouake|daloa|korhogo|san|gagnoa|man |divo))"
        r"|domicilie[e]? (?:a|au)|je vis a"
        r"|i live in)(?! (?:pas|plus|loin))\s*:?\s*(?:a |au |aux |dans |en )?(?P<place>[^.!?\n;]{3,60})"
        r"|\b(?P<quarter>quartier (?!il|la|les|je|on|ou|et|pour|qui|ya|avec|sans|mais|tout)[\w\-]{3,40}(?: [a-z]?\d+)?)"
        r"|\b(?P<lot>(?:\d{2} (?=bp))?(?:lot|ilot|villa|porte|appartement|appt"
        r"|bp)\s*(?:n°\s*)?\d+[a-z]?(?:\s*,?\s*(?:lot|ilot"
        r"|villa|porte|rue|appartement|bp|abidjan)\s*(?:n°\s*)?\d*[a-z]?(?![a-z]))*)"
        r"|\b(?P<street>(?:rue|avenue|boulevard|bd) (?:[a-z]?\d+|(?:des |du |de la "
        r"|de )?[a-z\-]+)(?: [a-z\-]+){0,2}\s*,?\s*(?:lot|villa|porte|n°)\s*\d+))"
    )

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Addresses up to the end of their clause."""
        for match in self._pattern.finditer(fold(text)):
            for group in ("place", "quarter", "lot", "street"):
                if match.group(group):
                    start, end = match.span(group)
                    cut = re.search(r"(?:\s|,)\s*(?:et |mais |svp|je |j'|mon |pour )", fold(text[start:end]))
                    end = start + cut.start() if cut and cut.start() >= 3 else end
                    yield start, start + len(text[start:end].rstrip(" ,"))
