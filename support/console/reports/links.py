"""From a figure to what it stands on: addresses of the lists of cases and of claims, narrowed like the figure.

``only`` is one of ``parts``, or several with commas between them.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from support.incidents.radar import Blip
from support.insight.desk.scope import UNKNOWN, Scope

FILTERS = ("brand", "channel", "kind", "agent", "team", "pair")
CASES, CLAIMS, PROMISES, COUNTED = "demandes", "dossiers", "promesses", "radar"


def kept_filters(scope: Scope) -> dict[str, str]:
    """The filters as an address has them."""
    return {name: scope.asked[name] for name in FILTERS if scope.asked.get(name)}


def address(scope: Scope, **narrower: str) -> str:
    """The whole scope as the query of an address, without its question mark; ``narrower`` in place of its own."""
    dates = {name: scope.asked[name] for name in ("from", "to") if scope.period == "custom" and scope.asked.get(name)}
    return urlencode({"period": scope.period, **dates, **kept_filters(scope), **narrower})


def cases(scope: Scope, **narrower: str) -> str:
    """To the cases opened in the scope."""
    return f"{reverse('console:report', args=[CASES])}?{address(scope, **narrower)}"


def claims(scope: Scope, **narrower: str) -> str:
    """To the claims that are not settled."""
    return f"{reverse('console:report', args=[CLAIMS])}?{address(scope, **narrower)}"


def promises(scope: Scope, only: str = "") -> str:
    """To the board of promises, or to all cases of one of them."""
    return f"{reverse('console:report', args=[PROMISES])}?{address(scope, **({'only': only} if only else {}))}"


def counted(blip: Blip) -> str:
    """To the claims and cases that the radar counted."""
    group = blip.group
    asked = {
        "kind": group.kind or UNKNOWN, "pair": pair(group.from_operator, group.to_operator), "error": group.error,
        "after": blip.since.isoformat(), "until": blip.until.isoformat(),
    }  # fmt: skip
    return f"{reverse('console:report', args=[COUNTED])}?{urlencode(asked)}"


def pair(sender: str, receiver: str) -> str:
    """Both operators as a filter."""
    return f"{sender or UNKNOWN}>{receiver or UNKNOWN}"
