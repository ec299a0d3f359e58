"""The words around a secret and the shapes it takes: patterns on folded text for `chatbot.forms.secret`."""

from __future__ import annotations

import re

from chatbot.forms.spelled import JOINT, MARKS, RUN

_KEY = (
    r"(?:code[s]?[ -]?(?:secret|pin|otp|sms|momo|mtn|om|orange|wave|moov|tresor|tremo|flooz|perso|personnel"
    r"|confidentiel|prive|d'acces|acces|de (?:validation|"
    r"confirmation|verification|securite|connexion|la carte|carte|retrait|deblocage|mon compte))?"
    r"|kode?(?: secret| pin)?|kod"
    r"|c[ .]o[ .]d[ .]e|p[ .]i[ .]n|o[ .]t[ .]p|m[ .]d[ .]p|cod(?: secret| pin)|pin ?code|code ?pin"
    r"|pin ?(?:wave|orange|om|mtn|momo|moov|flooz|tresor|tremo)|pin+e?|pins"
    r"|ping|otp|mots? ?(?:de ?)?pass?e?s?"
    r"|mo ?d?e? ?pass?e?|mdp|mp ?passe|pass ?words?|pswd|pwd|passcode|"
    r"motdepasse|passwd|(?<=le )passe|(?<=mon )passe|passe(?= ?[:=])|(?<![csn]a )(?<!ne )pass|verification code"
    r"|one[- ]time (?:code|password)|cvv2?|cvc|cryptogramme"
    r"|numero secret|chiffres? (?:secrets?|au dos|derriere)|secret)"
)
_GLUED = r"(?:(?:mon|ton|son|le|l)(?=pin|code|otp|mdp))?"
# Codes that are no secret: a pot's code, a sponsor's, a country's …
_PUBLIC = (
    r"(?! ?(?:de )?(?:la |ma )?(?:cotisation|tontine|cagnotte|caisse|parrain\w*|promo\w*|ussd|marchand|pays|client"
    r"|postal|transaction|transfert|barre|qr|efb|easy ?transfert? ref|ref|erreur))"
)
# In one piece, digit by digit, in pairs, in two threes, with a letter in front, behind stars, or three at the very end.
_NUMERIC = (
    rf"(?:[a-z]{{1,2}}-\d{{4,8}}|\d{{4,8}}|\d[\doil]{{2,6}}\d|\d{{3}}[ .\-]\d{{3}}(?!{MARKS}?\d)"
    rf"|\d[ .]\d{{3}}(?!{MARKS}?\d)"
    rf"|(?=(?:(?:{JOINT})?\d){{4,8}}(?!\d))\d{{1,3}}(?:{JOINT}\d{{1,2}}){{1,7}}"
    rf"(?!{MARKS}{{1,3}}\d+(?!\d| ?(?:fois|x\b|jours?)))"
    r"|(?:\*{1,3}\d{4,8})|\d{3}(?=\W*$))"
)
_UNIT = (
    r"(?! ?(?:f|fr|frs|franc|francs|fcfa|cfa|xof|k|mille|mil|heures?|h|jours?|min|mn|minutes?|sec|secondes?|fois"
    r"|chiffres?|caracteres?|%)(?![a-z])|\d|[.,]\d|[a-z]"
    # "mon code et 5000 sont partis": money, not a code.
    r"| (?:(?:m'ont|sont|est|ont|a|etaient) )?(?:ete )?(?:parti|debit|sorti|quitt|coup|prelev|enlev|retir|envoy))"
)
_SPELLED = (
    rf"{RUN}(?! ?(?:f|frs?|fcfa|francs?|fois|jours?|heures?|minutes?|personnes?|chiffres?|caracteres?|lettres?"
    rf"|essais?)"
    r"(?![a-z]))"
)
_TIMES = (
    r"(?:deux|trois|quatre|cinq|six|[2-6]) fois (?:le |la |les |des |de )?(?:chiffre )?"
    r"(?:zeros?|un|deux|trois|quatre|cinq|six|sept|huit|neuf|\d)(?![a-z0-9])"
    r"|(?:trois|quatre|cinq|six|[3-6]) zeros?(?![a-z0-9])"
)
_MIXED_VALUE = r"(?=[^\s,;:?«»\"()]{0,31}\d)(?=[^\s,;:?«»\"()]{0,31}[a-z])[^\s,;:?«»\"()]{5,32}"
# Words up to the value; or signs only, a full stop among them.
_GAP = r"(?:(?:[^\d\n.;!?]|\.(?! )|\n|\d(?= chiffres| ?[:=])){0,64}?|[^\w\n]{1,8})"
_START = r"(?:(?<![\w.+#/])|(?<=[a-z][/.])|(?<=\.\.)|(?<=pin)|(?<=code)|(?<=otp)|(?<=mdp)|(?<=passe))"
AFTER_KEY = re.compile(
    rf"(?<![a-z0-9]){_GLUED}{_KEY}(?![a-z@]){_PUBLIC}(?P<gap>{_GAP})"
    rf"(?:(?P<value>{_START}{_NUMERIC}{_UNIT}|(?<![\w'])(?:{_TIMES}))|(?P<spelled>{_SPELLED}))"
)
BEFORE_KEY = re.compile(
    rf"(?:(?<![\w.+#/])(?P<value>[a-z]{{1,2}}-\d{{4,8}}|\d{{4,8}}|\d{{3}}[ \-]\d{{3}}|\d{{2}}[ \-]\d{{2}}"
    rf"|\d(?:{JOINT}\d){{3,7}}){_UNIT}|(?P<spelled>{_SPELLED}))"
    rf"[ ,:=\-(\"»*\n]{{0,3}}(?:[a-z']{{1,20}} ){{0,4}}?(?P<key>{_GLUED}{_KEY})(?![a-z0-9]){_PUBLIC}"
)
# A run of number words straight after a card's name: its number spoken.
CARD_SPOKEN = re.compile(rf"(?<![a-z])(?:carte|visa|mastercard)(?: [a-z']+){{0,3}}? (?P<spelled>{RUN})")

