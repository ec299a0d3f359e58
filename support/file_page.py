"""The address at which a customer, a provider or a colleague opens a file that an agent sent."""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from support import file_links, files
from support.models import StoredFile

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",  # the widget stands on other sites
    "Cache-Control": "private, max-age=3600",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The file: a picture to be seen, a PDF to be kept; with ``?small`` the picture's preview, if it has one.

    404 for a made-up address, 410 for one too old.
    """
    rows = StoredFile.objects.defer("content") if "small" in request.GET else StoredFile.objects.defer("small")
    try:
        row = rows.filter(id=file_links.read(token)).first()
    except signing.SignatureExpired:
        return _told("Ce lien a expiré. Ouvrez la conversation : un nouveau vous y attend.", 410)
    except (signing.BadSignature, ValueError):
        row = None
    if row is None:
        return _told("Ce fichier n'existe pas.", 404)
    if "small" in request.GET and row.width:
        return HttpResponse(files.preview(row), content_type="image/jpeg", headers=SAFE)
    shown = HttpResponse(files.content(row), content_type=row.content_type, headers=SAFE)
    disposition = content_disposition_header(row.content_type == files.PDF, row.name)
    if disposition:
        shown["Content-Disposition"] = disposition
    return shown


def _told(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8", headers=SAFE)
