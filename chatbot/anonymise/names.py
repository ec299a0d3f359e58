"""Names of people: after words that announce one, after a relative or a title, at the end of a letter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatbot.anonymise.known_names import KNOWN
from chatbot.forms.text import fold

_CAPITALISED = r"[A-ZÀ-Ý][\w'’\-]{0,40}"
# Up to five words in capitals, or with a capital; "N'Guessan" and "de" between two of them belong.
_NAME = re.compile(rf"(?<![\w'’\-]){_CAPITALISED}(?:\s+(?:{_CAPITALISED}|d[eu](?=\s+[A-ZÀ-Ý])))" + "{0,4}")
_LOWER_NAME = re.compile(r"[^\W\d_][\w'’\-]{2,}(?:\s+[^\W\d_][\w'’\-]{2,})?")
_GAP = r"\s*[:=,]?\s*"
# After these nothing but a name can follow: it may be written in lower case.
_SURE = re.compile(
    r"(?:\bje? ?m'?\s?(?:ap+el+e?|appelle|apel)\b|\bmon nom(?: complet)?(?: de famille)?(?: c'?est| est)?"
    r"|\bmon prenom(?: c'?est| est)?|\bnom et prenoms?|\bnom(?= ?[:=])|\bprenoms?(?= ?[:=])|\bs'? ?appelle"
    r"|\b(?:se|me) nomme|\bmy name is|\bmy name's)" + _GAP
)
_LIKELY = re.compile(
    r"(?:\bmoi c'?est|\bmoi,? c(?= )|\bau nom de|\bnomme[es]?|\bici c'?est|\bnom (?:du|de la"
    r"|de l')? ?(?:beneficiaire|destinataire|client|titulaire|expediteur|compte)(?: est"
    r"| c'?est)?|\bc'?est(?= \w+ qui (?:vous |t'|te |m'|me )?(?:ecri|appel|parl|envo))|\bje suis|\bj ?suis"
    r"|\bchui[st]?|\bjss"
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
_TOWARDS = re.compile(
    r"\b(?:a|pour|vers|de|to|from|chez|c'?est|affiche|merci[.,!]?|vendeu(?:r|se)|moi|a vous,?|salutations,?) (?=\S)"
)
_TWO = re.compile(rf"(?<![\w'’\-]){_CAPITALISED}\s+{_CAPITALISED}(?:\s+{_CAPITALISED})?")
_PHONE_NEXT = re.compile(r"\s*[(:\-,]{0,2}\s*(?:au |sur le |tel )?(?:\+?225 ?)?0[157]\d? ?\d")
# What follows an announcement without being a name.
_WORD = re.compile(r"[\w'’\-]+")
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
    " grave pourquoi attention rien recu envoye debite credite urgence vite aussi ainsi alors depuis hier attend"
    " attends aidez aide moi fidele"
    " utilisateur utilisatrice envoie dit veut doit peut a-t-il abonne abonnee".split()
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
        if not _shouts(text):
            for intro in _RELATIVE.finditer(folded):
                yield from _trimmed(folded, _NAME.match(text, intro.end()))
        yield from _towards(text, folded)
        yield from _known(text, folded)


def _towards(text: str, folded: str) -> Iterator[tuple[int, int]]:
    shouts = _shouts(text)
    for intro in _TOWARDS.finditer(folded):
        match = _TWO.match(text, intro.end())
        if match and (not shouts or _PHONE_NEXT.match(folded, match.end())) and _all_names(folded, match):
            yield match.span()
    for match in _TWO.finditer(text):
        if _PHONE_NEXT.match(folded, match.end()) and _all_names(folded, match):
            yield match.span()


def _all_names(folded: str, match: re.Match[str]) -> bool:
    return not any(word in _NOT_NAMES for word in _WORD.findall(folded[slice(*match.span())]))


def _shouts(text: str) -> bool:
    """All in capitals, or With A Capital On Most Words: a capital says nothing then."""
    words = [w for w in _WORD.findall(text) if w[0].isalpha()]
    return len(words) >= 3 and sum(w[0].isupper() for w in words) * 5 > len(words) * 3


def _known(text: str, folded: str) -> Iterator[tuple[int, int]]:
    """Common names: one with a capital and its capitalised neighbours, or two in a row however written."""
    shouts = _shouts(text)
    for match in _NAME.finditer(text):
        if not shouts and any(word in KNOWN for word in _WORD.findall(folded[slice(*match.span())])):
            yield from _trimmed(folded, match)
    previous: re.Match[str] | None = None
    for word in _WORD.finditer(folded):
        known = word.group() in KNOWN
        if known and previous and folded[previous.end() : word.start()].isspace():
            yield previous.start(), word.end()
        previous = word if known else None


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
