"""The demonstration page at `/`: a site with the widget on it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def demo(request: HttpRequest) -> HttpResponse:
    """EasyTransfert's help page, with the widget."""
    return render(request, "demo.html", {"brand": settings.BRAND, "simulator": settings.SIMULATOR})
