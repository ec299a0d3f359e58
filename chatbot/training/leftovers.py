"""The second look: what of a person is still in a text. Shares nothing with the masking but the list of known names."""

from __future__ import annotations

import re
import unicodedata

from chatbot.anonymise.known_names import KNOWN

MASK = re.compile(r"\[(?:TEL|NOM|EMAIL|ADRESSE|REF|ID|CODE)_\d{1,4}\]|\[NOMBRE\]|\{[a-z_]{1,40}(?:_\d{1,2})?\}")
_DIGITS = "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente"
_TENS = "quarante cinquante soixante"
# Five number words in a row are a number read aloud; a sum of money takes fewer, or says mille.
_SPOKEN = re.compile(rf"\b(?:(?:{'|'.join((_DIGITS + ' ' + _TENS).split())})[ ,.\-]+){{4,}}(?:\w+)")
_MAIL = re.compile(r"@|\barobase\b|\b(?:gmail|yahoo|hotmail|outlook|icloud)\b")
_LINK = re.compile(r"https?:|www\.|\b[\w\-]+\.(?:com|ci|net|org|fr|io)\b")
_MARKERS = (
    r"(?:je )?m ?appelle|mon (?:pre)?nom(?: complet)?(?: est| c est)?|(?:pre)?noms? :|au nom de|ma signature|signe"
    r"|monsieur|madame|mademoiselle|mme|mlle|mr|m\.|bonjour|bonsoir|salut|merci|chere?|desolee?"
)
_NAMED = re.compile(rf"\b(?:{_MARKERS})\s*:?\s+(?P<name>\w[\w'\-]*)")
_AFTER_A_NAME = re.compile(r"\[NOM_\d+\] (?=[A-ZÀ-Ý])(\w+)")
_WORD = re.compile(r"\w[\w'\-]*")
_NOT_NAMES = frozenset(
    "est et je j vous merci bonjour bonsoir pas le la les l un une votre mon ma d de du si il elle on nous ne ca c a"
    " avec pour sur svp s en ou qui que comme bien tout tres dieu allah wave orange mtn moov tresor easytransfert m"
    " monsieur madame mademoiselle mme mlle mr client cliente cher chere".split()
)


def leftovers(text: str) -> str:
    """The kind of personal data that is still there ("" for none): figure, spoken_figure, mail, link, name."""
    bare = MASK.sub(" … ", text)
    if any(char.isnumeric() for char in bare):
        return "figure"
    plain = _plain(bare)
    words = re.sub(r"[^\w…'\-@.:/]+", " ", plain)
    checks = (("spoken_figure", _SPOKEN), ("mail", _MAIL), ("link", _LINK))
    found = next((kind for kind, pattern in checks if pattern.search(words)), "")
    return found or ("name" if _names(bare) or _cut_short(text) else "")


def _names(bare: str) -> bool:
    plain = _plain(bare)
    apart = plain.replace("'", " ")
    if any(word in KNOWN for word in (*_WORD.findall(plain), *apart.split(), *re.findall(r"\w+", apart))):
        return True
    return any(
        match["name"] not in _NOT_NAMES and (bare[match.start("name")].isupper() or "appelle" in match.group())
        for match in _NAMED.finditer(apart)
    )


def _cut_short(text: str) -> bool:
    """A name of which the masking took only the first part: "[NOM_1] Zahui"."""
    return any(_plain(match[1]) not in _NOT_NAMES for match in _AFTER_A_NAME.finditer(text))


def _plain(text: str) -> str:
    """Lower case without accents, a character for a character; every apostrophe the same."""
    return "".join(_fold(char) for char in text)


def _fold(char: str) -> str:
    if char in "’ʼ`´‘":
        return "'"
    return unicodedata.normalize("NFKD", char)[0].lower()[0]
