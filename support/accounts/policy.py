"""The content security policy, one for the site and a little more for the admin's theme."""

from __future__ import annotations

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

ADMIN = "/admin/"
# Alpine, which the theme is built on, evaluates expressions of the page's attributes; style attributes run nothing.
# Scripts in the page run nowhere without the request's nonce.
THEME = {"script-src": [UNSAFE_EVAL], "style-src-attr": [UNSAFE_INLINE]}


class PolicyMiddleware(CSPMiddleware):
    """django-csp's own; pages that say ``without_theme`` (our own without the theme) keep the site's strict policy."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """The parts of the header for this answer."""
        parts = super().get_policy_parts(request=request, response=response, report_only=report_only)
        if request.path_info.startswith(ADMIN) and not report_only and not getattr(response, "without_theme", False):
            parts.update = {**(parts.update or {}), **THEME}
        return parts
