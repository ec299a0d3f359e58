"""Names of people: after words that announce one, after a relative or a title, at the end of a letter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatbot.forms.text import fold

_CAPITALISED = r"[A-ZÀ-Ý][\w'’\-]*"
# Up to five words in capitals, or with a capital; "N'Guessan" and "de" between two of them belong.
_NAME = re.compile(rf"{_CAPITALISED}(?:\s+(?:{_CAPITALISED}|d[eu](?=\s+[A-ZÀ-Ý])))" + "{0,4}")
_LOWER_NAME = re.compile(r"[^\W\d_][\w'’\-]{2,}(?:\s+[^\W\d_][\w'’\-]{2,})?")
_GAP = r"\s*[:=,]?\s*"
# After these nothing but a name can follow: it may be written in lower case.
_SURE = re.compile(
    r"(?:\bje ?m'?\s?(?:ap+el+e?|appelle|apel)\b|\bmon nom(?: complet)?(?: de famille)?(?: c'?est| est)?"
    r"|\bmon prenom(?: c'?est| est)?|\bnom et prenoms?|\bnom(?= ?[:=])|\bprenoms?(?= ?[:=])|\bs'? ?appelle"
    r"|\b(?:se|me) nomme|\bmy name is|\bmy name's)" + _GAP
)
_LIKELY = re.compile(
    r"(?:\bmoi c'?est|\bmoi,? c(?= )|\bau nom de|\bnomme[es]?|\bici c'?est|\bje suis|\bj ?suis|\bchui[st]?|\bjss"
    r"|\bc'?est (?:m\.|monsieur|madame|mme|mr)|(?<!\w)(?:monsieur|madame|mademoiselle|mme|mr|mlle|m\.)"
    r"|\b(?:beneficiaire|destinataire|titulaire|client|expediteur)(?= ?[:=])|\bbeneficiaire (?:est|c'?est)"
    r"|\bsigne[e]?"
    r"|\bnom (?:affiche|inscrit|qui (?:sort|s'affiche)|sur [a-z ]{2,20}) (?:est|c'?est)|\bune? certaine?"
    r"|\bcordialement|\bi am|\bi'm)" + _GAP
)
# "mon frère Moussa": one word with a capital, in a message that does not shout.
_RELATIVE = re.compile(
    r"\b(?:mon|ma|son|sa|notre|leur|ton|ta) (?:petite? |grande? )?(?:frere|soeur|s\u0153ur|fils|fille|pere|mere"
    r"|papa|maman|tante"
    r"|tonton|oncle|cousine?|femme|mari|epouse?|amie?|copine|copain|voisine?|collegue|patronne?|fiancee?|neveu"
    r"|niece) "
)
# "envoyé à Kouamé Estelle", "vers KONE AWA (05…)", "Merci. Kouassi Aya": two words, for one may be a town.
_TOWARDS = re.compile(r"\b(?:a|pour|vers|de|to|from|chez|c'?est|affiche|merci[.,!]?) (?=\S)")
_TWO = re.compile(rf"{_CAPITALISED}\s+{_CAPITALISED}(?:\s+{_CAPITALISED})?")
_PHONE_NEXT = re.compile(r"\s*[(:\-,]{0,2}\s*(?:au |sur le |tel )?(?:\+?225 ?)?0[157]\d? ?\d")
# What follows an announcement without being a name.
_NOT_NAMES = frozenset(
    "orange wave mtn moov money momo flooz tresor client cliente debite debitee fatigue fatiguee bloque bloquee"
    " desole"
    " desolee abidjan sur en un une le la au pas tres deja bien encore toujours dans avec a chez easytransfert easy"
    " transfert perdu perdue inquiet inquiete decu decue content contente votre efb francs commercant"
    " commercante agent"
    " etudiant etudiante pret prete vraiment trop ici la-bas merci bonjour bonsoir presse pressee enerve enervee"
    " svp sans mal malade dehors ruine foutu passe passee alle allee venu venue cote bon d'accord que qui quel"
    " quoi pourquoi comment ca ce cette vous nous je tu il elle on ma mon mes sa son ses mais et ou or donc"
    " car si oui non patron chef boss monsieur madame l'argent argent service support conseiller responsable"
    " urgent urgence bouake yopougon cocody adjame marcory treichville koumassi abobo port-bouet daloa korhogo"
    " plateau"
    " attecoube bingerville anyama grand-bassam bassam man san-pedro yamoussoukro gagnoa trompe trompee certain"
    " certaine sure attente train cours accord dieu jesus allah seigneur ciel ivoirien ivoirienne senegalais malien"
    " beninois burkinabe francais africain musulman chretien francaise senegal mali benin togo burkina france ghana"
    " cameroun cote ivoire d'ivoire prenom prenoms nom numero tel telephone contact reference ref id code pin"
    " mot fcfa"
    " cfa africa ci pay wari western union null none inconnu inconnue injoignable frere soeur maman papa fils fille"
    " je j'ai j'attends pardon please help sorry the not not-received very still waiting afraid angry tired directeur"
    " fache fachee furieux furieuse satisfait satisfaite stresse stressee oblige obligee sincerement serieux serieuse"
    " nouveau nouvelle seul seule vendeur vendeuse prof professeur maitre docteur mecanicien chauffeur taximan gerant"
    " gerante tresoriere tresorier president presidente parti partie rentre rentree reste la-dessus conscient"
    " depasse depassee"
    " n'apparait n'est n'a ne apparait s'affiche figure mademoiselle bonne bon journee soiree nuit beaucoup joyeux"
    " grave pourquoi attention rien recu envoye debite credite urgence vite aussi ainsi alors depuis hier".split()
)


class Names:
    """Names people give for themselves or for others."""

    kind = "NOM"

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Spans of names; where two announcements see one name it is yielded twice, for the caller to claim once."""
        folded = fold(text)
        for intro in _SURE.finditer(folded):
            match = _NAME.match(text, intro.end()) or _LOWER_NAME.match(text, intro.end())
            yield from _trimmed(folded, match)
        for intro in _LIKELY.finditer(folded):
            yield from _trimmed(folded, _NAME.match(text, intro.end()))
        if not text.isupper():
            for intro in _RELATIVE.finditer(folded):
                yield from _trimmed(folded, _NAME.match(text, intro.end()))
        yield from _towards(text, folded)


def _towards(text: str, folded: str) -> Iterator[tuple[int, int]]:
    for intro in _TOWARDS.finditer(folded):
        match = _TWO.match(text, intro.end())
        if not match or (text.isupper() and not _PHONE_NEXT.match(folded, match.end())):
            continue
        if not any(word in _NOT_NAMES for word in re.findall(r"[\w'\-]+", folded[slice(*match.span())])):
            yield match.span()


def _trimmed(folded: str, match: re.Match[str] | None) -> Iterator[tuple[int, int]]:
    """Cuts a name before the first word that is none."""
    if match is None:
        return
    start, end = match.span()
    stop = start
    for word in re.finditer(r"\S+", folded[start:end]):
        bare = word.group().strip(",.'")
        if bare in _NOT_NAMES:
            break
        if bare not in ("de", "du"):
            stop = start + word.end()
    if stop - start >= 2:
        yield start, stop
