"""From a figure to what it stands on: addresses of the lists of cases and of claims, narrowed like the figure."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from support.insight.desk.scope import Scope

FILTERS = ("brand", "channel", "kind", "agent", "team", "pair")
CASES, CLAIMS = "demandes", "dossiers"


def kept_filters(scope: Scope) -> dict[str, str]:
    """The filters as an address has them."""
    return {name: scope.asked[name] for name in FILTERS if scope.asked.get(name)}


def address(scope: Scope, **narrower: str) -> str:
    """The whole scope as the query of an address, without its question mark; ``narrower`` in place of its own."""
    dates = {name: scope.asked[name] for name in ("from", "to") if scope.period == "custom" and scope.asked.get(name)}
    return urlencode({"period": scope.period, **dates, **kept_filters(scope), **narrower})


def cases(scope: Scope, **narrower: str) -> str:
    """To the cases opened in the scope; nowhere for what no filter says (an operator or an agent nobody knows)."""
    if not all(narrower.values()):
        return ""
    return f"{reverse('console:report', args=[CASES])}?{address(scope, **narrower)}"


def claims(scope: Scope, **narrower: str) -> str:
    """To the claims that are not settled."""
    if not all(narrower.values()):
        return ""
    return f"{reverse('console:report', args=[CLAIMS])}?{address(scope, **narrower)}"


def pair(sender: str, receiver: str) -> str:
    """Both operators as a filter; empty when one is not known."""
    return f"{sender}>{receiver}" if sender and receiver else ""
