"""The twin's webhook: the signature, one INSERT, an empty answer."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from twilio.request_validator import RequestValidator

from .models import Inbound

VALIDATOR = RequestValidator(settings.AUTH_TOKEN)
EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


def inbound(request: HttpRequest) -> HttpResponse:
    """Store a signed message."""
    signature = request.headers.get("X-Twilio-Signature", "")
    if not VALIDATOR.validate(settings.PUBLIC_URL + request.path, request.POST.dict(), signature):
        return HttpResponse(status=403)
    Inbound.objects.create(sid=request.POST["MessageSid"], sender=request.POST["From"], text=request.POST["Body"])
    return HttpResponse(EMPTY, content_type="text/xml")


urlpatterns = [path("webhooks/whatsapp/", inbound)]
