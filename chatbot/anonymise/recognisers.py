"""One recogniser a kind of personal data; each yields spans of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from chatbot.forms.operator_id import find_operator_ids
from chatbot.forms.phone import find_phones
from chatbot.forms.reference import find_references
from chatbot.forms.text import fold

Span = tuple[int, int]


class Recogniser(Protocol):
    """Finds one kind of personal data."""

    kind: str

    def find(self, text: str) -> Iterator[Span]:
        """Spans [start, end) in characters of the text."""
        ...


class Emails:
    """Addresses of electronic mail."""

    kind = "EMAIL"
    _pattern = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63})+")

    def find(self, text: str) -> Iterator[Span]:
        """E-mail addresses, without a full stop that ends the sentence."""
        for match in self._pattern.finditer(text):
            yield match.start(), match.start() + len(match.group().rstrip("."))


class References:
    """EasyTransfert references, bare ones of today's form included."""

    kind = "REF"

    def find(self, text: str) -> Iterator[Span]:
        """References with a prefix, and eight bare digits that start like today's."""
        for reference in find_references(text):
            if reference.marked or reference.value[4] in "23":
                yield reference.start, reference.end


class OperatorIds:
    """Transaction ids whose form shows what they are; bare digits that are no phone."""

    kind = "ID"

    def find(self, text: str) -> Iterator[Span]:
        """Operator ids of sending and receiving side alike."""
        for identifier in find_operator_ids(text):
            yield identifier.start, identifier.end


class Phones:
    """Telephone numbers, Ivorian and international."""

    kind = "TEL"

    def find(self, text: str) -> Iterator[Span]:
        """Phones in any spelling."""
        for phone in find_phones(text):
            yield phone.start, phone.end


class Names:
    """Names people give for themselves or for others, after words that announce a name."""

    kind = "NOM"
    _intro = re.compile(
        r"(?:\bje m'?\s?appelle|\bmon nom(?: complet)?(?: de famille)?(?: c'?est| est)?|\bmon prenom(?: c'?est"
        r"| est)?|\bnom et prenoms?|\bnom(?= ?:)|\bprenoms?(?= ?:)"
        r"|\bmoi c'?est|\bau nom de|\bnomme[es]?|\bs'appelle|\bsappelle|\bici c'?est|\bje suis|\bj suis|\bjsuis"
        r"|\bchui[st]?|\bjss|\bc'?est (?:m\.|monsieur|madame|mme|mr)|\b(?:monsieur|madame|mme|mr|mlle|m\.)"
        r"|\b(?:beneficiaire|destinataire|titulaire|client)(?= ?[:=])|\bbeneficiaire (?:est|c'?est)|\bsigne[e]?"
        r"|\bmy name is|\bi am|\bi'm)\s*[:=,]?\s*",
    )
    _name = re.compile(r"[A-ZÀ-Ý][\w'’\-]+(?:\s+(?:[A-ZÀ-Ý][\w'’\-]*|d[eu]|N'[A-ZÀ-Ý]?\w+)){0,4}")
    _lower_name = re.compile(r"[^\W\d_][\w'’\-]{2,}(?:\s+[^\W\d_][\w'’\-]{2,})?")
    _sure = re.compile(r"appelle|nom\b|prenom|nomme|my name is")
    # What follows "je suis" without being a name.
    _not_names = frozenset(
        "orange wave mtn moov tresor momo client cliente debite debitee fatigue fatiguee bloque bloquee desole"
        " desolee abidjan sur en un une le la au pas tres deja bien encore toujours dans avec a chez easytransfert"
        " perdu perdue inquiet inquiete decu decue content contente votre efb francs commercant commercante agent"
        " etudiant etudiante pret prete vraiment trop ici la-bas merci bonjour bonsoir presse pressee enerve enervee"
        " svp sans mal malade dehors ruine foutu passe passee alle allee venu venue cote bon d'accord que qui quel"
        " quoi pourquoi comment le la ca ce cette vous nous je tu il elle on ma mon mes sa son ses mais et ou or donc"
        " car si oui non patron chef boss monsieur madame l'argent argent service support conseiller responsable"
        " urgent urgence bouake yopougon cocody adjame marcory treichville koumassi abobo port-bouet daloa korhogo"
        " san-pedro yamoussoukro gagnoa trompe trompee certain certaine sure attente train cours accord".split()
    )

    def find(self, text: str) -> Iterator[Span]:
        """Capitalised words after an announcement; lower-case ones only where nothing but a name can follow."""
        folded = fold(text)
        for intro in self._intro.finditer(folded):
            sure = bool(self._sure.search(intro.group()))
            pattern = self._lower_name if sure else self._name
            match = self._name.match(text, intro.end()) or (pattern.match(text, intro.end()) if sure else None)
            if match:
                yield from self._trim(folded, match.start(), match.end())

    def _trim(self, folded: str, start: int, end: int) -> Iterator[Span]:
        """Cuts the span before the first word that is no name."""
        stop = start
        for word in re.finditer(r"\S+", folded[start:end]):
            if word.group().strip(",.'") in self._not_names:
                break
            stop = start + word.end()
        if stop - start >= 2:
            yield start, stop


class Addresses:
    """Places someone lives: street, plot, door, district after words that announce an address."""

    kind = "ADRESSE"
    _pattern = re.compile(
        r"(?:\b(?:j'?habite|mon adresse(?: c'?est| est)?|adresse ?:|domicilie[e]? (?:a|au)|je vis a"
        r"|i live in)\s*:?\s*(?:a |au |aux |dans |en )?(?P<place>[^.!?\n;]{3,60})"
        r"|\b(?P<lot>(?:lot|ilot|villa|porte|appartement|appt|bp)\s*(?:n°\s*)?\d+[a-z]?(?:\s*,?\s*(?:lot|ilot"
        r"|villa|porte|rue|appartement|bp|abidjan)\s*(?:n°\s*)?\d*[a-z]?)*)"
        r"|\b(?P<street>(?:rue|avenue|boulevard|bd) (?:[a-z]?\d+|(?:des |du |de la "
        r"|de )?[a-z\-]+)(?: [a-z\-]+){0,2}\s*,?\s*(?:lot|villa|porte|n°)\s*\d+))"
    )

    def find(self, text: str) -> Iterator[Span]:
        """Addresses up to the end of their clause."""
        for match in self._pattern.finditer(fold(text)):
            for group in ("place", "lot", "street"):
                if match.group(group):
                    start, end = match.span(group)
                    cut = re.search(r"\s*(?:,\s*)?(?:et |mais |svp|je |j'|mon |pour )", fold(text[start:end]))
                    end = start + cut.start() if cut and cut.start() >= 3 else end
                    yield start, start + len(text[start:end].rstrip(" ,"))


# In order of certainty: an earlier one takes its characters first.
RECOGNISERS: tuple[Recogniser, ...] = (Emails(), References(), Phones(), OperatorIds(), Names(), Addresses())