_WORD_FOR_IT = (
    r"(?:mots? ?(?:de ?)?pass?e?s?|mo ?d?e? ?pass?e?|mdp|pass ?words?|pswd|pwd|motdepasse|passcode|passwd|code"
    r"|passe?)"
)
MIXED_PASSWORD = re.compile(
    rf"(?<![a-z0-9]){_WORD_FOR_IT}(?![a-z0-9@]){_PUBLIC}(?P<gap>[^\d\n.;!?]{{0,40}}?)"
    rf"(?P<value>(?<![\w.@/]){_MIXED_VALUE})(?: (?:et|puis) (?:le |mon )?nouveau (?:c'est |est |: ?)?"
    rf"(?P<second>{_MIXED_VALUE}))?"
)
PASSWORD_BEFORE = re.compile(
    rf"(?<![\w.@/+#*\-])(?P<value>{_MIXED_VALUE})[ ,]{{1,2}}(?:(?:c'est|est|comme|voila|pour) )?(?:mon |le |ma |de )?"
    r"(?:mots? ?(?:de ?)?pass?e?s?|mdp|pass ?words?|pwd|motdepasse)(?![a-z0-9])"
)
PLAIN_PASSWORD = re.compile(
    r"(?<![a-z0-9])(?:mots? ?(?:de ?)?pass?e?s?|mdp|pass ?words?|pwd"
    r"|motdepasse)(?![a-z0-9])[a-z' ]{0,24}?(?:[:=]|->)\s*[\"«]?\s?(?P<value>[^\s,;?!«»\"()]{4,32})"
)
# Mixed letters and digits that are a fact, a sum or a time, and no password.
NO_MIXED_PASSWORD = re.compile(
    r"(?:efb|mrch|mp\d|cf\d|pt\d|tr?x\d|\d+(?:f|fr|frs|fcfa|k|mille|mil|h|go|mo|fois|jours?|min|mn|x|m)\d*$"
    r"|\d+[.,]\d+[a-z]*$|[24]\w{0,2}$)"
)
# "mon pin commence par 48 et finit par 15".
IN_PARTS = re.compile(
    rf"(?<![a-z0-9]){_KEY}[a-z' ]{{1,24}}(?:commence|debute) par (?:le )?(?P<value>\d{{1,4}})"
    r"(?:[a-z', ]{1,20}(?:finit|fini|termine|finis)(?: par)? (?:le )?(?P<second>\d{1,4}))?"
)
# A plain word said to be the password, up to the end of its clause.
WORD_PASSWORD = re.compile(
    r"(?<![a-z0-9])(?:mots? ?(?:de ?)?pass?e?s?|mdp|pass ?words?|pwd|motdepasse)(?: [a-z]+){0,3}?"
    r" (?:est|c'?est|etait|c|is) [\"«]?(?P<value>[a-z][a-z_\-@#]{2,22}[a-z!?*#@$]{1,4})(?=[\"»]?\s*(?:\Z|[.,;\n]"
    r"| (?:svp|merci|mais|et|je|j'ai|jai|ca|aidez|pardon|please)(?![a-z])))"
)
# What a password is said to be without being given: forgotten, refused, too short …
NO_WORD_PASSWORD = re.compile(
    r"oubli|oublie|perdu|incorrect|invalid|bloqu|refus|expir|comment|quoi|impossib|err|faux|fausse|mauvais|pas\b"
    r"|plus\b|toujours"
    r"|encore|bon\b|bonne\b|correct|oblig|necess|demand|chang|differ|introuv|long|court|simple|difficil|compliqu"
    r"|requis|combien|meme"
    r"|trop|deja|bien|juste|vide|perim|desactiv|reinit|modifi|supprim|vole|pirat|visible|cach|masqu|import"
    r"|personn|secret"
    r"|confiden|fini|grave|mort\b|gate\b|mal\b|ceci|cela|celui|celle|merci|possib|dispo|valid|actif|inactif"
    r"|envoy|recu|arriv|rejet"
    r"|accept|ignor|inconnu|sensibl|urgent|foutu|rate|minimum|maximum|doit|avec|sans|forgot|wrong|lost|block"
    r"|easytransfert"
    r"|facile|requi|parti|efface|enregistr|utilis|chiffre|lettre|vrai|exact|quel|pour|chez|sur|dans|autre"
    r"|nouveau|ancien"
)
CARD = re.compile(
    r"(?<![\w.+])(?:\d{13,19}|\d{4}(?:[ \-.]\d{4}){3}|\d{4}[ \-.]\d{6}[ \-.]\d{5}|\d(?:[ \-.]?\d){12,18})(?!\w)"
)
CARD_EXPIRY = re.compile(
    r"[ ,;]{1,3}(?:(?:exp[a-z]*|date|valid[a-z]*|valable|jusqu'au)[ :]{1,3})?"
    r"(?P<value>(?:0[1-9]|1[0-2]) ?/ ?\d{2}(?:\d{2})?)(?!\d)"
)
# An operator's own warning names the code; the code may stand a sentence further.
WARNED = re.compile(
    r"ce code (?:a|avec) (?:personne|quiconque)\D{0,12}?(?P<value>\d{4,8})(?!\w| ?(?:f|fcfa|francs?)\b)"
)
WARNED_AFTER = re.compile(
    r"(?<![\w.+#/])(?P<value>\d{4,8})\W{1,4}(?:ne (?:donnez|partagez|communiquez)|do not share|don't share)"
)
CARD_GROUPED = re.compile(r"\d{4}([ \-.])\d{4}\1\d{4}\1\d{4}")
CARD_WORD = re.compile(r"(?<![a-z])(?:carte|visa|mastercard|card|cb|master|cvv2?|cvc2?|cryptogramme)(?![a-z])")
CVV = re.compile(r"(?<![a-z])(?:cvv2?|cvc2?|cryptogramme)\D{0,12}(?P<value>\d(?:[ .\-]?\d){2,3})(?!\d)")
EXPIRY = re.compile(
    r"(?<![a-z])(?:expire?|expiration|exp|valide?)\D{0,18}(?P<value>(?:0[1-9]|1[0-2]) ?/ ?\d{2,4})(?!\d)"
)
LONE_DIGITS = re.compile(
    r"\s*[\"«*(]?(?:[a-z]{1,2}-)?(?P<value>\d{4,6}|\d{2}[ .\-]\d{2}|\d(?:[ .\-,/_]{1,2}\d){3,5})[\"»*)]?\s*[.!]?\s*\Z"
)
LONE_WORDS = re.compile(rf"\s*(?P<spelled>{RUN})\s*[.!]?\s*\Z")
NEXT = re.compile(
    r"[ ,]{0,2}(?:(?:ou|et|pas|non|sinon|puis|bien|plutot|soit|c'est|cest|maintenant|en|a|par|nouveau|le|→|->|="
    r"|\(|/) ?(?:bien )?)+(?P<value>\d{4,8})(?![\w%]| ?(?:f|frs"
    r"|fcfa|mille|h)\b)"
)
PREVIOUS = re.compile(r"(?<![\w.+#/])(?P<value>\d{4,8}) ?(?:(?:ou|et|puis|soit|en|a|par|->|→|,|/) ?(?:bien )?)+$")
# "mes codes : wave 5831, om 1385": where several are spoken of, a word between two of them joins them.
SEVERAL = re.compile(r"(?<![a-z])(?:codes|pins|mots de pass?e?|mdps)(?![a-z])")
NEXT_NAMED = re.compile(
    r"[ ,;/]{1,3}(?:et |pour |sur )*[a-z]{2,8} ?[:=]? ?(?P<value>\d{4,8})(?![\w%]| ?(?:f|frs|fcfa|mille|h)\b)"
)
PREVIOUS_NAMED = re.compile(r"(?<![\w.+#/])(?P<value>\d{4,8})[ ,;/]{1,3}(?:et |pour |sur )*[a-z]{2,8} ?[:=]? ?$")
YEAR = re.compile(
    r"(?:depuis|en|annee|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre"
    r"|decembre)(?: le)? $"
)
# Before these the number answers something else than the code asked about.
OTHER_MATTER = re.compile(
    r"\b(?:montant|envoyer?(?! par (?:sms|message|texto))|somme|reference|ref|efb|depot|debite|numero|tel"
    r"|transaction|id|transfere"
    r"|recu (?=\d))\b(?!.*\b(?:c|cest|c'est|est|:)\s*$)"
)
# A number right after one of these is the sum it speaks of, whatever is said next.
SUM_BEFORE = re.compile(
    r"\b(?:envoy\w*|montant|debite\w*|depot|depose\w*|transfere\w*|recu|paye\w*|retire\w*|coupe\w*|pris)"
    r"(?: (?:de|est|:|=|les|mes|un|que|seulement))* ?$"
)
