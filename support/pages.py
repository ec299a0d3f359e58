"""The demonstration page at `/`: a site with the widget on it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from support import clock, service_hours


def demo(request: HttpRequest) -> HttpResponse:
    """EasyTransfert's help page, with the widget."""
    service = service_hours.service(settings.BRAND, clock.now())
    return render(request, "demo.html", {"brand": settings.BRAND, "simulator": settings.SIMULATOR, "service": service})
