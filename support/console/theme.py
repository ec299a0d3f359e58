"""How django-unfold dresses the console: its name, its mark, its colours, its menu."""

from __future__ import annotations

from typing import Any

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Akwaba",
    "SITE_HEADER": "Akwaba",
    "SITE_SUBHEADER": "Service client",
    "SITE_SYMBOL": "support_agent",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "/static/demo.svg"}],
    "STYLES": ["/static/console/theme.css"],
    "SIDEBAR": {"show_search": False, "navigation": "support.console.navigation.sections"},
    "COLORS": {
        "primary": {
            "50": "236 253 245", "100": "209 250 229", "200": "167 243 208", "300": "110 231 183", "400": "52 211 153",
            "500": "16 185 129", "600": "5 150 105", "700": "4 120 87", "800": "6 95 70", "900": "6 78 59",
            "950": "2 44 34",
        }
    },
}  # fmt: skip
